"""Engagements: what people are in the middle of with us, in one read for a whole batch."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from storage.codec import from_ms, load_json, to_ms
from storage.following import follow
from storage.ledger import HOLD_LASTS
from storage.sql import Session, insert, statement
from surveys.card import JOINS
from surveys.due import WAITS_UNTIL
from surveys.engagement import Engagement, EngagementKind, Engagements

CASE_RESTS = timedelta(days=14)
"""How long after the last that was done a case is in the way of questions: one that everybody
forgot does not keep a person from being asked for good."""

# One part for each kind of engagement. $2 is how far back they matter, $3 now, $4 since when a hold
# on asking counts (`storage.ledger`), $5 how long words join a card, $6 since when a case counts.
# Something new to wait for is one more part; what goes on without words, as an open case does, says
# $3 as its time until it is over, and calls `release_waiting` then.
_LOAD = statement("""
    SELECT contact_id, 'survey' AS kind, survey AS name, id AS invitation_id, asked_at AS at
    FROM invitation
    WHERE contact_id = ANY($1::bigint[]) AND state IN ('asked', 'started')
        AND asked_at >= $2::bigint
    UNION ALL
    SELECT i.contact_id, 'survey', i.survey, i.id, MAX(a.at)
    FROM invitation i JOIN answer a ON a.invitation_id = i.id
    WHERE i.contact_id = ANY($1::bigint[]) AND i.state = 'started' AND a.at >= $2::bigint
    GROUP BY i.contact_id, i.survey, i.id
    UNION ALL
    SELECT i.contact_id, 'survey', i.survey, i.id, h.at
    FROM ask_hold h JOIN invitation i ON i.id = h.invitation_id AND i.asked_at IS NULL
    WHERE h.contact_id = ANY($1::bigint[]) AND h.at >= $4::bigint
    UNION ALL
    SELECT c.contact_id, 'words', '', 0, MAX(CASE
        WHEN a.heard_at > c.at AND a.heard_at < c.at + $5::bigint THEN a.heard_at ELSE c.at END)
    FROM comment_card c
    LEFT JOIN address a ON a.contact_id = c.contact_id AND a.channel = c.channel
    WHERE c.contact_id = ANY($1::bigint[]) AND c.at >= $2::bigint AND NOT c.quiet
    GROUP BY c.contact_id
    UNION ALL
    SELECT contact_id, 'talk', '', 0, MAX(at) FROM human_talk
    WHERE contact_id = ANY($1::bigint[]) AND at >= $2::bigint GROUP BY contact_id
    UNION ALL
    SELECT contact_id, 'case', CAST(id AS TEXT), 0, $3::bigint FROM customer_case
    WHERE contact_id = ANY($1::bigint[]) AND state NOT IN ('solved', 'unreachable')
        AND (opened_at >= $6::bigint OR claimed_at >= $6::bigint OR contacted_at >= $6::bigint
            OR talk_at >= $6::bigint)
    UNION ALL
    SELECT contact_id, 'next', survey, id, due_at FROM invitation
    WHERE contact_id = ANY($1::bigint[]) AND state = 'planned' AND due_at <= $3::bigint
""")
_KINDS = {kind.value: kind for kind in EngagementKind}
_JOINS = JOINS // timedelta(milliseconds=1)
_FORGET_TALKS = statement("DELETE FROM human_talk WHERE contact_id = ANY($1::bigint[])")
_NOTE_TALKS = insert("human_talk", "contact_id bigint, at bigint")
# What waits says so in the decision that holds it, together with the time it waits for.
_WAITING = statement("""
    SELECT i.id AS invitation_id, c.inputs FROM invitation i
    JOIN decision c ON c.invitation_id = i.id AND c.verdict = 'hold'
    WHERE i.contact_id = ANY($1::bigint[]) AND i.state IN ('planned', 'asked')
""")
_RELEASE = statement("""
    UPDATE due SET at = $2::bigint, due_at = $2::bigint WHERE (lane, at, id) IN (
        SELECT d.lane, d.at, d.id FROM ROWS($1: lane text, at bigint, invitation_id bigint) AS v
        JOIN due d ON d.lane = v.lane AND d.at = v.at AND d.invitation_id = v.invitation_id)
    RETURNING lane
""")


async def load_engagements(
    session: Session, contact_ids: Collection[int], now: datetime, memory: timedelta
) -> Engagements:
    """Give what these people are in the middle of, ``memory`` back, by the ids asked for."""
    people = await follow(session, contact_ids)
    if not people:
        return {}
    since, fresh = to_ms(now - memory), to_ms(now - HOLD_LASTS)
    wanted = sorted(set(people.values()))
    found: defaultdict[int, list[Engagement]] = defaultdict(list)
    touched = to_ms(now - CASE_RESTS)
    for row in await session.fetch(_LOAD, wanted, since, to_ms(now), fresh, _JOINS, touched):
        one = Engagement(
            kind=_KINDS[row["kind"]],
            at=from_ms(row["at"]),
            name=row["name"],
            invitation_id=row["invitation_id"],
        )
        found[row["contact_id"]].append(one)
    return {asked: tuple(found[who]) for asked, who in people.items() if who in found}


async def note_talks(session: Session, contact_ids: Collection[int], at: datetime) -> None:
    """Note that these people talk to a colleague, or wait for one."""
    people = sorted(set((await follow(session, contact_ids)).values()))
    if people:
        await session.run(_FORGET_TALKS, people)
        await session.run(_NOTE_TALKS, [{"contact_id": who, "at": to_ms(at)} for who in people])


async def end_talks(session: Session, contact_ids: Collection[int]) -> None:
    """Note that these people's talks with colleagues are over."""
    people = sorted(set((await follow(session, contact_ids)).values()))
    if people:
        await session.run(_FORGET_TALKS, people)


async def release_waiting(session: Session, contact_ids: Collection[int], at: datetime) -> set[str]:
    """Let what waits until these people have finished something be decided anew at that time, and
    give the lanes it waits on.
    """
    people = sorted(set((await follow(session, contact_ids)).values()))
    if not people:
        return set()
    waiting = [
        {"lane": inputs["channel"], "at": until, "invitation_id": row["invitation_id"]}
        for row in await session.fetch(_WAITING, people)
        if (until := _waits_until(inputs := load_json(row["inputs"]))) > to_ms(at)
    ]
    if not waiting:
        return set()
    return {row["lane"] for row in await session.fetch(_RELEASE, waiting, to_ms(at))}


def _waits_until(inputs: Mapping[str, Any]) -> int:
    until = inputs.get(WAITS_UNTIL)
    return to_ms(datetime.fromisoformat(until)) if until else 0
