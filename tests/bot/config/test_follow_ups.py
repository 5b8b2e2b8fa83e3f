"""remind and fallback: what they become, and what is wrong with them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.config import Config, ConfigError
from surveys.follow_up import FollowUp

HEAD = """\
service: { name: Acme, language: en }
channels: { telegram: { token: "1:a" }, email: { sandbox: true } }
surveys: { calls: { questions: [nps] } }
triggers: { call: { event: Call Ended, survey: calls,
"""
DAY = timedelta(days=1)
Load = Callable[[str], Config]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("every: 2", FollowUp()),
        ("remind: 2d", FollowUp(remind_after=2 * DAY)),
        ("fallback: 1d", FollowUp(fallback_after=DAY)),
        ("fallback: { after: 1d }", FollowUp(fallback_after=DAY)),
        (
            "remind: { after: 1d, times: 3, via: email, text: Still curious }",
            FollowUp(remind_after=DAY, times=3, remind_via="email", text={"en": "Still curious"}),
        ),
    ],
)
def test_what_they_become(load: Load, text: str, wanted: FollowUp) -> None:
    assert load(f"{text} }} }}").triggers[0].follow_up == wanted


def test_milestones_and_campaigns_have_them_too(load: Load) -> None:
    config = load("""every: 2 } }
journeys: { j: { starts: E, milestones: [{ name: m, survey: calls, after: 1d, remind: 2d }] } }
campaigns: { c: { schedule: monday at 10, survey: calls, fallback: 1d } }
""")
    assert config.journeys[0].milestones[0].follow_up.remind_after == 2 * DAY
    assert config.campaigns[0].follow_up.fallback_after == DAY


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("remind: 2", "a duration is expected here", "2d"),
        ("remind: { times: 2 }", "'after' is missing", ""),
        ("remind: { after: 2d, times: 9 }", "", ""),
        ("remind: { after: 2d, via: fax }", "unknown channel 'fax'", "telegram"),
        ("remind: { after: 2d, text: { xx: a } }", "xx", ""),
        ("remind: 7d", "remind would come after it has expired", "shorter"),
        ("fallback: 3d, expires: 2d", "fallback would come after it has expired", "shorter"),
        ("fallback: email", "not a channel", "fallback: 1d"),
        ("fallback: a month", "a duration is expected here", "write 30d"),
        ("fallback: 1d, via: email", "fallback needs a second channel in via", "telegram"),
        ("only_if: status is closed", "", "="),
        ("fallbak: 1d", "unknown key 'fallbak'", "fallback"),
    ],
)
def test_what_is_wrong_says_where(load: Load, text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(f"{text} }} }}")
    (fault,) = caught.value.faults
    assert message in fault.message
    assert hint in fault.render()
    assert fault.line == 5
