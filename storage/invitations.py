"""Invitations: added once each, found again when a reply comes in."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

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
from storage.dues import add_dues
from storage.sql import Session, insert, statement
from surveys.due import Due, DueKind, name_due
from surveys.invitation import Invitation, InvitationState

INVITATION = (
    "id bigint, key text, contact_id bigint, survey text, survey_version text, trigger text,"
    " via jsonb, all_channels boolean, state text, channel text, due_at bigint, expires_at bigint,"
    " not_after bigint, weight double precision, interaction_id text, agent text, team text,"
    " line text, population text, facts jsonb, language text, asked_at bigint,"
    " best boolean"
)
"""The columns of an `Invitation`."""

_ADD = insert(
    "invitation",
    INVITATION.removeprefix("id bigint, ") + ", delivered boolean",
    "ON CONFLICT (key) DO NOTHING RETURNING id, key",
)
_FIND_OPEN = statement("""
    SELECT channel, value, invitation_id FROM (
        SELECT a.channel, a.value, i.id AS invitation_id, ROW_NUMBER() OVER (
            PARTITION BY a.channel, a.value
            ORDER BY CASE WHEN i.state IN ('asked', 'started') THEN 0 ELSE 1 END,
                i.asked_at DESC, i.id DESC
        ) AS nth
        FROM ROWS($1: channel text, value text) AS v
        JOIN address a ON a.channel = v.channel AND a.value = v.value
        JOIN invitation i ON i.contact_id = a.contact_id
        LEFT JOIN response r ON r.invitation_id = i.id
        LEFT JOIN anonymous_reply n ON n.invitation_id = i.id
        WHERE (i.channel = a.channel OR r.channel = a.channel OR n.channel = a.channel
               OR i.all_channels)
          AND (i.state IN ('asked', 'started')
               OR i.state = 'completed'
                  AND COALESCE(r.completed_at, n.completed_at) > $2::bigint
               OR i.state = 'expired' AND i.expires_at > $2::bigint)
    ) AS found WHERE nth = 1
""")
_FIND_BY_MESSAGE = statement("""
    SELECT d.channel, d.address, d.external_id, MAX(d.invitation_id) AS invitation_id
    FROM ROWS($1: channel text, address text, external_id text) AS v
    JOIN delivery d ON d.channel = v.channel AND d.external_id = v.external_id
        AND d.address = v.address AND d.external_id <> ''
    WHERE d.invitation_id <> 0
    GROUP BY d.channel, d.address, d.external_id
""")
_FIND_VISIT = statement("""
    SELECT COALESCE(MAX(id), 0) AS id FROM invitation
    WHERE contact_id = $1::bigint AND survey = $2::text AND trigger = $3::text
      AND expires_at > $4::bigint
""")
_EXPIRE = statement("""
    UPDATE invitation SET state = 'expired'
    WHERE state IN ('planned', 'asked', 'started') AND expires_at <= $1
""")
_ABOUT = statement("""
    SELECT id, contact_id, interaction_id, facts FROM invitation
    WHERE contact_id = ANY($1::bigint[]) AND interaction_id = ANY($2::text[])
        AND state IN ('planned', 'asked') ORDER BY id FOR NO KEY UPDATE
""")
_REFRESH = statement("""
    UPDATE invitation SET facts = v.facts FROM ROWS($1: invitation_id bigint, facts jsonb) AS v
    WHERE invitation.id = v.invitation_id
