"""Expected figures are worked out by hand beside each table; intervals as in test_interval.py."""

from collections.abc import Mapping
from itertools import permutations

import pytest

from surveys.report import Report, Tally, summarise
from surveys.scale import SCALES
from surveys.score import Part
from tests.surveys.counts import (
    CES,
    CES1,
    CSAT,
    HIGH,
    PLAIN,
    count,
    counts_of,
    ends,
    only,
    summarised,
)

# Scores


def test_nps_by_hand() -> None:
    # 6 promoters, 2 passives, 2 detractors of 10: 60 - 20 = 40.
    row = only(counts_of({"10": 4, "9": 2, "8": 1, "7": 1, "3": 1, "0": 1}))
    assert (row.n, row.effective_n) == (10, 10)
    assert row.score == pytest.approx(40)
    assert ends(row) == pytest.approx((-13.877891180643209, 75.41635271910475))
    assert row.bands == (
        Part(value="low", n=2, share=0.2),
        Part(value="middle", n=2, share=0.2),
        Part(value="high", n=6, share=0.6),
    )
    assert [(p.value, p.n) for p in row.parts] == [
        ("0", 1), ("1", 0), ("2", 0), ("3", 1), ("4", 0), ("5", 0), ("6", 0), ("7", 1), ("8", 1),
        ("9", 2), ("10", 4),
    ]  # fmt: skip
    assert [p.share for p in row.parts][-2:] == [0.2, 0.4]
    assert (row.mean, row.box, row.goal, row.reached) == (None, None, None, None)


@pytest.mark.parametrize(
    ("given", "score"),
    [({"6": 1}, -100), ({"7": 1}, 0), ({"8": 1}, 0), ({"9": 1}, 100), ({"0": 1, "10": 1}, 0)],
)
def test_nps_bands_end_where_they_should(given: Mapping[str, int], score: float) -> None:
    assert only(counts_of(given)).score == score


def test_csat_by_hand_with_the_mean_apart() -> None:
    # 4 of 5 gave 4 or 5: 80 %; mean (4 + 15 + 2) / 5 = 4.2.
    row = only(counts_of(HIGH, **CSAT))
    assert row.score == pytest.approx(80)
    assert row.mean == pytest.approx(4.2)
    assert row.box is not None
    assert (row.box.values, row.box.n) == ((4, 5), 4)
    assert row.box.percent == pytest.approx(80)
    assert row.box.interval == row.interval
    assert [(p.value, p.n, p.share) for p in row.parts] == [
        ("1", 0, 0), ("2", 1, 0.2), ("3", 0, 0), ("4", 1, 0.2), ("5", 3, 0.6)
    ]  # fmt: skip


def test_a_survey_may_set_the_threshold() -> None:
    row = only(counts_of(HIGH, **CSAT), thresholds={("call", "csat"): 5, ("other", "csat"): 1})
    assert row.score == pytest.approx(60)
    assert row.box is not None
    assert (row.box.values, row.box.n) == ((5,), 3)


@pytest.mark.parametrize(
    ("scale", "given", "score", "mean"),
    [
        ("1-7", {"7": 1, "6": 1, "5": 2}, 50, 5.75),
        ("faces", {"3": 3, "2": 1}, 75, 2.75),
        ("stars", {"5": 1, "3": 1}, 50, 4),
        ("yes-no", {"1": 3, "0": 1}, 75, None),
    ],
)
def test_csat_on_its_other_scales(
    scale: str, given: Mapping[str, int], score: float, mean: float | None
) -> None:
    row = only(counts_of(given, **(CSAT | {"scale": scale})))
    assert (row.score, row.mean) == (score, mean)
    assert [p.value for p in row.parts] == [str(v) for v in SCALES[scale].values]


