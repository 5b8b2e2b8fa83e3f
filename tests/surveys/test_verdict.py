"""What a difference amounts to, in cases that can be told by looking at them."""

from random import Random
from typing import Any

import pytest

from surveys.chance import share_difference
from surveys.flow import Flow
from surveys.report import Row, Tally, summarise
from surveys.verdict import (
    Change,
    Verdict,
    compare,
    compare_rates,
    judge,
    judge_groups,
    judge_rates,
    mix_shifts,
    mixes_modes,
)
from tests.surveys.counts import CES, CES1, CSAT, count, counts_of, only, summarised

GOOD = {"10": 50, "8": 30, "5": 20}
MORE: dict[str, Any] = dict(CSAT)
BAD = {"10": 20, "8": 30, "5": 50}


def flow(group: str, completed: int, delivered: int) -> Flow:
    rate = completed / delivered if delivered else None
    return Flow(
        survey="call",
        group=group,
        sent=delivered,
        delivered=delivered,
        started=completed,
        completed=completed,
        partial=0,
        response_rate=rate,
        interval=None,
    )


def test_a_large_change_is_clear_and_has_a_direction() -> None:
    change = compare(only(counts_of(BAD)), only(counts_of(GOOD)))
    assert change.verdict is Verdict.BETTER
    assert change.difference is not None
    assert change.difference.by == pytest.approx(60)
    assert change.difference.interval.low > 0
    assert change.p < 0.001
    assert compare(only(counts_of(GOOD)), only(counts_of(BAD))).verdict is Verdict.WORSE


def test_a_small_one_may_be_chance() -> None:
    change = compare(only(counts_of({"10": 6, "8": 4})), only(counts_of({"10": 5, "8": 5})))
    assert change.verdict is Verdict.UNCLEAR


def test_five_against_five_prove_little_however_far_apart_they_look() -> None:
    change = compare(only(counts_of({"10": 5})), only(counts_of({"10": 3, "5": 2})))
    assert change.verdict is Verdict.UNCLEAR


def test_where_low_is_good_less_is_better() -> None:
    before, after = {"4": 40, "5": 30, "3": 10}, {"1": 40, "2": 30, "3": 10}
    assert compare(only(counts_of(before, **CES1)), only(counts_of(after, **CES1))).verdict == (
        Verdict.BETTER
    )
    assert compare(only(counts_of(before, **CES)), only(counts_of(after, **CES))).verdict == (
        Verdict.WORSE
    )


@pytest.mark.parametrize(
    "other",
    [
        {"metric_version": "nps-2003b"},
        {"population": "visitor"},
        CSAT,
    ],
)
def test_what_measures_something_else_is_never_compared(other: dict[str, Any]) -> None:
    given = {"1": 40, "5": 60}
    change = compare(only(counts_of(given)), only(counts_of(given, **other)))
    assert change == Change(verdict=Verdict.UNKNOWN, among=0)


def test_another_threshold_is_another_measure() -> None:
    given = {"4": 40, "5": 60}
    strict = only(counts_of(given, **CSAT), thresholds={("call", "csat"): 5})
    assert compare(only(counts_of(given, **CSAT)), strict).verdict is Verdict.UNKNOWN


def test_a_hidden_result_tells_nothing() -> None:
    (hidden,) = summarised(counts_of({"10": 3}), minimum=5).rows
    assert hidden.sample is None
    assert compare(hidden, only(counts_of(GOOD))).verdict is Verdict.UNKNOWN


def test_many_comparisons_are_paid_for() -> None:
    # 62 of 100 against 45 of 100: p = 0.016, clear alone and not among five.
    one, two = {"4": 45, "1": 55}, {"4": 62, "1": 38}
    pair = only(counts_of(one, **CSAT)), only(counts_of(two, **CSAT))
    same = pair[0], pair[0]
    (alone,) = judge([pair])
    among, *_ = judge([pair, same, same, same, same])
    assert alone.verdict is Verdict.BETTER
    assert among.verdict is Verdict.UNCLEAR
    assert among.p == pytest.approx(5 * alone.p)
    assert among.among == 5


