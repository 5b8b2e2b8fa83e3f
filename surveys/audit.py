"""The audit: who of the staff asked for what, in a chain of hashes.

Each entry's hash covers the hash of the entry before it, so that an entry that was changed, taken
out or put in later breaks the chain at its place.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

BEGINNING = ""
"""The hash before the first entry."""


class Verdict(StrEnum):
    """What became of a command."""

    ALLOWED = "allowed"
    DENIED = "denied"
    ASKED = "asked"  # it waits to be confirmed
    CONFIRMED = "confirmed"
    LEFT = "left"  # it was not confirmed
    UNKNOWN = "unknown"  # there is no such command


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One command: ``line`` is its text, masked; ``person`` the colleague's name in the file, or a
    mark for somebody who is not listed.
    """

    at: datetime
    person: str
    role: str
    channel: str
    command: str
    line: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A note in its place in the chain, counted from 1."""

    number: int
    note: Note
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry, as noted apart: where entries are missing at the end, it tells."""

    number: int = 0
    hash: str = BEGINNING


def link(note: Note, after: Head) -> Entry:
    """Give a note as the entry that follows ``after``."""
    number = after.number + 1
    return Entry(number=number, note=note, hash=chain_hash(after.hash, number, note))


def chain_hash(before: str, number: int, note: Note) -> str:
    """Give SHA-256, in hex, of the hash before, the number and every field, as a JSON array."""
    at = note.at.astimezone(UTC).isoformat(timespec="milliseconds")
    fields = [note.person, note.role, note.channel, note.command, note.line, str(note.verdict)]
    content = json.dumps([before, number, at, *fields], ensure_ascii=True, separators=(",", ":"))
    return sha256(content.encode()).hexdigest()


def follow(entries: Iterable[Entry], after: Head) -> tuple[Head, str]:
    """Follow the chain and give how far it holds, and what is wrong there, "" for nothing."""
    head = after
    for entry in entries:
        if entry.number != head.number + 1:
            return head, f"entry {head.number + 1} is missing"
        if entry.hash != chain_hash(head.hash, entry.number, entry.note):
            return head, f"entry {entry.number} was changed, or one before it"
        head = Head(number=entry.number, hash=entry.hash)
    return head, ""
