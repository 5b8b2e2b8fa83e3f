"""Every channel has all its parts: docs page, sample block, payloads, rig, registry line."""

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from channels import CHANNELS
from channels.base import Channel
from tests.channels.rig import Rig
from tests.channels.rigs import RIGS, SAMPLE_SECRETS
from tests.channels.saying import LANGUAGES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

every_channel = pytest.mark.parametrize("name", sorted(CHANNELS))


def sample_text(name: str) -> str:
    return (HERE / name / "sample.yaml").read_text(encoding="utf-8")


def sample_block(name: str) -> dict[str, Any]:
    """Give the channel's block with its ``${NAME}`` filled and YAML's keys as field names."""
    filled = re.sub(r"\$\{(\w+)\}", lambda found: SAMPLE_SECRETS[found[1]], sample_text(name))
    block = yaml.safe_load(filled)["channels"][name]
    renamed: Mapping[str, str] = getattr(CHANNELS[name].settings_class(), "KEYS", {})
    return {renamed.get(key, key): value for key, value in block.items()}


@every_channel
def test_a_docs_page_shows_the_sample_block(name: str) -> None:
    page = ROOT / "docs" / "channels" / f"{name}.md"
    assert page.is_file(), f"write docs/channels/{name}.md"
    block = f"```yaml\n{sample_text(name).strip()}\n```"
    assert block in page.read_text(encoding="utf-8"), (
        f"docs/channels/{name}.md must hold tests/channels/{name}/sample.yaml word for word, "
        "in a yaml code block"
    )


@every_channel
def test_the_sample_block_loads(name: str) -> None:
    settings = CHANNELS[name].settings_class()
    loaded = TypeAdapter(settings).validate_python(sample_block(name))
    assert isinstance(loaded, settings)


@every_channel
def test_every_setting_is_in_the_docs_page(name: str) -> None:
    page = (ROOT / "docs" / "channels" / f"{name}.md").read_text(encoding="utf-8")
    settings = CHANNELS[name].settings_class()
    renamed = {field: key for key, field in getattr(settings, "KEYS", {}).items()}
    keys = [renamed.get(field, field) for field in (f.name for f in fields(settings))]
    missing = [key for key in keys if not re.search(rf"\b{key}\b", page)]
    assert not missing, f"docs/channels/{name}.md says nothing of {missing}"


@every_channel
def test_a_misspelt_setting_is_refused(name: str) -> None:
    settings = CHANNELS[name].settings_class()
    block = {**sample_block(name), "no_such_setting": 1}
    with pytest.raises((ValidationError, TypeError)):
        settings(**block)


@every_channel
def test_there_are_recorded_payloads(name: str) -> None:
    folder = HERE / name / "payloads"
    assert folder.is_dir(), f"make tests/channels/{name}/payloads"
    files = [file for file in folder.iterdir() if file.is_file() and file.stat().st_size]
    assert files, f"record at least one payload in tests/channels/{name}/payloads"


@every_channel
async def test_rigs_work_every_method_the_adapter_has(name: str) -> None:
    """No section of the suite may be skipped because a rig left out its lever."""
    kinds = [key for key in RIGS if key.split("-")[0] == name]
    assert kinds, f"add {name} to RIGS in tests/channels/rigs.py"
    levers: set[str] = set()
    for key in kinds:
        async with RIGS[key]() as rig:
            assert rig.name == name
            assert type(rig.channel) is CHANNELS[name].adapter_class()
            names = ("calls", "forged", "speak", "fail", "go_away")
            levers |= {n for n in names if getattr(type(rig), n) is not getattr(Rig, n)}
    adapter = CHANNELS[name].adapter_class()
    needed: set[str] = set()
    if adapter.receive is not Channel.receive:
        needed |= {"calls", "forged"}
    if adapter.listen is not Channel.listen:
        needed |= {"speak"}
    if not CHANNELS[name].capabilities().waits:
        needed |= {"fail", "go_away"}
    assert not needed - levers, f"the rig of {name} lacks {sorted(needed - levers)}"


def test_nothing_is_left_of_a_channel_that_is_gone() -> None:
    pages = {page.stem for page in (ROOT / "docs" / "channels").glob("*.md")} - {"README"}
    folders = {path.parent.name for path in HERE.glob("*/sample.yaml")}
    rigs = {key.split("-")[0] for key in RIGS}
    assert pages == folders == rigs == set(CHANNELS)


def test_traits_are_told_apart() -> None:
    """Only a phone number is an address twice: to write to and to call."""
    traits = [entry.trait for name, entry in CHANNELS.items() if name != "voice"]
    assert len(set(traits)) == len(traits)
    assert CHANNELS["voice"].trait == CHANNELS["sms"].trait


def test_settings_are_cheap_to_import() -> None:
    """`check` and `plan` read every channel's settings; only `run` pays for a channel's SDK."""
    code = (
        "import sys\n"
        "from channels import CHANNELS\n"
        "for entry in CHANNELS.values(): entry.settings_class(), entry.capabilities()\n"
        "dear = {'aiogram', 'slack_bolt'} & set(sys.modules)\n"
        "sys.exit(f'imported {dear}' if dear else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_shipped_language_is_said() -> None:
    assert {"en", "fi", "de", "hr", "lv"} <= {path.stem for path in LANGUAGES}
