"""Room is kept for what matters more, once; what is on its way to a person is not kept room for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.followups import keep_true
from scheduler.limits import Limit, Period
from scheduler.patience import Throttle, keep_limits
from scheduler.throttle import Hold
from surveys.ask import Ask, Ledger
from surveys.condition import parse
from surveys.contact import Contact
from surveys.follow_up import FollowUp
from surveys.invitation import InvitationState
from tests.scheduler.spine import SURVEY
from tests.storage.make import invitation

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
SURVEYS = {
    "big": replace(SURVEY, id="big", priority=2),
    "small": replace(SURVEY, id="small", priority=1),
    "other": replace(SURVEY, id="other", priority=1),
}
MINE = replace(invitation(1, survey="small", due_at=NOW, expires_at=NOW + 60 * DAY), id=7)


def at(survey: str, days: float = 0) -> Ask:
    return Ask(at=NOW + days * DAY, survey=survey, channel="sms")


def put(most: int, ledger: Ledger) -> object:
    limit = Limit(rule=f"weekly_max {most}", most=most, period=Period.WEEK)
    ask = replace(at("small"), priority=1)
    zone = ZoneInfo("Europe/Helsinki")
    return keep_limits(Throttle(limits=(limit,)), ledger, MINE, ask, SURVEYS, zone)


def test_the_lesser_waits_for_what_matters_more() -> None:
    kept = put(1, Ledger(planned=((5, at("big", 2)),)))
    assert isinstance(kept, Hold)
    assert kept.rule == "room is kept for big"
    assert put(2, Ledger(planned=((5, at("big", 2)),))) is None, "there is room for both"
    assert put(1, Ledger(planned=((5, at("big", 8)),))) is None, "that is another week"


@pytest.mark.parametrize("other", ["other", "small"])
def test_what_matters_as_much_or_less_is_not_waited_for(other: str) -> None:
    assert put(1, Ledger(planned=((5, at(other, 2)),))) is None


def test_what_is_on_its_way_counts_once() -> None:
    """Its row is planned still while it is being asked."""
    assert put(2, Ledger(asked=((5, at("big")),), planned=((5, at("big")),))) is None
    assert put(1, Ledger(asked=((5, at("big")),), planned=((5, at("big")),))) is not None


def test_one_is_not_in_its_own_way() -> None:
    assert put(1, Ledger(asked=((7, at("small")),), planned=((7, at("small")),))) is None


@pytest.mark.parametrize(
    ("state", "becomes"),
    [
        (InvitationState.PLANNED, InvitationState.SKIPPED),
        (InvitationState.ASKED, InvitationState.ASKED),
    ],
)
def test_what_was_asked_stays_asked_though_its_reason_is_gone(
    state: InvitationState, becomes: InvitationState
) -> None:
    """Whoever was asked may still answer: only the reminder is left out."""
    plan = FollowUp(only_if=parse("line = sales"))
    one = replace(MINE, state=state, facts={"line": "support"})
    skip = keep_true(one, Contact(), plan)
    assert skip is not None
    assert skip.state is becomes
    assert keep_true(replace(one, facts={"line": "sales"}), Contact(), plan) is None
