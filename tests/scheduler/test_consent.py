"""Consent is a gate: no recorded basis, no send; on every channel, at the moment of sending."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from surveys.consent import FEEDBACK, Basis, Consent, Standing
from surveys.contact import Contact
from surveys.due import Decision
from surveys.entrance import Entrance
from surveys.follow_up import FollowUp
from surveys.inbound import Entered, Linked
from surveys.invitation import InvitationState
from surveys.link import Purpose
from tests.scheduler.spine import SURVEY, Spine, identify, make_rules

ASKS_FIRST = Standing(basis=Basis.CONSENT)


async def said(spine: Spine, consent: Any, who: int = 1) -> None:
    """The business says what a person agreed to."""
    message = identify(who, f"said-{next(spine.events)}", {"consent": consent})
    await spine.report(replace(message, occurred_at=spine.now))


async def asked(spine: Spine, **traits: Any) -> tuple[list[str], Decision]:
    """Report a call and let it be asked; gives the channels it was asked on, and why so."""
    before = {name: _count(spine, name) for name in spine.channels}
    conversation = await spine.invite(1, **traits)
    await spine.dispatch()
    new = [name for name, lines in before.items() if _count(spine, name) > lines]
    decisions = await spine.store.decisions(conversation.invitation.id)
    return new, decisions[-1]


def _count(spine: Spine, channel: str) -> int:
    address = {"telegram": "1001", "email": "u1@x.example"}.get(channel, "")
    lines = spine.lines(channel, address) if address else []
    return sum(1 for line in lines if line.message and line.message.buttons)


async def person(spine: Spine) -> Contact:
    found = await spine.store.find_contact("telegram", "1001")
    assert found
    return found


async def test_the_files_basis_is_recorded_before_the_first_question_and_once(spine: Spine) -> None:
    assert (await asked(spine))[0] == ["telegram"]
    (basis,) = (await person(spine)).consents
    assert basis == Consent(
        purpose=FEEDBACK,
        channel="telegram",
        granted=True,
        basis=Basis.LEGITIMATE_INTEREST,
        source="config",
        at=spine.now,
    )
    spine.now += timedelta(days=1)
    assert (await asked(spine))[0] == ["telegram"]
    assert (await person(spine)).consents == (basis,)


async def test_without_any_basis_nothing_is_sent_and_the_decision_says_so(spine: Spine) -> None:
    spine.rules = replace(spine.rules, consent=ASKS_FIRST)
    channels, decision = await asked(spine)
    assert channels == []
    assert decision.verdict == "skip"
    assert decision.rule == (
        "not reachable by telegram, email: no consent for feedback on telegram"
    )
    assert (await person(spine)).consents == ()
    assert (await spine.conversation(1)).invitation.state is InvitationState.SKIPPED


async def test_a_refused_channel_moves_on_to_the_next(spine: Spine) -> None:
    await said(spine, {"telegram": False})
    channels, decision = await asked(spine)
    assert channels == ["email"] and decision.rule == "reachable by email"
    moved = (await spine.store.decisions(1))[0]
    assert (moved.verdict, moved.rule) == ("move", "no consent for feedback on telegram")


async def test_consent_for_one_channel_is_for_that_one(spine: Spine) -> None:
    spine.rules = replace(spine.rules, consent=ASKS_FIRST)
    await said(spine, {"email": True})
    assert (await asked(spine))[0] == ["email"]
    assert (await person(spine)).consents[0].source == "identify"


async def test_of_all_channels_the_refused_ones_are_left_out(spine: Spine) -> None:
    spine.rules = make_rules(all_channels=True)
    await said(spine, {"telegram": False})
    assert (await asked(spine))[0] == ["email"]
    assert (await spine.conversation(1)).invitation.state is InvitationState.ASKED


async def test_a_refusal_between_planning_and_sending_is_heard(spine: Spine) -> None:
    await spine.invite(1)
    await said(spine, {"feedback": False})
    await spine.dispatch()
    assert _count(spine, "telegram") == _count(spine, "email") == 0
    assert (await spine.conversation(1)).invitation.state is InvitationState.SKIPPED


async def test_no_reminder_and_no_turn_where_it_was_refused_since(spine: Spine) -> None:
    again = FollowUp(remind_after=timedelta(days=1), fallback_after=timedelta(days=2))
    spine.rules = replace(spine.rules, follow_ups={"after_call": again})
    assert (await asked(spine))[0] == ["telegram"]
    await said(spine, {"telegram": False, "email": False})
    for _ in range(5):
        spine.now += timedelta(days=1)
        await spine.dispatch()
    assert _count(spine, "telegram") == 1 and _count(spine, "email") == 0
    rules = [decision.rule for decision in await spine.store.decisions(1)]
    assert any("no consent for feedback on telegram" in rule for rule in rules)
    assert any("no consent for feedback on email" in rule for rule in rules)


async def test_the_basis_of_a_turn_is_recorded_for_its_channel(spine: Spine) -> None:
    again = FollowUp(fallback_after=timedelta(days=2))
    spine.rules = replace(spine.rules, follow_ups={"after_call": again})
    await asked(spine)
    spine.now += timedelta(days=2)
    await spine.dispatch()
    assert _count(spine, "email") == 1
    assert {c.channel for c in (await person(spine)).consents} == {"telegram", "email"}


async def test_another_purpose_needs_its_own_consent(spine: Spine) -> None:
    spine.rules = make_rules(surveys={"call": replace(SURVEY, purpose="research")})
    channels, decision = await asked(spine)
    assert channels == [] and "no consent for research on telegram" in decision.rule
    await said(spine, {"research": {"email": True}})
    assert (await asked(spine))[0] == ["email"]


async def test_start_in_a_chat_is_a_consent_there(spine: Spine) -> None:
    spine.rules = replace(spine.rules, consent=ASKS_FIRST)
    await asked(spine)
    await spine.hear(spine.stop("1001"))
    spine.now += timedelta(hours=1)
    await spine.hear(spine.said("1001", text="START"))
    assert (await asked(spine))[0] == ["telegram"]


async def test_to_be_asked_on_one_channel_only_is_a_consent_there(spine: Spine) -> None:
    spine.rules = replace(spine.rules, consent=ASKS_FIRST)
    await asked(spine)
    await spine.hear(spine.said("1001", text="only email"))
    assert (await asked(spine))[0] == ["email"]


async def test_an_opt_in_link_is_a_consent_there(spine: Spine) -> None:
    spine.rules = replace(spine.rules, consent=ASKS_FIRST)
    await asked(spine)
    token = spine.token((await person(spine)).id, Purpose.OPT_IN)
    await spine.hear(Linked(**spine.source("1001"), token=token))
    assert (await asked(spine))[0] == ["telegram"]


async def test_a_stop_is_not_taken_back_by_what_a_system_says(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(spine.stop("1001"))
    await said(spine, {"feedback": True, "telegram": {"granted": True, "at": "2030-01-01"}})
    channels, decision = await asked(spine)
    assert channels == [] and decision.rule == "the person said stop"


async def test_what_a_batch_says_of_one_person_under_two_names_is_kept(spine: Spine) -> None:
    first = identify(1, "a", {"consent": {"sms": False}, "telegram_id": "1001"})
    second = replace(
        first, message_id="b", user_id=None, anonymous_id="v", traits={"consent": {"email": False}}
    )
    third = replace(first, message_id="c", anonymous_id="v", traits={"consent": {"feedback": True}})
    await spine.report(first, second, third)
    scopes = {(c.scope, c.granted) for c in (await person(spine)).consents}
    assert scopes == {(("", "sms"), False), (("", "email"), False), ((FEEDBACK, ""), True)}


async def test_who_answers_a_public_page_has_agreed_there(spine: Spine) -> None:

    spine.rules = replace(spine.rules, entrances={"call": Entrance()})
    visit = Entered(
        **spine.source("", "web"), survey="call", visitor="w" * 20, question_id="nps", value="9"
    )
    await spine.hear(visit)
    conversation = await spine.conversation(1)
    assert [(c.purpose, c.channel, c.source) for c in conversation.contact.consents] == [
        (FEEDBACK, "web", "web")
    ]
