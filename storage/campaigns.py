"""Campaigns: which occurrences were taken, how far each has been enlisted, and the people."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.codec import dump_json, from_ms, load_json, to_ms, to_ms_or_none
from storage.sql import Session, insert, statement
from surveys.contact import Contact
from surveys.roll import Roll

_MS = timedelta(milliseconds=1)
_SEE = insert("campaign_seen", "name text, at bigint", "ON CONFLICT (name) DO NOTHING")
_SEEN = statement("SELECT at FROM campaign_seen WHERE name = $1")
_TAKE = insert(
    "campaign_run",
    "campaign text, wall text, begins bigint, cursor bigint, enlisted bigint, done boolean",
    "ON CONFLICT (campaign, wall) DO NOTHING",
)
_OPEN = statement("""
    SELECT campaign, wall, begins, cursor, enlisted FROM campaign_run
    WHERE NOT done ORDER BY begins, campaign LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_RUNS = statement("SELECT * FROM campaign_run WHERE campaign = $1 ORDER BY begins DESC LIMIT $2")
_GO_ON = statement("""
    UPDATE campaign_run SET cursor = $3, enlisted = enlisted + $4, done = $5
    WHERE campaign = $1 AND wall = $2
""")
_PEOPLE = statement("""
    SELECT id, language, timezone, attributes FROM contact c
    WHERE id > $1 AND opted_out_at IS NULL
        AND EXISTS (SELECT 1 FROM contact_key k WHERE k.contact_id = c.id)
    ORDER BY id LIMIT $2
""")
_ENLIST = statement("""
    INSERT INTO invitation (
        key, contact_id, language, due_at, expires_at, not_after, survey, survey_version, trigger,
        via, all_channels, facts, weight, population, interaction_id, agent, team, line, channel,
        state, delivered, best
    )
    SELECT v.key, v.contact_id, v.language, $2::bigint + v.wait, $3::bigint + v.wait,
        $4::bigint + v.wait, $5::text, $6::text, $7::text, $8::jsonb, $9::boolean, $10::jsonb,
        $11::float, $12::text, '', '', '', '', '', 'planned', false, $13::boolean
    FROM ROWS($1: key text, contact_id bigint, language text, wait bigint) AS v WHERE true
    ON CONFLICT (key) DO NOTHING RETURNING id
""")
_ENLIST_DUES = statement("""
    INSERT INTO due (lane, at, id, due_at, kind, invitation_id, message, attempts, fence)
    SELECT v.lane, i.due_at, 'ask:' || i.id || v.ending, i.due_at, 'ask', i.id, NULL, 0, 0
    FROM ROWS($2: lane text, ending text) AS v, invitation i WHERE i.id = ANY($1::bigint[])
    ORDER BY 1, 2
""")
_LAST = statement("""
    SELECT r.contact_id, a.question_id, a.metric_id, a.value, a.choices FROM response r
    JOIN answer a ON a.invitation_id = r.invitation_id AND a.is_latest AND NOT a.skipped
    WHERE r.contact_id = ANY($1::bigint[])
        AND (a.question_id = ANY($2::text[]) OR a.metric_id = ANY($2::text[]))
    ORDER BY a.at, a.id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One occurrence of a campaign: ``wall`` is its name (naive), ``begins`` when it came. Contacts
    up to the id ``cursor`` were looked at, ``enlisted`` of them invited.
    """

    campaign: str
    wall: datetime
    begins: datetime
    cursor: int = 0
    enlisted: int = 0
    done: bool = False


async def first_seen(session: Session, name: str, now: datetime) -> datetime:
    """Give when a campaign, called by name and schedule, was first seen: now where it is new."""
    await session.run(_SEE, [{"name": name, "at": to_ms(now)}])
    return from_ms((await session.fetch(_SEEN, name))[0]["at"])


async def take_occurrence(session: Session, run: Run) -> None:
    """Note an occurrence; one that was noted before stays as it is."""
    await session.run(
        _TAKE,
        [
            {
                "campaign": run.campaign,
                "wall": run.wall.isoformat(timespec="minutes"),
                "begins": to_ms(run.begins),
                "cursor": 0,
                "enlisted": 0,
                "done": False,
            }
        ],
    )


async def open_run(session: Session) -> Run | None:
    """Lock and give the oldest occurrence that is not all enlisted and nobody else works on."""
    found = await session.fetch(_OPEN)
    return _read({**found[0], "done": False}) if found else None


async def go_on(session: Session, run: Run, cursor: int, enlisted: int, *, done: bool) -> None:
    """Note how far an occurrence has come."""
    wall = run.wall.isoformat(timespec="minutes")
    await session.run(_GO_ON, run.campaign, wall, cursor, enlisted, done)


async def list_runs(session: Session, campaign: str, limit: int) -> list[Run]:
    """Give the last occurrences of a campaign, newest first."""
    return [_read(row) for row in await session.fetch(_RUNS, campaign, limit)]


async def enlist(session: Session, roll: Roll) -> int:
    """Keep a roll's invitations, each with what makes it due, and give how many are new: those the
    store has are passed over.
    """
    pattern = roll.pattern
    named = [
        {"key": p.key, "contact_id": p.contact_id, "language": p.language, "wait": p.wait // _MS}
        for p in roll.people
    ]
    found = await session.fetch(
        _ENLIST,
        named,
        to_ms(pattern.due_at),
        to_ms(pattern.expires_at),
        to_ms_or_none(pattern.not_after),
        *(pattern.survey, pattern.survey_version, pattern.trigger),
        *(dump_json(pattern.via), pattern.all_channels, dump_json(pattern.facts)),
        *(pattern.weight, pattern.interaction.population, pattern.best),
    )
    every = pattern.all_channels
    lanes = pattern.via if every else pattern.via[:1]
    endings = [{"lane": lane, "ending": f":{lane}" if every else ""} for lane in lanes]
    await session.run(_ENLIST_DUES, [row["id"] for row in found], endings)
    return len(found)


async def page_people(session: Session, after: int, limit: int) -> list[Contact]:
    """Give people of the business's who did not say stop, in the order of their ids, past
    ``after``. Strangers, who wrote to us by themselves and whom it does not know, are none.

    Without keys and addresses: sending looks at those afresh.
    """
    return [
        Contact(
            id=row["id"],
            language=row["language"],
            timezone=row["timezone"],
            attributes=load_json(row["attributes"]),
        )
        for row in await session.fetch(_PEOPLE, after, limit)
    ]


async def last_answers(
    session: Session, contact_ids: Collection[int], names: Collection[str]
) -> dict[int, dict[str, Any]]:
    """Give what people answered last to questions or metrics of these names."""
    found: dict[int, dict[str, Any]] = {}
    if not names or not contact_ids:
        return found
    for row in await session.fetch(_LAST, sorted(contact_ids), sorted(names)):
        value = row["value"] if row["value"] is not None else load_json(row["choices"])
        own = found.setdefault(row["contact_id"], {})
        own.update({name: value for name in (row["question_id"], row["metric_id"]) if name})
    return found


def _read(row: Mapping[str, Any]) -> Run:
    return Run(
        campaign=row["campaign"],
        wall=datetime.fromisoformat(row["wall"]),
        begins=from_ms(row["begins"]),
        cursor=row["cursor"],
        enlisted=row["enlisted"],
        done=bool(row["done"]),
    )
