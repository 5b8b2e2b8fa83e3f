"""Rosters: the people a file lists, by the names the business or a channel calls them. Pure.

A roster of a million takes eight megabytes: of each name 64 bits of a hash are kept, in order. That
two of a million names share one is less likely than one in a million.
"""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from surveys.contact import Contact

Name = tuple[str, str]
"""``("", "user:42")`` for what the business calls somebody, or a channel and an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who is listed in ``file``, on so many ``lines``. ``version`` is a hash of all names."""

    file: str
    lines: int
    version: str
    _marks: "array[int]" = field(repr=False, compare=False)

    def lists(self, contact: Contact) -> bool:
        """Whether somebody is listed, by any of their names."""
        return any(self._has(name) for name in names_of(contact))

    def _has(self, name: Name) -> bool:
        mark = _mark(name)
        place = bisect_left(self._marks, mark)
        return place < len(self._marks) and self._marks[place] == mark


def make_roster(file: str, lines: Iterable[Iterable[Name]]) -> Roster:
    """Give the roster of a file whose lines each name one person, by one name or several."""
    marks, count = array("Q"), 0
    for names in lines:
        marks.extend(_mark(name) for name in names)
        count += 1
    ordered = array("Q", sorted(marks))
    version = hashlib.sha256(ordered.tobytes()).hexdigest()[:16]
    return Roster(file=file, lines=count, version=version, _marks=ordered)


def names_of(contact: Contact) -> list[Name]:
    """Give all names of somebody."""
    return [
        *(("", key) for key in contact.keys),
        *((address.channel, address.value) for address in contact.addresses),
    ]


def _mark(name: Name) -> int:
    digest = hashlib.blake2b("\0".join(name).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest)
