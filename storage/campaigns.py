"""Campaigns: which occurrences were taken, how far each has been enlisted, and the people."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.codec import dump_json, from_ms, load_json, to_ms, to_ms_or_none
from storage.sql import Session, insert, statement
from surveys.contact import Address, Contact
from surveys.counting import EventCount
from surveys.roll import Roll
from surveys.roster import Name

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
_KEYS = statement("SELECT contact_id, key FROM contact_key WHERE contact_id = ANY($1::bigint[])")
_ADDRESSES = statement("""
    SELECT contact_id, channel, value FROM address WHERE contact_id = ANY($1::bigint[])
""")
_KNOWN_KEYS = statement("SELECT key FROM contact_key WHERE key = ANY($1::text[])")
_KNOWN_PLACES = statement("""
    SELECT a.channel, a.value FROM ROWS($1: channel text, value text) AS v
    JOIN address a ON a.channel = v.channel AND a.value = v.value
""")
# An event with both names of a person is counted by the business's own id, one with a visitor's
# alone by that. Both kinds of key begin with five letters.
_COUNT = statement("""
    SELECT k.contact_id, COUNT(*) AS n FROM contact_key k
    JOIN event e ON e.kind = 'track' AND e.name = $2::text
        AND e.occurred_at > $3::bigint AND e.occurred_at <= $4::bigint
        AND (k.key LIKE 'user:%' AND e.user_id = substr(k.key, 6)
            OR k.key LIKE 'anon:%' AND e.anonymous_id = substr(k.key, 6) AND e.user_id IS NULL)
    WHERE k.contact_id = ANY($1::bigint[]) GROUP BY k.contact_id
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
    SELECT v.lane, i.due_at, 'ask:' || i.due_at || ':' || i.key || v.ending, i.due_at, 'ask',
        i.id, NULL, 0, 0
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


async def page_people(
    session: Session, after: int, limit: int, *, named: bool = False
) -> list[Contact]:
    """Give people of the business's who did not say stop, in the order of their ids, past
    ``after``. Strangers, who wrote to us by themselves and whom it does not know, are none.

    Without keys and addresses, unless they are to be ``named``: sending looks at those afresh.
    """
    found = await session.fetch(_PEOPLE, after, limit)
    ids = [row["id"] for row in found] if named else []
    keys, addresses = await _names(session, ids) if ids else ({}, {})
    return [
        Contact(
            id=row["id"],
            keys=tuple(keys.get(row["id"], ())),
            addresses=tuple(addresses.get(row["id"], ())),
            language=row["language"],
            timezone=row["timezone"],
            attributes=load_json(row["attributes"]),
        )
        for row in found
    ]


async def _names(
    session: Session, ids: list[int]
) -> tuple[dict[int, list[str]], dict[int, list[Address]]]:
    keys: dict[int, list[str]] = {}
    addresses: dict[int, list[Address]] = {}
    for row in await session.fetch(_KEYS, ids):
        keys.setdefault(row["contact_id"], []).append(row["key"])
    for row in await session.fetch(_ADDRESSES, ids):
        place = Address(channel=row["channel"], value=row["value"])
        addresses.setdefault(row["contact_id"], []).append(place)
    return keys, addresses


async def known_names(session: Session, names: Collection[Name]) -> set[Name]:
    """Give those of the names (`surveys.roster`) that somebody has."""
    keys = sorted(name for channel, name in names if not channel)
    places = [{"channel": c, "value": v} for c, v in sorted(names) if c]
    known: set[Name] = set()
    if keys:
        known |= {("", row["key"]) for row in await session.fetch(_KNOWN_KEYS, keys)}
    if places:
        found = await session.fetch(_KNOWN_PLACES, places)
        known |= {(row["channel"], row["value"]) for row in found}
    return known


async def count_events(
    session: Session, contact_ids: Collection[int], counts: Collection[EventCount], now: datetime
) -> dict[int, dict[str, int]]:
    """Give how often events happened to people up to now: contact id -> `EventCount.name` ->
    number; those without any are left out. One statement a count, whatever the number of people.
    """
    found: dict[int, dict[str, int]] = {}
    for count in sorted(counts, key=lambda c: c.name) if contact_ids else ():
        since = to_ms(now - count.within) if count.within else 0
        rows = await session.fetch(_COUNT, sorted(contact_ids), count.event, since, to_ms(now))
        for row in rows:
            found.setdefault(row["contact_id"], {})[count.name] = row["n"]
    return found


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