def test_groups_are_compared_with_all_the_others() -> None:
    teams = {"sales": BAD, "support": GOOD, "field": {"10": 33, "8": 34, "5": 33}}
    total, groups = split(teams)
    found = judge_groups(total, groups)
    assert {name: change.verdict for name, change in found.items()} == {
        "sales": Verdict.WORSE,
        "support": Verdict.BETTER,
        "field": Verdict.UNCLEAR,
    }
    # sales -30; the others: 83 promoters and 53 detractors of 200, +15.
    assert found["sales"].difference is not None
    assert found["sales"].difference.by == pytest.approx(-30 - 15)


def test_two_groups_are_one_comparison() -> None:
    total, groups = split({"sales": BAD, "support": GOOD})
    found = judge_groups(total, groups)
    assert found["sales"].p == found["support"].p == compare(*groups).p
    assert found["sales"].among == 1


def test_a_hidden_group_counts_among_the_others_and_is_not_named() -> None:
    total, groups = split({"sales": BAD, "support": GOOD, "tiny": {"10": 2}}, minimum=5)
    assert [row.group for row in groups if row.hidden] == ["sales", "tiny"]
    assert set(judge_groups(total, groups)) == {"support"}


def test_chance_alone_names_nobody_nineteen_times_in_twenty() -> None:
    """Twelve colleagues who are all the same, two hundred times over."""
    named = 0
    for run in range(200):
        random = Random(run)
        same = {
            f"agent {k}": {
                "4": (good := sum(random.random() < 0.8 for _ in range(40))),
                "1": 40 - good,
            }
            for k in range(12)
        }
        total, groups = split(same, **MORE)
        found = judge_groups(total, groups)
        named += any(c.verdict is not Verdict.UNCLEAR for c in found.values())
    assert named <= 200 * 0.096  # 5 % and three standard errors


def test_response_rates_are_compared_too() -> None:
    found = judge_rates([flow("sms", 300, 1000), flow("email", 100, 1000), flow("web", 0, 0)])
    assert found["sms"].verdict is Verdict.BETTER
    assert found["email"].verdict is Verdict.WORSE
    assert "web" not in found
    assert judge_rates([flow("sms", 300, 1000)]) == {}
    same = compare_rates(flow("", 100, 1000), flow("", 105, 1000))
    assert same.verdict is Verdict.UNCLEAR


def test_nothing_against_nothing_is_no_change() -> None:
    assert share_difference((0, 10), (0, 10)) is not None
    assert share_difference((0, 0), (5, 10)) is None
    assert share_difference((0, 6), (1, 6)) is None  # one answer is expected in no cell


def test_everybody_asked_and_everybody_answered_leaves_nothing_to_chance() -> None:
    tally = Tally(values=tuple(counts_of(GOOD)), flows=())
    asked_more, asked_these = (
        summarise(tally, thresholds={}, goals={}, whole={"call": whole}).rows[0]
        for whole in (120, 100)
    )
    plain = only(counts_of(GOOD))
    assert width(asked_these) < 0.01 < width(asked_more) < width(plain) / 2
    assert asked_these.score == plain.score


def test_unequal_weights_leave_the_whole_out_of_it() -> None:
    counts = [count("10", 30, 300, 3000), count("5", 30, 30, 30)]
    tally = Tally(values=tuple(counts), flows=())
    (row,) = summarise(tally, thresholds={}, goals={}, whole={"call": 61}).rows
    assert width(row) == width(only(counts))


def test_channels_that_ask_otherwise_are_named() -> None:
    assert mixes_modes(["voice", "web"])
    assert mixes_modes(["email", "telegram"])
    assert not mixes_modes(["telegram", "slack", "messenger"])
    assert not mixes_modes(["email", "web", ""])


def test_a_change_of_channels_is_named_where_it_is_large() -> None:
    moved = mix_shifts({"voice": 20, "web": 80}, {"voice": 50, "web": 45, "sms": 5})
    assert moved == [("web", 0.8, 0.45), ("voice", 0.2, 0.5)]
    assert mix_shifts({"voice": 20}, {}) == []


def split(of: dict[str, dict[str, int]], *, minimum: int = 1, **more: Any) -> tuple[Row, list[Row]]:
    parts = [one for name, given in of.items() for one in counts_of(given, group=name, **more)]
    whole = [one for given in of.values() for one in counts_of(given, **more)]
    (total,) = summarised(whole, minimum=minimum).rows
    return total, list(summarised(parts, minimum=minimum).rows)


def width(row: Row) -> float:
    assert row.interval is not None
    return row.interval.high - row.interval.low
