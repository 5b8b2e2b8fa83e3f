"""What of the rows that wait may be decided about together."""

from collections.abc import Sequence
from datetime import timedelta

from scheduler.precedence import Place, Rounds, choose
from storage.private import Waiting
from surveys.due import Due, DueKind, Outcome
from tests.rehearsal.story import at

NOON = at("2026-03-02 12:00:00")
LANES = frozenset({"email", "sms", "telegram"})


def row(name: str, lane: str, who: int, minute: int = 0, via: Sequence[str] = ()) -> Waiting:
    due = Due(lane=lane, at=NOON + timedelta(minutes=minute), id=name, kind=DueKind.ASK)
    return Waiting(due=due, contact_id=who, via=via or (lane,))


def uses(row: Waiting, lane: str) -> bool:
    return lane in row.via


def chosen(rows: Sequence[Waiting], left: dict[str, int], rounds: Rounds | None = None) -> str:
    rounds = rounds or Rounds(LANES)
    placed = [(rounds.place(one, one.due.at), one) for one in rows]
    placed.sort(key=lambda one: (one[0], one[1].due.id))
    return " ".join(one.due.id for one in choose(placed, left, uses))


def moved(one: Waiting, place: Place, lane: str) -> Outcome:
    return Outcome(due=one.due, retry_at=place[0], lane=lane)


def test_of_each_person_comes_what_is_first() -> None:
    rows = [row("a", "sms", 1, 5), row("b", "email", 1), row("c", "sms", 2, 9), row("d", "sms", 2)]
    assert chosen(rows, {}) == "b d"


def test_what_comes_up_for_somebody_in_one_place_stays_together() -> None:
    rows = [row("a", "sms", 1), row("b", "sms", 1), row("c", "telegram", 1)]
    assert chosen(rows, {}) == "a b"


def test_no_more_than_are_sure_to_get_a_message_use_a_budget() -> None:
    rows = [row(name, "sms", n, n) for n, name in enumerate("abcd", 1)]
    assert chosen(rows, {"sms": 4}) == "a b c d"
    assert chosen(rows, {"sms": 2}) == "a b"
    assert chosen(rows, {"telegram": 1}) == "a b c d"


def test_those_of_one_instant_are_taken_together_where_the_budget_ends_among_them() -> None:
    rows = [row(name, "sms", n, 0) for n, name in enumerate("abc", 1)]
    assert chosen([*rows, row("d", "sms", 4, 1)], {"sms": 2}) == "a b c"
    # Not as long as one of them may be kept by what comes before.
    assert chosen([*rows, row("e", "email", 2, -1)], {"sms": 2}) == "e"


def test_who_may_move_to_a_lane_uses_its_budget() -> None:
    rows = [row("a", "email", 1, 0, ("email", "sms")), row("b", "sms", 2, 1)]
    assert chosen(rows, {"sms": 1}) == "a"


def test_who_waits_for_a_budget_waits_with_all_of_that_place() -> None:
    rows = [
        row("a", "sms", 1, 0),
        row("b", "telegram", 2, 1, ("telegram", "sms")),
        row("c", "telegram", 2, 1),
        row("d", "telegram", 3, 1),
    ]
    assert chosen(rows, {"sms": 1}) == "a d"


def test_what_moves_comes_up_in_this_round_or_the_next() -> None:
    rounds, one, other = Rounds(LANES), row("a", "sms", 1), row("b", "sms", 2)
    place = rounds.place(one, NOON)
    rounds.note(moved(one, place, "telegram"), place)
    rounds.note(moved(other, place, "email"), place)
    onward = rounds.place(row("a", "telegram", 1), NOON)
    back = rounds.place(row("b", "email", 2), NOON)
    assert onward < back and onward[1] == 0 and back[1] == 1
    assert rounds.place(row("b", "email", 2), NOON + timedelta(minutes=1))[1] == 0
    rounds.forget()
    assert rounds.place(row("b", "email", 2), NOON)[1] == 0


def test_lanes_without_a_channel_are_cleared_first() -> None:
    assert chosen([row("a", "email", 1), row("b", "voice", 1)], {}) == "b"
