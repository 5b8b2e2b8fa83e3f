"""Webhooks: what other systems are told, signed so that they can trust it.

By the Standard Webhooks specification, https://github.com/standard-webhooks/standard-webhooks:
``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` over ``id.timestamp.body``.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

EVENTS = ("response.completed", "comment.received", "case.opened", "case.closed")
"""What can be told."""

PREFIX = "whsec_"
SHORTEST_SECRET = 24
"""Bytes; the specification asks for 24 to 64."""

WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
"""How long after each failure it is tried again: three days and a quarter in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Who is told what. ``secret`` are the bytes behind ``whsec_``. ``allow_private`` permits
    addresses that are not on the open internet, and plain http.
    """

    name: str
    url: str
    secret: bytes = field(repr=False)
    events: tuple[str, ...]
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One event for one endpoint. ``message_id`` is the same however often it is sent: by it the
    receiver knows a repeat. ``fence`` grows with every claim.
    """

    id: int = 0
    endpoint: str
    message_id: str
    kind: str
    contact_id: int
    body: str
    at: datetime
    attempts: int = 0
    fence: int = 0


def read_secret(written: str) -> bytes:
    """Give the bytes of a secret.

    :raises ValueError: where it is none, with what to do.
    """
    text = written.removeprefix(PREFIX)
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not written.startswith(PREFIX) or not SHORTEST_SECRET <= len(found) <= 64:
        raise ValueError("a secret is whsec_ and 24 to 64 bytes in base64")
    return found


def message_id(kind: str, *parts: str) -> str:
    """Give the id of an event: the same event has the same id."""
    return "msg_" + hashlib.sha256("\0".join((kind, *parts)).encode()).hexdigest()[:32]


def sign(secret: bytes, name: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """Give the three headers of a call made at a time."""
    seconds = str(int(at.timestamp()))
    signed = b".".join((name.encode(), seconds.encode(), body))
    digest = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {
        "webhook-id": name,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{digest}",
    }


def next_try(attempts: int, now: datetime, asked: timedelta | None) -> datetime | None:
    """Give when to try again after so many failures, None to give up. ``asked`` is how long the
    receiver asks us to wait, which we do up to a day.
    """
    if attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1]
    return now + max(wait, min(asked or wait, timedelta(days=1)))


def spell_event(kind: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """Give the body of a call."""
    return {"type": kind, "timestamp": at.isoformat(timespec="milliseconds"), "data": data}
