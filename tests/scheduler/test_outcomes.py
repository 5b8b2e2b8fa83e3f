from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.base import Receipt
from channels.errors import (
    BadResponse,
    Blocked,
    ChannelError,
    Misconfigured,
    Rejected,
    Relocated,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from scheduler.outcomes import MAX_ATTEMPTS, Attempt, again_at, failed, sent
from surveys.due import Due, DueKind
from surveys.invitation import DeliveryState, InvitationState
from surveys.message import Capabilities

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHAT = Capabilities(max_text=100, max_buttons=10, button_text=10, payload_bytes=64, resend=True)
DUE = Due(lane="telegram", at=NOW, id="ask:1", kind=DueKind.ASK, invitation_id=1)
ATTEMPT = Attempt(due=DUE, delivery_id=5, capabilities=CHAT)


def test_sent_means_asked_and_delivered_where_no_receipt_will_come() -> None:
    outcome = sent(ATTEMPT, Receipt(external_id="99"))
    assert (outcome.delivery, outcome.external_id) == (DeliveryState.SENT, "99")
    assert outcome.state is InvitationState.ASKED and outcome.delivered
    with_receipts = replace(ATTEMPT, capabilities=replace(CHAT, receipts=True))
    assert not sent(with_receipts, Receipt(external_id="99")).delivered


@pytest.mark.parametrize(
    ("error", "delivery", "state", "address", "retried", "counts"),
    [
        (Unavailable("x"), "deferred", None, "", True, True),
        (Throttled("x", retry_after=12), "deferred", None, "", True, False),
        (Rejected("x"), "failed", "failed", "", False, True),
        (Unreachable("x"), "bounced", "failed", "bounced", False, True),
        (Blocked("x"), "blocked", "failed", "blocked", False, True),
        (Misconfigured("x"), "deferred", None, "", True, False),
        (BadResponse("x"), "deferred", None, "", True, True),
        (Uncertain("x"), "uncertain", None, "", True, True),
        (Relocated("x", new_address="2"), "deferred", None, "", True, True),
    ],
)
def test_each_kind_of_error_has_one_meaning(
    error: ChannelError, delivery: str, state: str | None, address: str, retried: bool, counts: bool
) -> None:
    outcome = failed(ATTEMPT, error, NOW, jitter=0.5)
    assert outcome.delivery == delivery
    assert outcome.state == state
    assert outcome.address_status == address
    assert (outcome.retry_at is not None) is retried
    assert outcome.counts_as_attempt is counts


def test_retry_after_is_never_undercut() -> None:
    for jitter in (0.0, 0.5, 0.99):
        outcome = failed(ATTEMPT, Throttled("x", retry_after=12), NOW, jitter=jitter)
        assert outcome.retry_at and outcome.retry_at >= NOW + timedelta(seconds=12)


def test_retries_double_up_to_an_hour_and_then_end() -> None:
    waits = [(again_at(n, NOW, jitter=0.5) - NOW).total_seconds() for n in range(12)]
    assert waits[:4] == [5, 10, 20, 40] and waits[-1] == 3600


def test_a_question_is_tried_until_it_is_too_old_but_a_note_only_so_often() -> None:
    ask = replace(ATTEMPT, due=replace(DUE, attempts=500))
    assert failed(ask, Unavailable("x"), NOW, jitter=0.5).retry_at
    note = replace(DUE, kind=DueKind.SAY, attempts=MAX_ATTEMPTS - 1)
    outcome = failed(replace(ATTEMPT, due=note), Unavailable("x"), NOW, jitter=0.5)
    assert outcome.retry_at is None and outcome.delivery is DeliveryState.FAILED


@pytest.mark.parametrize("error", [Rejected("x"), Unreachable("x"), Blocked("x")])
def test_what_fails_for_good_here_is_asked_over_the_next_channel(error: ChannelError) -> None:
    outcome = failed(replace(ATTEMPT, fallback="email"), error, NOW, jitter=0.5)
    assert (outcome.lane, outcome.retry_at, outcome.state) == ("email", NOW, None)
    assert not outcome.counts_as_attempt


def test_a_repeat_after_an_unclean_stop_stays_visible() -> None:
    outcome = sent(replace(ATTEMPT, repeated=True), Receipt(external_id="1"))
    assert "in doubt" in outcome.reason


def test_uncertain_is_repeated_once_where_the_channel_allows_it_and_else_parked() -> None:
    first = failed(ATTEMPT, Uncertain("x"), NOW, jitter=0.5)
    assert first.retry_at and first.delivery_id == 0  # left open, to be taken up under its id
    again = failed(replace(ATTEMPT, repeated=True), Uncertain("x"), NOW, jitter=0.5)
    assert again.retry_at is None and again.delivery_id == 5
    never = replace(ATTEMPT, capabilities=replace(CHAT, resend=False))
    outcome = failed(never, Uncertain("x"), NOW, jitter=0.5)
    assert outcome.retry_at is None and outcome.delivery is DeliveryState.UNCERTAIN
    assert outcome.state is InvitationState.ASKED


def test_a_note_to_staff_changes_no_invitation() -> None:
    note = replace(ATTEMPT, due=replace(DUE, kind=DueKind.SAY, invitation_id=0))
    assert sent(note, Receipt(external_id="1")).state is None
    assert failed(note, Rejected("x"), NOW, jitter=0.5).state is None
