"""Settlement: what became of a batch of claimed rows, written in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from storage.addresses import Place, move_addresses, set_addresses
from storage.codec import Row, from_ms, load_json, to_ms
from storage.deliveries import ARRIVED, Settled, close_left_open, settle_deliveries
from storage.dues import add_dues, settle_dues
from storage.ledger import let_go
from storage.posts import settle_posts
from storage.progress import Progress, save_progress, take_progress
from storage.sql import Session, insert, statement
from storage.standings import save_choices
from surveys.contact import AddressStatus
from surveys.due import Decision, DueKind, Outcome
from surveys.invitation import DeliveryState, InvitationState

_ADD_DECISIONS = insert(
    "decision", "invitation_id bigint, at bigint, verdict text, rule text, inputs jsonb"
)
_STATUS: Mapping[DeliveryState, AddressStatus] = {
    DeliveryState.BLOCKED: AddressStatus.BLOCKED,
    DeliveryState.BOUNCED: AddressStatus.BOUNCED,
}
_LOST = frozenset({*_STATUS, DeliveryState.FAILED})
_DECISIONS = statement("SELECT * FROM decision WHERE invitation_id = $1 ORDER BY id")


async def end_deliveries(
    session: Session, outcomes: Sequence[Outcome], now: datetime, *, explained: bool = True
) -> list[str]:
    """Settle claims and give the due ids whose claim was no longer ours.

    Of those only the delivery is written, as evidence: somebody else settles the rest. Why it was
    decided so is kept, and counted for reports, where ``explained``.
    """
    if not outcomes:
        return []
    kept = await settle_dues(session, outcomes)
    settled = await settle_deliveries(session, outcomes, now)
    ours = [o for o in outcomes if o.due.id in kept]
    await close_left_open(session, [o.due.id for o in ours if o.delivery_id], now)
    await _advance(session, ours, settled, now, counted=explained)
    await add_dues(session, [due for o in ours if not _is_lost(o, settled) for due in o.then])
    await save_choices(session, {o.due.invitation_id: o.via for o in ours if o.via})
    await _ask_elsewhere(session, [o for o in ours if _is_lost(o, settled)], now)
    await _change_addresses(session, ours, settled)
    await settle_posts(session, ours)
    await let_go(session, [o.due.invitation_id for o in ours if o.due.kind is DueKind.ASK])
    if explained:
        await add_decisions(session, [o.decision for o in ours if o.decision])
    return list(dict.fromkeys(o.due.id for o in outcomes if o.due.id not in kept))


async def read_decisions(session: Session, invitation_id: int) -> list[Decision]:
    """Give why an invitation was sent, held, skipped or failed, oldest first."""
    return [read_decision(row) for row in await session.fetch(_DECISIONS, invitation_id)]


def read_decision(row: Row) -> Decision:
    """Give a row of `decision` as a value."""
    return Decision(
        invitation_id=row["invitation_id"],
        at=from_ms(row["at"]),
        verdict=row["verdict"],
        rule=row["rule"],
        inputs=load_json(row["inputs"]),
    )


async def _advance(
    session: Session,
    ours: Sequence[Outcome],
    settled: Mapping[int, Settled],
    now: datetime,
    *,
    counted: bool,
) -> None:
    moved = [o for o in ours if _moves(o) or _arrived(o, settled)]
    progress = await take_progress(session, [o.due.invitation_id for o in moved], counted=counted)
    for outcome in moved:
        step = progress.get(outcome.due.invitation_id)
        if step is None:
            continue
        if _is_lost(outcome, settled):
            if not (outcome.fallback or step.row["all_channels"]):
                step.become(InvitationState.FAILED)
            continue
        if outcome.state is InvitationState.ASKED and outcome.due.kind is DueKind.ASK:
            step.ask(outcome.due.lane, outcome.at or now)
        if outcome.state:
            step.become(outcome.state)
        if outcome.due.kind is DueKind.FALLBACK and outcome.delivery is DeliveryState.SENT:
            step.widen()
        _hold_back(step, outcome)
        if outcome.delivered or _arrived(outcome, settled):
            step.deliver()
    await save_progress(session, list(progress.values()))


def _hold_back(step: Progress, outcome: Outcome) -> None:
    if outcome.put_off:
        step.put_off(outcome.put_off)
    if outcome.retry_at and _is_held(outcome):
        step.hold(outcome.due.lane, outcome.retry_at)


def _moves(outcome: Outcome) -> bool:
    fell_back = outcome.due.kind is DueKind.FALLBACK
    moves = outcome.state or outcome.delivered or outcome.put_off
    return bool(moves or fell_back or _is_held(outcome))


def _is_held(outcome: Outcome) -> bool:
    """Whether a question is asked later, by a rule."""
    decision, asks = outcome.decision, outcome.due.kind is DueKind.ASK
    return asks and decision is not None and decision.verdict == "hold"


async def _ask_elsewhere(session: Session, lost: Sequence[Outcome], now: datetime) -> None:
    """Put what was asked in vain on the lane of the next channel."""
    await add_dues(
        session,
        [replace(o.due, lane=o.fallback, at=now, attempts=0, fence=0) for o in lost if o.fallback],
    )


def _is_lost(outcome: Outcome, settled: Mapping[int, Settled]) -> bool:
    """Whether the provider took a question of which it had said before that it did not arrive: its
    report overtook the note of the sending.
    """
    delivery = settled.get(outcome.delivery_id)
    asks = outcome.state is InvitationState.ASKED and outcome.due.kind is DueKind.ASK
    took = outcome.delivery is DeliveryState.SENT
    return delivery is not None and asks and took and delivery.state in _LOST


def _arrived(outcome: Outcome, settled: Mapping[int, Settled]) -> bool:
    delivery = settled.get(outcome.delivery_id)
    return delivery is not None and delivery.state in ARRIVED


async def _change_addresses(
    session: Session, ours: Sequence[Outcome], settled: Mapping[int, Settled]
) -> None:
    statuses: dict[Place, str] = {}
    moves: dict[Place, str] = {}
    for outcome in ours:
        delivery = settled.get(outcome.delivery_id)
        if delivery is None:
            continue
        place = (delivery.channel, delivery.address)
        if status := outcome.address_status or _STATUS.get(delivery.state, ""):
            statuses[place] = status
        if outcome.new_address:
            moves[place] = outcome.new_address
    await set_addresses(session, statuses)
    await move_addresses(session, moves)


async def add_decisions(session: Session, decisions: Sequence[Decision]) -> None:
    """Keep why things were sent, held, moved or let go."""
    if decisions:
        batch = [
            {
                "invitation_id": decision.invitation_id,
                "at": to_ms(decision.at),
                "verdict": decision.verdict,
                "rule": decision.rule,
                "inputs": decision.inputs,
            }
            for decision in decisions
        ]
        await session.run(_ADD_DECISIONS, batch)
