"""The campaigns block: what it becomes, what is wrong with it, and what check says of it."""

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.check import run_check
from bot.config import Config, ConfigError, Registry

HEAD = """\
service: { name: Acme, timezone: Europe/Helsinki, write_keys: [k] }
channels: { telegram: { token: "1:a" }, email: { sandbox: true } }
surveys: { calls: { questions: [nps] } }
campaigns: { yearly: { survey: calls,
"""
Load = Callable[[str], Config]


def test_all_of_it(load: Load) -> None:
    (campaign,) = load("""\
    schedule: "first monday of jan, apr at 10:00", audience: plan = pro, via: [email], spread: 4h,
    hold_out: 10%, ends: 2027-12-31, max_age: 2h, expires: 3d } }""").campaigns
    assert campaign.schedule.times == (time(10),)
    assert campaign.audience
    assert campaign.audience.source == "plan = pro"
    assert (campaign.name, campaign.survey, campaign.via) == ("yearly", "calls", ("email",))
    assert (campaign.spread, campaign.hold_out) == (timedelta(hours=4), 10.0)
    assert campaign.ends == datetime(2027, 12, 31, 22, tzinfo=UTC)  # midnight in Helsinki
    assert (campaign.max_age, campaign.expires) == (timedelta(hours=2), timedelta(days=3))


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("via: email", "'schedule' is missing", ""),
        ("schedule: every mondy at 10", "'mondy' is not understood", "monday"),
        ("schedule: monday", "does not say at what time", "monday at 10:00"),
        ("schedule: monday at 10, audience: plan is pro", "", "="),
        ("schedule: monday at 10, hold_out: 100%", "hold out everybody", "10%"),
        ("schedule: monday at 10, hold_out: some", "a share is expected", ""),
        ("schedule: monday at 10, ends: soon", "a date is expected here", "2027-12-31"),
        ("schedule: monday at 10, via: fax", "unknown channel 'fax'", ""),
        ("schedule: monday at 10, spraed: 4h", "unknown key 'spraed'", "spread"),
        ("schedule: monday at 10, rate: 500", "a pace is expected here", "500/h"),
        ("schedule: monday at 10, rate: fast", "a pace is expected here", "500/h"),
        ("schedule: monday at 10, rate: 0/h", "a pace is expected here", "500/h"),
        ("schedule: monday at 10, rate: 9/h, spread: 4h", "cannot both be set", "keep spread"),
        ("schedule: monday at 10, reports: [campaign_ned]", "unknown report", "campaign_end"),
    ],
)
def test_what_is_wrong_says_where(load: Load, text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(f"{text} }} }}")
    (fault,) = caught.value.faults
    assert message in fault.message
    assert hint in fault.render()


@pytest.mark.parametrize(
    ("rate", "apart"),
    [
        ("500/h", timedelta(seconds=7.2)),
        ("50/s", timedelta(milliseconds=20)),
        ("300 / min", timedelta(seconds=0.2)),
        ("2000/d", timedelta(seconds=43.2)),
    ],
)
def test_a_pace_is_so_many_in_a_time(load: Load, rate: str, apart: timedelta) -> None:
    (campaign,) = load(f"schedule: monday at 10, rate: {rate} }} }}").campaigns
    assert campaign.apart == apart


def test_an_unknown_survey(load: Load) -> None:
    with pytest.raises(ConfigError, match="unknown survey 'cals'"):
        load("schedule: monday at 10 }, b: { survey: cals, schedule: monday at 10 } }")


def test_check_shows_the_next_ten_dates(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str]
) -> None:
    path, out = tmp_path / "config.yaml", io.StringIO()
    path.write_text(
        HEAD + 'schedule: "last friday of the month at 16:00", ends: 2027-06-30 },'
        ' past: { survey: calls, schedule: "2020-01-01 at 10:00" } }',
        encoding="utf-8",
    )
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert run_check(path, out=out, environ=environ, registry=registry, now=now) == 0
    said = out.getvalue()
    assert "campaign yearly (Europe/Helsinki) comes round\n  Fri 27 Nov 2026 16:00\n" in said
    assert said.count(" 16:00\n") == 8  # until it ends
    assert "campaign past (Europe/Helsinki) is over\n" in said
    assert "2 campaigns" in said