def test_weights_count_in_the_score_and_widen_its_interval() -> None:
    # Two 5s of weight 2, a 4 of weight 5, a 2 of weight 1: 9/10 satisfied; base 10²/34 = 2.94.
    counts = [
        count("5", 2, 4, 8, **CSAT), count("4", 1, 5, 25, **CSAT), count("2", 1, 1, 1, **CSAT)
    ]  # fmt: skip
    row = only(counts)
    assert row.score == pytest.approx(90)
    assert row.effective_n == pytest.approx(100 / 34)
    assert ends(row) == pytest.approx((35.360779009128435, 99.32916229549087))
    assert row.mean == pytest.approx(4.2)
    assert row.n == 4
    assert row.box is not None
    assert row.box.n == 3
    assert [p.n for p in row.parts] == [0, 1, 0, 1, 2]
    assert [p.share for p in row.parts] == pytest.approx([0, 0.1, 0, 0.5, 0.4])


def test_equal_weights_are_as_good_as_none() -> None:
    plain = only(counts_of(HIGH, **CSAT))
    tens = only([count(v, n, 10 * n, 100 * n, **CSAT) for v, n in HIGH.items()])
    assert tens.effective_n == pytest.approx(5)
    assert tens.score == pytest.approx(plain.score)
    assert ends(tens) == pytest.approx(ends(plain))


def test_ces_by_hand() -> None:
    # 7, 7, 6, 5, 5, 4, 2: mean 36/7, sample deviation 1.7728, t(6); 5 of 7 gave 5-7.
    row = only(counts_of({"7": 2, "6": 1, "5": 2, "4": 1, "2": 1}, **CES))
    assert row.score == row.mean == pytest.approx(36 / 7)
    assert ends(row) == pytest.approx((3.503280870070125, 6.782433415644162))
    assert row.box is not None
    assert (row.box.values, row.box.n) == ((5, 6, 7), 5)
    assert row.box.percent == pytest.approx(500 / 7)
    assert (row.box.interval.low, row.box.interval.high) == pytest.approx(
        (35.89290901482127, 91.77828342909844)
    )
    assert [p.n for p in row.bands] == [1, 1, 5]


def test_ces_with_weights() -> None:
    weights = [("7", 3), ("6", 1), ("5", 1), ("2", 3), ("4", 2), ("6", 2)]
    row = only([count(value, 1, w, w * w, **CES) for value, w in weights])
    assert row.score == pytest.approx(29 / 6)
    assert row.effective_n == pytest.approx(144 / 28)
    # Student's interval is 2.266 to 7.400; nothing above 7 can be.
    assert ends(row) == pytest.approx((2.2662437674682434, 7.0))


def test_ces_one_is_a_metric_of_its_own_where_low_is_good() -> None:
    counts = [*counts_of({"1": 2, "2": 1, "4": 1}, **CES1), *counts_of({"7": 1}, **CES)]
    rows = summarised(counts, goals={("call", "ces1"): 2.0, ("call", "ces"): 6}).rows
    assert [(r.metric, r.score, r.goal, r.reached) for r in rows] == [
        ("ces", 7, 6, True), ("ces1", 2, 2, True)
    ]  # fmt: skip
    assert rows[1].box is not None
    assert (rows[1].box.values, rows[1].box.percent) == ((1, 2), 75)
    assert [p.n for p in rows[1].bands] == [1, 0, 3]


@pytest.mark.parametrize(("goal", "reached"), [(79.9, True), (80, True), (80.1, False), (0, True)])
def test_goals(goal: float, reached: bool) -> None:
    row = only(counts_of(HIGH, **CSAT), goals={("call", "csat"): goal})
    assert (row.goal, row.reached) == (goal, reached)


def test_problems_are_a_share_that_should_be_low() -> None:
    met = {
        "question": "problems",
        "metric": "problems",
        "metric_version": "problems-1",
        "scale": "yes-no",
    }
    row = only(counts_of({"1": 1, "0": 9}, **met), goals={("call", "problems"): 5})
    assert row.score == pytest.approx(10)
    assert row.reached is False
    assert only(counts_of({"0": 9}, **met), goals={("call", "problems"): 5}).reached is True


def test_one_answer_has_a_mean_and_no_interval_of_it() -> None:
    row = only(counts_of({"6": 1}, **CES))
    assert (row.score, row.interval) == (6, None)


# Keeping apart


