"""Cases: what colleagues may do with them, one deed after the other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from surveys.case import CASE_MOVES, Case, CaseState, EntryKind, Step, move_case
from surveys.cause import CAUSES, cause_key, find_cause
from surveys.deed import Deed, DeedKind, NeedsCause, Refused, act, escalate
from surveys.errors import IllegalMove

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
CASE = Case(
    id=42, contact_id=1, invitation_id=7, survey="s", opened_at=NOW, respond_by=NOW + HOUR,
    escalate_at=NOW + HOUR, escalate_to="manager",
)  # fmt: skip


def do(case: Case, *deeds: tuple[str, str], who: str = "Maija") -> Case:
    for kind, text in deeds:
        case, _ = act(case, Deed(kind=DeedKind(kind), text=text), who, NOW)
    return case


def test_the_way_of_a_case_that_is_put_right() -> None:
    claimed = do(CASE, ("claim", ""))
    assert (claimed.state, claimed.owner, claimed.claimed_at) == (CaseState.CLAIMED, "Maija", NOW)
    contacted = do(claimed, ("contacted", ""))
    assert (contacted.state, contacted.contacted_at, contacted.escalate_at) == (
        CaseState.CONTACTED, NOW, None,
    )  # fmt: skip
    solved = do(contacted, ("solved", "Too slow"))
    assert (solved.state, solved.cause, solved.closed_at) == (CaseState.SOLVED, "Too slow", NOW)
    assert solved.version == CASE.version + 3


def test_solved_alone_says_all_that_led_there() -> None:
    solved, entries = act(CASE, Deed(kind=DeedKind.SOLVED, text="Too slow"), "Maija", NOW)
    assert [e.kind for e in entries] == [
        EntryKind.CLAIMED, EntryKind.CONTACTED, EntryKind.SOLVED,
    ]  # fmt: skip
    assert solved.contacted_at == NOW


@pytest.mark.parametrize("kind", [DeedKind.SOLVED, DeedKind.UNREACHABLE])
def test_a_case_is_not_closed_without_a_cause(kind: DeedKind) -> None:
    with pytest.raises(NeedsCause):
        act(CASE, Deed(kind=kind), "Maija", NOW)
    known = do(CASE, ("cause", "Unfriendly"))
    assert do(known, (kind.value, "")).cause == "Unfriendly"


def test_the_first_to_claim_has_it() -> None:
    claimed = do(CASE, ("claim", ""))
    with pytest.raises(Refused, match="Maija has case 42 already"):
        do(claimed, ("claim", ""), who="Pekka")
    again, entries = act(claimed, Deed(kind=DeedKind.CLAIM), "Maija", NOW)
    assert (again, entries) == (claimed, ())
    assert do(claimed, ("assign", "Pekka")).owner == "Pekka"
    assert do(claimed, ("release", "")).state is CaseState.OPEN


def test_a_contacted_customer_is_not_given_back_to_nobody() -> None:
    with pytest.raises(Refused, match="contacted already"):
        do(CASE, ("contacted", ""), ("release", ""))


def test_a_closed_case_takes_no_deed_but_notes_and_reopening() -> None:
    closed = do(CASE, ("unreachable", "Something else"))
    for kind in ("claim", "contacted", "solved", "step", "assign", "release"):
        with pytest.raises(Refused, match="closed"):
            do(closed, (kind, "listen"))
    _, noted = act(closed, Deed(kind=DeedKind.NOTE, text="moved abroad"), "Maija", NOW)
    assert noted[0].text == "moved abroad"
    again = do(closed, ("reopen", ""), who="Pekka")
    assert (again.state, again.owner, again.closed_at) == (CaseState.CLAIMED, "Pekka", None)


def test_what_was_solved_by_mistake_goes_on_as_if_it_had_not_been() -> None:
    contacted = do(CASE, ("contacted", ""))
    later = NOW + 9 * HOUR
    solved, _ = act(contacted, Deed(kind=DeedKind.SOLVED, text="Too slow"), "Maija", later)
    again, _ = act(solved, Deed(kind=DeedKind.REOPEN), "Maija", later)
    assert (again.closed_at, again.contacted_at, again.cause) == (None, NOW, "Too slow")
    assert not again.is_late(later)
    once_more, _ = act(again, Deed(kind=DeedKind.CONTACTED), "Maija", later)
    assert once_more.contacted_at == NOW, "the first contact is the one that counts"
    closed, _ = act(again, Deed(kind=DeedKind.SOLVED), "Maija", later)
    assert (closed.state, closed.cause, closed.contacted_at) == (CaseState.SOLVED, "Too slow", NOW)


def test_steps_are_ticked_and_unticked() -> None:
    listened = do(CASE, ("step", "listen"), ("step", "thank"))
    assert listened.steps == {Step.LISTEN, Step.THANK}
    assert listened.owner == "Maija"
    assert do(listened, ("step", "listen")).steps == {Step.THANK}


def test_a_late_case_is_told_once() -> None:
    assert escalate(CASE, NOW)[1] == ()
    late, entries = escalate(CASE, NOW + HOUR)
    assert [e.kind for e in entries] == [EntryKind.ESCALATED]
    assert escalate(late, NOW + 2 * HOUR)[1] == ()
    assert late.is_late(NOW + HOUR)
    assert not do(late, ("contacted", "")).is_late(NOW + HOUR)
    contacted = replace(do(CASE, ("contacted", "")), escalate_at=NOW)
    assert escalate(contacted, NOW + HOUR)[1] == ()


def test_the_table_has_a_row_for_every_state_and_refuses_the_rest() -> None:
    assert set(CASE_MOVES) == set(CaseState)
    for state, allowed in CASE_MOVES.items():
        for to in CaseState:
            if to is state or to in allowed:
                assert move_case(state, to) is to
            else:
                with pytest.raises(IllegalMove):
                    move_case(state, to)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("too slow", "Too slow"), ("TOO  SLOW", "Too slow"), ("too-slow", "Too slow"),
        ("pri", "Price or invoice"), ("pr", ""), ("", ""), ("nonsense", ""),
    ],
)  # fmt: skip
def test_a_cause_is_found_by_its_beginning(words: str, cause: str) -> None:
    assert find_cause(CAUSES, words) == cause


def test_causes_fit_on_buttons_and_are_told_apart() -> None:
    keys = [cause_key(cause) for cause in CAUSES]
    assert len(set(keys)) == len(CAUSES)
    longest = f"case.{10**17}.unreachable:{'x' * 24}"
    assert len(longest) <= 64  # a button of Telegram
    assert all(len(key) <= 24 for key in keys)
    assert cause_key("?!") == "other"
