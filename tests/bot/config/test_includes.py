"""Loading: several files as one, and all their faults at once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.config import ConfigError
from tests.bot.config.test_load import HEAD, Load


def test_includes_join_in_order(load: Load) -> None:
    config = load(
        "include: [more/*.yaml, extra.yaml, '*.yaml']\nsurveys: { a: { questions: [nps] } }\n",
        more__b="surveys: { b: { questions: [csat] } }\ntriggers: { t: { event: E, survey: a } }\n",
        more__c="surveys: { c: { questions: [ces] } }\nstaff: [{ name: M, role: admin }]\n",
        extra="alerts: [{ if: nps <= 6, to: admin }]\n",
    )
    assert list(config.surveys) == ["a", "b", "c"]
    assert [t.survey for t in config.triggers] == ["a"]
    assert (len(config.staff), len(config.alerts)) == (1, 1)


def faults_of(load: Load, text: str, **files: str) -> list[tuple[str, int, int, str]]:
    with pytest.raises(ConfigError) as caught:
        load(text, **files)
    return [(f.file, f.line, f.column, f.message) for f in caught.value.faults]


def test_the_same_name_in_two_files_names_both(load: Load) -> None:
    found = faults_of(
        load,
        "include: [b.yaml]\nsurveys: { a: { questions: [nps] } }\n",
        b="# first line\nsurveys: { a: { questions: [csat] } }\n",
    )
    assert found == [("b.yaml", 2, 12, "the survey 'a' is already in config.yaml, line 5")]


def test_included_files_hold_only_what_is_shared(load: Load) -> None:
    found = faults_of(
        load, "include: [b.yaml]\n", b="service: { name: B }\ninclude: [c.yaml]\nsurvys: {}\n"
    )
    assert [(line, message) for _, line, _, message in found] == [
        (1, "'service' belongs in the main file"),
        (2, "'include' belongs in the main file"),
        (3, "unknown key 'survys'"),
    ]


def test_faults_of_all_files_come_at_once_and_in_order(load: Load) -> None:
    found = faults_of(
        load,
        "include: [b.yaml, z.yaml]\nsurveys: { a: { questions: [nsp] } }\n",
        b="surveys: { b: { questions: [cast] } }\n",
        z="surveys: [\n",
    )
    assert [(name, line) for name, line, _, _ in found] == [
        ("b.yaml", 1),
        ("config.yaml", 5),
        ("z.yaml", 1),
    ]


def test_a_link_out_of_the_folder_is_refused(load: Load, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    outside.write_text("surveys: { b: { questions: [nps] } }\n", encoding="utf-8")
    (tmp_path / "link.yaml").symlink_to(outside)
    found = faults_of(load, "include: [link.yaml]\n")
    assert found[0][3] == "'link.yaml' leads out of the folder"


def test_names_of_broken_surveys_still_count(load: Load) -> None:
    found = faults_of(
        load,
        """
surveys: { a: { questions: [nsp, { csat: { id: agent, scale: 9 } }] } }
triggers: { t: { event: E, survey: a } }
alerts: [{ if: agent <= 2, to: admin }]
""",
    )
    assert len(found) == 2
    assert all(line == 5 for _, line, _, _ in found)


def test_a_missing_variable_gives_one_fault_only(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load(
            "surveys: { a: { questions: [nps], title: '${NOPE}', change_within: '${NOPE2}' } }\n",
            head=HEAD.replace("TELEGRAM_TOKEN", "NO_TOKEN"),
        )
    assert [f.message for f in caught.value.faults] == [
        "the environment variable NO_TOKEN is not set",
        "the environment variable NOPE is not set",
        "the environment variable NOPE2 is not set",
    ]


def test_a_variables_value_is_never_shown(load: Load, environ: Mapping[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(
            "surveys: { a: { questions: [{ csat: { id: '${WRITE_KEY}' } }] } }\n",
            head=HEAD.replace("}, email", ", rate: '${TELEGRAM_TOKEN}' }, email"),
        )
    told = str(caught.value) + repr(caught.value.faults)
    assert "'${WRITE_KEY}' cannot be the id of a question" in told
    assert not [value for value in environ.values() if value and value in told]