@pytest.mark.parametrize(
    "other",
    [{"metric_version": "nps-2030"}, {"scale": "1-5", "metric": "csat"}, {"population": "user"},
     {"survey": "delivery"}, {"question": "nps2"}, {"group": "web"}],
)  # fmt: skip
def test_what_may_not_be_merged_is_a_row_of_its_own(other: dict[str, str]) -> None:
    rows = summarised([*counts_of({"5": 3}), *counts_of({"5": 4}, **other)]).rows
    assert sorted(row.n for row in rows) == [3, 4]


def test_the_same_value_counted_on_several_days_is_joined() -> None:
    row = only([count("9", 1), count("9", 2), count("0", 1), count("5", 0)])
    assert row.n == 4
    assert {p.value: p.n for p in row.parts if p.n} == {"0": 1, "9": 3}


def test_the_order_of_counts_does_not_matter() -> None:
    counts = [
        *counts_of({"9": 5, "1": 3}, group="web"), *counts_of({"4": 3}, **CSAT),
        count("9", 6, 7.3, 11.1), count("9", 2, 0.1, 0.01),
    ]  # fmt: skip
    first = summarised(counts)
    assert all(summarised(list(other)) == first for other in permutations(counts))


def test_rows_come_by_survey_scored_first_then_by_group() -> None:
    counts = [
        *counts_of({"late": 1}, **(PLAIN | {"question": "a_reason"})),
        *counts_of({"7": 1}, **CES),
        *counts_of({"9": 1}, group="web"),
        *counts_of({"9": 1}, group="email"),
        *counts_of({"4": 1}, **CSAT),
        *counts_of({"4": 1}, **(CSAT | {"survey": "a_first"})),
    ]
    assert [(r.survey, r.question, r.group) for r in summarised(counts).rows] == [
        ("a_first", "csat", ""), ("call", "nps", "email"), ("call", "nps", "web"),
        ("call", "csat", ""), ("call", "ces", ""), ("call", "a_reason", ""),
    ]  # fmt: skip


def test_a_value_off_the_scale_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"call\.nps: 11 is not on the scale 0-10"):
        summarised(counts_of({"11": 1}))
    with pytest.raises(ValueError, match=r"call\.nps: "):
        summarised(counts_of({"great": 1}))


def test_answers_that_weigh_nothing_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"call\.nps: the weights"):
        summarised([count("9", 1, 0, 0)])


def test_nothing_counted_is_an_empty_report() -> None:
    assert summarised([count("9", 0)]) == Report(rows=(), flows=(), minimum=1)


# Choices, numbers and words


def test_choices_are_shares_of_the_people_who_chose() -> None:
    reason = PLAIN | {"question": "reason"}
    row = only(counts_of({"late": 6, "broken": 8, "wet": 6, "": 10}, **reason))
    assert (row.n, row.score, row.mean) == (10, None, None)
    assert row.parts == (
        Part(value="broken", n=8, share=0.8),
        Part(value="late", n=6, share=0.6),
        Part(value="wet", n=6, share=0.6),
    )


def test_a_single_choice_needs_no_count_of_people() -> None:
    row = only([count("late", 1, 3, 9, **PLAIN), count("broken", 1, 1, 1, **PLAIN)])
    assert row.n == 2
    assert {p.value: p.share for p in row.parts} == {"late": 0.75, "broken": 0.25}
    assert row.effective_n == pytest.approx(1.6)


def test_numbers_by_hand() -> None:
    row = only(counts_of({"1": 1, "2": 2, "3.5": 1, "10": 1}, **PLAIN))
    assert (row.n, row.score, row.minimum, row.maximum) == (5, None, 1, 10)
    assert row.mean == pytest.approx(3.7)
    assert ends(row) == pytest.approx((-0.8111893325980795, 8.21118933259808))
    assert row.parts == ()


def test_choice_ids_that_look_like_numbers_are_choices_where_said_so() -> None:
    tally = Tally(values=tuple(counts_of({"1": 3, "2": 5}, **PLAIN)), flows=())
    report = summarise(tally, thresholds={}, goals={}, minimum=1, choices={("call", "nps")})
    assert [(p.value, p.n) for p in report.rows[0].parts] == [("2", 5), ("1", 3)]


def test_words_are_only_counted() -> None:
    row = only(counts_of({"": 7}, **PLAIN))
    assert (row.n, row.parts, row.score, row.mean) == (7, (), None, None)
