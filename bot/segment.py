"""Segment: bodies of the Segment HTTP API -> Event values. Pure.

Limits and meanings follow Segment's published HTTP Tracking API: 32 KB an event, 500 KB and 2,500
events a batch, a ``messageId`` under 100 characters, and true time = received − (sent − stamped).
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ciso8601
import orjson
from email_validator import EmailNotValidError, validate_email

from channels.phone import to_e164
from surveys.errors import AfterwordError
from surveys.event import Event, EventKind

MAX_EVENT_BYTES = 32 * 1024
MAX_BATCH_BYTES = 500 * 1000
MAX_BATCH_EVENTS = 2500
MAX_MESSAGE_ID = 100
MAX_ID = 255
MAX_DEPTH = 32

_KINDS: Mapping[str, EventKind] = {kind.value: kind for kind in EventKind}


class Refused(AfterwordError):
    """A body that is not taken in at all. ``status`` is the HTTP status, ``code`` a short word,
    ``message`` says what is wrong and what to send instead.
    """

    def __init__(self, *, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """One event that is well formed but of no use, and why; its sender gets 200 all the same."""

    message_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One call, read."""

    events: tuple[Event, ...]
    unusable: tuple[Unusable, ...] = ()


def parse(body: bytes, *, limit: int) -> dict[str, Any]:
    """Give a body's JSON object.

    :raises Refused: 413 where it is larger than ``limit`` bytes, 400 where it is not a JSON object
        or is nested deeper than `MAX_DEPTH`.
    """
    if len(body) > limit:
        raise Refused(status=413, code="too_large", message=f"The body is over {limit // 1000} kB.")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused(
            status=400, code="invalid_json", message=f"The body is not JSON: {error}"
        ) from None
    if not isinstance(found, dict):
        raise Refused(status=400, code="invalid_json", message="The body is not a JSON object.")
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _depth(found) > MAX_DEPTH:
        raise Refused(
            status=400, code="too_deep", message=f"The JSON is nested over {MAX_DEPTH} deep."
        )
    return found


