"""The documents say what the program does: links, commands, snippets and names are checked."""

import importlib
import json
import re
import shlex
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import _parser
from bot.config import Config, load_config
from bot.segment import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_EVENT_BYTES, read_batch
from channels import CHANNELS
from surveys.event import EventKind
from surveys.invitation import DeliveryState, InvitationState
from surveys.metric import METRICS
from tests.channels.rigs import SAMPLE_SECRETS
from tests.docs.reading import ROOT, Block, Page, every_page, read_page

PAGES = every_page()
ROOMS = ("bot", "channels", "scheduler", "storage", "surveys")
SECTIONS = {
    "cards",
    "causes",
    "themes",
    "service",
    "channels",
    "staff",
    "surveys",
    "triggers",
    "journeys",
    "campaigns",
    "alerts",
    "throttle",
    "limits",
    "include",
}
ENVIRON = {
    **SAMPLE_SECRETS,
    "WRITE_KEY": "a-write-key-of-ours",
    "SMTP_URL": "smtps://feedback:sesame@mail.acme.example",
    "DB_PASSWORD": "sesame",
}
NEVER = ("automation", "broadcast", "helpers", "hook", "notification", "utils")
"""Words with a name of ours instead; those with an innocent meaning too are left to readers."""

_COMMAND = re.compile(r"(?:\./afterword|python -m bot)(?: .*)?$")
_COMMAND_WORDS = 2  # `./afterword import`
_NAME = re.compile(rf"(?:{'|'.join(ROOMS)})(?:\.\w+)+")
_FILE = re.compile(rf"(?:{'|'.join((*ROOMS, 'tests', 'docs'))})(?:/[\w.-]+)*/[\w-]+\.\w+")

every = pytest.mark.parametrize("page", PAGES, ids=str)


def test_the_pages_are_found() -> None:
    names = {str(page) for page in PAGES}
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"} <= names
    assert {"docs/path.md", "docs/config.md", "docs/channels/telegram.md"} <= names


# Links


@every
def test_links_lead_somewhere(page: Page) -> None:
    dead = [link for link in page.links if not _leads_somewhere(page, link)]
    assert not dead, f"{page}: {dead}"


def _leads_somewhere(page: Page, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return True  # elsewhere: not ours to reach
    name, _, anchor = link.partition("#")
    target = (page.path.parent / name) if name else page.path
    if not target.exists():
        return False
    return not anchor or anchor in read_page(target).anchors


def test_every_page_of_docs_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        path = waiting.pop().resolve()
        if path in seen or path.suffix != ".md" or not path.is_file():
            continue
        seen.add(path)
        links = (link.partition("#")[0] for link in read_page(path).links)
        waiting += [path.parent / link for link in links if link and ":" not in link]
    decided = set((ROOT / "docs" / "decisions").glob("*.md"))  # reached by their folder
    lost = {page.path.resolve() for page in PAGES} - seen - decided
    assert not lost


# Commands


def _commands(lines: Iterable[str]) -> list[str]:
    return [found[0] for line in lines if (found := _COMMAND.search(line))]


@every
def test_commands_in_blocks_can_be_typed(page: Page) -> None:
    lines = [line for block in page.blocks for line in block.text.splitlines()]
    faults = [f"{c}: {fault}" for c in _commands(lines) if (fault := _fault(c))]
    assert not faults, f"{page}: {faults}"


@every
def test_commands_in_prose_are_real(page: Page) -> None:
    """Prose may leave arguments out: `./afterword import` is enough there."""
    faults = [
        f"{c}: {fault}"
        for c in _commands(page.spans)
        if (fault := _fault(f"{c} --help" if len(c.split()) <= _COMMAND_WORDS else c))
    ]
    assert not faults, f"{page}: {faults}"


def _fault(command: str) -> str:
    words = shlex.split(command, comments=True)
    ends = [n for n, word in enumerate(words) if word in (">", "|", "&&", "&", ";")]
    words = words[: ends[0]] if ends else words
    launcher = words[0] == "./afterword"
    given = words[1:] if launcher else words[3:]
    if not given or (launcher and given[0] in ("test", "develop")):
        return ""
    try:
        _parser().parse_args(given)
    except SystemExit as stopped:
        return "no such command or option" if stopped.code else ""
    return ""


@pytest.mark.parametrize(
    ("command", "real"),
    [
        ("./afterword demo", True),
        ("./afterword test -k nps", True),
        ("python -m bot check --schema > config.schema.json", True),
        ("./afterword dmeo", False),
        ("./afterword run --colour", False),
    ],
)
def test_a_command_that_is_not_real_would_be_noticed(command: str, real: bool) -> None:
    assert (_fault(command) == "") is real


# Snippets


def _yaml(page: Page) -> list[Block]:
    return [b for b in page.blocks if b.language in ("yaml", "yml") or _looks_like_config(b)]


def _looks_like_config(block: Block) -> bool:
    return not block.language and block.text.startswith(tuple(f"{name}:" for name in SECTIONS))


@every
def test_yaml_blocks_can_be_read(page: Page) -> None:
    for block in _yaml(page):
        found = yaml.safe_load(block.text)
        assert isinstance(found, dict), block.text
        known = found.keys() <= SECTIONS
        assert known or not found.keys() & SECTIONS, f"{page}: {found.keys() - SECTIONS}"


def _full_files() -> list[tuple[str, str]]:
    return [
        (f"{page}-{number}", block.text)
        for page in PAGES
        for number, block in enumerate(_yaml(page))
        if {"service", "channels"} <= yaml.safe_load(block.text).keys()
    ]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in _full_files()])
