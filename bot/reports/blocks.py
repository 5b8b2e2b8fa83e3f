"""Blocks: what a report is made of, before it is known where it is read."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.message import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The name of a part; ``level`` 1 is the report's own."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence; ``quiet`` ones explain."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a header; the first column names, the others are numbers and verdicts. ``title``
    stands in front where there are no columns, "" for none.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Somebody's words, and what is known about them."""

    text: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture with the words that stand for it."""

    image: Image


Block = Head | Line | Table | Quote | Picture


def pictures(blocks: Sequence[Block]) -> tuple[Image, ...]:
    """Give the pictures of a report, in order."""
    return tuple(block.image for block in blocks if isinstance(block, Picture))
