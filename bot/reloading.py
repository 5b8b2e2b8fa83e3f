"""Reloading: a saved file is in force within a second; a broken one never is.

Rules (surveys, triggers, journeys, campaigns, throttle, alerts, staff) are one value that is
swapped whole; what is under way goes on. Channels and the service block are read at the next start.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.config import Config, ConfigError, Fault, Reading
from bot.edits import tell_edits
from surveys.due import Due, DueKind
from surveys.message import Message
from surveys.staff import Role

log = logging.getLogger("afterword.config")

MOST_FILES = 1000
"""Files looked at; more than any configuration has (`bot.config.include`)."""
DEPTH = 3
"""Folders below the main file's that may hold included ones."""
SHOWN = 5
"""Faults named in the message to staff."""

_KINDS = (".yaml", ".yml", ".csv")

Fingerprint = frozenset[tuple[str, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a saved file changed: ``lines`` for people; ``waits`` names blocks that are read at the
    next start only.
    """

    lines: tuple[str, ...]
    waits: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = "; ".join(self.lines) or "nothing that matters"
        if self.waits:
            said += f"; {' and '.join(self.waits)}: at the next start"
        return said


class Reloading:
    """Watches the file of a running service."""

    def __init__(
        self,
        config: Config,
        *,
        read: Callable[[Path], Reading],
        apply: Callable[[Config], Awaitable[None]],
        tell: Callable[[str], Awaitable[None]],
    ) -> None:
        """``read`` reads a file whole; ``apply`` puts a configuration in force; ``tell`` tells the
        staff who look after it.
        """
        self._config, self._read, self._apply, self._tell = config, read, apply, tell
        self._seen = look(config.path)
        self._version = config.version

    async def tick(self) -> None:
        """Look once, and put in force what is new and without faults."""
        seen = await asyncio.to_thread(look, self._config.path)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            reading = await asyncio.to_thread(self._read, self._config.path)
        except ConfigError as error:
            await self._refuse(error.faults)
            return
        if reading.config is None:
            await self._refuse(reading.faults)
        elif reading.config.version != self._version:
            await self._take(reading.config)

    async def _take(self, new: Config) -> None:
        change = compare(self._config, new)
        mixed = replace(new, service=self._config.service, channels=self._config.channels)
        await self._apply(mixed)
        self._config, self._version = mixed, new.version
        log.info("%s: in force: %s", new.path.name, change)
        await self._tell(f"{new.path.name}, saved by {_owner(new.path)}, is in force: {change}.")

    async def _refuse(self, faults: Sequence[Fault]) -> None:
        name = self._config.path.name
        for fault in faults:
            log.error("%s: not in force: %s", name, fault)
        shown = "\n".join(f"- {fault}" for fault in faults[:SHOWN])
        more = f"\n- and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        await self._tell(
            f"{name}, saved by {_owner(self._config.path)}, has faults and is not in force; what "
            f"ran before goes on.\n{shown}{more}\n./afterword check shows all of them."
        )


def look(path: Path) -> Fingerprint:
    """Give what tells whether any file of a configuration was saved: names, times and sizes."""
    found = set()
    for number, file in enumerate(_files(path)):
        if number >= MOST_FILES:
            break
        try:
            stat = file.stat()
        except OSError:  # just moved or removed: the next look sees what is there
            continue
        found.add((str(file), stat.st_mtime_ns, stat.st_size))
    return frozenset(found)


def compare(old: Config, new: Config) -> Change:
    """Give what is different, a phrase for each kind of thing: what is new, what is gone, and what
    was changed in the rest. Of colleagues only names are told, of addresses nothing.
    """
    lines = [*_named_changes(old, new), *_whole_changes(old, new)]
    waits = [name for name in ("service", "channels") if getattr(old, name) != getattr(new, name)]
    return Change(lines=tuple(lines), waits=tuple(waits))


def _named_changes(old: Config, new: Config) -> Iterator[str]:
    sections: Mapping[str, tuple[Mapping[str, object], Mapping[str, object]]] = {
        "surveys": (old.surveys, new.surveys),
        "triggers": (_named(old.triggers), _named(new.triggers)),
        "journeys": (_named(old.journeys), _named(new.journeys)),
        "campaigns": (_named(old.campaigns), _named(new.campaigns)),
        "reports": (_named(old.reports), _named(new.reports)),
        "staff": (_named(old.staff), _named(new.staff)),
    }
    for section, (before, after) in sections.items():
        written = [_entries(config, section) for config in (old, new)]
        if words := _difference(before, after, *written):
            yield f"{section}: {words}"


_WHOLE = {
    "alerts": "alerts",
    "cards_to": "cards",
    "causes": "causes",
    "throttle": "throttle",
    "limits": "limits",
    "consent": "consent",
    "entrances": "public surveys",
    "retention": "retention",
    "webhooks": "webhooks",
    "gists": "themes",
}
"""What is compared as a whole, and what it is called."""
_TOLD = frozenset({"surveys", "triggers", "journeys", "campaigns"})
"""Sections whose entries are told key by key: they name rules, and nobody."""
_TOLD_WHOLE = frozenset({"throttle", "limits", "consent", "retention"})


def _whole_changes(old: Config, new: Config) -> Iterator[str]:
    for field, name in _WHOLE.items():
        if getattr(old, field) != getattr(new, field):
            blocks = [config.written.get(name) or {} for config in (old, new)]
            edits = tell_edits(*blocks) if name in _TOLD_WHOLE else ""
            yield f"{name}: {edits or 'changed'}"


def _entries(config: Config, section: str) -> Mapping[str, object]:
    """Give the entries of a section as they are written, where they may be told."""
    found = config.written.get(section) if section in _TOLD else None
    return found if isinstance(found, Mapping) else {}


def tell_keepers(config: Config, channels: Collection[str], text: str, now: datetime) -> list[Due]:
    """Give the messages to those who look after the configuration: admins, else managers, each on
    the first of their channels that runs.
    """
    for role in (Role.ADMIN, Role.MANAGER):
        members = [member for member in config.staff if member.role is role]
        dues = [
            Due(
                lane=lane,
                at=now,
                id=f"config:{int(now.timestamp() * 1000)}:{member.name}",
                kind=DueKind.SAY,
                message=Message(address=address, text=text),
            )
            for member in members
            for lane, address in [p for p in member.addresses.items() if p[0] in channels][:1]
        ]
        if dues:
            return dues
    return []


def _difference(
    before: Mapping[str, object],
    after: Mapping[str, object],
    was: Mapping[str, object],
    now: Mapping[str, object],
) -> str:
    """Give which entries are new, gone and changed; ``was`` and ``now`` are what is written."""
    new = [f"+{name}" for name in after if name not in before]
    gone = [f"-{name}" for name in before if name not in after]
    changed = [
        f"~{name}{f' ({edits})' if (edits := tell_edits(was.get(name), now.get(name))) else ''}"
        for name in after
        if name in before and before[name] != after[name]
    ]
    return " ".join([*new, *gone, *changed])


def _named(values: Collection[object]) -> Mapping[str, object]:
    return {str(getattr(value, "name", "")): value for value in values}


def _files(path: Path) -> Iterator[Path]:
    """Give the files that may belong to a configuration; hidden folders hold none."""
    root = path.parent
    yield path
    for folder, below, names in os.walk(root):
        depth = len(Path(folder).relative_to(root).parts)
        below[:] = [name for name in below if name[0] != "."] if depth < DEPTH - 1 else []
        yield from (Path(folder, name) for name in names if name.endswith(_KINDS))


def _owner(path: Path) -> str:
    """Give who owns a file: whoever saved it, where editors write it anew."""
    try:
        return path.owner()
    except (OSError, KeyError, NotImplementedError):
        return "somebody"
