"""Scripts: scenarios as a marketer writes them, read strictly."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.config.faults import nearest
from bot.config.units import read_duration

HERE = Path(__file__).parent
SCENARIO = frozenset({"title", "config", "files", "people", "story", "end"})
TIMES = ("at", "after")
ACTS = frozenset({"event", "tell", "alias", "change", "outage", "expect", "check"})
EVENT_MORE = frozenset({"about", "properties", "id", "happened", "imported"})
CHECKS = frozenset({"invitations", "why", "events", "results", "answers", "comments", "due"})
DEEDS = frozenset({"press", "on", "write", "reply", "link", "join", "report", "fail"})


class Misspelt(ValueError):
    """Something in a scenario that is not understood, and what may stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One document of a file: the people it is about, what happens, and what holds at its end.
    ``files`` lie beside config.yaml, by name.
    """

    name: str
    title: str
    config: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, Mapping[str, Any]]
    story: tuple[Mapping[str, Any], ...]
    end: Mapping[str, Any]

    @property
    def zone(self) -> ZoneInfo:
        """The service's time zone, in which the times of the story are."""
        return ZoneInfo(self.config["service"]["timezone"])

    @property
    def starts(self) -> datetime:
        """When the story begins."""
        return local_time(self.story[0]["at"], self.zone)


class _Loader(yaml.SafeLoader):
    """YAML as in config.yaml: ``no``, ``10:00`` and dates are words, and each key stands once."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way of saying it

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            line = node.start_mark.line + 1
            raise Misspelt(f"line {line}: {twice[0]!r} stands twice; each key stands once")
        return super().construct_mapping(node, deep=True)


for tag, pattern in {
    "null": r"~|null|",
    "bool": r"true|false",
    "int": r"[-+]?[0-9]+",
    "float": r"[-+]?[0-9]+\.[0-9]+",
}.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), None)


def read_scenarios(folder: Path = HERE) -> Iterator[Scenario]:
    """Give the scenarios of every file but base.yaml, by file and place.

    :raises Misspelt: where one is not understood.
    """
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "base.yaml":
            yield from read_text(path.read_text(encoding="utf-8"), path.stem)


def read_text(text: str, name: str) -> Iterator[Scenario]:
    """Give the scenarios of one file's text.

    :raises Misspelt: where one is not understood.
    """
    base = yaml.load((HERE / "base.yaml").read_text(encoding="utf-8"), _Loader)
    for document in _documents(text, name):
        where = f"{name}: {document.get('title', '?')}"
        _know(document, SCENARIO, where)
        scenario = Scenario(
            name=f"{name}-{re.sub('[^a-z0-9]+', '-', document['title'].lower()).strip('-')}",
            title=document["title"],
            config=laid_over(base, document.get("config") or {}),
            files=document.get("files") or {},
            people=document.get("people") or {},
            story=tuple(document["story"]),
            end=document.get("end") or {},
        )
        _check(scenario, where)
        yield scenario


def _documents(text: str, name: str) -> list[Any]:
    try:
        return list(yaml.load_all(text, _Loader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        hint = "put texts with a colon or a question mark in quotes"
        raise Misspelt(f"{name}.yaml, line {line}: {error.problem}; {hint}") from None


def laid_over(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Give settings with others laid over them; null takes one away."""
    whole = dict(base)
    for key, value in more.items():
        old = whole.get(key)
        if value is None:
            whole.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(old, Mapping):
            whole[key] = laid_over(old, value)
        else:
            whole[key] = value
    return whole


def local_time(written: str, zone: ZoneInfo) -> datetime:
    """Read ``2026-03-02 10:00`` as a time in a zone; of one that comes twice, the first.

    :raises Misspelt: where it is no time.
    """
    try:
        read = datetime.fromisoformat(str(written))
    except ValueError:
        raise Misspelt(f"{written!r} is no time; write 2026-03-02 10:00") from None
    return read.replace(tzinfo=zone).astimezone(UTC)


def span(written: str) -> timedelta:
    """Read ``2h``; several are added up: ``1d 2h``."""
    return sum((read_duration(word) for word in str(written).split()), timedelta())


def as_list(given: Any) -> list[Any]:
    """Give what may be written as one value or as a list of them."""
    if given is None:
        return []
    return list(given) if isinstance(given, list) else [given]


def _check(scenario: Scenario, where: str) -> None:
    names = {*scenario.people}
    names |= {str(member["name"]).lower() for member in scenario.config.get("staff") or ()}
    if not scenario.story or "at" not in scenario.story[0]:
        raise Misspelt(f"{where}: the first step of the story needs a time: at: 2026-03-02 10:00")
    for number, step in enumerate(scenario.story, 1):
        at = f"{where}, step {number}"
        more = EVENT_MORE if "event" in step else frozenset()
        _know(step, {*TIMES, *ACTS, *more, *names}, at)
        for who, deeds in step.items():
            if who in names:
                _check_deeds(deeds, scenario, f"{at}, {who}")
        if isinstance(step.get("expect"), Mapping):
            _know(step["expect"], names, f"{at}, expect")
        _know(step.get("check") or {}, CHECKS, f"{at}, check")
    _know(scenario.end, CHECKS, f"{where}, end")


def _check_deeds(deeds: Mapping[str, Any], scenario: Scenario, where: str) -> None:
    _know(deeds, {*scenario.config["channels"], "page"}, where)
    for channel, deed in deeds.items():
        if isinstance(deed, Mapping):
            _know(deed, DEEDS, f"{where}, {channel}")


def _know(given: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for key in given:
        if key not in known:
            near = nearest(str(key), known)
            hint = f"did you mean {near!r}?" if near else f"known are {', '.join(sorted(known))}"
            raise Misspelt(f"{where}: unknown key {key!r} ({hint})")
