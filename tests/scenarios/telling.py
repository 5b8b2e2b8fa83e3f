"""The telling: what happened and what was said, in words; and whether it was what was expected."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from surveys.message import Message

EDITED = "edited: "
"""Before an expected text: a message sent earlier that was changed in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message that reached somebody; ``seen`` once it was expected."""

    who: str
    channel: str
    text: str
    edited: bool = False


@dataclass(slots=True, kw_only=True)
class Telling:
    """Notes what happens. ``names`` says whose address is whose."""

    zone: ZoneInfo
    clock: Callable[[], datetime] = field(init=False)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    unread: list[Line] = field(default_factory=list)

    def notes(self, words: str) -> None:
        """Note what happens now."""
        stamp = self.clock().astimezone(self.zone)
        head = f"{stamp:%a} {stamp.day} {stamp:%b %Y %H:%M}  "
        more = "\n" + " " * 24
        self.lines.append(f"{head:24}" + words.strip().replace("\n", more))

    def hears(self, channel: str, message: Message, who: str = "") -> None:
        """Note a message that arrived."""
        name = who or self.names.get((channel, message.address), f"{message.address}?")
        line = Line(who=name, channel=channel, text=words(message), edited=bool(message.replaces))
        self.unread.append(line)
        buttons = "".join(f" [{button.label}]" for button in message.buttons)
        verb = "sees changed" if line.edited else "gets"
        self.notes(f"  {name} {verb} ({channel}): {line.text}{buttons}")

    def compare(self, expected: Mapping[str, Mapping[str, Sequence[str]]]) -> list[str]:
        """Give what is not as expected of all that arrived since the last time, in words."""
        faults = []
        arrived, self.unread = self.unread, []
        wanted = {
            (who, channel): _listed(texts)
            for who, by_channel in expected.items()
            for channel, texts in by_channel.items()
        }
        for place in dict.fromkeys([*wanted, *((line.who, line.channel) for line in arrived)]):
            got = [line for line in arrived if (line.who, line.channel) == place]
            faults += _differences(place, wanted.get(place, []), got)
        return faults

    def __str__(self) -> str:
        return "\n".join(self.lines)


def words(message: Message) -> str:
    """Give what a person reads, without buttons."""
    return "\n".join(part for part in (message.subject, message.notice, message.text) if part)


def like(text: str, pattern: str) -> bool:
    """Whether a text is what a pattern says; ``*`` stands for anything."""
    parts = [re.escape(part) for part in str(pattern).split("*")]
    return re.fullmatch(".*".join(parts), text, re.DOTALL | re.IGNORECASE) is not None


def _differences(place: tuple[str, str], wanted: Sequence[str], got: Sequence[Line]) -> list[str]:
    """Changed messages are only looked for where they are expected."""
    who, channel = place
    faults = []
    for pattern in [p.removeprefix(EDITED) for p in wanted if p.startswith(EDITED)]:
        if not any(line.edited and like(line.text, pattern) for line in got):
            faults.append(f"{who} should see a message changed on {channel}: {pattern}")
    new, texts = (
        [p for p in wanted if not p.startswith(EDITED)],
        [g.text for g in got if not g.edited],
    )
    if len(new) != len(texts) or not all(map(like, texts, new)):
        faults.append(
            f"{who} on {channel}\n  should get: {_shown(new)}\n  got:        {_shown(texts)}"
        )
    return faults


def _shown(texts: Sequence[str]) -> str:
    return "\n              ".join(text.replace("\n", " / ") for text in texts) or "nothing"


def _listed(given: Any) -> list[str]:
    return [str(one) for one in given] if isinstance(given, list) else [str(given)]
