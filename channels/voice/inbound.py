"""What the provider's calls about phone calls tell us. Pure, and calm about anything."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from channels.voice.keypad import HASH, STOP, WORDS, Keypad
from channels.voice.place import Page, Place
from surveys.inbound import Inbound, OptedOut, Replied, StatusChanged, Viewed
from surveys.invitation import DeliveryState

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
    return [_read_answer(sid, place, fields, now)]


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
    if value == STOP and place.stop:
        return OptedOut(event_id=event_id, token=place.stop, **origin)
    if value is None or value == STOP:
        return Viewed(event_id=event_id, token=place.token, **origin)
    text = ""
    if value == WORDS:
        heard = recording(fields)
        text = f"{RECORDED} {heard}" if keypad.records else fields.get("Digits", "")
    payload = f"{place.token}.{place.question}.{value}"
    return Replied(event_id=event_id, payloads=(payload,), text=text, **origin)


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
    ours_calls = fields.get("Direction", "outbound").startswith("outbound")
    raw = {name: fields[name] for name in _KEPT if name in fields}
    address = fields.get("To" if ours_calls else "From", "")
    return _Origin(channel="voice", at=now, address=address, raw=raw)
