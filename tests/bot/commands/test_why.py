"""/why, over a real store of each kind."""

from datetime import timedelta

import pytest

from bot.commands import Commands
from storage.store import Store
from surveys.contact import Contact
from surveys.due import Decision, Due, DueKind, Outcome
from surveys.event import Interaction
from surveys.invitation import InvitationState
from surveys.message import Message
from tests.bot.commands.office import CHANNEL, CONFIG
from tests.storage.make import LEASE, NOW, add_contacts, contact, event, invitation

ANNA = {"first_name": "Anna", "last_name": "Virtanen"}


@pytest.fixture
async def anna(store: Store) -> Contact:
    (saved,) = await add_contacts(
        store, contact("user:42", addresses=[("email", "anna@x.example")], attributes=ANNA)
    )
    return saved


async def ask(store: Store, line: str, who: str = "2") -> str:
    commands = Commands(store=store, config=lambda: CONFIG, clock=lambda: NOW)
    answer = await commands.answer(CHANNEL, who, line)
    assert isinstance(answer, Message)
    return answer.text


async def invite(store: Store, who: Contact, team: str = "support", **decision: str) -> int:
    about = Interaction(id="c", agent="Pekka", team=team)
    (planned,) = await store.unit_of_work(
        lambda t: t.add_invitations([invitation(who.id, interaction=about, survey="after_call")])
    )
    claimed = await store.claim_due("telegram", NOW, LEASE, 10)
    due: Due = next(d for d in claimed if d.invitation_id == planned.id)
    assert due.kind is DueKind.ASK
    made = Decision(invitation_id=planned.id, at=NOW, verdict="skip", rule="recontact 30d")
    outcome = Outcome(due=due, state=InvitationState.SKIPPED, decision=made)
    await store.end_deliveries([outcome], NOW)
    return planned.id


@pytest.mark.parametrize(
    "called", ["42", "user:42", "anna@x.example", "ANNA@x.example", "anna virtanen", "virta", "@42"]
)
async def test_one_person_by_whatever_they_are_called(
    store: Store, anna: Contact, called: str
) -> None:
    await invite(store, anna)
    text = await ask(store, f"/why {called}")
    assert text.splitlines()[0] == "Why · Anna Virtanen (42)"
    assert "after_call (after_call) · skipped" in text
    assert "skip: recontact 30d" in text


async def test_events_and_what_became_of_them(store: Store, anna: Contact) -> None:
    said = event("e-1", user_id="42", name="Call Ended")
    await store.unit_of_work(lambda t: t.add_events([said]))
    await store.unit_of_work(lambda t: t.note_events({"e-1": "every 10: this is number 3"}))
    text = await ask(store, "/why 42")
    assert "Never invited to a survey." in text
    assert "Call Ended: every 10: this is number 3" in text
    assert "Call Ended" not in await ask(store, "/why 42", who="3")


async def test_what_they_asked_of_us(store: Store, anna: Contact) -> None:
    await store.unit_of_work(lambda t: t.opt_out({anna.id}, NOW - timedelta(days=1), "email"))
    assert "They said stop on 20 Nov 2026" in await ask(store, "/why 42")


async def test_a_leader_sees_the_own_teams_only(store: Store, anna: Contact) -> None:
    await invite(store, anna, team="sales")
    assert "I know nobody called '42' in your teams." in await ask(store, "/why 42", who="3")
    await invite(store, anna, team="support")
    text = await ask(store, "/why 42", who="3")
    assert text.count("recontact 30d") == 1
    assert "1 invitation of other teams not shown." in text
    assert "without a team" in await ask(store, "/why 42", who="5")


async def test_several_people_are_named(store: Store, anna: Contact) -> None:
    await add_contacts(store, contact("user:43", attributes={"name": "Anna Berg"}))
    text = await ask(store, "/why anna")
    assert "may be several people" in text
    assert "Anna Virtanen: /why 42" in text
    assert "Anna Berg: /why 43" in text


@pytest.mark.parametrize("called", ["nobody", "%", "__", "100%", "\\", "'; DROP TABLE contact"])
async def test_nobody(store: Store, anna: Contact, called: str) -> None:
    assert "I know nobody called" in await ask(store, f'/why "{called}"')


async def test_no_name_at_all(store: Store) -> None:
    assert "Whom? Write /why 42" in await ask(store, "/why")
