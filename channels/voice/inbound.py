"""What the provider's calls about phone calls tell us. Pure, and calm about anything."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from channels.voice.keypad import HASH, MENU, WORDS, Keypad
from channels.voice.menu import BACK, read_wish
from channels.voice.place import Page, Place
from surveys.inbound import Asked, Inbound, OptedIn, OptedOut, Replied, StatusChanged, Viewed
from surveys.invitation import DeliveryState
from surveys.request import RequestKind

_ENDED_BADLY: Mapping[str, str] = {
    "busy": "the line was busy",
    "no-answer": "nobody took the call",
    "failed": "the call did not get through",
    "canceled": "the call was cancelled",
}
_KEPT = ("CallSid", "From", "To", "Digits", "CallStatus", "AnsweredBy", "CallDuration")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
RECORDED = "[recording]"
"""What stands before the address of a recording, where words would stand."""

_RECORDING = re.compile(r"https?://[^\s<>\"]{1,500}", re.ASCII)


class _Origin(TypedDict):
    channel: str
    at: datetime
    address: str
    raw: Mapping[str, str]


def from_payload(place: Place, fields: Mapping[str, str], *, now: datetime) -> list[Inbound]:
    """Give what one verified call tells us; nothing for what is not for us. Never raises."""
    sid = fields.get("CallSid", "")
    if not sid:
        return []
    if place.page is Page.STATUS:
        return _read_status(sid, fields, now)
    if is_machine(fields):
        return [_machine(sid, fields, now)]
    if place.page is Page.INCOMING:
        return _read_incoming(sid, fields, now)
    if place.page is Page.OPENING:
        return [Viewed(event_id=f"{sid}.open", token=place.token, **_origin(fields, now))]
    if place.page is Page.AGAIN:
        again = f"{sid}.{place.turn}.again"
        return [Viewed(event_id=again, token=place.token, **_origin(fields, now))]
    read = _read_wish if place.page is Page.WISH else _read_answer
    return [read(sid, place, fields, now)]


def is_machine(fields: Mapping[str, str]) -> bool:
    """Whether an answering machine or a fax took the call, as far as the provider can tell."""
    return fields.get("AnsweredBy", "").startswith(("machine", "fax"))


def read_value(keypad: Keypad, fields: Mapping[str, str]) -> str | None:
    """Give the value of what was pressed or said, None for silence and for keys without one."""
    if keypad.records:
        if recording(fields):
            return WORDS
        return keypad.meaning(HASH)  # no words are a wish to skip, where that is allowed
    pressed = fields.get("Digits", "")
    if not pressed and fields.get("FinishedOnKey") == HASH:
        pressed = HASH
    return keypad.meaning(pressed)


def recording(fields: Mapping[str, str]) -> str:
    """Give the address of what was recorded, "" where nothing was."""
    address = fields.get("RecordingUrl", "")
    silent = fields.get("RecordingDuration", "") == "0"
    return address if _RECORDING.fullmatch(address) and not silent else ""


def _read_answer(sid: str, place: Place, fields: Mapping[str, str], now: datetime) -> Inbound:
    keypad = place.keypad or Keypad()
    event_id, origin = f"{sid}.{place.turn}.{place.question}", _origin(fields, now)
    value = read_value(keypad, fields)
    if value == MENU and place.stop:  # their own page says what there is to ask
        return Viewed(event_id=event_id, token=place.stop, **origin)
    if value is None or value == MENU:
        return Viewed(event_id=event_id, token=place.token, **origin)
    text = ""
    if value == WORDS:
        heard = recording(fields)
        text = f"{RECORDED} {heard}" if keypad.records else fields.get("Digits", "")
    payload = f"{place.token}.{place.question}.{value}"
    return Replied(event_id=event_id, payloads=(payload,), text=text, **origin)


def _read_wish(sid: str, place: Place, fields: Mapping[str, str], now: datetime) -> Inbound:
    """Read a key of the menu. One that asks nothing of us shows the person's page again."""
    event_id, origin = f"{sid}.{place.turn}.wish", _origin(fields, now)
    value = (place.keypad or Keypad()).meaning(fields.get("Digits", "")) or ""
    if value == BACK and place.token:
        return Viewed(event_id=event_id, token=place.token, **origin)
    wish = read_wish(value)
    if wish is None:
        return Viewed(event_id=event_id, token=place.stop, **origin)
    request, confirmed = wish
    if request.kind is RequestKind.STOP:
        return OptedOut(event_id=event_id, token=place.stop, **origin)
    if request.kind is RequestKind.START:
        return OptedIn(event_id=event_id, token=place.stop, **origin)
    return Asked(
        event_id=event_id, token=place.stop, request=request, confirmed=confirmed, **origin
    )


def is_theirs(fields: Mapping[str, str]) -> bool:
    """Whether it is surely the person's own telephone: we called it. A caller's number may be
    forged.
    """
    return fields.get("Direction", "outbound").startswith("outbound")


def _read_incoming(sid: str, fields: Mapping[str, str], now: datetime) -> list[Inbound]:
    """Somebody calls: their number says which open question is theirs, if any is.

    A reply without words answers nothing; it makes the core ask anew.
    """
    origin = _origin(fields, now)
    if not _NUMBER.fullmatch(origin["address"]):
        return []
    return [Replied(event_id=f"{sid}.in", **origin)]


def _read_status(sid: str, fields: Mapping[str, str], now: datetime) -> list[Inbound]:
    said, origin = fields.get("CallStatus", ""), _origin(fields, now)
    if is_machine(fields):
        return [_machine(sid, fields, now)]
    if said == "completed":
        status, reason = DeliveryState.DELIVERED, ""
    elif said in _ENDED_BADLY:
        status, reason = DeliveryState.FAILED, _ENDED_BADLY[said]
    else:
        return []
    return [
        StatusChanged(
            event_id=f"{sid}.{said}", status=status, external_id=sid, reason=reason, **origin
        )
    ]


def _machine(sid: str, fields: Mapping[str, str], now: datetime) -> Inbound:
    return StatusChanged(
        event_id=f"{sid}.machine",
        status=DeliveryState.FAILED,
        external_id=sid,
        reason="an answering machine took the call",
        **_origin(fields, now),
    )


def _origin(fields: Mapping[str, str], now: datetime) -> _Origin:
    """The person is at the other end: whom we called, or who calls."""
    raw = {name: fields[name] for name in _KEPT if name in fields}
    address = fields.get("To" if is_theirs(fields) else "From", "")
    return _Origin(channel="voice", at=now, address=address, raw=raw)
