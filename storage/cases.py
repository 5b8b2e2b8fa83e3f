"""Cases: kept, locked, found by who may see them, with their stories."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from storage.addresses import Place
from storage.codec import (
    Row,
    from_ms,
    from_ms_or_none,
    interaction_row,
    load_json,
    read_interaction,
    to_ms,
    to_ms_or_none,
)
from storage.contacts import load_contacts
from storage.conversations import load_conversations
from storage.following import lock_people
from storage.sql import Session, column_names, insert, statement
from storage.where import Where
from surveys.case import CLOSED, Case, CaseState, Entry, EntryKind, Recovery, Step
from surveys.casework import CaseList, CaseView, Listed

_COLUMNS = (
    "contact_id bigint, invitation_id bigint, survey text, interaction_id text, agent text,"
    " team text, line text, population text, state text, owner text, cause text, steps jsonb,"
    " opened_at bigint, respond_by bigint, escalate_at bigint, escalate_to text,"
    " claimed_at bigint, contacted_at bigint, closed_at bigint, talk_channel text,"
    " talk_address text, talk_at bigint, recovery jsonb, recovery_id bigint, version bigint"
)
_SHUT = ", ".join(f"'{state}'" for state in sorted(CLOSED))
# Said by what it is rather than by what it is not: so the index on the state finds it.
_OPEN = "state IN ({})".format(", ".join(f"'{one}'" for one in sorted(set(CaseState) - CLOSED)))
WAITS = "state IN ('open', 'claimed') AND contacted_at IS NULL"
"""What is so of a case whose customer did not hear from us yet."""
_ADD = insert("customer_case", _COLUMNS, "RETURNING id, invitation_id")
_CHANGED = (
    "state text, owner text, cause text, steps jsonb, respond_by bigint, escalate_at bigint,"
    " claimed_at bigint, contacted_at bigint, closed_at bigint, talk_channel text,"
    " talk_address text, talk_at bigint, recovery_id bigint, version bigint"
)
_SET = ", ".join(f"{name} = v.{name}" for name in column_names(_CHANGED))
_SAVE = statement(f"""
    UPDATE customer_case SET {_SET}
    FROM ROWS($1: case_id bigint, {_CHANGED}) AS v WHERE customer_case.id = v.case_id
""")  # noqa: S608 - made of constants only
_LOCK = statement("SELECT * FROM customer_case WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE")
_LOCK_OPEN = statement(f"""
    SELECT * FROM customer_case WHERE contact_id = ANY($1::bigint[]) AND {_OPEN}
    ORDER BY id FOR UPDATE
""")  # noqa: S608 - made of constants only
_LOCK_RECOVERING = statement(
    "SELECT * FROM customer_case WHERE recovery_id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"
)
_LATE = statement("""
    SELECT * FROM customer_case WHERE escalate_at <= $1::bigint
    ORDER BY escalate_at, id LIMIT $2::bigint FOR UPDATE SKIP LOCKED
""")
_NEXT_LATE = statement("SELECT MIN(escalate_at) AS at FROM customer_case")
_TALKING = statement(f"""
    SELECT v.channel, v.value, MAX(c.id) AS id, MAX(c.talk_at) AS talk_at
    FROM ROWS($1: channel text, value text) AS v
    JOIN address a ON a.channel = v.channel AND a.value = v.value
    JOIN customer_case c ON c.contact_id = a.contact_id
    WHERE c.talk_at >= $2::bigint AND ({_OPEN} OR c.closed_at >= $3::bigint)
    GROUP BY v.channel, v.value
""")  # noqa: S608 - made of constants only
_ADD_ENTRIES = insert(
    "case_entry", "case_id bigint, at bigint, kind text, who text, text text, channel text"
)
_STORY = statement("SELECT * FROM case_entry WHERE case_id = $1 ORDER BY id")
_BY_STATE = statement("SELECT state, COUNT(*) AS n FROM customer_case GROUP BY state")

TALK_LASTS = timedelta(days=14)
"""How long after the last word a conversation is still one, while its case is open."""
AFTERWORD = timedelta(hours=12)
"""How long after a case was closed the customer's words still belong to it."""


async def add_cases(session: Session, cases: Sequence[Case]) -> list[Case]:
    """Keep new cases and give them with their numbers."""
    people = await lock_people(session, {case.contact_id for case in cases})
    there = [replace(c, contact_id=people[c.contact_id]) for c in cases if c.contact_id in people]
    if not there:
        return []
    found = await session.fetch(_ADD, [_row(case) for case in there])
    numbers = {row["invitation_id"]: row["id"] for row in found}
    return [replace(case, id=numbers[case.invitation_id]) for case in there]


