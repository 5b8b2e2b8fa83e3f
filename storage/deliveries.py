"""Deliveries: an attempt is committed before its first byte leaves, and settled after."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.codec import Row, from_ms, from_ms_or_none, to_ms, to_ms_or_none
from storage.dues import claim_row
from storage.progress import save_progress, take_progress
from storage.sql import Session, Statement, insert, statement
from surveys.due import Due, Outcome
from surveys.invitation import Delivery, DeliveryState, merge

Message = tuple[str, str]
"""A channel and what the provider calls one message there."""

ARRIVED = frozenset({DeliveryState.DELIVERED, DeliveryState.READ})

_BEGIN = statement("""
    WITH held AS (
        SELECT v.due_id, v.fence, v.invitation_id, v.channel, v.address, v.state, v.external_id,
            v.reason, v.started_at, v.settled_at
        FROM ROWS($1: lane text, at bigint, due_id text, fence bigint, invitation_id bigint,
            channel text, address text, state text, external_id text, reason text,
            started_at bigint, settled_at bigint) AS v
        JOIN due d ON d.lane = v.lane AND d.at = v.at AND d.id = v.due_id AND d.fence = v.fence
        ORDER BY d.lane, d.at, d.id FOR UPDATE OF d
    )
    INSERT INTO delivery (due_id, fence, invitation_id, channel, address, state, external_id,
        reason, started_at, settled_at)
    SELECT due_id, fence, invitation_id, channel, address, state, external_id, reason, started_at,
        settled_at
    FROM held WHERE true
    RETURNING id, due_id
""")
_RESUME = statement("""
    UPDATE delivery SET fence = v.fence, started_at = v.started_at, settled_at = NULL
    FROM (
        SELECT v.delivery_id, v.fence, v.started_at
        FROM ROWS($1: delivery_id bigint, lane text, at bigint, due_id text, fence bigint,
            started_at bigint) AS v
        JOIN due d ON d.lane = v.lane AND d.at = v.at AND d.id = v.due_id AND d.fence = v.fence
    ) AS v
    WHERE delivery.id = v.delivery_id
    RETURNING id, due_id
""")
_UNSETTLED = statement("""
    SELECT * FROM delivery WHERE due_id = ANY($1::text[]) AND state = 'sending' ORDER BY id
""")
_TAKE = statement("""
    SELECT id, invitation_id, channel, address, state, external_id, reason FROM delivery
    WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE
""")
_SAVE = statement("""
    UPDATE delivery SET state = v.state, external_id = v.external_id, reason = v.reason,
        settled_at = v.settled_at
    FROM ROWS($1: delivery_id bigint, state text, external_id text, reason text,
        settled_at bigint) AS v
    WHERE delivery.id = v.delivery_id
""")
_LEFT_OPEN = statement("""
    UPDATE delivery SET state = 'uncertain', settled_at = $2::bigint
    WHERE due_id = ANY($1::text[]) AND state = 'sending'
""")
_FIND = statement("""
    SELECT id, due_id, invitation_id, channel, address, state, external_id, reason FROM delivery
    WHERE channel = $1 AND external_id = $2 AND external_id <> '' ORDER BY id FOR UPDATE
""")
_EARLY = statement("SELECT state FROM early_status WHERE channel = $1 AND external_id = $2")
_KEEP_EARLY = insert(
    "early_status",
    "channel text, external_id text, state text, reason text, received_at bigint",
    "ON CONFLICT (channel, external_id)"
    " DO UPDATE SET state = excluded.state, reason = excluded.reason",
)
_TAKE_EARLY = statement("""
    DELETE FROM early_status WHERE (channel, external_id) IN
        (SELECT v.channel, v.external_id FROM ROWS($1: channel text, external_id text) AS v)
    RETURNING channel, external_id, state, reason
""")
# A report and the note of its message's id may come at once on two nodes: one waits for the other.
_LOCK_MESSAGES = Statement(
    postgres=(
        "SELECT pg_advisory_xact_lock(7342, bucket) FROM (SELECT DISTINCT abs(hashtext(id) % 1024)"
        " AS bucket FROM unnest($1::text[]) AS id ORDER BY 1) AS buckets"
    ),
    sqlite="",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A delivery as it stands after its outcome: which place was written to, and did it arrive."""

    invitation_id: int
    channel: str
    address: str
    state: DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A delivery as it stands after a provider's report. ``asked`` is whether it carried the
    question of an invitation, ``news`` whether the report changed its state.
    """

    delivery_id: int
    invitation_id: int
    channel: str
    address: str
    asked: bool
    state: DeliveryState
    news: bool


async def begin_deliveries(session: Session, attempts: Sequence[tuple[Due, Delivery]]) -> list[int]:
    """Note attempts before a byte leaves and give their ids, 0 where the claim is lost.

    A delivery that has an id already is taken up again under it, after a crash.
    """
    found = []
    new = [(due, delivery) for due, delivery in attempts if not delivery.id]
    if new:
        found += await session.fetch(_BEGIN, [_row(due, delivery) for due, delivery in new])
    old = [(due, delivery) for due, delivery in attempts if delivery.id]
    if old:
        found += await session.fetch(
            _RESUME,
            [
                {"delivery_id": d.id, "started_at": to_ms(d.started_at), **claim_row(due)}
                for due, d in old
            ],
        )
    ids = {row["due_id"]: row["id"] for row in found}
    return [ids.get(due.id, 0) for due, _ in attempts]


async def unsettled(session: Session, dues: Sequence[Due]) -> dict[str, list[Delivery]]:
    """Give, by due id, the attempts of an earlier claim that were never settled: a crash."""
    found: dict[str, list[Delivery]] = {}
    if not dues:
        return found
    fences = {due.id: due.fence for due in dues}
    for row in await session.fetch(_UNSETTLED, sorted(fences)):
        if row["fence"] != fences[row["due_id"]]:
            found.setdefault(row["due_id"], []).append(read_delivery(row))
    return found


async def settle_deliveries(
    session: Session, outcomes: Sequence[Outcome], now: datetime
) -> dict[int, Settled]:
    """Join each outcome to its delivery, refused or not, and give how the deliveries stand."""
    tried = {o.delivery_id: o for o in outcomes if o.delivery_id}
    if not tried:
        return {}
    found = {row["id"]: row for row in await session.fetch(_TAKE, sorted(tried))}
    early = await _take_early(
        session, {(row["channel"], tried[i].external_id) for i, row in found.items()}
    )
    changed = [_settled_row(row, tried[i], early, now) for i, row in found.items()]
    if changed:
        await session.run(_SAVE, changed)
    states = {int(str(c["delivery_id"])): DeliveryState(str(c["state"])) for c in changed}
    return {
        i: Settled(
            invitation_id=row["invitation_id"],
            channel=row["channel"],
            address=row["address"],
            state=states[i],
        )
        for i, row in found.items()
    }


async def close_left_open(session: Session, due_ids: Iterable[str], now: datetime) -> None:
    """Nobody will settle an older claim's attempt once its row is settled: it stays uncertain."""
    ids = sorted(set(due_ids))
    if ids:
        await session.run(_LEFT_OPEN, ids, to_ms(now))


