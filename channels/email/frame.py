"""Frames: what is the same in all mails that ask one question in one language.

A campaign sends thousands of mails that differ in a name and a link. The rest is gathered here as
one hashable value, so that `channels.email.body` compiles it once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from surveys.message import Button, Entry, Link, Message
from surveys.scanner import canary_link

SLOTS: Mapping[str, str] = {
    name: f"\ue000{name}\ue001" for name in ("greeting", "text", "preheader", "link", "stop")
}
"""What differs from person to person -> the mark that stands for it in a frame. The characters are
for private use and taken out of all texts, so that no text can pass for a mark."""

WIDEST_ROW = 6
"""Buttons side by side: six of 44 px with 4 px between them fit a phone 320 px wide."""

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ue000-\uf8ff\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """One answer as a link: ``suffix`` follows the survey page's address. ``pictured`` is a label
    without letters and digits, such as a face; ``word`` is what then stands under it.
    """

    label: str
    suffix: str
    spoken: str
    word: str = ""
    pictured: bool = False
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Answers side by side, filled up with ``blanks`` so that all rows have equal columns;
    ``width`` is a column's, in percent. ``pictured`` rows have pictures for labels.
    """

    taps: tuple[Tap, ...]
    blanks: tuple[None, ...]
    width: int
    pictured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """All of a message but what differs from person to person.

    ``ends`` are said with their values ("0 = not at all likely"). ``rows`` are the values of a
    scale, ``choices`` other answers, ``asides`` what may be pressed instead of answering (skip).
    ``open`` is the label of the link to the survey page, "" for no such link. ``canary`` is the
    link nobody can see, "" in mails that lead to no survey page. ``picture`` is the
    text for the picture, None where there is none. Texts may hold marks of `SLOTS`.
    """

    language: str
    question: bool
    greeting: bool
    notice: str
    ends: tuple[str, str] | None
    rows: tuple[Row, ...]
    choices: tuple[Tap, ...]
    asides: tuple[Tap, ...]
    open: str
    canary: str
    reason: str
    footer: tuple[Link, ...]
    picture: str | None
    step: int
    steps: int


def frame_of(message: Message) -> Frame:
    """Give the frame of a message."""
    buttons = message.buttons if message.link else ()
    scale = tuple(_tap_of(b) for b in buttons if b.value is not None)
    others = tuple(_tap_of(b) for b in buttons if b.value is None)
    is_aside = bool(scale) or message.entry in (Entry.TEXT, Entry.NUMBER)
    return Frame(
        language=clean(message.language) or "en",
        question=bool(message.question_id),
        greeting=bool(message.greeting),
        notice=clean(message.notice),
        ends=_ends(message.ends, scale),
        rows=_rows(scale),
        choices=() if is_aside else others,
        asides=others if is_aside else (),
        open=_open_label(message, has_answers=bool(scale or others)),
        canary=canary_link(SLOTS["link"]) if message.link and message.question_id else "",
        reason=clean(message.reason),
        footer=_footer(message),
        picture=clean(message.image.alt) if message.image else None,
        step=message.step,
        steps=message.steps,
    )


def clean(text: str) -> str:
    """Give ``text`` without control characters, lone surrogates and private-use characters (which
    mark the slots of a compiled body); line feeds and tabs stay.
    """
    return _UNPRINTABLE.sub("", text)


def _query(question: str, value: str) -> str:
    return "?" + urlencode({"q": question, "v": value})


def _tap_of(button: Button) -> Tap:
    """A button's payload ends in question id and value. Opening the address pre-selects the answer
    and records nothing, because mail scanners open every link they see.
    """
    _, question, value = button.payload.rsplit(".", 2)
    return _tap(button.label, button.spoken, question, value, chosen=button.chosen)


@lru_cache(maxsize=4096)
def _tap(label: str, spoken: str, question: str, value: str, *, chosen: bool) -> Tap:
    label, spoken = clean(label), clean(spoken or label)
    pictured = not any(c.isalnum() for c in label)
    return Tap(
        label=label,
        suffix=_query(question, value),
        spoken=spoken,
        word=spoken if pictured and spoken != label else "",
        pictured=pictured,
        chosen=chosen,
    )


def _rows(taps: tuple[Tap, ...]) -> tuple[Row, ...]:
    if not taps:
        return ()
    count = -(-len(taps) // WIDEST_ROW)
    columns = -(-len(taps) // count)
    parts = (taps[at : at + columns] for at in range(0, len(taps), columns))
    return tuple(
        Row(
            taps=part,
            blanks=(None,) * (columns - len(part)),
            width=100 // columns,
            pictured=any(tap.pictured for tap in part),
        )
        for part in parts
    )


def _ends(ends: tuple[str, str] | None, scale: tuple[Tap, ...]) -> tuple[str, str] | None:
    if not ends or not scale:
        return None
    return f"{scale[0].label} = {clean(ends[0])}", f"{scale[-1].label} = {clean(ends[1])}"


def _open_label(message: Message, *, has_answers: bool) -> str:
    """The words of the footer link that leads to the survey page; without such a link the bare
    address, where nothing else in the mail leads there.
    """
    if not message.link:
        return ""
    named = next((link.label for link in message.footer if link.url == message.link), "")
    return clean(named) or ("" if has_answers else SLOTS["link"])


def _footer(message: Message) -> tuple[Link, ...]:
    return tuple(
        Link(
            label=clean(link.label),
            url=SLOTS["stop"] if link.url == message.stop_link else clean(link.url),
        )
        for link in message.footer
        if link.url != message.link
    )
