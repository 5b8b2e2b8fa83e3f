"""Segments: how many text messages the networks make of one text, and in which alphabet. Pure.

Source: 3GPP TS 23.038 (the GSM 7-bit default alphabet and its extension table) and TS 23.040,
9.2.3.24.1 (a part of a longer text gives up room for its header: 160 - 7 septets, 70 - 3 units).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Characters of one septet. The escape, 0x1B, is no character of its own."""

EXTENDED = frozenset("\f^{}\\[~]|€")
"""Characters of two septets: an escape and a second one."""

Encoding = Literal["GSM-7", "UCS-2"]

_ALONE = {"GSM-7": 160, "UCS-2": 70}
_PART = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """``characters`` are what is counted: septets in GSM-7, UTF-16 units in UCS-2. ``count`` is
    how many messages are paid for, 0 for an empty text.
    """

    encoding: Encoding
    characters: int
    count: int


def segments(text: str) -> Segments:
    """Give what sending ``text`` takes. One letter outside GSM-7 turns the whole text to UCS-2."""
    encoding: Encoding = "GSM-7" if is_gsm(text) else "UCS-2"
    sizes = [_size(character, encoding) for character in text]
    total = sum(sizes)
    if total <= _ALONE[encoding]:
        return Segments(encoding=encoding, characters=total, count=min(total, 1))
    return Segments(encoding=encoding, characters=total, count=_parts(sizes, _PART[encoding]))


def is_gsm(text: str) -> bool:
    """Whether every character is in the GSM 7-bit alphabet or its extension."""
    return all(character in BASIC or character in EXTENDED for character in text)


def _size(character: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if character in EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1  # a surrogate pair


def _parts(sizes: Sequence[int], room: int) -> int:
    """Count the parts, filled in order; what takes two places is never torn apart."""
    parts, left = 1, room
    for size in sizes:
        if size > left:
            parts, left = parts + 1, room
        left -= size
    return parts