async def change_delivery(
    session: Session,
    channel: str,
    external_id: str,
    status: DeliveryState,
    reason: str,
    now: datetime,
) -> list[Reported]:
    """Join a provider's report to its delivery and give how that stands now; the order reports come
    in does not matter.

    A report that overtakes the note of its message's id waits for it: nothing is given then.
    """
    await session.fetch(_LOCK_MESSAGES, [external_id])
    found = await session.fetch(_FIND, channel, external_id)
    if not found:
        await _keep_early(session, (channel, external_id), status, reason, now)
        return []
    changed = [_joined(row, status, row["external_id"], reason, to_ms(now)) for row in found]
    await session.run(_SAVE, changed)
    if status in ARRIVED:
        progress = await take_progress(session, [row["invitation_id"] for row in found])
        for step in progress.values():
            step.deliver()
        await save_progress(session, progress.values())
    return [_reported(row, status) for row in found]


async def recipient_of(session: Session, channel: str, external_id: str) -> str:
    """Give the address that a message of ours went to, "" where we sent none of that id."""
    found = await session.fetch(_FIND, channel, external_id)
    return str(found[-1]["address"]) if found else ""


async def _keep_early(
    session: Session, message: Message, status: DeliveryState, reason: str, now: datetime
) -> None:
    known = await session.fetch(_EARLY, *message)
    state = merge(DeliveryState(known[0]["state"]), status) if known else status
    row = {
        "channel": message[0],
        "external_id": message[1],
        "state": state,
        "reason": reason,
        "received_at": to_ms(now),
    }
    await session.run(_KEEP_EARLY, [row])


async def _take_early(session: Session, messages: set[Message]) -> dict[Message, Row]:
    wanted = sorted(message for message in messages if message[1])
    if not wanted:
        return {}
    await session.fetch(_LOCK_MESSAGES, [external_id for _, external_id in wanted])
    batch = [{"channel": channel, "external_id": name} for channel, name in wanted]
    found = await session.fetch(_TAKE_EARLY, batch)
    return {(row["channel"], row["external_id"]): row for row in found}


def _settled_row(
    row: Row, outcome: Outcome, early: Mapping[Message, Row], now: datetime
) -> dict[str, object]:
    external_id = outcome.external_id or row["external_id"]
    report = outcome.delivery or DeliveryState(row["state"])
    reason = outcome.reason or row["reason"]
    overtaken = early.get((row["channel"], outcome.external_id))
    if overtaken:
        report = merge(report, DeliveryState(overtaken["state"]))
        reason = overtaken["reason"] or reason
    return _joined(row, report, external_id, reason, to_ms(now))


def _joined(
    row: Row, report: DeliveryState, external_id: str, reason: str, now: int
) -> dict[str, object]:
    known = DeliveryState(row["state"])
    state = merge(known, report)
    return {
        "delivery_id": row["id"],
        "state": state,
        "external_id": external_id,
        # A report that changes nothing does not explain the state either.
        "reason": row["reason"] if state is known and row["reason"] else reason,
        "settled_at": None if state is DeliveryState.SENDING else now,
    }


def _reported(row: Row, report: DeliveryState) -> Reported:
    known = DeliveryState(row["state"])
    state = merge(known, report)
    return Reported(
        delivery_id=row["id"],
        invitation_id=row["invitation_id"],
        channel=row["channel"],
        address=row["address"],
        asked=row["due_id"].startswith("ask:"),
        state=state,
        news=state is not known,
    )


def _row(due: Due, delivery: Delivery) -> dict[str, object]:
    return {
        **claim_row(due),
        "invitation_id": delivery.invitation_id,
        "channel": delivery.channel,
        "address": delivery.address,
        "state": delivery.state,
        "external_id": delivery.external_id,
        "reason": delivery.reason,
        "started_at": to_ms(delivery.started_at),
        "settled_at": to_ms_or_none(delivery.settled_at),
    }


def read_delivery(row: Row) -> Delivery:
    """Give a row of `delivery` as a value."""
    return Delivery(
        id=row["id"],
        invitation_id=row["invitation_id"],
        channel=row["channel"],
        address=row["address"],
        state=DeliveryState(row["state"]),
        external_id=row["external_id"],
        reason=row["reason"],
        started_at=from_ms(row["started_at"]),
        settled_at=from_ms_or_none(row["settled_at"]),
    )
