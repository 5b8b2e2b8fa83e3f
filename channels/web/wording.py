"""Words on their way onto the page and off it: which language, and which characters."""

import re
import unicodedata
from collections.abc import Collection

# Control characters, those that turn the direction of all text after them, and halves of pairs,
# which UTF-8 cannot hold.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_PICTURE = re.compile(r"([^\w\s]+)\s*(.*)", re.DOTALL)

HEADING = 80
"""Characters that still read as a heading; a longer text is a heading and a paragraph."""


def clean(text: str) -> str:
    """Give the text with plain line ends and without characters that only mislead."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def split_heading(text: str) -> tuple[str, str]:
    """Give the heading and the rest of a text that is said rather than asked."""
    if len(text) <= HEADING and "\n" not in text:
        return text, ""
    end = _SENTENCE.search(text)
    return (text[: end.start()], text[end.end() :].strip()) if end else (text, "")


def split_picture(label: str) -> tuple[str, str]:
    """Give the face or thumb a label opens with, and its words: ``🙂 Good`` → ``🙂``, ``Good``."""
    found = _PICTURE.fullmatch(label)
    if not found or unicodedata.category(found[1][0]) != "So":
        return "", label
    return found[1], found[2]


def prefer_language(header: str, languages: Collection[str], default: str) -> str:
    """Give the language a browser likes best (RFC 9110, Accept-Language), or the default."""
    liked = (code.partition("-")[0] for code in wished_languages(header))
    return next((code for code in liked if code in languages), default)


def wished_languages(header: str) -> tuple[str, ...]:
    """Give the codes a browser asks for in small letters, those it likes best first."""
    wishes: list[tuple[float, str]] = []
    for part in header.lower().split(",")[:20]:
        code, _, weight = part.partition(";")
        if _LANGUAGE.fullmatch(code.strip()):
            wishes.append((_weight(weight), code.strip()))
    liked = sorted((w for w in wishes if w[0] > 0), key=lambda wish: -wish[0])
    return tuple(code for _, code in liked)


def _weight(text: str) -> float:
    found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", text)
    return float(found[1]) if found else 0.0 if text.strip() else 1.0