async def save_cases(session: Session, cases: Sequence[Case]) -> None:
    """Write cases that are locked."""
    rows = [{"case_id": case.id, **_row(case)} for case in cases]
    if rows:
        await session.run(_SAVE, sorted(rows, key=lambda row: str(row["case_id"])))


async def lock_cases(session: Session, ids: Collection[int]) -> dict[int, Case]:
    """Lock cases and give them as they are then; unknown ones are left out."""
    wanted = sorted(set(ids))
    found = await session.fetch(_LOCK, wanted) if wanted else []
    return {row["id"]: read_case(row) for row in found}


async def lock_open_cases(session: Session, contact_ids: Collection[int]) -> dict[int, Case]:
    """Lock people and give the newest open case of each, locked too: contact id -> case."""
    people = await lock_people(session, contact_ids)
    wanted = sorted(set(people.values()))
    found = await session.fetch(_LOCK_OPEN, wanted) if wanted else []
    cases = {row["contact_id"]: read_case(row) for row in found}
    return {asked: cases[now] for asked, now in people.items() if now in cases}


async def lock_recovering(session: Session, ids: Collection[int]) -> dict[int, Case]:
    """Lock the cases whose recovery these invitations ask about: invitation id -> case."""
    found = await session.fetch(_LOCK_RECOVERING, sorted(ids))
    return {row["recovery_id"]: read_case(row) for row in found}


async def take_late(session: Session, now: datetime, limit: int) -> list[Case]:
    """Lock and give cases whose clock has run out and of which nobody else was told yet."""
    return [read_case(row) for row in await session.fetch(_LATE, to_ms(now), limit)]


async def next_late(session: Session) -> datetime | None:
    """Give when the next clock of a case runs out, None for none."""
    return from_ms_or_none((await session.fetch(_NEXT_LATE))[0]["at"])


async def find_talking(
    session: Session, places: Collection[Place], now: datetime
) -> dict[Place, tuple[int, datetime]]:
    """Give the case in which whoever has an address writes with colleagues, by address, and when
    the last of it was written.
    """
    if not places:
        return {}
    wanted = [{"channel": channel, "value": value} for channel, value in sorted(places)]
    since = (to_ms(now - TALK_LASTS), to_ms(now - AFTERWORD))
    found = await session.fetch(_TALKING, wanted, *since)
    return {(r["channel"], r["value"]): (r["id"], from_ms(r["talk_at"])) for r in found}


async def add_entries(session: Session, entries: Sequence[tuple[int, Entry]]) -> None:
    """Write into the stories of cases: (case id, entry)."""
    rows = [
        {
            "case_id": number,
            "at": to_ms(entry.at),
            "kind": entry.kind,
            "who": entry.who,
            "text": entry.text,
            "channel": entry.channel,
        }
        for number, entry in entries
    ]
    if rows:
        await session.run(_ADD_ENTRIES, rows)


async def read_story(session: Session, case_id: int) -> list[Entry]:
    """Give the story of a case, oldest first."""
    return [_entry(row) for row in await session.fetch(_STORY, case_id)]


async def find_case(
    session: Session, case_id: int, teams: Collection[str] | None
) -> CaseView | None:
    """Give a case with its story, None where it is not of these teams (None: all) or there is
    none.
    """
    where = Where()
    where.add("id = $::bigint", case_id)
    if teams is not None:
        where.add("team = ANY($::text[])", list(teams))
    found = await session.fetch(
        statement(f"SELECT * FROM customer_case WHERE {where}"),  # noqa: S608 - constants
        *where.values,
    )
    if not found:
        return None
    case = read_case(found[0])
    about = (await load_conversations(session, {case.invitation_id})).get(case.invitation_id)
    if about is None:
        return None
    story = tuple(await read_story(session, case.id))
    return CaseView(case=case, conversation=about, story=story)


