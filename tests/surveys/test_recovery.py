"""Recovery: figures of cases, by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from surveys.case import CaseState
from surveys.recovery import Fate, Recovered, sum_up

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
UP, DOWN = ("thumbs", "thumbs", 1, None), ("thumbs", "thumbs", 0, None)


def test_figures_of_five_cases() -> None:
    at = NOW - 10 * HOUR
    fates = [
        Fate(opened_at=at, respond_by=at + 2 * HOUR, contacted_at=at + HOUR,
             state=CaseState.SOLVED, asked=True, answer=UP),
        Fate(opened_at=at, respond_by=at + 2 * HOUR, contacted_at=at + 4 * HOUR,
             state=CaseState.SOLVED, asked=True, answer=DOWN),
        Fate(opened_at=at, respond_by=at + 2 * HOUR, contacted_at=at + 2 * HOUR,
             state=CaseState.SOLVED, asked=True),
        Fate(opened_at=at, respond_by=at + 2 * HOUR, state=CaseState.UNREACHABLE),
        Fate(opened_at=at, respond_by=NOW + HOUR, state=CaseState.OPEN),
    ]  # fmt: skip
    assert sum_up(fates, NOW) == Recovered(
        cases=5, contacted=3, first_contact=2 * HOUR, in_time=2, promised=4, solved=3,
        unreachable=1, asked=3, answered=2, recovered=1,
    )  # fmt: skip


def test_no_cases_are_no_figures() -> None:
    assert sum_up([], NOW) == Recovered()


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
