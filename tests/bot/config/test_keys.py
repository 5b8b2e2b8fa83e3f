"""Keys: each is described once, and the reader, the schema and the documentation agree."""

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import Registry, load_config, write_schema
from bot.config.audience import SHAPES as AUDIENCE_SHAPES
from bot.config.campaigns import SHAPES as CAMPAIGN_SHAPES
from bot.config.cases import SHAPES as CASE_SHAPES
from bot.config.consent import ConsentShape
from bot.config.follow_ups import SHAPES as FOLLOW_UP_SHAPES
from bot.config.journeys import SHAPES as JOURNEY_SHAPES
from bot.config.keys import SECTIONS, table
from bot.config.limits import LimitsShape
from bot.config.reading import known_keys
from bot.config.reports import SHAPES as REPORT_SHAPES
from bot.config.retention import SHAPES as RETENTION_SHAPES
from bot.config.schema import build_schema
from bot.config.schema.channel import setting_docs
from bot.config.shape import SHAPES as PLAIN_SHAPES
from bot.config.throttle import SHAPES as THROTTLE_SHAPES
from bot.config.units import read_duration
from bot.config.webhooks import WebhookShape
from bot.config.yaml_file import read_document
from channels import CHANNELS
from scheduler.triggers import Trigger
from surveys.preset import PRESETS
from surveys.survey import Survey
from tests.bot.config.conftest import TelegramSettings
from tests.bot.config.schemas import problems

SHAPES = (
    *PLAIN_SHAPES,
    *JOURNEY_SHAPES,
    *CAMPAIGN_SHAPES,
    *CASE_SHAPES,
    *REPORT_SHAPES,
    *FOLLOW_UP_SHAPES,
    *THROTTLE_SHAPES,
    *AUDIENCE_SHAPES,
    *RETENTION_SHAPES,
    ConsentShape,
    WebhookShape,
    LimitsShape,
)
ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)


def value_of(path: Path) -> Any:
    document = read_document(path, path.name, [])
    assert document is not None
    return document.data


@pytest.mark.parametrize("section", SECTIONS)
def test_the_reader_takes_exactly_the_described_keys(section: str) -> None:
    taken = {k for shape in SHAPES if section == shape.SECTION for k in known_keys(shape)}
    described = set(SECTIONS[section])
    assert taken == described or section in {"root", "channel"}


@pytest.mark.parametrize("section", SECTIONS)
def test_required_is_what_the_reader_requires(section: str) -> None:
    shapes = [shape for shape in SHAPES if section == shape.SECTION]
    if section == "question" or not shapes:
        return
    needed = {
        f.name.rstrip("_") for f in fields(shapes[0])
        if repr(f.default) == repr(f.default_factory)  # neither is given
    }  # fmt: skip
    assert needed == {name for name, key in SECTIONS[section].items() if key.required}


@pytest.mark.parametrize("section", SECTIONS)
def test_docs_hold_the_table_of_every_section(section: str) -> None:
    assert table(section) in DOCS, f"put this into docs/config.md:\n{table(section)}"


def test_described_defaults_are_the_real_ones() -> None:
    trigger = Trigger(name="t", event="e", survey="s", via=("web",))
    for name in ("wait", "max_age", "expires"):
        assert read_duration(SECTIONS["trigger"][name].default) == getattr(trigger, name)
    assert SECTIONS["trigger"]["every"].default == str(trigger.every)
    survey = Survey(id="s", questions=(), languages=(), version="")
    assert read_duration(SECTIONS["survey"]["change_within"].default) == survey.change_within


def test_docs_begin_with_ten_lines_that_work(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str]
) -> None:
    assert len(BLOCKS[0].splitlines()) == 10
    path = tmp_path / "config.yaml"
    path.write_text(BLOCKS[0], encoding="utf-8")
    config = load_config(path, environ, registry=registry)
    assert len(config.surveys) == len(config.triggers) == len(config.channels) == 1


def test_the_other_blocks_of_the_docs_make_one_file_that_works(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str]
) -> None:
    sections: dict[str, Any] = {}
    for block in BLOCKS[1:]:
        sections |= yaml.safe_load(block)
    sections["surveys"]["own"] = {"questions": sections.pop("questions")}
    sections.pop("include")
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(sections, allow_unicode=True), encoding="utf-8")
    config = load_config(path, environ, registry=registry)
    assert set(config.surveys) == {"after_call", "visit", "own"}


def test_docs_name_every_preset_and_scale() -> None:
    for name in PRESETS:
        assert f"| `{name}` |" in DOCS


def test_schema_describes_every_key() -> None:
    schema = build_schema(CHANNELS)

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for inner in node:
                walk(inner)
        elif isinstance(node, dict):
            for key, inner in node.get("properties", {}).items():
                named_by_its_block = (
                    key in {"all", "best", "low", "middle", "high"} or key in PRESETS
                )
                own = key.partition(".")[0] in PRESETS or key in {
                    "choice",
                    "choices",
                    "number",
                    "text",
                }
                assert inner.get("description") or named_by_its_block or own, key
            for inner in node.values():
                walk(inner)

    walk(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(schema["properties"]) == set(SECTIONS["root"])
    assert set(schema["properties"]["channels"]["properties"]) == set(CHANNELS)


def test_schema_takes_what_the_reader_takes(tmp_path: Path, registry: Registry) -> None:
    schema = build_schema(registry)
    assert not problems(value_of(ROOT / "config.yaml"), build_schema(CHANNELS))
    path = tmp_path / "docs.yaml"
    path.write_text(BLOCKS[0], encoding="utf-8")
    assert not problems(value_of(path), schema)
    for block in BLOCKS[1:]:
        key = block.partition(":")[0]
        path.write_text(block, encoding="utf-8")
        known = {
            **schema["properties"],
            "questions": schema["properties"]["surveys"]["additionalProperties"]["properties"][
                "questions"
            ],
        }
        assert not problems(value_of(path)[key], known[key]), key


@pytest.mark.parametrize(
    "name",
    ["root_key_misspelt", "service_keys_misspelt", "channel_keys", "channel_misspelt", "staff_entries",
     "survey_keys", "survey_without_questions", "question_misspelt", "question_form", "question_own",
     "trigger_values", "trigger_of_later_versions", "trigger_via", "alerts",
     "sections_of_the_wrong_kind"],
)  # fmt: skip
def test_schema_refuses_what_the_reader_refuses(name: str, registry: Registry) -> None:
    value = value_of(ROOT / "tests/bot/config/broken" / f"{name}.yaml")
    assert problems(value, build_schema(registry))


def test_schema_names_no_default_of_a_secret() -> None:
    text = write_schema(CHANNELS)
    token = build_schema(CHANNELS)["properties"]["channels"]["properties"]["telegram"][
        "properties"
    ]["token"]
    assert token["writeOnly"]
    assert "default" not in token
    assert text.startswith("{\n")


def test_channels_describe_their_own_settings() -> None:
    assert setting_docs(TelegramSettings) == {"token": "what the provider gave"}
