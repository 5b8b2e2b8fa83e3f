"""Sealed tokens: links and button payloads that nobody can guess, forge or reuse elsewhere.

A token is 24 bytes in base64url (32 characters of ``[A-Za-z0-9_-]``): 6 bytes subject, 2 bytes
expiry in days since 1970, and a 16-byte HMAC-SHA256 over purpose, subject and expiry. It holds no
personal data, needs no row of its own, and fits Telegram's 64-byte payloads and start parameters.

A stamp is 30 bytes (40 characters): 6 bytes subject, 6 bytes milliseconds since 1970, 1 byte mark,
and 17 bytes of the same HMAC. It says when it was made, which its bearer cannot change.
"""

import base64
import binascii
import hmac
from datetime import UTC, datetime, timedelta
from enum import StrEnum

TOKEN_LENGTH = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Purpose(StrEnum):
    """What a token is good for; one made for one purpose is worthless for another."""

    ANSWER = "answer"  # subject: invitation id
    FORM = "form"  # subject: invitation id; a stamp, the survey page's own short session
    STOP = "stop"  # subject: contact id
    OPT_IN = "opt-in"  # subject: contact id
    ERASE = "erase"  # subject: contact id; made only by whoever reads the database file
    ENTER = "enter"  # subject: a number for the survey; the entrance page's own short session
    CARD = "card"  # subject: 0; the comment card's own short session
    RESULTS = "results"  # subject: a colleague's mark; a stamp, the link to the results page
    READER = "reader"  # subject: a colleague's mark; a stamp, the results page's own short session


def seal(key: bytes, purpose: Purpose, subject: int, expires: datetime) -> str:
    """Give the token for a subject (0 ≤ subject < 2^48), good through the day of ``expires``."""
    days = (expires.astimezone(UTC) - _EPOCH) // timedelta(days=1) + 1
    body = subject.to_bytes(6, "big") + min(days, 0xFFFF).to_bytes(2, "big")
    return base64.urlsafe_b64encode(body + _mac(key, purpose, body)).decode()


def unseal(key: bytes, purpose: Purpose, token: str, now: datetime) -> int | None:
    """Give the subject, or None for anything forged, expired or made for another purpose."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    if len(raw) != 24 or not hmac.compare_digest(raw[8:], _mac(key, purpose, raw[:8])):
        return None
    expires = _EPOCH + timedelta(days=int.from_bytes(raw[6:8], "big"))
    return int.from_bytes(raw[:6], "big") if now < expires else None


def stamp(key: bytes, purpose: Purpose, subject: int, at: datetime, mark: int = 0) -> str:
    """Give a stamp for a subject (0 ≤ subject < 2^48), with a mark of 0 to 255."""
    ms = (at - _EPOCH) // timedelta(milliseconds=1)
    body = subject.to_bytes(6, "big") + ms.to_bytes(6, "big") + bytes((mark,))
    return base64.urlsafe_b64encode(body + _mac(key, purpose, body, length=17)).decode()


def read_stamp(
    key: bytes, purpose: Purpose, subject: int, text: str
) -> tuple[datetime, int] | None:
    """Give when a subject's stamp was made and its mark, or None for anything forged."""
    found = open_stamp(key, purpose, text)
    return found[1:] if found and found[0] == subject else None


def open_stamp(key: bytes, purpose: Purpose, text: str) -> tuple[int, datetime, int] | None:
    """Give a stamp's subject, when it was made and its mark, or None for anything forged."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    if len(raw) != 30 or not hmac.compare_digest(raw[13:], _mac(key, purpose, raw[:13], length=17)):
        return None
    at = _EPOCH + timedelta(milliseconds=int.from_bytes(raw[6:12], "big"))
    return int.from_bytes(raw[:6], "big"), at, raw[12]


def _mac(key: bytes, purpose: Purpose, body: bytes, *, length: int = 16) -> bytes:
    return hmac.digest(key, purpose.value.encode() + b"\0" + body, "sha256")[:length]
