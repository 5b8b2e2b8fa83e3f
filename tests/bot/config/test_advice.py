"""Advice: said, but never a reason to refuse a file."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.config import Registry, read_config

GOOD = """
service: { name: Acme, public_url: https://a.example, write_keys: ["${WRITE_KEY}"] }
channels: { telegram: { token: "${TELEGRAM_TOKEN}" }, web: {} }
staff: [{ name: Maija, role: team_lead, teams: [support], telegram: "7" }]
surveys: { calls: { questions: [nps, csat, comment] } }
triggers: { calls: { event: Call Ended, survey: calls } }
alerts: [{ if: nps <= 6 }]
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("", "", 0, ""),
        ("csat, ", "csat, ces, price, ", 5, "'calls' asks for 4 scores: nps, csat, ces, price"),
        ("triggers: {", "triggers: {}\n#", 5, "nothing starts the survey 'calls'"),
        ("staff: [", "staff: []\n#", 7 + 1, "nobody would receive this alert"),
        ("if: nps <= 6", "if: nps <= 6, to: admin", 7, "nobody would receive this alert"),
        (', telegram: "7"', "", 4, "Maija has no address on a channel of this file"),
        (', telegram: "7"', "", 7, "nobody would receive this alert"),
        ('telegram: "7"', "email: a@b.example", 4, "Maija has no address"),
        (", teams: [support]", "", 4, "Maija leads no team"),
        (', write_keys: ["${WRITE_KEY}"]', "", 2, "nobody can send events"),
        ('"${WRITE_KEY}"', "literal-write-key", 2, "this write key is written in the file"),
        ('["${WRITE_KEY}"]', "literal-write-key", 2, "this write key is written in the file"),
        ('"${TELEGRAM_TOKEN}"', '"12:literal-token"', 3, "token holds a secret written in the file"),
        ("web: {}", 'email: { smtp: "smtp://u:literal-pass@h", from: a@b.example }', 3, "smtp holds a secret"),
        ("name: Acme", "name: Acme, database: 'postgres://u:literal-pass@h/d'", 2, "the password is in the file"),
        ("https:", "http:", 2, "customers reach this address unencrypted"),
        ("alerts: [{ if: nps <= 6 }]", "cards: { to: admin }", 7, "nobody would be shown a comment card"),
        ("comment] }", "comment], thanks: { high: 'Tell others! {review_url}' } }", 5, "{review_url} has no value: our own words are said instead"),
        ("comment] }", "comment], thanks: { high: 'See {privacy_url}' } }", 5, "{privacy_url} has no value"),
        ("comment] }", "comment], thanks: { high: 'See {review_url|us}' } }", 0, ""),
        ("alerts:", "include: [none/*.yaml]\nalerts:", 7, "no file matches 'none/*.yaml'"),
    ],
)  # fmt: skip
def test_advice(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str],
    old: str, new: str, line: int, said: str,
) -> None:  # fmt: skip
    path = tmp_path / "config.yaml"
    path.write_text(GOOD.replace(old, new) if old else GOOD, encoding="utf-8")
    reading = read_config(path, environ, registry=registry)
    assert not reading.faults
    assert reading.config is not None
    found = [(advice.line, advice.message) for advice in reading.advice]
    if said:
        assert any(at == line and said in message for at, message in found), found
    else:
        assert not found
    told = "".join(advice.render() for advice in reading.advice) + repr(reading.advice)
    assert "literal-" not in told


def test_no_advice_about_secrets_on_this_machine_alone(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str]
) -> None:
    path = tmp_path / "config.yaml"
    text = GOOD.replace('"${WRITE_KEY}"', "demo-key").replace("public_url: https://a.example, ", "")
    text = text.replace('token: "${TELEGRAM_TOKEN}"', "sandbox: true, token: 12:abc")
    path.write_text(text, encoding="utf-8")
    assert not read_config(path, environ, registry=registry).advice


def test_an_address_without_password_is_no_secret(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str]
) -> None:
    path = tmp_path / "config.yaml"
    text = GOOD.replace("web: {}", "email: { smtp: smtp://localhost, from: a@b.example }")
    path.write_text(text, encoding="utf-8")
    assert not read_config(path, environ, registry=registry).advice


def test_a_survey_that_anybody_may_come_to_needs_no_trigger(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str]
) -> None:
    path = tmp_path / "config.yaml"
    text = GOOD.replace("comment]", "comment], public: true").replace(
        "triggers: {", "triggers: {}\n#"
    )
    path.write_text(text, encoding="utf-8")
    reading = read_config(path, environ, registry=registry)
    assert not reading.faults
    assert not reading.advice


ANONYMOUS = GOOD.replace("comment]", "comment], anonymous: true")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", "no alert is raised and no case opened by answers to 'calls'"),
        ("anonymous: true", "anonymous: true, title: { en: 'Hi {first_name}' }", "call the customer by first_name"),
        ("anonymous: true", "anonymous: true, change_within: 2d", "may be changed for more than a day"),
        ("csat, ", "{ number: { id: age, text: { en: Age? } } }, ", "answered in one's own words"),
        ("alerts:", "campaigns: { again: { schedule: monday at 10:00, audience: last.csat <= 3, survey: calls } }\nalerts:", "an audience asks for csat, which only 'calls' asks"),
        ("if: nps <= 6", "if: nps <= 6, case: { respond_within: 4h, recovery: { survey: calls, after: 1d } }", "the case will not learn the answer"),
    ],
)  # fmt: skip
def test_what_goes_against_an_anonymous_survey(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str], old: str, new: str, said: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(ANONYMOUS.replace(old, new) if old else ANONYMOUS, encoding="utf-8")
    reading = read_config(path, environ, registry=registry)
    assert not reading.faults, [fault.render() for fault in reading.faults]
    found = [advice.message for advice in reading.advice if advice.line == 5]
    assert any(said in message for message in found), [a.render() for a in reading.advice]


def test_panel_needs_a_name(tmp_path: Path, registry: Registry, environ: Mapping[str, str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(ANONYMOUS.replace("csat,", "panel,"), encoding="utf-8")
    reading = read_config(path, environ, registry=registry)
    assert ["nobody can, where the survey is anonymous" in f.message for f in reading.faults] == [
        True
    ]


@pytest.mark.parametrize(("via", "count"), [("[messenger]", 1), ("[messenger, telegram]", 0)])
def test_an_anonymous_survey_needs_another_channel_than_messenger(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str], via: str, count: int
) -> None:
    path = tmp_path / "config.yaml"
    text = ANONYMOUS.replace("web: {}", "messenger: {}").replace(
        "survey: calls }", f"survey: calls, via: {via} }}"
    )
    path.write_text(text, encoding="utf-8")
    reading = read_config(path, environ, registry={**registry, "messenger": registry["web"]})
    assert not reading.faults, [fault.render() for fault in reading.faults]
    found = [a for a in reading.advice if "only who wrote there in the last 24 hours" in a.message]
    assert len(found) == count
