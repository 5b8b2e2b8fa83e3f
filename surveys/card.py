"""Comment cards: words nobody asked for, and what is no card worth alarming anybody with.

A person may say that a card follows ("feedback the queue was long", "/palaute …"); the words
behind are the card, and the bare word asks for them. Anything else that answers no question is a
card too, but for small talk.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from surveys.folding import own_words, tidy, words_only
from surveys.language import Language
from surveys.picture import read_picture

LONGEST = 4000
"""Characters of a card that are kept."""

JOINS = timedelta(minutes=10)
"""Messages of one person that come this soon after a card are part of it."""

WAITS = timedelta(hours=1)
"""How long after "feedback" alone the next message is taken for the card."""

BURST, WINDOW = 10, timedelta(minutes=5)
"""Cards a colleague is shown one by one in a window of time; the rest is told as a number."""

MARKS = {"card": None, "praise": True, "complaint": False}
"""What a language has words for to open a card with, and whether that makes it praise."""

_CLOSE = 60  # characters in which the opening word must stand
_AT_BOT = re.compile(r"^(/\w+)@\w+")
_EMOJI_CODE = re.compile(r":[a-z0-9_+'-]{1,60}:")  # how Slack writes a face: ":wave:"
_BOUNDARY = re.compile(r"[\s:,;.!\u2013\u2014-]|$")
_BETWEEN = " \t\n:,;.!-\u2013\u2014"
_SMALL_TALK_WORDS = 8
_COUNT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One comment card. An empty ``text`` is a card that was announced and is waited for.

    ``id`` is the store's number, 0 before the first save. ``contact_id`` and ``invitation_id`` are
    0 where there is none. ``praise`` is None where the person did not say. ``source`` is where a
    page's visitor came from, ``email`` where they want to be answered. ``team`` is the team it
    concerns, "" where none is known. ``quiet`` is small talk: kept, and shown to nobody.
    """

    id: int = 0
    contact_id: int = 0
    invitation_id: int = 0
    channel: str
    text: str
    at: datetime
    praise: bool | None = None
    source: str = ""
    email: str = ""
    language: str = ""
    team: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A message that says it is a card. ``text`` is what follows, "" for nothing.

    ``is_command`` is true for ``/feedback``, which is never anything else.
    """

    text: str
    praise: bool | None = None
    is_command: bool = False


class Courtesy(StrEnum):
    """What somebody gets back for words that answer no question."""

    FULL = "full"  # a receipt, and the open question once more
    RECEIPT = "receipt"  # a receipt alone: the question was repeated before
    NONE = "none"  # nothing: small talk, or more of what was received a moment ago


def read_opening(text: str, language: Language) -> Opening | None:
    """Give the card a message announces itself to be, in the words of ``language``, or None."""
    said = _AT_BOT.sub(r"\1", tidy(text))
    head = {words_only(said[:end]): end for end in _ends(said)}
    known = sorted(
        (
            (own_words(word), MARKS[kind])
            for kind, words in language.cards.items()
            for word in words
        ),
        key=lambda known: -len(known[0]),
    )
    for word, praise in known:
        if word in head:
            rest = said[head[word] :].lstrip(_BETWEEN)
            return Opening(text=rest, praise=praise, is_command=said.startswith("/"))
    return None


def is_small_talk(text: str, language: Language) -> bool:
    """Whether a message is but a greeting, a thank-you or a face: "hi", "ok, thanks!", "🙂"."""
    words = words_only(_EMOJI_CODE.sub(" ", tidy(text))).split()
    if len(words) > _SMALL_TALK_WORDS:
        return False
    known = {own_words(phrase) for phrase in language.small_talk}
    return _is_made_of(words, known)


def read_praise(text: str) -> bool | None:
    """Give whether a thumb in front of the words or behind them makes them praise, or None."""
    words = tidy(text).split()
    ends = (words[0], words[-1]) if words else ()
    found = {bool(thumb) for end in ends if (thumb := read_picture("thumbs", end)) is not None}
    return found.pop() if len(found) == 1 else None


def joins(last: Card | None, now: datetime) -> bool:
    """Whether what somebody writes now belongs to their last card: that waits for its words, or
    was begun a moment ago.
    """
    if last is None or last.quiet:
        return False
    return now - last.at <= (JOINS if last.text else WAITS)


def join(last: Card, text: str, praise: bool | None, now: datetime) -> Card:
    """Give the last card with more words."""
    whole = f"{last.text}\n{text}" if last.text else text
    return replace(
        last,
        text=whole[:LONGEST],
        at=last.at if last.text else now,
        praise=last.praise if praise is None else praise,
    )


def pace(counter: int, now: datetime) -> tuple[int, int]:
    """Count one more card: gives the counter, to be kept, and the card's number in its window."""
    window = _window(now)
    number = counter % _COUNT + 1 if counter // _COUNT == window else 1
    return window * _COUNT + min(number, _COUNT - 1), number


def window_end(now: datetime) -> datetime:
    """Give when the window of time that ``now`` falls into ends."""
    seconds = int(WINDOW.total_seconds())
    return datetime.fromtimestamp((_window(now) + 1) * seconds, now.tzinfo)


def _window(now: datetime) -> int:
    return int(now.timestamp()) // int(WINDOW.total_seconds())


def _ends(said: str) -> Iterator[int]:
    """Give where the words could be parted into an opening and the rest."""
    for found in _BOUNDARY.finditer(said[: _CLOSE + 1]):
        if found.start() and found.start() <= _CLOSE:
            yield found.start()


def _is_made_of(words: list[str], known: set[str]) -> bool:
    if not words:
        return True
    return any(
        " ".join(words[:size]) in known and _is_made_of(words[size:], known)
        for size in range(1, len(words) + 1)
    )
