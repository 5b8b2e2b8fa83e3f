"""The ledger: what people were asked and will be asked, and a hold on those being asked right now.

Two lanes may be about to ask the same person. Each locks the person, looks at the ledger, and
writes its hold before the first byte leaves; the other one then sees it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from storage.codec import Row, from_ms, to_ms
from storage.following import follow, lock_people
from storage.sql import Session, insert, statement
from surveys.ask import Ask, Ledger

HOLD_LASTS = timedelta(minutes=10)
"""Longer than any lease: a hold that old was left by a process that is gone."""

_ASKED = statement("""
    SELECT contact_id, id, survey, channel, asked_at AS at FROM invitation
    WHERE contact_id = ANY($1::bigint[]) AND asked_at >= $2::bigint AND population <> 'visitor'
        AND state <> 'failed'
    UNION ALL
    SELECT h.contact_id, h.invitation_id, h.survey, h.channel, h.at FROM ask_hold h
    JOIN invitation i ON i.id = h.invitation_id AND i.asked_at IS NULL
    WHERE h.contact_id = ANY($1::bigint[]) AND h.at >= $3::bigint
    ORDER BY at
""")
_PLANNED = statement("""
    SELECT contact_id, id, survey, channel, due_at AS at FROM invitation
    WHERE contact_id = ANY($1::bigint[]) AND state = 'planned' AND due_at <= $2::bigint
    ORDER BY due_at
""")
_HOLD = insert(
    "ask_hold",
    "invitation_id bigint, contact_id bigint, survey text, channel text, at bigint",
    "ON CONFLICT (invitation_id) DO UPDATE SET channel = excluded.channel, at = excluded.at",
)
_LET_GO = statement("DELETE FROM ask_hold WHERE invitation_id = ANY($1::bigint[])")


async def lock_ledgers(
    session: Session, contact_ids: Collection[int], now: datetime, memory: timedelta
) -> dict[int, Ledger]:
    """Lock people and give their ledgers: ``memory`` back, and as far ahead."""
    if not contact_ids:
        return {}
    people = await lock_people(session, contact_ids)
    wanted = sorted(set(people.values()))
    since, fresh = to_ms(now - memory), to_ms(now - HOLD_LASTS)
    asked = await session.fetch(_ASKED, wanted, since, fresh)
    planned = await session.fetch(_PLANNED, wanted, to_ms(now + memory))
    known, coming = _by_contact(asked), _by_contact(planned)
    return {
        number: Ledger(asked=tuple(known[now_of]), planned=tuple(coming[now_of]))
        for number in contact_ids
        for now_of in [people.get(number, number)]
    }


async def hold_asks(session: Session, asks: Sequence[tuple[int, int, Ask]]) -> None:
    """Note who is being asked now: (contact id, invitation id, ask)."""
    if asks:
        people = await follow(session, [contact_id for contact_id, _, _ in asks])
        await session.run(
            _HOLD,
            [
                {
                    "invitation_id": invitation_id,
                    "contact_id": people.get(contact_id, contact_id),
                    "survey": ask.survey,
                    "channel": ask.channel,
                    "at": to_ms(ask.at),
                }
                for contact_id, invitation_id, ask in asks
            ],
        )


async def let_go(session: Session, invitation_ids: Collection[int]) -> None:
    """Forget holds: it was asked, which the invitation tells, or it was not."""
    wanted = sorted(set(invitation_ids) - {0})
    if wanted:
        await session.run(_LET_GO, wanted)


def _by_contact(rows: Sequence[Row]) -> defaultdict[int, list[tuple[int, Ask]]]:
    found: defaultdict[int, list[tuple[int, Ask]]] = defaultdict(list)
    for row in rows:
        ask = Ask(at=from_ms(row["at"]), survey=row["survey"], channel=row["channel"])
        found[row["contact_id"]].append((row["id"], ask))
    return found
