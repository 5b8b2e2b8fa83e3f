"""Pictures: what a painter makes of one message, for the page and the terminal to show."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a piece of text stands in a bubble."""

    PLAIN = "plain"
    STRONG = "strong"
    SMALL = "small"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of text in a bubble."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One button as it is shown; ``spoken`` is what a screen reader says instead of the label."""

    label: str
    chosen: bool = False
    spoken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message of a chat. ``rows`` are its buttons as they are laid out; ``flow``: they float
    behind one another instead. ``caption`` stands above it and is ours, not the message's.
    """

    parts: tuple[Part, ...]
    rows: tuple[tuple[Key, ...], ...] = ()
    flow: bool = False
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A conversation. ``note`` says what it costs or holds; ``remarks`` are for the marketer."""

    bubbles: tuple[Bubble, ...]
    note: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A document of its own: a mail (with ``subject`` and ``sender``) or a page (with ``url``).

    ``html`` is the very document a customer's program is given, ``plain`` its words.
    """

    html: str
    plain: str
    subject: str = ""
    sender: str = ""
    url: str = ""
    note: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One key of a telephone: ``key`` is what is on it, ``means`` what pressing it says."""

    key: str
    means: str

    @property
    def pair(self) -> tuple[str, str]:
        return self.key, self.means


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A phone call: what is said, and what may be pressed."""

    said: tuple[str, ...]
    keys: tuple[Press, ...] = ()
    records: bool = False
    note: str = ""
    remarks: tuple[str, ...] = ()


Picture = Chat | Sheet | Call