""")
_FORGET_EARLY = statement("DELETE FROM early_status WHERE received_at < $1")

_GRACE = timedelta(days=1)  # words after the last question still belong to that survey
_EARLY = timedelta(days=7)  # a report on a message we never noted is not ours


async def add_invitations(session: Session, invitations: Sequence[Invitation]) -> list[Invitation]:
    """Keep invitations, each with what makes it due, and give those that are new, with ids.

    The same key is the same invitation, whoever adds it and however often.
    """
    if not invitations:
        return []
    given = {invitation.key: invitation for invitation in reversed(invitations)}
    batch = [_row(given[key]) for key in sorted(given)]
    found = await session.fetch(_ADD, batch)
    new = [replace(given[row["key"]], id=row["id"]) for row in found]
    new.sort(key=lambda invitation: invitation.id)
    await add_dues(session, [due for invitation in new for due in _dues(invitation)])
    return new


async def find_open(
    session: Session, places: Collection[Place], now: datetime | None = None
) -> dict[Place, int]:
    """Give, by (channel, address), the invitation a reply without a token is about.

    That is the last asked one still open on that channel, else the last that was completed or
    expired within a day before ``now`` (the system's clock where it is not given).
    """
    if not places:
        return {}
    since = to_ms((now or datetime.now(UTC)) - _GRACE)
    wanted = [{"channel": channel, "value": value} for channel, value in sorted(places)]
    found = await session.fetch(_FIND_OPEN, wanted, since)
    return {(row["channel"], row["value"]): row["invitation_id"] for row in found}


async def find_by_message(
    session: Session, items: Collection[tuple[str, str, str]]
) -> dict[tuple[str, str, str], int]:
    """Give the invitation of a message we sent: (channel, address, external id) -> id."""
    if not items:
        return {}
    names = ("channel", "address", "external_id")
    wanted = [dict(zip(names, item, strict=True)) for item in sorted(items)]
    return {
        (row["channel"], row["address"], row["external_id"]): row["invitation_id"]
        for row in await session.fetch(_FIND_BY_MESSAGE, wanted)
    }


async def find_visit(
    session: Session, contact_id: int, survey: str, trigger: str, now: datetime
) -> int:
    """Give the newest invitation of a contact to a survey by that trigger that has not run out, 0
    for none.
    """
    found = await session.fetch(_FIND_VISIT, contact_id, survey, trigger, to_ms(now))
    return int(found[0]["id"])


async def refresh_facts(
    session: Session, news: Sequence[tuple[int, str, Mapping[str, Any]]]
) -> None:
    """Let the facts of open invitations follow what is reported of their interactions: (contact id,
    interaction id, facts), the later winning.
    """
    if not news:
        return
    contacts, about = {contact for contact, _, _ in news}, {name for _, name, _ in news}
    found = await session.fetch(_ABOUT, sorted(contacts), sorted(about))
    changed = []
    for row in found:
        facts = load_json(row["facts"])
        told = dict(facts)
        for contact, name, said in news:
            if (contact, name) == (row["contact_id"], row["interaction_id"]):
                told.update(said)
        if told != facts:
            changed.append({"invitation_id": row["id"], "facts": told})
    if changed:
        await session.run(_REFRESH, changed)


async def expire(session: Session, now: datetime) -> int:
    """Close what is open past its time and give how many that were."""
    await session.run(_FORGET_EARLY, to_ms(now - _EARLY))
    return await session.run(_EXPIRE, to_ms(now))


def read_invitation(row: Row, prefix: str = "") -> Invitation:
    """Give the invitation of a row."""
    return Invitation(
        id=row[prefix + "id"],
        key=row[prefix + "key"],
        contact_id=row[prefix + "contact_id"],
        survey=row[prefix + "survey"],
        survey_version=row[prefix + "survey_version"],
        trigger=row[prefix + "trigger"],
        via=tuple(load_json(row[prefix + "via"])),
        all_channels=bool(row[prefix + "all_channels"]),
        state=InvitationState(row[prefix + "state"]),
        channel=row[prefix + "channel"],
        due_at=from_ms(row[prefix + "due_at"]),
        expires_at=from_ms(row[prefix + "expires_at"]),
        not_after=from_ms_or_none(row[prefix + "not_after"]),
        weight=row[prefix + "weight"],
        interaction=read_interaction(row, prefix),
        facts=load_json(row[prefix + "facts"]),
        language=row[prefix + "language"],
        asked_at=from_ms_or_none(row[prefix + "asked_at"]),
        best=bool(row[prefix + "best"]),
    )


def _row(invitation: Invitation) -> dict[str, object]:
    return {
        "key": invitation.key,
        "contact_id": invitation.contact_id,
        "survey": invitation.survey,
        "survey_version": invitation.survey_version,
        "trigger": invitation.trigger,
        "via": invitation.via,
        "all_channels": invitation.all_channels,
        "state": invitation.state,
        "channel": invitation.channel,
        "due_at": to_ms(invitation.due_at),
        "expires_at": to_ms(invitation.expires_at),
        "not_after": to_ms_or_none(invitation.not_after),
        "weight": invitation.weight,
        **interaction_row(invitation.interaction),
        "facts": invitation.facts,
        "language": invitation.language,
        "asked_at": to_ms_or_none(invitation.asked_at),
        "best": invitation.best,
        "delivered": False,
    }


def _dues(invitation: Invitation) -> Iterator[Due]:
    lanes = invitation.via if invitation.all_channels else invitation.via[:1]
    for lane in lanes:
        ending = lane if invitation.all_channels else ""
        yield Due(
            lane=lane,
            at=invitation.due_at,
            id=name_due(DueKind.ASK, invitation.due_at, invitation.key, ending),
            kind=DueKind.ASK,
            invitation_id=invitation.id,
        )
