"""Small groups and their remainders, flows, and what holds for any report."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.discretion import too_small
from surveys.flow import FlowCount
from surveys.metric import METRICS, Scoring
from surveys.report import Report, Row, Tally, ValueCount, summarise
from surveys.scale import SCALES
from tests.surveys.counts import count, counts_of, only, summarised

# Small groups


def _groups(**sizes: int) -> list[Row]:
    counts = [count("9", n, group=group) for group, n in sizes.items()]
    return list(summarised(counts, minimum=5).rows)


def test_small_groups_show_no_number_at_all() -> None:
    one, two, *shown = _groups(a=4, b=3, c=5, d=90)
    for row in (one, two):
        blank = Row(**{k: getattr(row, k) for k in ("survey", "question", "metric", "metric_version",
                                                    "scale", "population", "group")}, hidden=True)  # fmt: skip
        assert row == blank
        assert (row.n, row.score, row.parts, row.box) == (0, None, (), None)
    assert [(row.group, row.hidden, row.n) for row in shown] == [("c", False, 5), ("d", False, 90)]


def test_a_total_below_the_minimum_is_hidden_too() -> None:
    assert [row.hidden for row in summarised(counts_of({"9": 4}), minimum=5).rows] == [True]
    assert [row.hidden for row in summarised(counts_of({"9": 5}), minimum=5).rows] == [False]


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 4, "b": 7, "c": 6}, {"a", "c"}),  # a alone could be told from the total
        ({"a": 4, "b": 9}, {"a", "b"}),
        ({"a": 4, "b": 1, "c": 8}, {"a", "b"}),
        ({"a": 2, "b": 1, "c": 8, "d": 9}, {"a", "b", "c"}),  # the remainder would be three people
        ({"a": 5, "b": 5}, set()),
        ({"a": 4}, {"a"}),
        ({}, set()),
        ({"b": 6, "a": 6, "c": 1}, {"a", "c"}),  # of equals the first by name
    ],
)
def test_what_is_hidden_cannot_be_told_from_the_rest(
    sizes: dict[str, int], hidden: set[str]
) -> None:
    assert too_small(sizes, 5) == hidden
    assert {row.group for row in _groups(**sizes) if row.hidden} == hidden


def test_groups_of_another_question_or_population_are_another_total() -> None:
    counts = [
        count("9", 3, group="a"), count("9", 20, group="b"), count("9", 21, group="c"),
        count("9", 6, group="a", population="user"), count("9", 9, group="b", population="user"),
    ]  # fmt: skip
    rows = summarised(counts, minimum=5).rows
    assert {(r.population, r.group) for r in rows if r.hidden} == {
        ("customer", "a"),
        ("customer", "b"),
    }


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 30), max_size=8), st.integers(0, 10))
def test_no_small_remainder_is_ever_left(sizes: dict[str, int], minimum: int) -> None:
    hidden = too_small(sizes, minimum)
    assert {name for name, n in sizes.items() if n < minimum} <= hidden <= set(sizes)
    if hidden and hidden != set(sizes):
        assert len(hidden) > 1
        assert sum(sizes[name] for name in hidden) >= minimum


# Flows


def _flows(*counts: tuple[str, str, int], survey: str = "call") -> Report:
    flows = tuple(FlowCount(survey=survey, group=g, stage=s, n=n) for g, s, n in counts)
    return summarise(Tally(values=(), flows=flows), thresholds={}, goals={})


def test_a_flow_by_hand() -> None:
    (flow,) = _flows(
        ("", "sent", 200), ("", "sent", 160), ("", "delivered", 340), ("", "started", 150),
        ("", "completed", 128),
    ).flows  # fmt: skip
    assert (flow.sent, flow.delivered, flow.started, flow.completed) == (360, 340, 150, 128)
    assert flow.partial == 22
    assert flow.response_rate == pytest.approx(128 / 340)
    assert flow.interval is not None
    assert (flow.interval.low, flow.interval.high) == pytest.approx(
        (0.3266202408376109, 0.42908122169630014)
    )


def test_a_rate_of_nothing_is_no_rate() -> None:
    (flow,) = _flows(("", "sent", 3)).flows
    assert (flow.delivered, flow.response_rate, flow.interval) == (0, None, None)


def test_replies_that_overtook_their_receipts_make_no_rate_above_one() -> None:
    (flow,) = _flows(("", "delivered", 2), ("", "started", 3), ("", "completed", 4)).flows
    assert (flow.completed, flow.response_rate, flow.partial) == (4, 1.0, 0)


def test_flows_come_by_survey_and_group() -> None:
    found = _flows(("web", "sent", 1), ("email", "sent", 2), ("", "sent", 3)).flows
    assert [(f.group, f.sent) for f in found] == [("", 3), ("email", 2), ("web", 1)]


# Anything at all


@st.composite
def _tallies(draw: st.DrawFn) -> list[ValueCount]:
    metric = draw(st.sampled_from(list(METRICS.values())))
    scale = draw(st.sampled_from(metric.scales))
    given = draw(
        st.lists(
            st.tuples(st.sampled_from(SCALES[scale].values), st.floats(0.5, 50), st.integers(1, 40)),
            min_size=1, max_size=30,
        )
    )  # fmt: skip
    facts = {"metric": metric.id, "metric_version": metric.version, "scale": scale}
    return [count(str(value), n, n * w, n * w * w, **facts) for value, w, n in given]


@given(_tallies(), st.randoms(use_true_random=False))
def test_every_score_keeps_to_its_bounds(counts: list[ValueCount], chance: Random) -> None:
    row = only(counts)
    low, high = SCALES[row.scale].low, SCALES[row.scale].high
    if METRICS[row.metric].scoring is not Scoring.MEAN:
        low, high = (-100 if METRICS[row.metric].scoring is Scoring.NET else 0), 100
    assert row.score is not None
    assert low - 1e-9 <= row.score <= high + 1e-9
    if row.interval is not None:
        assert low <= row.interval.low <= row.score + 1e-9
        assert row.score - 1e-9 <= row.interval.high <= high
    assert sum(p.share for p in row.parts) == pytest.approx(1)
    assert sum(p.share for p in row.bands) == pytest.approx(1)
    assert sum(p.n for p in row.parts) == sum(p.n for p in row.bands) == row.n
    assert [p.value for p in row.parts] == [str(v) for v in SCALES[row.scale].values]
    assert 1 - 1e-9 <= row.effective_n <= row.n
    shuffled = list(counts)
    chance.shuffle(shuffled)
    assert only(shuffled) == row


@given(_tallies(), st.floats(0.1, 100))
def test_the_unit_of_weights_does_not_matter(counts: list[ValueCount], unit: float) -> None:
    row = only(counts)
    scaled = only(
        [
            replace(c, weight=c.weight * unit, weight_squared=c.weight_squared * unit**2)
            for c in counts
        ]
    )
    assert scaled.score == pytest.approx(row.score, abs=1e-6)
    assert scaled.effective_n == pytest.approx(row.effective_n)


def test_who_came_by_themselves_is_in_no_rate() -> None:
    (flow,) = _flows(
        ("", "sent", 10), ("", "delivered", 10), ("", "started", 5), ("", "completed", 4),
        ("", "visitor.sent", 90), ("", "visitor.delivered", 90), ("", "visitor.started", 90),
        ("", "visitor.completed", 60),
    ).flows  # fmt: skip
    assert (flow.sent, flow.delivered, flow.started, flow.completed) == (10, 10, 5, 4)
    assert flow.response_rate == pytest.approx(0.4)
    assert (flow.came, flow.came_completed) == (90, 60)
