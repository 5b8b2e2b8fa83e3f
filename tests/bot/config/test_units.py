"""Units: what people write for durations, shares, addresses and goals."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import units
from bot.config.units import UnfitError


@pytest.mark.parametrize(
    ("read", "written", "meant"),
    [
        (units.read_duration, "30s", timedelta(seconds=30)),
        (units.read_duration, "15m", timedelta(minutes=15)),
        (units.read_duration, " 2 h ", timedelta(hours=2)),
        (units.read_duration, "3d", timedelta(days=3)),
        (units.read_duration, "1w", timedelta(weeks=1)),
        (units.read_duration, "0s", timedelta(0)),
        (units.read_percent, "20%", 20.0),
        (units.read_percent, "20", 20.0),
        (units.read_percent, 20, 20.0),
        (units.read_percent, "0.5 %", 0.5),
        (units.read_percent, 100, 100.0),
        (units.read_listen, "127.0.0.1:8080", ("127.0.0.1", 8080)),
        (units.read_listen, "localhost:0", ("localhost", 0)),
        (units.read_listen, "[::1]:80", ("::1", 80)),
        (units.read_url, "https://acme.example/privacy/?a=b", "https://acme.example/privacy/?a=b"),
        (units.read_base_url, "https://acme.example:8443/ask/", "https://acme.example:8443/ask"),
        (units.read_database, "sqlite://data/a.db", "sqlite://data/a.db"),
        (units.read_database, "postgres://u:p@h/d", "postgres://u:p@h/d"),
    ],
)
def test_read(read: Callable[[object], object], written: object, meant: object) -> None:
    assert read(written) == meant


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (units.read_duration, ["", "s", "1", 30, 1.5, "1.5h", "-1h", "2 hours", "1h30m", "367d", "9999999999s", True, None]),
        (units.read_pace, ["", "50", 50, 0, "0/h", "x/h", "5/", "5/month", "-5/h", "1.5/h", True, None]),
        (units.read_percent, [0, 0.1, "0.5", "0%", 101, "-5%", "ten", "5%%", True, None, [], "1e1"]),
        (units.read_listen, ["", ":80", "host", "host:", "host:65536", "host:-1", "::1:80", "a b:80", "u@h:80", 80, None, "http://h:80"]),
        (units.read_url, ["", "acme.example", "ftp://a", "https://", "https://u:p@a.example", "https://a b", "https://a:bad", "https://[", "javascript:alert(1)", 'https://a/"', 5, None]),
        (units.read_base_url, ["https://a.example?x=1", "https://a.example#x"]),
        (units.read_database, ["", "sqlite://", "mysql://h/d", "a.db", 5, None]),
    ],
)  # fmt: skip
def test_refuse(read: Callable[[object], object], wrong: list[object]) -> None:
    for value in wrong:
        with pytest.raises(UnfitError) as caught:
            read(value)
        assert caught.value.hint, value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("4 hours", "4h"),
        ("30 Min", "30m"),
        ("10 sec", "10s"),
        ("a week", "1w"),
        ("an hour", "1h"),
        ("1 month", "30d"),
        ("2mo", "60d"),
        ("3 moons", ""),
        ("soon", ""),
        (7, ""),
    ],
)
def test_words_for_a_duration_are_answered_with_how_it_is_written(
    written: object, meant: str
) -> None:
    assert units.meant_duration(written) == meant
    with pytest.raises(UnfitError) as caught:
        units.read_duration(written)
    assert caught.value.hint.startswith(f"write {meant}" if meant else ("write a whole", "7 what"))


def test_less_than_one_may_be_meant_as_a_share() -> None:
    with pytest.raises(UnfitError) as caught:
        units.read_percent("0.1")
    assert caught.value.hint == "write 10%, or 0.1% where you mean less than one"


def test_a_number_alone_is_asked_about() -> None:
    with pytest.raises(UnfitError) as caught:
        units.read_duration(30)
    assert caught.value.hint == "30 what? write 30s, 30m, 30h or 30d"


def test_goals() -> None:
    assert units.read_score("85%", 0, 100, "percent") == 85
    assert units.read_score(-10, -100, 100, "points") == -10
    for value, unit in (("85%", "points"), (101, "percent"), ("high", "percent"), (True, "points")):
        with pytest.raises(UnfitError):
            units.read_score(value, 0, 100, unit)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.binary()))
def test_only_one_kind_of_error(value: object) -> None:
    for read in (
        units.read_duration,
        units.read_percent,
        units.read_listen,
        units.read_base_url,
        units.read_database,
    ):
        try:
            read(value)
        except UnfitError:
            continue
