"""Scanners: who opened what and how soon, and what a press is worth then."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.scanner import (
    CALM_AGE,
    MOST_LINKS,
    NOTHING,
    PRESS_AGE,
    WATCH,
    Origin,
    Press,
    Reason,
    Sighting,
    Signals,
    canary_link,
    observe,
    suspect,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADAY = 86_400.0

Visit = tuple[float, Sighting]


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def link(value: object) -> Sighting:
    return Sighting(link=f"nps.{value}")


def head(value: object) -> Sighting:
    return Sighting(link=f"nps.{value}", head=True)


CANARY = Sighting(canary=True)


def seen(*visits: Visit) -> Signals:
    signals = NOTHING
    for seconds, sighting in visits:
        signals = observe(signals, sighting, at(seconds))
    return signals


def pressed(
    issued: float, now: float, origin: Origin = Origin.OPENED, signals: Signals = NOTHING
) -> Reason | None:
    return suspect(signals, Press(issued_at=at(issued), origin=origin), at(now))


class TestWhoWasThere:
    @pytest.mark.parametrize(
        ("visits", "reason"),
        [
            ([], None),
            ([(0, link(9))], None),
            ([(0, link(9)), (0.1, link(9)), (5, link(9))], None),
            ([(0, link(9)), (1.5, link(2))], None),
            ([(0, link(9)), (1.5, link(2)), (6, link(3))], None),
            ([(0, head(9)), (0.1, link(9))], None),
            ([(0, link(9)), (0.5, link(2))], Reason.ALL_LINKS),
            ([(0, link(9)), (1.5, link(2)), (3, link(3))], Reason.ALL_LINKS),
            ([(0, link(9)), (5, link(9)), (5.5, link(2))], Reason.ALL_LINKS),
            ([(0, head(9)), (2, head(8))], Reason.PROBED),
            ([(0, link(9)), (2, head(8))], Reason.PROBED),
            ([(0, head(9)), (5, head(8))], None),
            ([(0, CANARY)], Reason.CANARY),
            ([(0, Sighting(canary=True, head=True))], Reason.CANARY),
            ([(0, Sighting())], None),
        ],
    )
    def test_the_signs(self, visits: list[Visit], reason: Reason | None) -> None:
        signals = seen(*visits)
        assert signals.reason == reason
        assert (signals.machine_at is None) == (reason is None)

    def test_a_visit_is_noted_once_a_second(self) -> None:
        once = seen((0, link(9)))
        assert observe(once, link(9), at(0.9)) is once
        assert observe(once, link(9), at(1.1)) is not once
        burst = seen((0, link(0)), (0.01, link(1)))
        assert observe(burst, link(2), at(0.02)) is burst
        assert observe(burst, link(2), at(1.2)).machine_at == at(1.2)

    def test_a_plain_view_is_not_noted(self) -> None:
        assert observe(NOTHING, Sighting(), NOW) is NOTHING

    def test_the_page_of_an_invitation_has_a_hidden_link(self) -> None:
        assert canary_link("https://a.example/s/T") == "https://a.example/s/T?k=1"


class TestPresses:
    @pytest.mark.parametrize(
        ("issued", "now", "origin", "reason"),
        [
            (0, 0.0, Origin.OPENED, Reason.TOO_FAST),
            (0, 1.199, Origin.OPENED, Reason.TOO_FAST),
            (0, 1.2, Origin.OPENED, None),
            (0, 40_000, Origin.OPENED, None),
            (0, 0.5, Origin.AGAIN, Reason.TOO_FAST),
            (0, 1.2, Origin.AGAIN, None),
            (0, 0.0, Origin.VOUCHED, None),
            (0, -30, Origin.OPENED, Reason.TOO_FAST),  # another machine's clock is ahead
        ],
    )
    def test_how_soon(
        self, issued: float, now: float, origin: Origin, reason: Reason | None
    ) -> None:
        assert pressed(issued, now, origin) == reason

    @pytest.mark.parametrize(
        ("issued", "now", "origin", "held"),
        [
            (0, 60, Origin.OPENED, True),  # one of the pages the machine opened
            (1.0, 60, Origin.OPENED, True),
            (1.1, 4.0, Origin.OPENED, True),
            (1.1, 4.1, Origin.OPENED, False),
            (119, 120.5, Origin.OPENED, True),
            (120, 121.5, Origin.OPENED, False),  # the machine is long gone
            (-3600, 60, Origin.OPENED, True),  # open before it came: once more, then it counts
            (0.1, 3.0, Origin.AGAIN, True),
            (0.1, 3.1, Origin.AGAIN, False),  # the way out, whatever was seen
            (130, 131.2, Origin.AGAIN, False),
            (-5, -1, Origin.AGAIN, False),  # its hidden link is followed all the time
            (-5, 0.5, Origin.VOUCHED, False),
        ],
    )
    def test_after_a_machine(self, issued: float, now: float, origin: Origin, held: bool) -> None:
        signals = Signals(machine_at=NOW, reason=Reason.CANARY)
        assert (pressed(issued, now, origin, signals) is not None) == held


visits = st.lists(
    st.tuples(
        st.floats(0, 30),
        st.builds(
            Sighting,
            link=st.sampled_from(["", *(f"nps.{v}" for v in range(20))]),
            canary=st.booleans(),
            head=st.booleans(),
        ),
    ),
    max_size=60,
).map(lambda found: sorted(found, key=lambda visit: visit[0]))


@given(visits=visits, issued=st.floats(-60, 600), age=st.floats(0, ADAY))
def test_a_person_who_presses_once_more_counts(
    visits: list[Visit], issued: float, age: float
) -> None:
    signals = seen(*visits)
    if pressed(issued, issued + age, Origin.OPENED, signals) is not None:
        again = issued + age
        patient = again + CALM_AGE.total_seconds()
        assert pressed(again, patient + 0.001, Origin.AGAIN, signals) is None


@given(visits=visits, issued=st.floats(0, 600), origin=st.sampled_from(Origin))
def test_who_presses_at_once_never_counts_unless_vouched_for(
    visits: list[Visit], issued: float, origin: Origin
) -> None:
    found = pressed(issued, issued + 1.0, origin, seen(*visits))
    assert (found is None) == (origin is Origin.VOUCHED)


@given(visits=visits)
def test_nobody_needs_to_wait_longer_than_three_seconds_on_a_fresh_page(
    visits: list[Visit],
) -> None:
    signals, fresh = seen(*visits), 31.5
    calm = fresh + CALM_AGE.total_seconds()
    assert pressed(fresh, calm + 0.001, Origin.OPENED, signals) is None
    later = 30 + WATCH.total_seconds() + 1
    assert pressed(later, later + PRESS_AGE.total_seconds(), Origin.OPENED, signals) is None


@given(visits=visits)
def test_what_is_remembered_stays_small(visits: list[Visit]) -> None:
    signals = seen(*visits)
    assert len(signals.opened) <= MOST_LINKS
    assert len({name for name, _ in signals.opened}) == len(signals.opened)


@given(values=st.lists(st.integers(0, 10), min_size=3, max_size=11, unique=True))
def test_opening_all_links_side_by_side_is_seen_in_any_order(values: list[int]) -> None:
    signals = seen(*((number * 0.05, link(value)) for number, value in enumerate(values)))
    assert signals.reason is Reason.ALL_LINKS
