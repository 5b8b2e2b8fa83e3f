"""Journeys: how far people are, and the invitations of milestones as they are planned."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage.codec import Row, from_ms, from_ms_or_none, load_json, to_ms, to_ms_or_none
from storage.dues import add_dues
from storage.settlement import add_decisions
from storage.sql import Session, insert, statement
from surveys.due import Decision, Due, DueKind, name_due
from surveys.invitation import InvitationState
from surveys.progress import Progress

Way = tuple[str, int, str]
"""(journey, contact id, key): one person's one journey."""

_COLUMNS = (
    "journey text, contact_id bigint, key text, origin bigint, entered_at bigint, ended_at bigint,"
    " counts jsonb, reached jsonb, first_seen jsonb, seen jsonb"
)
_TAKE = statement("""
    SELECT p.* FROM ROWS($1: journey text, contact_id bigint, key text) AS v
    JOIN journey_progress p
        ON p.journey = v.journey AND p.contact_id = v.contact_id AND p.key = v.key
""")
_OF_PEOPLE = statement("SELECT * FROM journey_progress WHERE contact_id = ANY($1::bigint[])")
_PAGE = statement("""
    SELECT * FROM journey_progress WHERE journey = $1
        AND entered_at IS NOT NULL AND (ended_at IS NULL OR ended_at < entered_at)
        AND (contact_id > $2::bigint OR contact_id = $2::bigint AND key > $3::text)
    ORDER BY contact_id, key LIMIT $4
""")
_NAMES = statement("SELECT DISTINCT journey FROM journey_progress ORDER BY journey")
_COMPARED = statement("SELECT value FROM setting WHERE name = 'journeys_compared'")
_NOTE_COMPARED = insert(
    "setting", "name text, value text", "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_SAVE = insert(
    "journey_progress",
    _COLUMNS,
    "ON CONFLICT (journey, contact_id, key) DO UPDATE SET entered_at = excluded.entered_at,"
    " ended_at = excluded.ended_at, counts = excluded.counts, reached = excluded.reached,"
    " first_seen = excluded.first_seen, seen = excluded.seen",
)
_PLANNED = statement("""
    SELECT key, id, state, due_at FROM invitation WHERE key = ANY($1::text[]) ORDER BY id
    FOR NO KEY UPDATE
""")
_MOVABLE = statement("""
    SELECT id, key, via, all_channels, due_at, held_on, held_until FROM invitation
    WHERE id = ANY($1::bigint[]) AND state = 'planned' ORDER BY id FOR NO KEY UPDATE
""")
_TAKE_OUT = statement("""
    DELETE FROM due WHERE (lane, at, id) IN (
        SELECT d.lane, d.at, d.id FROM ROWS($1: lane text, at bigint, due_id text) AS v
        JOIN due d ON d.lane = v.lane AND d.at = v.at AND d.id = v.due_id)
    RETURNING lane, id, invitation_id
""")
_MOVE = statement("""
    UPDATE invitation SET due_at = v.due_at, expires_at = expires_at + v.due_at - invitation.due_at,
        not_after = not_after + v.due_at - invitation.due_at, held_on = '', held_until = NULL
    FROM ROWS($1: invitation_id bigint, due_at bigint) AS v
    WHERE invitation.id = v.invitation_id
""")
_CANCEL = statement("""
    UPDATE invitation SET state = 'cancelled' WHERE id = ANY($1::bigint[]) AND state = 'planned'
    RETURNING id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An invitation that exists already: when it is due, and whether it was asked yet."""

    id: int
    due_at: datetime
    is_planned: bool


async def take_progress(session: Session, ways: Collection[Way]) -> dict[Way, Progress]:
    """Give how far people are whose contacts are locked; those who never set out are left out."""
    if not ways:
        return {}
    wanted = [{"journey": j, "contact_id": c, "key": k} for j, c, k in sorted(ways)]
    return _by_way(await session.fetch(_TAKE, wanted))


async def progress_of(session: Session, contact_ids: Collection[int]) -> dict[Way, Progress]:
    """Give all journeys of these people."""
    wanted = sorted(set(contact_ids))
    return _by_way(await session.fetch(_OF_PEOPLE, wanted)) if wanted else {}


async def page_progress(
    session: Session, journey: str, after: tuple[int, str], limit: int
) -> list[Progress]:
    """Give people under way on a journey, in the order of (contact id, key), past ``after``."""
    return [_read(row) for row in await session.fetch(_PAGE, journey, *after, limit)]


async def journey_names(session: Session) -> list[str]:
    """Give the journeys anybody ever set out on."""
    return [row["journey"] for row in await session.fetch(_NAMES)]


async def compared_version(session: Session) -> str:
    """Give the version of the journeys that everybody was compared with, "" for none."""
    found = await session.fetch(_COMPARED)
    return str(found[0]["value"]) if found else ""


async def note_compared(session: Session, version: str) -> None:
    """Keep that everybody was compared with a version of the journeys."""
    await session.run(_NOTE_COMPARED, [{"name": "journeys_compared", "value": version}])


async def save_progress(session: Session, changed: Sequence[Progress]) -> None:
    """Write how far people are."""
    if changed:
        order = sorted(changed, key=lambda p: (p.journey, p.contact_id, p.key))
        await session.run(_SAVE, [_row(progress) for progress in order])


async def find_planned(session: Session, keys: Collection[str]) -> dict[str, Planned]:
    """Lock invitations by their keys and give those there are."""
    wanted = sorted(set(keys))
    found = await session.fetch(_PLANNED, wanted) if wanted else []
    return {
        row["key"]: Planned(
            id=row["id"],
            due_at=from_ms(row["due_at"]),
            is_planned=row["state"] == InvitationState.PLANNED,
        )
        for row in found
    }


async def move_invitations(session: Session, times: Mapping[int, datetime]) -> None:
    """Give planned invitations another time, also those that are held back. One whose row is
    claimed is left alone: it is being asked.
    """
    if not times:
        return
    found = await session.fetch(_MOVABLE, sorted(times))
    rows = [
        {"lane": due.lane, "at": to_ms(due.at), "due_id": due.id}
        for row in found
        for due in (*_dues(row, from_ms(row["due_at"])), *_held(row))
    ]
    out = await session.fetch(_TAKE_OUT, rows) if rows else []
    moved = {row["invitation_id"] for row in out}
    batch = [{"invitation_id": n, "due_at": to_ms(times[n])} for n in sorted(moved)]
    if batch:
        await session.run(_MOVE, batch)
    taken = {(row["invitation_id"], row["lane"]) for row in out}
    again = [
        due
        for row in found
        if row["id"] in moved
        for due in _dues(row, times[row["id"]])
        if not row["all_channels"] or (row["id"], due.lane) in taken
    ]
    await add_dues(session, again)


async def cancel_invitations(session: Session, reasons: Mapping[int, str], now: datetime) -> None:
    """End planned invitations, each for a reason that is kept; others are passed over."""
    found = await session.fetch(_CANCEL, sorted(reasons)) if reasons else []
    await add_decisions(
        session,
        [
            Decision(invitation_id=row["id"], at=now, verdict="skip", rule=reasons[row["id"]])
            for row in found
        ],
    )


def _dues(row: Row, at: datetime) -> list[Due]:
    """Give the rows of a question that is to be asked at a time, as they are put first."""
    via = load_json(row["via"])
    return [
        Due(
            lane=lane,
            at=at,
            id=name_due(DueKind.ASK, at, row["key"], lane if row["all_channels"] else ""),
            kind=DueKind.ASK,
            invitation_id=row["id"],
        )
        for lane in (via if row["all_channels"] else via[:1])
    ]


def _held(row: Row) -> list[Due]:
    """Give the rows of a question that is held back: on the lane that it had come to, or on each of
    its lanes.
    """
    if row["held_until"] is None:
        return []
    first, until = _dues(row, from_ms(row["due_at"])), from_ms(row["held_until"])
    one_lane = {} if row["all_channels"] else {"lane": row["held_on"]}
    return [replace(due, at=until, **one_lane) for due in first]


def _by_way(rows: Sequence[Row]) -> dict[Way, Progress]:
    return {(row["journey"], row["contact_id"], row["key"]): _read(row) for row in rows}


def _read(row: Row) -> Progress:
    first = load_json(row["first_seen"]) if row["first_seen"] is not None else None
    return Progress(
        journey=row["journey"],
        contact_id=row["contact_id"],
        key=row["key"],
        origin=row["origin"],
        entered_at=from_ms_or_none(row["entered_at"]),
        ended_at=from_ms_or_none(row["ended_at"]),
        counts=load_json(row["counts"]),
        reached={name: from_ms(ms) for name, ms in load_json(row["reached"]).items()},
        first=frozenset(first) if first is not None else None,
        seen=frozenset(load_json(row["seen"])),
    )


def _row(progress: Progress) -> dict[str, object]:
    return {
        "journey": progress.journey,
        "contact_id": progress.contact_id,
        "key": progress.key,
        "origin": progress.origin,
        "entered_at": to_ms_or_none(progress.entered_at),
        "ended_at": to_ms_or_none(progress.ended_at),
        "counts": dict(progress.counts),
        "reached": {name: to_ms(at) for name, at in progress.reached.items()},
        "first_seen": sorted(progress.first) if progress.first is not None else None,
        "seen": sorted(progress.seen),
    }
