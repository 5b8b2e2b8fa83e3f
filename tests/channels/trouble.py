"""Trouble to send at every channel: texts that bite, and bodies that mean nothing."""

import json
import random
import re

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
"""The smallest picture there is."""

HOSTILE = {
    "markup": "<b>bold</b> <script>alert(1)</script> &amp; <img/src=x> \"'` *a* _b_ [c](d) {{7*7}}",
    "mentions": "<!channel> <@U123> @everyone <https://x.example|click> %s %(name)s {name}",
    "right_to_left": "שלום مرحبا \u202egnp.exe\u202c done",
    "emoji": "👍🏽 👨\u200d👩\u200d👧\u200d👦 🇫🇮 é e\u0301 č ć đ š ž ā ģ ņ ß",
}
"""Kind of trouble -> text that must be seen as it stands, but for characters nobody sees."""


def fill_up(size: int) -> str:
    """Give words of every alphabet, ``size`` characters in all."""
    words = "Kuinka tyytyväinen olit čćđšž āģņ 14 € "
    return ((words * (size // len(words) + 1))[: size - 1]).rstrip().ljust(size, "x")


def visible(text: str) -> str:
    """Leave out the characters that only steer the display."""
    return re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)


def squeeze(text: str) -> str:
    """Give the text without line breaks and runs of blanks: sinks may wrap lines."""
    return " ".join(visible(text).split())


def garbage() -> list[bytes]:
    dice = random.Random(1)
    return [
        b"",
        b"\0" * 100,
        b"\xff\xfe\xfa",
        dice.randbytes(200 * 1024),
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"[]",
        b"null",
        b"1e999",
        b'"text"',
        b"{}",
        b'{"update_id": "x"}',
        b'{"update_id": 1}',
        b'{"update_id": -1, "message": 5}',
        b'{"update_id": 1e30, "callback_query": {"data": [], "from": null}}',
        json.dumps({"update_id": 9, "message": {"chat": {"id": {}}, "text": 3}}).encode(),
        b'{"update_id": 3, "message": {"text": "\\ud800", "chat": {"id": 1}}}',
        json.dumps(
            {
                "update_id": 4,
                "message": {
                    "date": 1,
                    "text": "a\0b",
                    "chat": {"id": 1, "type": "private"},
                    "from": {"id": 1, "username": "\0"},
                },
            }
        ).encode(),
        b"a=1&a=2&%00=%ff",
        b"&" * 100_000,
        b"=" * 10,
    ]
