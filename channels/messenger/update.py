"""What a call to the page's webhook tells us. Pure, and calm about anything that is not one.

One call may hold several entries, each with several events. Kinds of event:
https://developers.facebook.com/docs/messenger-platform/reference/webhook-events. Echoes of what the
page said itself, conversations that another app has in hand (``standby``), reactions and edits are
passed over.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from channels.messenger.feedback import read_id
from surveys.inbound import CommandGiven, Inbound, Linked, OptedOut, Replied, StatusChanged
from surveys.invitation import DeliveryState

GET_STARTED = "afterword.start"
"""The payload of the button that a new person presses first; it holds no answer."""

_THUMBS = frozenset({"369239263222822", "369239343222814", "369239383222810"})
"""The stickers of the thumb beside the text field, by how long it was held down."""

_PERSON = re.compile(r"[0-9]{1,32}", re.ASCII)
_REF = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_SCORE = re.compile(r"[0-9]{1,2}", re.ASCII)
_MILLISECONDS = re.compile(r"[1-9][0-9]{0,13}", re.ASCII)
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:\s+(.*))?", re.DOTALL)
_ID_LENGTH = 250


class _Origin(TypedDict):
    """What every Inbound of one event has in common, its own id aside."""

    channel: str
    at: datetime
    address: str
    raw: Mapping[str, Any]


def from_payload(body: object, *, page_id: str, now: datetime) -> list[Inbound]:
    """Give what a call tells us about one page, in its order. Never raises.

    ``now`` dates what Meta does not.
    """
    return [
        inbound
        for entry in _entries(body, page_id)
        for event in _mappings(entry.get("messaging"))
        for inbound in _read_event(event, _moment(entry.get("time")) or now)
    ]


def find_warnings(body: object, *, page_id: str) -> list[str]:
    """Give what Meta did to the page for breaking its rules: "warning", "block", "unblock"."""
    return [
        _words(measure.get("action"))[:40] or "action"
        for entry in _entries(body, page_id)
        for event in _mappings(entry.get("messaging"))
        for key in ("policy_enforcement", "policy-enforcement")
        if (measure := _mapping(event.get(key)))
    ]


def _entries(body: object, page_id: str) -> Iterator[Mapping[str, Any]]:
    """Give the entries about this page; an app may serve several."""
    call = _mapping(body)
    if call.get("object") == "page":
        for entry in _mappings(call.get("entry")):
            if _text(entry.get("id")) in ("", page_id):
                yield entry


def _read_event(event: Mapping[str, Any], time: datetime) -> Iterator[Inbound]:
    person = _text(_mapping(event.get("sender")).get("id"))
    if not _PERSON.fullmatch(person):
        return
    at = _moment(event.get("timestamp")) or time
    origin = _Origin(channel="messenger", at=at, address=person, raw=event)
    if message := _mapping(event.get("message")):
        yield from _read_message(message, origin)
    elif postback := _mapping(event.get("postback")):
        yield from _read_postback(postback, origin)
    elif came := _mapping(event.get("referral")) or _mapping(event.get("optin")):
        yield from _read_referral(came, origin, _stamp("referral", origin))
    elif feedback := _mapping(event.get("messaging_feedback")):
        yield from _read_feedback(feedback, origin)
    elif delivery := _mapping(event.get("delivery")):
        yield from _read_delivery(delivery, origin)
    elif read := _mapping(event.get("read")):
        yield from _read_read(read, origin)


def _read_message(message: Mapping[str, Any], origin: _Origin) -> Iterator[Inbound]:
    mid = _id(message.get("mid"))
    if not mid or message.get("is_echo") is True:
        return
    yield from _read_referral(_mapping(message.get("referral")), origin, f"{mid}#referral")
    payload = _words(_mapping(message.get("quick_reply")).get("payload"))
    text = _said(message)
    if payload:
        yield Replied(**origin, event_id=mid, payloads=(payload,))
    elif command := _COMMAND.fullmatch(text):
        yield _read_command(command, origin, mid)
    elif text:
        replied = _id(_mapping(message.get("reply_to")).get("mid"))
        yield Replied(**origin, event_id=mid, text=text, external_id=replied)


def _read_command(found: re.Match[str], origin: _Origin, event_id: str) -> Inbound:
    name, rest = found[1].lower(), (found[2] or "").strip()
    if name == "start":
        return Linked(**origin, event_id=event_id, token=rest if _REF.fullmatch(rest) else "")
    if name == "stop":
        return OptedOut(**origin, event_id=event_id)
    return CommandGiven(**origin, event_id=event_id, text=f"/{name} {rest}".strip())


def _read_postback(postback: Mapping[str, Any], origin: _Origin) -> Iterator[Inbound]:
    """Read a press on a button that stays. The first of all may carry the link the person took."""
    event_id = _id(postback.get("mid")) or _stamp("postback", origin)
    payload = _words(postback.get("payload"))
    ref = _words(_mapping(postback.get("referral")).get("ref"))
    if ref or payload == GET_STARTED:
        yield Linked(**origin, event_id=event_id, token=ref if _REF.fullmatch(ref) else "")
    elif payload:
        yield Replied(**origin, event_id=event_id, payloads=(payload,))


def _read_referral(came: Mapping[str, Any], origin: _Origin, event_id: str) -> Iterator[Inbound]:
    """Read that the person followed a link with a token of ours; advertisements have none."""
    ref = _words(came.get("ref"))
    if _REF.fullmatch(ref):
        yield Linked(**origin, event_id=event_id, token=ref)


def _read_feedback(feedback: Mapping[str, Any], origin: _Origin) -> Iterator[Inbound]:
    """Read the answers of a feedback template. Meta gives them no id of their own."""
    for screen in _mappings(feedback.get("feedback_screens")):
        for question_id, answer in _mapping(screen.get("questions")).items():
            given = _mapping(answer)
            head, score = read_id(question_id), _text(given.get("payload"))
            if head and _SCORE.fullmatch(score):
                yield Replied(
                    **origin,
                    event_id=f"{_stamp('feedback', origin)}#{question_id}"[:_ID_LENGTH],
                    payloads=(f"{head}.{score}",),
                    text=_words(_mapping(given.get("follow_up")).get("payload")),
                )


def _read_delivery(delivery: Mapping[str, Any], origin: _Origin) -> Iterator[Inbound]:
    mids = delivery.get("mids")
    for mid in mids if isinstance(mids, list) else ():
        if external_id := _id(mid):
            yield StatusChanged(
                **_at(origin, delivery),
                event_id=f"delivered#{external_id}",
                status=DeliveryState.DELIVERED,
                external_id=external_id,
            )


def _read_read(read: Mapping[str, Any], origin: _Origin) -> Iterator[Inbound]:
    """Read that everything said until a moment was seen. Messenger names no messages, only the
    moment, which is the value's ``at``.
    """
    if _moment(read.get("watermark")):
        dated = _at(origin, read)
        yield StatusChanged(**dated, event_id=_stamp("read", dated), status=DeliveryState.READ)


def _at(origin: _Origin, receipt: Mapping[str, Any]) -> _Origin:
    return {**origin, "at": _moment(receipt.get("watermark")) or origin["at"]}


def _stamp(kind: str, origin: _Origin) -> str:
    """Give the id of an event that has none: who did what, and when."""
    return f"{kind}#{origin['address']}#{int(origin['at'].timestamp() * 1000)}"


def _said(message: Mapping[str, Any]) -> str:
    """Give the words of a message, or the thumb. A picture has none, and is no answer."""
    stickers = {_text(message.get("sticker_id"))}
    for attachment in _mappings(message.get("attachments")):
        stickers.add(_text(_mapping(attachment.get("payload")).get("sticker_id")))
    return "👍" if stickers & _THUMBS else _words(message.get("text"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping):
            yield item


def _text(value: object) -> str:
    """Give an id or a score as text, whether Meta wrote it as a number or as a string."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    return value if isinstance(value, str) else ""


def _id(value: object) -> str:
    found = _words(value)
    return found if len(found) <= _ID_LENGTH else ""


def _words(value: object) -> str:
    """Give a text that any database and log can hold: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "").strip()


def _moment(milliseconds: object) -> datetime | None:
    text = _text(milliseconds)
    if not _MILLISECONDS.fullmatch(text):
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))
