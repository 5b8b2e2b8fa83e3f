"""Tickets: what a link of an export gives, to whom, and until when. Sealed: no row is kept."""

import base64
import binascii
import hmac
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import orjson

from storage.codec import to_ms

LIVES = timedelta(minutes=15)

_PURPOSE = b"export\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a link gives, to whom, and until when (epoch milliseconds)."""

    kind: str
    form: str
    since: int
    until: int
    survey: str
    team: str
    member: str
    expires: int

    @property
    def spelled(self) -> str:
        """What it is, for a person."""
        limits = [f"survey {self.survey}"] if self.survey else []
        limits += [f"team {self.team}"] if self.team else []
        return " · ".join((f"{self.kind} as {self.form}", *limits))


def seal_ticket(key: bytes, ticket: Ticket) -> str:
    """Give a ticket as a word that nobody can forge."""
    body = base64.urlsafe_b64encode(orjson.dumps(asdict(ticket))).rstrip(b"=")
    return f"{body.decode()}.{_mac(key, body)}"


def open_ticket(key: bytes, word: str, now: datetime) -> Ticket | None:
    """Give the ticket of a word, None for what is forged or too old."""
    body, _, mac = word.partition(".")
    raw = body.encode("utf-8", "replace")
    if not hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(key, raw).encode()):
        return None
    try:
        ticket = Ticket(**orjson.loads(base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))))
    except (binascii.Error, ValueError, TypeError):
        return None
    return ticket if to_ms(now) < ticket.expires else None


def _mac(key: bytes, body: bytes) -> str:
    return hmac.digest(key, _PURPOSE + body, "sha256").hex()
