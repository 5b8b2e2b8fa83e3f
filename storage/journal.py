"""Events and inbound values: each is taken once, for ever; and the counters they move."""

from collections.abc import Collection, Mapping, Sequence

from storage.codec import clean_text, to_ms
from storage.sql import Session, insert, lock, statement
from surveys.event import Event
from surveys.inbound import Inbound

_ADD = insert(
    "event",
    "message_id text, kind text, name text, user_id text, anonymous_id text, previous_id text,"
    " group_id text, occurred_at bigint, received_at bigint, properties jsonb, traits jsonb,"
    " language text, timezone text, verdict text",
    "ON CONFLICT (message_id) DO NOTHING RETURNING message_id",
)
_NOTE = statement("""
    UPDATE event SET verdict = v.verdict FROM ROWS($1: message_id text, verdict text) AS v
    WHERE event.message_id = v.message_id
""")
_ADD_INBOUND = insert(
    "inbound",
    "channel text, event_id text, kind text, at bigint, address text, body jsonb",
    "ON CONFLICT (channel, event_id) DO NOTHING RETURNING channel, event_id",
)
_FORGET_INBOUND = statement("""
    DELETE FROM inbound WHERE (channel, event_id) IN (
        SELECT v.channel, v.event_id FROM ROWS($1: channel text, event_id text) AS v)
""")
_BEGIN_COUNTERS = lock("""
    INSERT INTO counter (key, value) SELECT v.key, 0 FROM ROWS($1: key text) AS v
    ON CONFLICT (key) DO NOTHING
""")
_COUNTERS = statement(
    "SELECT key, value FROM counter WHERE key = ANY($1::text[]) ORDER BY key FOR UPDATE"
)
_SAVE_COUNTERS = insert(
    "counter",
    "key text, value bigint",
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value, idle_since = 0",
)


async def add_events(session: Session, events: Sequence[Event]) -> set[str]:
    """Keep events and give the message ids that are new; a repeat in the batch counts once."""
    if not events:
        return set()
    # In the order of their keys: two batches with the same events must not wait for each other.
    batch = sorted((_row(event) for event in events), key=lambda row: str(row["message_id"]))
    given = {clean_text(event.message_id): event.message_id for event in events}
    return {given[row["message_id"]] for row in await session.fetch(_ADD, batch)}


async def note_events(session: Session, notes: Mapping[str, str]) -> None:
    """Keep what became of events: message id -> a sentence for the debugger view."""
    if notes:
        batch = [{"message_id": name, "verdict": notes[name]} for name in sorted(notes)]
        await session.run(_NOTE, batch)


async def add_inbound(session: Session, items: Sequence[Inbound]) -> set[tuple[str, str]]:
    """Keep what providers told us and give the (channel, event id) pairs that are new."""
    if not items:
        return set()
    batch = [
        {
            "channel": item.channel,
            "event_id": item.event_id,
            "kind": type(item).__name__,
            "at": to_ms(item.at),
            "address": item.address,
            "body": item.raw,
        }
        for item in sorted(items, key=lambda item: (item.channel, item.event_id))
    ]
    found = await session.fetch(_ADD_INBOUND, batch)
    return {(row["channel"], row["event_id"]) for row in found}


async def forget_inbound(session: Session, keys: Collection[tuple[str, str]]) -> None:
    """Forget that these (channel, event id) came, so that they are new when they come again."""
    if keys:
        batch = [{"channel": channel, "event_id": event_id} for channel, event_id in sorted(keys)]
        await session.run(_FORGET_INBOUND, batch)


async def take_counters(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Lock counters and give their values; a new one is 0."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    await session.fetch(_BEGIN_COUNTERS, [{"key": key} for key in wanted])
    found = {row["key"]: row["value"] for row in await session.fetch(_COUNTERS, wanted)}
    return {key: found.get(key, 0) for key in wanted}


async def save_counters(session: Session, values: Mapping[str, int]) -> None:
    """Set counters."""
    if values:
        batch = [{"key": key, "value": values[key]} for key in sorted(values)]
        await session.run(_SAVE_COUNTERS, batch)


def _row(event: Event) -> dict[str, object]:
    return {
        "message_id": event.message_id,
        "kind": event.kind,
        "name": event.name,
        "user_id": event.user_id,
        "anonymous_id": event.anonymous_id,
        "previous_id": event.previous_id,
        "group_id": event.group_id,
        "occurred_at": to_ms(event.occurred_at),
        "received_at": to_ms(event.received_at),
        "properties": event.properties,
        "traits": event.traits,
        "language": event.language,
        "timezone": event.timezone,
        "verdict": "",
    }
