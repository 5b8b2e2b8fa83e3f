"""Wishes: what a person asked of us, kept and put into effect; and what we know about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.codec import from_ms_or_none, to_ms
from storage.contacts import load_contacts
from storage.counts import flow_keys, save_flows
from storage.following import lock_people
from storage.sql import Session, statement
from surveys.contact import Contact

_RELEASE = statement("""
    UPDATE due SET at = $3::bigint, due_at = $3::bigint WHERE (lane, at, id) IN (
        SELECT d.lane, d.at, d.id FROM invitation i
        JOIN due d ON d.lane = ANY($1::text[]) AND d.invitation_id = i.id AND d.message IS NULL
            AND d.at = CASE WHEN i.expires_at < $2::bigint THEN i.expires_at ELSE $2::bigint END
        WHERE i.contact_id = $4 AND d.at > $3::bigint)
    RETURNING lane
""")
_SPOKEN = statement("""
    SELECT i.*, COALESCE(r.started_at, n.started_at) AS started_at,
        COALESCE(r.completed_at, n.completed_at) AS completed_at
    FROM invitation i LEFT JOIN response r ON r.invitation_id = i.id
    LEFT JOIN anonymous_reply n ON n.invitation_id = i.id
    WHERE i.contact_id = $1 AND i.state IN ('planned', 'asked', 'started')
    ORDER BY i.id FOR NO KEY UPDATE OF i
""")
_SPEAK = statement("""
    UPDATE invitation SET language = v.language
    FROM ROWS($1: invitation_id bigint, language text) AS v WHERE invitation.id = v.invitation_id
""")
_ANSWERS = statement("""
    SELECT COUNT(*) AS n FROM answer a JOIN response r ON r.invitation_id = a.invitation_id
    WHERE r.contact_id = $1 AND a.is_latest AND NOT a.skipped AND NOT a.draft
""")
_SINCE = statement("""
    SELECT MIN(at) AS at FROM (
        SELECT MIN(due_at) AS at FROM invitation WHERE contact_id = $1
        UNION ALL SELECT MIN(at) FROM consent WHERE contact_id = $1
        UNION ALL SELECT MIN(at) FROM comment_card WHERE contact_id = $1
        UNION ALL SELECT MIN(received_at) FROM event WHERE user_id = ANY($2::text[])
        UNION ALL SELECT MIN(received_at) FROM event WHERE anonymous_id = ANY($3::text[])
    ) AS found
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What we know of a person besides their contact: how many answers, and since when anything,
    None where nothing dated is kept.
    """

    answers: int
    since: datetime | None


async def lock_contact(session: Session, contact_id: int) -> Contact | None:
    """Lock a contact and give them as they are then; None where they are unknown."""
    ids = await lock_people(session, (contact_id,))
    number = ids.get(contact_id, 0)
    return (await load_contacts(session, (number,))).get(number)


async def release_held(
    session: Session, contact_id: int, lanes: Sequence[str], until: datetime, now: datetime
) -> set[str]:
    """Make what a pause holds back due at once, and give the lanes it waits on.

    ``until`` is the pause's end: what is held waits for it, or for its own expiry before that.
    """
    found = await session.fetch(_RELEASE, sorted(lanes), to_ms(until), to_ms(now), contact_id)
    return {row["lane"] for row in found}


async def speak(session: Session, contact_id: int, languages: Mapping[str, str]) -> dict[int, str]:
    """Go on in another language where a survey has it: survey -> language. Gives the open
    invitations it changed, with their new language; the flow counts follow.
    """
    rows = [
        row
        for row in await session.fetch(_SPOKEN, contact_id)
        if row["language"] != languages.get(row["survey"], row["language"])
    ]
    changed = {row["id"]: languages[row["survey"]] for row in rows}
    if changed:
        spoken = [{**row, "language": changed[row["id"]]} for row in rows]
        gone = [(key, -1) for row in rows for key in flow_keys(row, session.zone)]
        come = [(key, 1) for row in spoken for key in flow_keys(row, session.zone)]
        await save_flows(session, [*gone, *come])
        batch = [{"invitation_id": i, "language": code} for i, code in sorted(changed.items())]
        await session.run(_SPEAK, batch)
    return changed


async def read_knowledge(session: Session, contact: Contact) -> Knowledge:
    """Give how much we know of a person."""
    users = [k.removeprefix("user:") for k in contact.keys if k.startswith("user:")]
    visitors = [k.removeprefix("anon:") for k in contact.keys if k.startswith("anon:")]
    answers = await session.fetch(_ANSWERS, contact.id)
    since = await session.fetch(_SINCE, contact.id, users, visitors)
    return Knowledge(answers=answers[0]["n"], since=from_ms_or_none(since[0]["at"]))
