"""Sealed tokens: links and button payloads that nobody can guess, forge or reuse elsewhere.

A token is 24 bytes in base64url (32 characters of ``[A-Za-z0-9_-]``): 6 bytes subject, 2 bytes
expiry in days since 1970, and a 16-byte HMAC-SHA256 over purpose, subject and expiry. It holds no
personal data, needs no row of its own, and fits Telegram's 64-byte payloads and start parameters.
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
    FORM = "form"  # subject: invitation id; the survey page's own short session
    STOP = "stop"  # subject: contact id
    OPT_IN = "opt-in"  # subject: contact id
    ENTER = "enter"  # subject: a number for the survey; the entrance page's own short session
    CARD = "card"  # subject: 0; the comment card's own short session


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


def _mac(key: bytes, purpose: Purpose, body: bytes) -> bytes:
    return hmac.digest(key, purpose.value.encode() + b"\0" + body, "sha256")[:16]
