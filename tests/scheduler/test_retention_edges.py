"""Retention's edges: which sign of life keeps a person, to the millisecond; and what the command
counts is what then goes.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from scheduler.retaining import Retaining
from storage.store import Store
from surveys.card import Card
from surveys.case import Case
from surveys.event import Event
from surveys.invitation import InvitationState
from tests.scheduler.test_retaining import LATER, apply, quick, rows
from tests.storage.make import (
    NOW,
    PHONE,
    add_contacts,
    add_invitations,
    answer,
    contact,
    event,
    invitation,
    reply,
)

__all__ = ["quick"]

DAY = timedelta(days=1)
MS = timedelta(milliseconds=1)
BEFORE = LATER - 365 * DAY
EDGE = round(BEFORE.timestamp() * 1000)

Sign = Callable[[Store, int, datetime], Awaitable[object]]


async def asked(store: Store, who: int, at: datetime) -> None:
    await add_invitations(store, invitation(who, due_at=at, expires_at=at))


async def still_open(store: Store, who: int, at: datetime) -> None:
    await add_invitations(store, invitation(who, due_at=BEFORE - 30 * DAY, expires_at=at))


async def heard(store: Store, who: int, at: datetime) -> None:
    ms = round(at.timestamp() * 1000)
    await rows(
        store, f"UPDATE address SET heard_at = {ms} WHERE contact_id = {who} RETURNING contact_id"
    )


async def agreed(store: Store, who: int, at: datetime) -> None:
    ms = round(at.timestamp() * 1000)
    await rows(
        store,
        "INSERT INTO consent (contact_id, granted, at, source)"
        f" VALUES ({who}, true, {ms}, 'web') RETURNING contact_id",
    )


async def wrote(store: Store, who: int, at: datetime) -> None:
    card = Card(channel="telegram", text="Thanks", at=at, contact_id=who)
    await store.unit_of_work(lambda t: t.save_cards([card]))


async def complained(store: Store, who: int, at: datetime) -> None:
    """A case that was closed then."""
    await open_case(store, who)
    ms = round(at.timestamp() * 1000)
    await rows(
        store, f"UPDATE customer_case SET closed_at = {ms} WHERE contact_id = {who} RETURNING id"
    )


async def reported(store: Store, who: int, at: datetime) -> None:
    one = event(f"e-{who}", user_id=f"p-{who}", received_at=at, occurred_at=NOW)
    await keep_event(store, one)


async def keep_event(store: Store, one: Event) -> None:
    await store.unit_of_work(lambda t: t.add_events([one]))


async def visited(store: Store, who: int, at: datetime) -> None:
    one = event(f"e-{who}", user_id=None, anonymous_id=f"p-{who}", received_at=at)
    await keep_event(store, one)


async def open_case(store: Store, who: int) -> None:
    (made,) = await add_invitations(
        store, invitation(who, due_at=BEFORE - 30 * DAY, expires_at=BEFORE - 20 * DAY)
    )
    case = Case(
        contact_id=who, invitation_id=made.id, survey="phone", interaction=PHONE, opened_at=NOW
    )
    await store.unit_of_work(lambda t: t.add_cases([case]))


async def meet(store: Store, number: int) -> int:
    """A person of whom nothing is known but keys and an address."""
    keys = (f"user:p-{number}", f"anon:p-{number}")
    (made,) = await add_contacts(store, contact(*keys, addresses=[("telegram", f"{number}")]))
    assert made.id == number
    return made.id


@pytest.mark.parametrize(
    "sign", [asked, still_open, heard, agreed, wrote, complained, reported, visited]
)
async def test_a_sign_of_life_keeps_a_person_until_it_is_too_old(store: Store, sign: Sign) -> None:
    old, young = await meet(store, 1), await meet(store, 2)
    await sign(store, old, BEFORE - MS)
    await sign(store, young, BEFORE)
    assert await store.count_old("contacts", BEFORE) == 1
    await apply(store, contacts=365)
    assert [row["id"] for row in await rows(store, "SELECT id FROM contact")] == [young]


async def test_whoever_has_an_open_case_is_not_forgotten(store: Store) -> None:
    waits = await meet(store, 1)
    await open_case(store, waits)
    assert await store.count_old("contacts", BEFORE) == 0
    await apply(store, contacts=365)
    assert [row["id"] for row in await rows(store, "SELECT id FROM contact")] == [waits]


async def answered(store: Store, ended: datetime, closed: datetime | None = None) -> None:
    """Somebody who answered with words, with a case that was closed then, or is open still."""
    (who,) = await add_contacts(store, contact(f"user:a-{ended}-{closed}"))
    asked_at = BEFORE - 30 * DAY
    (made,) = await add_invitations(
        store, invitation(who.id, due_at=asked_at, expires_at=ended, via=("sms",))
    )
    await reply(
        store,
        made.id,
        answer("comment", text="Words", at=asked_at),
        state=InvitationState.COMPLETED,
        completed_at=asked_at,
    )
    case = Case(
        contact_id=who.id, invitation_id=made.id, survey="phone", interaction=PHONE, opened_at=NOW
    )
    (opened,) = await store.unit_of_work(lambda t: t.add_cases([case]))
    if closed:
        ms = round(closed.timestamp() * 1000)
        await rows(
            store, f"UPDATE customer_case SET closed_at = {ms} WHERE id = {opened.id} RETURNING id"
        )


async def told(store: Store, at: datetime) -> None:
    """What came in, what was written about a case, talked about, and said outside of surveys."""
    ms = round(at.timestamp() * 1000)
    heard = f"('sms', 'in-{ms}', 'replied', {ms}, '+49170', '{{}}')"
    said = f"(0, {ms}, 'said', 'ann', 'Sorry', 'sms'), (0, {ms}, 'claimed', 'ann', '', '')"
    left = f"'sms', '+49170', 'sent', '', '', {ms}"
    sent = f"('d-{ms}', 1, 0, {left}), ('e-{ms}', 1, 1, {left})"
    for table, columns, values in (
        ("inbound", "channel, event_id, kind, at, address, body", heard),
        ("case_entry", "case_id, at, kind, who, text, channel", said),
        ("human_talk", "contact_id, at", f"(1, {ms})"),
        (
            "delivery",
            "due_id, fence, invitation_id, channel, address, state, external_id, reason, started_at",
            sent,
        ),
    ):
        await rows(store, f"INSERT INTO {table} ({columns}) VALUES {values} RETURNING id")


async def fill(store: Store) -> None:
    """Something of each kind that is just too old, and something that just is not."""
    for at in (BEFORE - MS, BEFORE):
        one = event(f"e-{at}", received_at=at)
        await wrote(store, 0, at)
        await keep_event(store, one)
        await answered(store, at, closed=at)
        await told(store, at)
    await answered(store, BEFORE - DAY)


_SAID = """
    SELECT id FROM inbound UNION ALL SELECT id FROM case_entry WHERE text <> ''
    UNION ALL SELECT id FROM human_talk UNION ALL SELECT id FROM delivery