async def list_cases(
    session: Session, wanted: CaseList, now: datetime, limit: int, offset: int
) -> list[Listed]:
    """Give cases with whose they are: those whose clock runs out first in front, closed ones by
    when they were closed, the last in front.
    """
    where = limit_cases(wanted, now)
    page = len(where.values)
    order = _order(wanted)
    found = await session.fetch(
        statement(
            f"SELECT * FROM customer_case WHERE {where} ORDER BY {order}"  # noqa: S608 - constants
            f" LIMIT ${page + 1}::bigint OFFSET ${page + 2}::bigint"
        ),
        *where.values,
        limit,
        offset,
    )
    people = await load_contacts(session, {row["contact_id"] for row in found})
    return [
        Listed(case=read_case(row), contact=people[row["contact_id"]])
        for row in found
        if row["contact_id"] in people
    ]


def _order(wanted: CaseList) -> str:
    if wanted.closed:
        return "closed_at DESC, id DESC"
    return "opened_at DESC, id DESC" if wanted.newest else "COALESCE(respond_by, opened_at), id"


async def count_cases(session: Session) -> Mapping[str, int]:
    """Give how many cases there are, by state."""
    return {row["state"]: row["n"] for row in await session.fetch(_BY_STATE)}


def limit_cases(wanted: CaseList, now: datetime) -> Where:
    """Give the conditions of a list of cases."""
    where = Where()
    where.parts.append(f"state IN ({_SHUT})" if wanted.closed else _OPEN)
    if wanted.owner:
        where.add("owner = $::text", wanted.owner)
    if wanted.team:
        where.add("team = $::text", wanted.team)
    if wanted.surveys:
        where.add("survey = ANY($::text[])", list(wanted.surveys))
    if wanted.teams is not None:
        where.add("team = ANY($::text[])", list(wanted.teams))
    if wanted.late:
        where.parts.append(WAITS)
        where.add("respond_by <= $::bigint", to_ms(now))
    return where


def read_case(row: Row) -> Case:
    """Give the case of a row."""
    recovery = load_json(row["recovery"])
    return Case(
        id=row["id"],
        contact_id=row["contact_id"],
        invitation_id=row["invitation_id"],
        survey=row["survey"],
        interaction=read_interaction(row),
        state=CaseState(row["state"]),
        owner=row["owner"],
        cause=row["cause"],
        steps=frozenset(Step(step) for step in load_json(row["steps"])),
        opened_at=from_ms(row["opened_at"]),
        respond_by=from_ms_or_none(row["respond_by"]),
        escalate_at=from_ms_or_none(row["escalate_at"]),
        escalate_to=row["escalate_to"],
        claimed_at=from_ms_or_none(row["claimed_at"]),
        contacted_at=from_ms_or_none(row["contacted_at"]),
        closed_at=from_ms_or_none(row["closed_at"]),
        talk_channel=row["talk_channel"],
        talk_address=row["talk_address"],
        talk_at=from_ms_or_none(row["talk_at"]),
        recovery=_recovery(recovery) if recovery else None,
        recovery_id=row["recovery_id"],
        version=row["version"],
    )


def _recovery(given: Mapping[str, object]) -> Recovery:
    via = given["via"]
    return Recovery(
        survey=str(given["survey"]),
        after=timedelta(seconds=float(str(given["after_s"]))),
        via=tuple(str(channel) for channel in via) if isinstance(via, list) else (),
    )


def _row(case: Case) -> dict[str, object]:
    recovery = case.recovery
    return {
        "contact_id": case.contact_id,
        "invitation_id": case.invitation_id,
        "survey": case.survey,
        **interaction_row(case.interaction),
        "state": case.state,
        "owner": case.owner,
        "cause": case.cause,
        "steps": sorted(case.steps),
        "opened_at": to_ms(case.opened_at),
        "respond_by": to_ms_or_none(case.respond_by),
        "escalate_at": to_ms_or_none(case.escalate_at),
        "escalate_to": case.escalate_to,
        "claimed_at": to_ms_or_none(case.claimed_at),
        "contacted_at": to_ms_or_none(case.contacted_at),
        "closed_at": to_ms_or_none(case.closed_at),
        "talk_channel": case.talk_channel,
        "talk_address": case.talk_address,
        "talk_at": to_ms_or_none(case.talk_at),
        "recovery": {
            "survey": recovery.survey,
            "after_s": recovery.after.total_seconds(),
            "via": list(recovery.via),
        }
        if recovery
        else {},
        "recovery_id": case.recovery_id,
        "version": case.version,
    }


def _entry(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        at=from_ms(row["at"]),
        kind=EntryKind(row["kind"]),
        who=row["who"],
        text=row["text"],
        channel=row["channel"],
    )
