from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.throttle import Move, Send, Skip, Verdict, decide
from surveys.contact import Address, AddressStatus, Contact
from surveys.invitation import Invitation, InvitationState
from surveys.message import Capabilities

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHAT = Capabilities(max_text=100, max_buttons=10, button_text=10, payload_bytes=64)
CHANNELS = {"telegram": CHAT, "email": CHAT, "web": replace(CHAT, inline=True, waits=True)}
INVITATION = Invitation(
    id=7,
    key="k",
    contact_id=1,
    survey="call",
    survey_version="v",
    trigger="t",
    via=("telegram", "email"),
    due_at=NOW,
    expires_at=NOW + timedelta(days=3),
    not_after=NOW + timedelta(hours=2),
)
TELEGRAM = Address(channel="telegram", value="777")
EMAIL = Address(channel="email", value="a@example.com")
ANNA = Contact(id=1, keys=("user:1",), addresses=(TELEGRAM, EMAIL))


def on(lane: str, invitation: Invitation = INVITATION, contact: Contact = ANNA) -> Verdict:
    return decide(invitation, contact, lane, CHANNELS, NOW)


def test_the_first_reachable_channel_sends() -> None:
    assert on("telegram") == Send(address=TELEGRAM, rule="reachable by telegram")


def test_an_unusable_address_moves_to_the_next_channel() -> None:
    blocked = replace(TELEGRAM, status=AddressStatus.BLOCKED)
    verdict = on("telegram", contact=replace(ANNA, addresses=(blocked, EMAIL)))
    assert verdict == Move(channel="email", rule="the telegram address is not usable")


def test_nobody_is_asked_on_a_channel_that_does_not_run() -> None:
    invitation = replace(INVITATION, via=("sms", "email"))
    assert on("sms", invitation) == Move(channel="email", rule="sms does not run")


def test_without_any_address_it_is_skipped_and_says_so() -> None:
    assert on("telegram", contact=Contact(id=1)) == Skip(
        rule="not reachable by telegram, email: no telegram address"
    )


def test_a_web_page_waits_for_anybody() -> None:
    verdict = on("web", replace(INVITATION, via=("web",)), Contact(id=9))
    assert isinstance(verdict, Send) and verdict.address == Address(channel="web", value="9")


def test_stop_beats_everything() -> None:
    assert on("telegram", contact=replace(ANNA, opted_out_at=NOW)) == Skip(
        rule="the person said stop"
    )


PAST = NOW - timedelta(seconds=1)


@pytest.mark.parametrize(
    "late", [replace(INVITATION, not_after=PAST), replace(INVITATION, expires_at=PAST)]
)
def test_too_late_is_expired(late: Invitation) -> None:
    verdict = on("telegram", late)
    assert isinstance(verdict, Skip) and verdict.state is InvitationState.EXPIRED


@pytest.mark.parametrize("state", [s for s in InvitationState if s is not InvitationState.PLANNED])
def test_only_a_planned_invitation_is_asked(state: InvitationState) -> None:
    verdict = on("telegram", replace(INVITATION, state=state))
    assert verdict == Skip(rule=f"already {state}", state=state)


def test_on_all_channels_each_lane_asks_for_itself() -> None:
    everywhere = replace(INVITATION, all_channels=True, state=InvitationState.ASKED)
    assert isinstance(on("email", everywhere), Send)
    only_mail = replace(ANNA, addresses=(EMAIL,))
    for state in (InvitationState.PLANNED, InvitationState.ASKED):
        skipped = on("telegram", replace(everywhere, state=state), only_mail)
        assert skipped == Skip(rule="no telegram address; asked on other channels", state=state)
    nowhere = on("telegram", everywhere, Contact(id=1))
    assert nowhere == Skip(rule="not reachable by telegram, email: no telegram address")


def test_a_shut_window_moves_on_and_says_so() -> None:
    channels = {**CHANNELS, "telegram": replace(CHAT, window=timedelta(hours=24))}
    heard = replace(TELEGRAM, heard_at=NOW - timedelta(hours=23))
    inside = replace(ANNA, addresses=(heard, EMAIL))
    assert isinstance(decide(INVITATION, inside, "telegram", channels, NOW), Send)
    verdict = decide(INVITATION, inside, "telegram", channels, NOW + timedelta(hours=1, seconds=1))
    assert verdict == Move(channel="email", rule="outside telegram's window")
    assert isinstance(decide(INVITATION, ANNA, "telegram", channels, NOW), Move)


def test_a_person_may_be_found_by_another_channels_address() -> None:
    channels = {**CHANNELS, "slack": replace(CHAT, finds_by="email")}
    verdict = decide(replace(INVITATION, via=("slack",)), ANNA, "slack", channels, NOW)
    assert isinstance(verdict, Send)
    assert verdict.address == Address(channel="slack", value="a@example.com")