def write_key(headers: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """Give the write key of a call: Basic user name, Bearer token, or ``writeKey`` in the body."""
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return _basic_user(rest.strip())
    in_body = body.get("writeKey")
    if isinstance(in_body, str) and in_body:
        return in_body
    return rest.strip() if scheme.lower() == "bearer" else ""


def read_call(
    kind: str, body: Mapping[str, Any], *, received_at: datetime, new_id: Callable[[], str]
) -> Received:
    """Give the event of ``/v1/track`` and its siblings (``kind`` is the path's last word)."""
    return read_items([{**body, "type": kind}], body, received_at=received_at, new_id=new_id)


def read_batch(
    body: Mapping[str, Any], *, received_at: datetime, new_id: Callable[[], str]
) -> Received:
    """Give the events of ``/v1/batch``; the batch's context goes under each item's own.

    :raises Refused: where ``batch`` is no list or holds over 2,500 events.
    """
    items = body.get("batch")
    if not isinstance(items, list):
        raise Refused(
            status=400, code="no_batch", message='Send {"batch": [...]}, a list of events.'
        )
    if len(items) > MAX_BATCH_EVENTS:
        raise Refused(
            status=413, code="too_many", message=f"A batch holds at most {MAX_BATCH_EVENTS} events."
        )
    return read_items(items, body, received_at=received_at, new_id=new_id)


def read_items(
    items: Sequence[Any],
    around: Mapping[str, Any],
    *,
    received_at: datetime,
    new_id: Callable[[], str],
) -> Received:
    """Read each item; one that is of no use does not spoil the others."""
    events: list[Event] = []
    unusable: list[Unusable] = []
    sent_at = _time(around.get("sentAt"))
    shared = around.get("context") if isinstance(around.get("context"), dict) else {}
    for item in items:
        read = _read_item(item, shared or {}, received_at, sent_at, new_id)
        if isinstance(read, Event):
            events.append(read)
        else:
            unusable.append(read)
    return Received(events=tuple(events), unusable=tuple(unusable))


def _read_item(
    item: Any,
    shared: Mapping[str, Any],
    received_at: datetime,
    sent_at: datetime | None,
    new_id: Callable[[], str],
) -> Event | Unusable:
    if not isinstance(item, dict):
        return Unusable(message_id="", reason="an event must be a JSON object")
    message_id = _text(item.get("messageId")) or new_id()
    reason = _fault(item, message_id)
    if reason:
        return Unusable(message_id=message_id[:MAX_MESSAGE_ID], reason=reason)
    context = {**shared, **_mapping(item.get("context"))}
    kind = _KINDS[item["type"]]
    own = _agreed(_mapping(item.get("traits")), context)
    stamped = _time(item.get("timestamp")) or _time(item.get("originalTimestamp"))
    return Event(
        message_id=message_id,
        kind=kind,
        name=_text(item.get("event") if kind is EventKind.TRACK else item.get("name")),
        user_id=_text(item.get("userId")) or None,
        anonymous_id=_text(item.get("anonymousId")) or None,
        previous_id=_text(item.get("previousId")) or None,
        group_id=_text(item.get("groupId")) or None,
        properties=own if kind is EventKind.GROUP else _mapping(item.get("properties")),
        traits=_clean(_mapping(context.get("traits")) | ({} if kind is EventKind.GROUP else own)),
        language=_text(context.get("locale")) or None,
        timezone=_text(context.get("timezone")) or None,
        occurred_at=_true_time(stamped, _time(item.get("sentAt")) or sent_at, received_at),
        received_at=received_at,
        history=context.get("history") is True,
    )


def _fault(item: Mapping[str, Any], message_id: str) -> str:
    """Give why an item is of no use, or ""."""
    kind = item.get("type")
    if not isinstance(kind, str) or kind not in _KINDS:
        return f"type must be one of {', '.join(EventKind)}"
    if len(message_id) >= MAX_MESSAGE_ID:
        return f"messageId must be under {MAX_MESSAGE_ID} characters"
    ids = [_text(item.get(k)) for k in ("userId", "anonymousId")]
    if not any(ids):
        return "userId or anonymousId is required"
    if any(len(i) > MAX_ID for i in ids):
        return f"userId and anonymousId are at most {MAX_ID} characters"
    if kind == "track" and not _text(item.get("event")):
        return "event (its name) is required for track"
    if kind == "alias" and not _text(item.get("previousId")):
        return "previousId is required for alias"
    if kind == "group" and not _text(item.get("groupId")):
        return "groupId is required for group"
    if len(orjson.dumps(item)) > MAX_EVENT_BYTES:
        return "an event is at most 32 KB"
    return ""


def _agreed(traits: dict[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Put what a consent tool told Segment's library behind what the call itself says.

    https://segment.com/docs/privacy/consent-management/consent-in-segment-connections/: categories
    stand in ``context.consent.categoryPreferences``, by name, each true or false.
    """
    preferences = _mapping(_mapping(context.get("consent")).get("categoryPreferences"))
    if not preferences:
        return traits
    return {**traits, "consent": {**preferences, **_mapping(traits.get("consent"))}}


def _clean(traits: dict[str, Any]) -> dict[str, Any]:
    """Normalise the traits that become addresses; one that cannot be an address is dropped."""
    if "email" in traits:
        try:
            found = validate_email(str(traits["email"]), check_deliverability=False)
            traits["email"] = found.normalized
        except EmailNotValidError:
            del traits["email"]
    if "phone" in traits:
        traits["phone"] = _phone(str(traits["phone"]))
    return {name: value for name, value in traits.items() if name != "phone" or value}


def _phone(written: str) -> str:
    """Give a number in E.164, "" for what is none."""
    try:
        return to_e164(written)
    except ValueError:
        return ""


def _true_time(
    stamped: datetime | None, sent_at: datetime | None, received_at: datetime
) -> datetime:
    if stamped is None:
        return received_at
    if sent_at is not None:
        try:
            stamped = received_at - (sent_at - stamped)
        except OverflowError:  # clocks that stand thousands of years apart tell nothing
            return received_at
    return min(stamped, received_at)


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = ciso8601.parse_datetime(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("\0", "")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _basic_user(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().split(":", 1)[0]
    except ValueError:
        return ""


def _depth(value: Any) -> int:
    """Give how deep a parsed value is nested, without recursion."""
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
    return deepest
