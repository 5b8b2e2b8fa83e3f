import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.segment import (
    MAX_BATCH_BYTES,
    MAX_EVENT_BYTES,
    Received,
    Refused,
    parse,
    read_batch,
    read_call,
    write_key,
)
from surveys.event import EventKind

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def track(**more: Any) -> dict[str, Any]:
    return {"messageId": "m1", "userId": "42", "event": "Call Ended", **more}


def call(body: dict[str, Any], kind: str = "track") -> Received:
    return read_call(kind, body, received_at=NOW, new_id=lambda: "made")


def batch(*items: Any, **around: Any) -> Received:
    return read_batch({"batch": list(items), **around}, received_at=NOW, new_id=lambda: "made")


def test_a_track_call_becomes_an_event_with_its_interaction() -> None:
    facts = {"interaction_id": "c9", "agent_id": "Pekka", "team": "support", "queue": "L1"}
    (event,) = call(track(properties=facts, timestamp="2026-11-21T13:30:00+02:00")).events
    assert (event.kind, event.name, event.user_id) == (EventKind.TRACK, "Call Ended", "42")
    assert event.occurred_at == datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
    interaction = event.interaction
    assert (interaction.id, interaction.agent, interaction.team, interaction.line) == (
        "c9",
        "Pekka",
        "support",
        "L1",
    )
    assert interaction.population == "customer"


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_call_is_read(kind: EventKind) -> None:
    body = track(previousId="old", groupId="g", name="Home", traits={"plan": "pro"})
    (event,) = call(body, kind).events
    assert event.kind is kind


def test_a_senders_wrong_clock_is_corrected() -> None:
    item = {"type": "track", **track(timestamp="2020-01-01T00:00:00Z")}
    (event,) = batch(item, sentAt="2020-01-01T00:10:00Z").events
    assert event.occurred_at == NOW - timedelta(minutes=10)


def test_nothing_happens_in_the_future() -> None:
    (event,) = call(track(timestamp="2031-01-01T00:00:00Z")).events
    assert event.occurred_at == NOW


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("text", "JSON object"),
        ({"type": "track", "event": "x", "messageId": "m"}, "userId or anonymousId"),
        ({"type": "dance", "userId": "1"}, "type must be one of"),
        ({"userId": "1"}, "type must be one of"),
        ({"type": ["track"], "userId": "1"}, "type must be one of"),
        ({"type": "track", "userId": "1"}, "event (its name)"),
        ({"type": "alias", "userId": "1"}, "previousId"),
        ({"type": "group", "userId": "1"}, "groupId"),
        ({"type": "page", "userId": "1", "messageId": "m" * 100}, "under 100"),
        ({"type": "page", "userId": "u" * 256}, "at most 255"),
        ({"type": "track", "userId": "1", "event": "x", "properties": {"t": "y" * 33000}}, "32 KB"),
    ],
)
def test_one_useless_item_says_why_and_spoils_nothing(item: Any, reason: str) -> None:
    received = batch(item, {"type": "track", **track()})
    assert len(received.events) == 1
    assert reason in received.unusable[0].reason


def test_a_batchs_context_goes_under_each_items_own() -> None:
    shared = {"locale": "fi-FI", "traits": {"plan": "free", "city": "Oulu"}}
    own = {"type": "track", **track(context={"traits": {"plan": "pro"}})}
    (event,) = batch(own, context=shared).events
    assert event.language == "fi-FI"
    assert event.traits == {"plan": "pro"}


def test_a_message_id_is_made_where_there_is_none() -> None:
    (event,) = call({"userId": "42", "event": "x"}).events
    assert event.message_id == "made"


def test_an_impossible_mail_address_is_dropped_and_a_real_one_normalised() -> None:
    (bad,) = call(track(traits={"email": "not one", "plan": "pro"}), "identify").events
    assert bad.traits == {"plan": "pro"}
    (good,) = call(track(traits={"email": "Anna@EXAMPLE.com"}), "identify").events
    assert good.traits["email"] == "Anna@example.com"


def test_numbers_as_ids_are_taken_as_text() -> None:
    (event,) = call(track(userId=42)).events
    assert event.user_id == "42"


@pytest.mark.parametrize(
    ("headers", "body", "key"),
    [
        ({"Authorization": "Basic " + base64.b64encode(b"k1:").decode()}, {}, "k1"),
        ({"Authorization": "Basic " + base64.b64encode(b"k1").decode()}, {}, "k1"),
        ({"Authorization": "Basic %%%"}, {"writeKey": "k2"}, ""),
        ({"Authorization": "Bearer k3"}, {}, "k3"),
        ({"Authorization": "Bearer oauth"}, {"writeKey": "k2"}, "k2"),
        ({}, {"writeKey": "k2"}, "k2"),
        ({}, {"writeKey": 7}, ""),
        ({}, {}, ""),
    ],
)
def test_the_write_key_is_found_where_any_sdk_puts_it(
    headers: dict[str, str], body: dict[str, Any], key: str
) -> None:
    assert write_key(headers, body) == key


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"\xff\xfe", 400),
        (b'{"a":' * 40 + b"1" + b"}" * 40, 400),
        (b"[" * 30_000, 400),
        (b" " * (MAX_EVENT_BYTES + 1), 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_a_reason(body: bytes, status: int) -> None:
    with pytest.raises(Refused) as refused:
        parse(body, limit=MAX_EVENT_BYTES)
    assert refused.value.status == status
    assert refused.value.code
    assert refused.value.message


@pytest.mark.parametrize("body", [{}, {"batch": {}}, {"batch": [{}] * 2501}])
def test_a_batch_that_is_none_or_too_long_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        read_batch(body, received_at=NOW, new_id=str)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=10,
)
FIELDS = st.sampled_from(
    ["type", "event", "userId", "anonymousId", "messageId", "timestamp", "context", "traits"]
)
ITEMS = st.dictionaries(FIELDS, JSON | st.sampled_from(["track", "identify", "2026-01-01"]))


@given(st.lists(ITEMS | JSON, max_size=5), JSON)
def test_no_json_at_all_breaks_the_reading(items: list[Any], context: Any) -> None:
    body = parse(orjson.dumps({"batch": items, "context": context}), limit=MAX_BATCH_BYTES)
    received = read_batch(body, received_at=NOW, new_id=lambda: "made")
    assert len(received.events) + len(received.unusable) == len(items)
    assert all(e.occurred_at <= NOW for e in received.events)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+358 50 123 4567", "+358501234567"),
        ("00358501234567", "+358501234567"),
        ("050 1234567", None),
        ("call me", None),
        ("", None),
    ],
)
def test_a_phone_number_is_kept_with_its_country_code_or_not_at_all(
    written: str, kept: str | None
) -> None:
    (event,) = call(track(traits={"phone": written, "plan": "pro"}), "identify").events
    assert event.traits.get("phone") == kept
    assert event.traits["plan"] == "pro"


def test_what_a_consent_tool_says_goes_behind_what_the_call_says() -> None:
    context = {"consent": {"categoryPreferences": {"feedback": True, "research": False}}}
    body = {"userId": "1", "context": context, "traits": {"consent": {"research": True}}}
    received = read_call("identify", body, received_at=NOW, new_id=lambda: "x")
    assert received.events[0].traits["consent"] == {"feedback": True, "research": True}
    for odd in ("x", {"consent": "x"}, {"consent": {"categoryPreferences": ["x"]}}):
        received = read_call(
            "identify", {"userId": "1", "context": odd}, received_at=NOW, new_id=lambda: "x"
        )
        assert "consent" not in received.events[0].traits
