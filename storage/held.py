"""Held presses: kept with their reason, counted nowhere, until a person's press or staff decide."""

from collections.abc import Collection, Sequence

from storage.codec import Row, from_ms, load_json, to_ms
from storage.conversations import load_conversations
from storage.sql import Session, insert, statement
from storage.where import bounds
from surveys.conversation import Conversation
from surveys.report import Filter
from surveys.scanner import HeldPress, Reason

_HOLD = insert(
    "held_press",
    "invitation_id bigint, question_id text, metric_id text, channel text, chosen jsonb, text text,"
    " reason text, hints jsonb, presses int, at bigint",
    "ON CONFLICT (invitation_id, question_id) DO UPDATE SET channel = excluded.channel,"
    " chosen = excluded.chosen, text = excluded.text, reason = excluded.reason,"
    " hints = excluded.hints, presses = held_press.presses + excluded.presses, at = excluded.at",
)
_DROP = statement("""
    DELETE FROM held_press WHERE (invitation_id, question_id) IN (
        SELECT v.invitation_id, v.question_id
        FROM ROWS($1: invitation_id bigint, question_id text) AS v)
""")
_MATCHING = """
    FROM held_press h JOIN invitation i ON i.id = h.invitation_id
    WHERE h.at >= $1::bigint AND h.at < $2::bigint
      AND ($3::text = '' OR i.survey = $3::text) AND ($4::text = '' OR h.question_id = $4::text)
      AND ($5::text = '' OR h.metric_id = $5::text) AND ($6::text = '' OR h.channel = $6::text)
      AND ($7::text = '' OR i.team = $7::text) AND ($8::text = '' OR i.agent = $8::text)
      AND ($9::text = '' OR i.language = $9::text)
      AND ($10::bigint = 0 OR i.team = ANY($11::text[]))
      AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.invitation_id = h.invitation_id
          AND a.question_id = h.question_id AND a.is_latest AND a.at > h.at)
"""
_COUNT = statement(f"SELECT COUNT(*) AS n {_MATCHING}")
_LIST = statement(
    f"SELECT h.* {_MATCHING} ORDER BY h.at DESC, h.id DESC LIMIT $12::bigint OFFSET $13::bigint"
)
_FIND = statement("SELECT * FROM held_press WHERE id = $1")


async def hold_presses(session: Session, presses: Sequence[HeldPress]) -> None:
    """Hold presses back. One is kept of each invitation and question, the latest; how often it
    came is added up.
    """
    given = {(press.invitation_id, press.question_id): press for press in presses}
    if given:
        await session.run(_HOLD, [_row(given[key]) for key in sorted(given)])


async def drop_held(session: Session, questions: Collection[tuple[int, str]]) -> None:
    """Let go of what is held of these questions: (invitation id, question id)."""
    if questions:
        batch = [{"invitation_id": i, "question_id": q} for i, q in sorted(questions)]
        await session.run(_DROP, batch)


async def count_held(session: Session, wanted: Filter) -> int:
    """Give how many presses of the period are held back; not those answered elsewhere since."""
    found = await session.fetch(_COUNT, *_values(session, wanted))
    return int(found[0]["n"])


async def list_held(
    session: Session, wanted: Filter, limit: int, offset: int
) -> list[tuple[HeldPress, Conversation]]:
    """Give held presses of the period, newest first, with what they are about."""
    rows = await session.fetch(_LIST, *_values(session, wanted), limit, offset)
    return await _with_conversations(session, [_read(row) for row in rows])


async def find_held(session: Session, press_id: int) -> tuple[HeldPress, Conversation] | None:
    """Give one held press with what it is about, or None where it is not held (any more)."""
    rows = await session.fetch(_FIND, press_id)
    found = await _with_conversations(session, [_read(row) for row in rows])
    return found[0] if found else None


async def _with_conversations(
    session: Session, presses: Sequence[HeldPress]
) -> list[tuple[HeldPress, Conversation]]:
    about = await load_conversations(session, {press.invitation_id for press in presses})
    return [(p, about[p.invitation_id]) for p in presses if p.invitation_id in about]


def _values(session: Session, wanted: Filter) -> list[object]:
    start, end = bounds(wanted, session.zone)
    names = ("survey", "question", "metric", "channel", "team", "agent", "language")
    limits = [getattr(wanted, name) for name in names]
    return [start, end, *limits, int(wanted.teams is not None), list(wanted.teams or ())]


def _row(press: HeldPress) -> dict[str, object]:
    return {
        "invitation_id": press.invitation_id,
        "question_id": press.question_id,
        "metric_id": press.metric_id,
        "channel": press.channel,
        "chosen": press.values,
        "text": press.text,
        "reason": press.reason,
        "hints": press.hints,
        "presses": press.presses,
        "at": to_ms(press.at),
    }


def _read(row: Row) -> HeldPress:
    return HeldPress(
        id=row["id"],
        invitation_id=row["invitation_id"],
        question_id=row["question_id"],
        metric_id=row["metric_id"],
        channel=row["channel"],
        values=tuple(load_json(row["chosen"])),
        text=row["text"],
        reason=Reason(row["reason"]),
        hints=tuple(load_json(row["hints"])),
        presses=row["presses"],
        at=from_ms(row["at"]),
    )
