"""Recovery: figures of cases, by hand and against a count that goes moment by moment."""

import random
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from surveys.case import CaseState
from surveys.recovery import Fate, Recovered, sum_up

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UP, DOWN = ("thumbs", "thumbs", 1, None), ("thumbs", "thumbs", 0, None)


def test_figures_of_five_cases() -> None:
    at = NOW - 10 * HOUR
    closed: Any = {"closed_at": at + 5 * HOUR, "cause": "Too slow"}
    fates = [
        Fate(opened_at=at, respond_by=at + 2 * HOUR, contacted_at=at + HOUR,
             state=CaseState.SOLVED, answer=UP, answered_at=NOW - HOUR, **closed),
        Fate(opened_at=at, respond_by=at + 2 * HOUR, contacted_at=at + 4 * HOUR,
             state=CaseState.SOLVED, answer=DOWN, answered_at=NOW - HOUR, **closed),
        Fate(opened_at=at, respond_by=at + 2 * HOUR, contacted_at=at + 2 * HOUR,
             state=CaseState.SOLVED, closed_at=at + 5 * HOUR, cause="Not solved"),
        Fate(opened_at=at, respond_by=at + 2 * HOUR, state=CaseState.UNREACHABLE, **closed),
        Fate(opened_at=at, respond_by=NOW + HOUR, state=CaseState.OPEN),
    ]  # fmt: skip
    figures = sum_up(fates, NOW - DAY, NOW)
    assert figures == Recovered(
        opened=5, contacted=3, first_contact=2 * HOUR, in_time=2, promised=4, solved=3,
        unreachable=1, causes=(("Too slow", 3), ("Not solved", 1)), answered=2, recovered=1,
    )  # fmt: skip
    assert figures.interval.low == pytest.approx(0.0945, abs=1e-4)  # Wilson, 1 of 2


def test_what_was_begun_last_week_counts_when_it_is_done() -> None:
    last = NOW - 8 * DAY
    fate = Fate(opened_at=last, respond_by=last + 2 * HOUR, contacted_at=NOW - 2 * DAY,
                closed_at=NOW - 2 * DAY, cause="Too slow", state=CaseState.SOLVED,
                answer=UP, answered_at=NOW - DAY)  # fmt: skip
    this = sum_up([fate], NOW - 7 * DAY, NOW)
    assert (this.opened, this.contacted, this.promised, this.solved) == (0, 1, 0, 1)
    assert (this.answered, this.recovered) == (1, 1)
    before = sum_up([fate], NOW - 14 * DAY, NOW - 7 * DAY)
    assert (before.opened, before.promised, before.in_time, before.solved) == (1, 1, 0, 0)


def test_no_cases_are_no_figures() -> None:
    assert sum_up([], NOW - DAY, NOW) == Recovered()
    assert not sum_up([], NOW - DAY, NOW)


def some_fate(rng: random.Random) -> Fate:
    """A case whose moments are whole hours, so that they often fall together."""
    opened = NOW - rng.randrange(200) * HOUR
    later = opened + rng.randrange(60) * HOUR
    contacted = rng.choice([None, later])
    closed = rng.choice([None, later + rng.randrange(40) * HOUR])
    answered = closed + rng.randrange(40) * HOUR if closed and rng.random() < 0.5 else None
    open_state = CaseState.CONTACTED if contacted else CaseState.OPEN
    return Fate(
        opened_at=opened,
        respond_by=rng.choice([None, opened + rng.randrange(1, 30) * HOUR]),
        contacted_at=contacted,
        closed_at=closed,
        state=rng.choice([CaseState.SOLVED, CaseState.UNREACHABLE]) if closed else open_state,
        cause=rng.choice(["", "a", "b"]) if closed else "",
        answer=rng.choice([UP, DOWN]) if answered else None,
        answered_at=answered,
    )


@pytest.mark.parametrize("seed", range(40))
def test_stretches_side_by_side_add_up_to_the_whole(seed: int) -> None:
    rng = random.Random(seed)
    fates = [some_fate(rng) for _ in range(rng.randrange(30))]
    ends = sorted({NOW - rng.randrange(240) * HOUR for _ in range(4)} | {NOW - 300 * HOUR, NOW})
    whole = sum_up(fates, ends[0], ends[-1])
    parts = [sum_up(fates, *pair) for pair in pairwise(ends)]
    for name in (f.name for f in fields(Recovered) if f.name not in ("first_contact", "causes")):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name), name
    for cause in ("a", "b"):
        assert sum(dict(part.causes).get(cause, 0) for part in parts) == dict(whole.causes).get(
            cause, 0
        )


@pytest.mark.parametrize("seed", range(40))
def test_figures_agree_with_a_count_hour_by_hour(seed: int) -> None:
    rng = random.Random(1000 + seed)
    fates = [some_fate(rng) for _ in range(rng.randrange(30))]
    since, until = sorted(NOW - rng.randrange(240) * HOUR for _ in range(2))
    opened = in_time = missed = solved = content = 0
    hour = since
    while hour < until:
        for fate in fates:
            promised = fate.respond_by is not None
            waits = fate.contacted_at is None or fate.contacted_at > hour
            opened += fate.opened_at == hour
            solved += fate.closed_at == hour and fate.state is CaseState.SOLVED
            content += fate.answered_at == hour and fate.answer == UP
            if promised and fate.respond_by is not None:
                in_time += fate.contacted_at == hour and hour <= fate.respond_by
                missed += fate.respond_by == hour and waits
        hour += HOUR
    found = sum_up(fates, since, until)
    assert (found.opened, found.solved, found.recovered) == (opened, solved, content)
    assert (found.in_time, found.promised) == (in_time, in_time + missed)


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        (("nps", "0-10", 9, None), True), (("nps", "0-10", 8, None), False),
        (("csat", "1-5", 4, 4), True), (("csat", "1-5", 4, 5), False),
        (("ces", "1-7", 6, None), True), (("gone", "0-10", 9, None), None), (None, None),
    ],
)  # fmt: skip
def test_who_is_content_again(
    answer: tuple[str, str, int, int | None] | None, content: bool | None
) -> None:
    assert Fate(opened_at=NOW, state=CaseState.SOLVED, answer=answer).recovered is content
