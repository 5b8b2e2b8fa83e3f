"""Campaigns: which occurrences were taken, how far each has been enlisted, and the people."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.codec import from_ms, load_json, to_ms
from storage.sql import Session, insert, statement
from surveys.contact import Contact

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
    SELECT id, language, timezone, attributes FROM contact
    WHERE id > $1 AND opted_out_at IS NULL ORDER BY id LIMIT $2
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


async def page_people(session: Session, after: int, limit: int) -> list[Contact]:
    """Give contacts who did not say stop, in the order of their ids, past ``after``.

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
