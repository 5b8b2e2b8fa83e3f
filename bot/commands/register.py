"""The register: notes every command in the audit, before it is carried out.

What is noted is what an auditor needs: who, when, which command on what. Addresses, telephone
numbers and the names of customers are masked, so that the log holds nobody who was forgotten.
"""

import logging
import re
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Protocol

from bot.commands.phrases import clean
from surveys.audit import Note, Verdict
from surveys.masking import mask_address
from surveys.staff import StaffMember

MOST_NOTED = 200
"""Characters of a command that are noted."""

STRANGERS_AN_HOUR = 60
"""Commands of people who are not listed that are noted in an hour: nobody fills the disk."""

_MAIL = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+")
_NUMBER = re.compile(r"\+?\d[\d ()./-]{5,}\d")
_DATES = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.\d{4}")
_NAMING = frozenset({"why", "find"})
"""Commands whose every word may name a customer."""
_SPOKEN = {"case": 2}
"""Commands whose words after so many are what somebody writes to or of a customer."""

_log = logging.getLogger(__name__)


class Ledger(Protocol):
    """What the register asks of the store."""

    async def note_command(self, note: Note, /) -> object:
        """Add a note to the audit."""


class Register:
    """Notes commands."""

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime], salt: bytes) -> None:
        """``salt`` tells strangers apart without naming them."""
        self._ledger, self._clock, self._salt = ledger, clock, salt
        self._strangers: deque[datetime] = deque(maxlen=STRANGERS_AN_HOUR)

    async def note(
        self,
        member: StaffMember,
        channel: str,
        command: tuple[str, Sequence[str]],
        verdict: Verdict,
    ) -> None:
        """Note a colleague's command. Where this fails nothing may be done."""
        name, words = command
        await self._ledger.note_command(
            Note(
                at=self._clock(),
                person=member.name,
                role=str(member.role),
                channel=channel,
                command=name[:40],
                line=mask_line(name, words),
                verdict=verdict,
            )
        )

    async def turn_away(self, channel: str, address: str, name: str) -> None:
        """Note that somebody who is not listed gave a command; what they wrote is not kept."""
        digest = blake2b(address.encode("utf-8", "replace"), key=self._salt[:64], digest_size=4)
        mark = digest.hexdigest()
        _log.warning("a stranger wrote a command on %s (%s)", channel, mark)
        if self._is_flood():
            return
        await self._ledger.note_command(
            Note(
                at=self._clock(),
                person=f"stranger {mark}",
                role="",
                channel=channel,
                command=name[:40],
                line=f"/{name[:40]}",
                verdict=Verdict.DENIED,
            )
        )

    def _is_flood(self) -> bool:
        now = self._clock()
        full = len(self._strangers) == STRANGERS_AN_HOUR
        if full and now - self._strangers[0] < timedelta(hours=1):
            return True
        self._strangers.append(now)
        return False


def mask_line(name: str, words: Sequence[str]) -> str:
    """Give a command as it is noted: who it is about cannot be read, what it does can."""
    kept = list(words)
    if name in _NAMING:
        kept = [mask_name(word) for word in kept]
    elif name == "send":
        folded = [word.casefold() for word in kept]
        place = folded.index("to") + 1 if "to" in folded else 0
        kept = kept[:place] + [mask_name(word) for word in kept[place:]]
    elif name in _SPOKEN and len(kept) > _SPOKEN[name]:
        kept = [*kept[: _SPOKEN[name]], "…"]
    return mask_text(clean(" ".join((f"/{name}", *kept))))[:MOST_NOTED]


def mask_text(text: str) -> str:
    """Give a text with mail addresses and telephone numbers masked."""
    masked = _MAIL.sub(lambda found: mask_address("email", found.group()), text)
    return _NUMBER.sub(_mask_number, masked)


def mask_name(word: str) -> str:
    """Give what may name a customer as its beginning, or as the end of a number."""
    kind, colon, rest = word.partition(":")
    if colon and kind in ("user", "anon"):
        return f"{kind}:{mask_name(rest)}"
    bare = word.lstrip("@")
    if "@" in bare:
        return mask_address("email", bare)
    if bare.lstrip("+").isdecimal():
        return bare if len(bare) < 3 else f"…{bare[-2:]}"
    return f"{bare[:1]}…" if len(bare) > 1 else bare


def _mask_number(found: re.Match[str]) -> str:
    text = found.group()
    digits = sum(c.isdecimal() for c in text)
    if digits < 7 or _DATES.search(text):
        return text
    return mask_address("sms", text)
