"""The throttle block: what it becomes, and what is wrong with it."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from bot.config import Config, ConfigError
from bot.places import country_zones, load_holidays, make_whereabouts
from scheduler.calendar import Hours
from scheduler.limits import Limit, OnLimit, Period, Scope
from scheduler.manners import Manners
from scheduler.patience import Throttle

HEAD = """\
service: { name: Acme, language: en }
channels: { telegram: { token: "1:a" }, email: { sandbox: true } }
surveys: { calls: { questions: [nps], topic: service, priority: 5 }, year: { questions: [csat] } }
"""
Load = Callable[[str], Config]


def test_all_of_it(load: Load) -> None:
    config = load("""
throttle:
  recontact: 30d
  daily_max: 1
  quiet_hours: 20:00-09:00
  weekdays: [mon, tue-thu]
  holidays: true
  on_limit: move
  let_finish: 0m
  surveys: { year: { recontact: 12h, clock: shared } }
  topics: { service: { weekly_max: 2 } }
  channels: { telegram: { monthly_max: 3 } }
""")
    topic, telegram = Scope(topic="service"), Scope(channel="telegram")
    assert config.throttle == Throttle(
        hours=Hours(quiet=(time(20), time(9)), weekdays=frozenset(range(4)), holidays=True),
        limits=(
            Limit(rule="recontact 30d", apart=timedelta(days=30)),
            Limit(rule="daily_max 1", most=1),
            Limit(rule="year: recontact 12h", on=Scope(survey="year"), apart=timedelta(hours=12)),
            Limit(rule="service: weekly_max 2", on=topic, counts=topic, most=2, period=Period.WEEK),
            Limit(
                rule="telegram: monthly_max 3",
                on=telegram,
                counts=telegram,
                most=3,
                period=Period.MONTH,
            ),
        ),
        on_limit=OnLimit.MOVE,
        manners=Manners(finish=timedelta(0)),
    )
    assert (config.surveys["calls"].topic, config.surveys["calls"].priority) == ("service", 5)
    assert config.throttle.memory == timedelta(days=32)


def test_each_limit_may_have_a_way_of_its_own(load: Load) -> None:
    throttle = load("""throttle:
  daily_max: 1
  on_limit: skip
  surveys: { year: { recontact: 90d, weekly_max: 1, on_limit: hold } }
  channels: { telegram: { monthly_max: 3, on_limit: move } }""").throttle
    assert throttle.on_limit is OnLimit.SKIP
    assert {limit.rule: limit.on_limit for limit in throttle.limits} == {
        "daily_max 1": None,
        "year: recontact 90d": OnLimit.HOLD,
        "year: weekly_max 1": OnLimit.HOLD,
        "telegram: monthly_max 3": OnLimit.MOVE,
    }


def test_without_a_block_nothing_is_limited(load: Load) -> None:
    assert load("").throttle == Throttle()


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("recontact: 30", "a duration is expected here", "30d"),
        ("daily_max: 0", "", ""),
        ("quiet_hours: 20-9", "two times of day are expected here", "20:00-09:00"),
        ("quiet_hours: 20:00-25:00", "two times of day are expected here", "20:00-09:00"),
        ("quiet_hours: 09:00-09:00", "begin and end at the same time", "20:00-09:00"),
        ("weekdays: [mon, tusday]", "'tusday' is no weekday", "mon-fri"),
        ("weekdays: [moon, xyz]", "'moon'", ""),
        ("weekdays: []", "weekdays are expected here", "mon-fri"),
        ("holidays: yes please", "true or false is expected here", "write true"),
        ("on_limit: wait", "unknown way to go on 'wait'", "hold, move, skip"),
        ("surveys: { yaer: { recontact: 30d } }", "unknown survey 'yaer'", "year"),
        ("topics: { servic: { recontact: 30d } }", "unknown topic 'servic'", "service"),
        ("channels: { sms: { daily_max: 1 } }", "unknown channel 'sms'", "known: email, telegram"),
        ("channels: { telegram: 5 }", "keys with values are expected", "recontact"),
        ("channels: telegram", "a channel with its limits is expected here", "recontact"),
        ("surveys: { year: { clock: mine } }", "unknown clock 'mine'", "own, shared"),
        ("surveys: { year: { on_limit: wait } }", "unknown way to go on 'wait'", "hold, skip"),
        ("topics: { service: { on_limit: move } }", "no other channel to move to", "hold or skip"),
        ("recontct: 30d", "unknown key 'recontct'", "recontact"),
    ],
)
def test_what_is_wrong_says_where_and_what_to_write(
    load: Load, line: str, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(f"throttle: {{ {line} }}")
    (fault,) = caught.value.faults
    assert message in fault.message
    assert hint in fault.render()
    assert fault.line == 4


def test_countries_and_their_days() -> None:
    zones = country_zones()
    assert (zones["FI"], zones["DE"], zones["US"]) == (
        "Europe/Helsinki",
        "Europe/Berlin",
        "America/New_York",
    )
    is_holiday = load_holidays()
    assert is_holiday("FI", date(2026, 12, 6))  # Independence Day
    assert is_holiday("HR", date(2026, 12, 25))
    assert is_holiday("LV", date(2026, 11, 18))
    assert not is_holiday("FI", date(2026, 12, 7))
    assert not is_holiday("", date(2026, 12, 25))
    assert not is_holiday("ZZ", date(2026, 12, 25))


def test_holidays_are_loaded_only_where_they_are_heeded() -> None:
    plain, heeding = Throttle(), Throttle(hours=Hours(holidays=True))
    assert not make_whereabouts(plain).is_holiday("FI", date(2026, 12, 6))
    assert make_whereabouts(heeding).is_holiday("FI", date(2026, 12, 6))