"""
LEFT = {
    "answers": ("SELECT id FROM invitation WHERE contact_id <> 0", 2),
    "comments": ("SELECT id FROM comment_card", 1),
    "events": ("SELECT message_id FROM event", 1),
    "conversations": (_SAID, 6),
}
"""Rule -> what is left of what it is about, and how many of that."""


@pytest.mark.parametrize("rule", LEFT)
async def test_what_the_command_counts_is_what_then_goes(store: Store, rule: str) -> None:
    """Up to the millisecond, open cases spared; a rule touches nothing that it is not about."""
    await fill(store)
    before = {name: len(await rows(store, text)) for name, (text, _) in LEFT.items()}
    counted = await store.count_old(rule, BEFORE)
    await Retaining(store, lambda: {rule: 365 * DAY}, lambda: LATER).tick()
    (noted,) = await store.list_audit("retention", "", 10, 0)
    assert noted.note.line == f"/retention {rule} {counted}"
    after = {name: len(await rows(store, text)) for name, (text, _) in LEFT.items()}
    assert after == {**before, rule: LEFT[rule][1]}
    assert await store.count_old(rule, BEFORE) == 0


async def test_each_rule_has_its_own_time(store: Store) -> None:
    for days in (100, 300):
        await wrote(store, 0, LATER - days * DAY)
        await keep_event(store, event(f"e-{days}", received_at=LATER - days * DAY))
    await apply(store, comments=200, events=400)
    assert len(await rows(store, "SELECT id FROM comment_card")) == 1
    assert len(await rows(store, "SELECT message_id FROM event")) == 2
    await apply(store, comments=400, events=200)
    assert len(await rows(store, "SELECT message_id FROM event")) == 1