def test_full_files_load(text: str, tmp_path: Path) -> None:
    assert _load(text, tmp_path).surveys


def test_the_file_at_the_top_loads() -> None:
    assert load_config(ROOT / "config.yaml", ENVIRON).triggers


def _load(text: str, folder: Path) -> Config:
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return load_config(file, ENVIRON)


# The README's own first event


def _readme_file() -> str:
    readme = read_page(ROOT / "README.md")
    return next(b.text for b in _yaml(readme) if "service" in yaml.safe_load(b.text))


def test_the_readme_has_a_short_file() -> None:
    assert len(_readme_file().splitlines()) <= 12


def test_the_readmes_event_starts_the_readmes_survey(tmp_path: Path) -> None:
    config = _load(_readme_file(), tmp_path)
    readme = read_page(ROOT / "README.md")
    curl = next(b.text for b in readme.blocks if "/v1/batch" in b.text)
    _, _, body = curl.partition("-d '")
    items = json.loads(body.rpartition("'")[0])
    received = read_batch(items, received_at=datetime.now(UTC), new_id=lambda: "x")
    assert not received.unusable
    who, what = received.events
    assert {CHANNELS[name].trait for name in config.channels} <= who.traits.keys()
    assert what.name in {trigger.event for trigger in config.triggers}
    assert f"curl -u {config.service.write_keys[0]}: " in curl
    assert f"{config.service.public_url}/v1/batch" in curl


# Names


@cache
def _exists(name: str) -> bool:
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[cut:]:
            if not hasattr(found, attribute) and attribute not in _fields(found):
                return False
            found = getattr(found, attribute, None)
        return True
    return False


def _fields(found: object) -> Any:
    return getattr(found, "__dataclass_fields__", ())


def _names(page: Page) -> Iterator[str]:
    yield from (span for span in page.spans if _NAME.fullmatch(span))
    if page.path.name == "path.md":
        for block in page.blocks:
            yield from _drawn_names(block.text)


def _drawn_names(text: str) -> Iterator[str]:
    """Give the names of a drawing, where ``a.b.C.d, e, .f`` is short for three of one place."""
    for line in text.splitlines():
        for found in re.finditer(rf"({_NAME.pattern})((?:, \.?\w+(?![\w.]))*)", line):
            name, more = found[1], found[2]
            yield name
            place = name.rpartition(".")[0]
            yield from (f"{place}.{word}" for word in re.findall(r", \.?(\w+)", more))


@every
def test_names_of_the_code_exist(page: Page) -> None:
    missing = [name for name in _names(page) if not _exists(name)]
    assert not missing, f"{page}: {missing}"


def test_the_path_is_drawn_with_names() -> None:
    names = set(_names(read_page(ROOT / "docs" / "path.md")))
    assert len(names) > 40
    assert {"bot.http._Intake.batch", "scheduler.outcomes.failed"} <= names


@pytest.mark.parametrize("name", ["scheduler.triggers.guess", "storage.stores", "bot.http.X.call"])
def test_a_name_that_is_gone_would_be_noticed(name: str) -> None:
    assert not _exists(name)


@every
def test_files_that_are_named_exist(page: Page) -> None:
    named = [span for span in page.spans if _FILE.fullmatch(span)]
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing, f"{page}: {missing}"


# What must be said


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    assert "unreleased" in read_page(ROOT / "CHANGELOG.md").anchors


def test_the_page_about_events_names_every_call_and_leads_to_every_trait() -> None:
    page = read_page(ROOT / "docs" / "events.md")
    text = page.path.read_text(encoding="utf-8")
    for kind in EventKind:
        assert f"/v1/{kind}" in text
    assert "channels/README.md" in page.links
    table = (ROOT / "docs" / "channels" / "README.md").read_text(encoding="utf-8")
    for entry in CHANNELS.values():
        assert f"`{entry.trait}`" in table


def test_the_page_about_events_gives_the_limits() -> None:
    text = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    assert f"{MAX_EVENT_BYTES // 1024} KB" in text
    assert f"{MAX_BATCH_BYTES // 1000} kB or {MAX_BATCH_EVENTS:,} events" in text


def test_the_glossary_names_every_state_and_metric() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    for word in (*InvitationState, *DeliveryState):
        assert f"`{word}`" in text
    for metric in METRICS.values():
        assert f"| `{metric.id}` | `{metric.version}` |" in text


@every
def test_words_with_a_better_name_are_not_used(page: Page) -> None:
    prose = re.sub(r"`[^`\n]+`", "", page.prose).lower()
    used = [word for word in NEVER if re.search(rf"\b{word}s?\b", prose)]
    assert not used, f"{page}: {used}; see the last table of docs/glossary.md"
