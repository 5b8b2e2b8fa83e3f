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
class Score:
    """One result: ``name`` with its score, what else is known of it, and whether it changed, ""
    where there is nothing to compare.
    """

    name: str
    facts: tuple[str, ...]
    change: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a header; the first column names, the others are numbers and verdicts. ``title``
    says what it is of, "" for what stands in front of it anyway.
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


Block = Head | Line | Score | Table | Quote | Picture


def pictures(blocks: Sequence[Block]) -> tuple[Image, ...]:
    """Give the pictures of a report, in order."""
    return tuple(block.image for block in blocks if isinstance(block, Picture))
