"""What the provider's calls about text messages tell us. Pure, and calm about anything.

``/sms`` brings what people write, ``/sms/status`` what became of what we sent.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from channels.twilio import read_status
from surveys.inbound import Inbound, OptedIn, OptedOut, Replied, StatusChanged, Unblocked
from surveys.invitation import DeliveryState

STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "REVOKE", "OPTOUT", "CANCEL"}
)
"""Words on which carriers opt a person out by themselves (Twilio's default list)."""

START_WORDS = frozenset({"START", "UNSTOP"})
"""Words on which they opt in again. YES does so too, but is an answer to us: only the provider,
by ``OptOutType``, knows that it was meant so.
"""

_STATES: Mapping[str, DeliveryState] = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
}
_KEPT = ("MessageSid", "From", "To", "Body", "OptOutType", "MessageStatus", "ErrorCode", "NumMedia")


class _Origin(TypedDict):
    channel: str
    at: datetime
    address: str
    raw: Mapping[str, str]


def from_payload(path: str, fields: Mapping[str, str], *, now: datetime) -> list[Inbound]:
    """Give what one verified call tells us; nothing for what is not for us.

    ``path`` is what follows ``/sms``. Never raises.
    """
    sid = fields.get("MessageSid") or fields.get("SmsSid", "")
    if not sid:
        return []
    if path == "/status":
        return _read_status(sid, fields, now)
    return _read_text(sid, fields, now) if path in ("", "/") else []


def _read_text(sid: str, fields: Mapping[str, str], now: datetime) -> list[Inbound]:
    text, address = fields.get("Body", "").strip(), fields.get("From", "")
    if not address or not text:
        return []
    origin = _origin(fields, address, now)
    word = text.strip(" .!\n\t\"'").upper()
    wish = fields.get("OptOutType", "").upper()
    if wish == "STOP" or (not wish and word in STOP_WORDS):
        # The provider has told them, and lets nothing of ours through any more (21610).
        return [OptedOut(event_id=sid, silent=True, **origin)]
    if wish == "START" or (not wish and word in START_WORDS):
        # The carrier lets us through again, whatever it told us before.
        return [Unblocked(event_id=f"{sid}.open", **origin), OptedIn(event_id=sid, **origin)]
    return [Replied(event_id=sid, text=text, **origin)]


def _read_status(sid: str, fields: Mapping[str, str], now: datetime) -> list[Inbound]:
    said = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    status, address = _STATES.get(said), fields.get("To", "")
    if status is None or not address:
        return []
    reason, event_id, origin = "", f"{sid}.{said}", _origin(fields, address, now)
    if status is DeliveryState.FAILED:
        status, reason = read_status(fields.get("ErrorCode", ""))
    about_message = StatusChanged(
        event_id=event_id, status=status, external_id=sid, reason=reason, **origin
    )
    if status not in (DeliveryState.BLOCKED, DeliveryState.BOUNCED):
        return [about_message]
    about_address = StatusChanged(
        event_id=f"{event_id}.address", status=status, reason=reason, **origin
    )
    return [about_message, about_address]


def _origin(fields: Mapping[str, str], address: str, now: datetime) -> _Origin:
    raw = {name: fields[name] for name in _KEPT if name in fields}
    return _Origin(channel="sms", at=now, address=address, raw=raw)
