"""Bodies: both texts of a mail, compiled once a question and language.

What differs from person to person (`Slots`) is put into ready bytes, so that a mail costs tens of
microseconds; building it with `email.message` costs four milliseconds.
"""

import binascii
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from channels.email.frame import SLOTS, Frame, Tap, clean
from surveys.message import Message

PICTURE = "picture"
"""Local part of the picture's Content-ID."""

MARKER = "---------- \u2191 {} \u2191 ----------"
"""Stands above a question that may be answered by writing back, with words that say so: answers are
written above it, and what a mail program quotes begins with it."""

ARROW = "\u2191"
"""Stands for the words where there are none in the language."""

_SOFT_BREAK = b"=\r\n"
_SLOT = re.compile("\ue000([a-z]+)\ue001")
_TEMPLATE = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("mail.html")
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What differs from person to person, as plain text."""

    greeting: str
    text: str
    preheader: str
    link: str
    stop: str


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A body in quoted-printable: ``first``, then slot and ready bytes in turn."""

    first: bytes
    rest: tuple[tuple[str, bytes], ...]

    def fill(self, encoded: dict[str, bytes]) -> bytes:
        """Give the body with every slot filled from bytes already in quoted-printable."""
        parts = [self.first]
        for name, ready in self.rest:
            parts += encoded[name], ready
        return _SOFT_BREAK.join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Bodies:
    """Both texts of a mail, compiled."""

    plain: Skeleton
    html: Skeleton

    def fill(self, slots: Slots) -> tuple[bytes, bytes]:
        """Give the plain and the HTML body for one person, in quoted-printable with CRLF."""
        values = {name: getattr(slots, name) for name in SLOTS}
        escaped = {
            name: quote(html.escape(value).replace("\n", "<br>\n"))
            for name, value in values.items()
        }
        return self.plain.fill({n: quote(v) for n, v in values.items()}), self.html.fill(escaped)


def slots_of(message: Message) -> Slots:
    """Give what this message says that others in its frame do not."""
    text = clean(message.text)
    if message.buttons and not message.link:
        text = "\n".join([text, *(clean(button.label) for button in message.buttons)])
    return Slots(
        greeting=clean(message.greeting),
        text=text,
        preheader=" ".join(text.split())[:140],
        link=clean(message.link),
        stop=clean(message.stop_link),
    )


@lru_cache(maxsize=512)
def compile_bodies(frame: Frame, company: str, domain: str, marker: str = "") -> Bodies:
    """Give both bodies of a frame; ``domain`` is the sender's, for the picture's address;
    ``marker`` are the words above everything, "" for none.
    """
    page = _TEMPLATE.render(
        frame=frame,
        company=clean(company),
        marker=clean(marker),
        picture=f"{PICTURE}@{domain}",
        slot=SLOTS,
    )
    return Bodies(
        plain=_compile("\n".join(_plain_lines(frame, clean(company), marker))),
        html=_compile(_INLINER.inline(page)),
    )


def quote(text: str) -> bytes:
    """Give ``text`` in quoted-printable (RFC 2045 section 6.7) with CRLF line ends, fit to be
    followed by a soft line break.
    """
    raw = text.replace("\r\n", "\n").encode()
    lines = binascii.b2a_qp(raw, istext=True).replace(b"\n", b"\r\n")
    at = lines.rfind(b"\n") + 1
    if len(lines) - at < 76:
        return lines
    # A soft break takes a 77th column; break earlier, and not inside "=C3".
    cut = lines.rfind(b"=", at + 70, at + 73)
    cut = cut if cut > 0 else at + 73
    return lines[:cut] + _SOFT_BREAK + lines[cut:]


def _compile(text: str) -> Skeleton:
    parts = _SLOT.split(text)
    return Skeleton(
        quote(parts[0]),
        tuple((parts[at], quote(parts[at + 1])) for at in range(1, len(parts), 2)),
    )


def _plain_lines(frame: Frame, company: str, marker: str) -> list[str]:
    blocks = [
        [MARKER.format(clean(marker)) if marker else ""],
        [company],
        [frame.notice],
        [SLOTS["greeting"] if frame.greeting else ""],
        [SLOTS["text"]],
        [f"[{frame.picture}]" if frame.picture else ""],
        _plain_scale(frame),
        [_plain_tap(tap) for tap in (*frame.choices, *frame.asides)],
        [_plain_open(frame.open)],
        ["--"] if frame.reason or frame.footer else [],
        [frame.reason],
        [f"{link.label}: {link.url}" for link in frame.footer],
    ]  # fmt: skip
    return _with_gaps([[line for line in block if line] for block in blocks])


def _plain_scale(frame: Frame) -> list[str]:
    taps = [tap for row in frame.rows for tap in row.taps]
    lines = [_plain_tap(tap) for tap in taps]
    return [", ".join(frame.ends), *lines] if frame.ends else lines


def _plain_open(label: str) -> str:
    return f"{label}: {SLOTS['link']}" if label not in ("", SLOTS["link"]) else label


def _plain_tap(tap: Tap) -> str:
    label = f"{tap.label} {tap.word}" if tap.word else tap.label
    return f"{label}{' *' if tap.chosen else ''}: {SLOTS['link']}{tap.suffix}"


def _with_gaps(blocks: Sequence[Sequence[str]]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        if block:
            lines += [*([""] if lines else []), *block]
    return [*lines, ""]
