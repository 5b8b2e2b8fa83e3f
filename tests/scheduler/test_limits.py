"""Limits on asking, against a model that tries every hour."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.limits import Limit, Period, Scope, check, check_reserved
from surveys.ask import Ask

START = datetime(2026, 3, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONES = st.sampled_from(
    [ZoneInfo("Europe/Helsinki"), ZoneInfo("America/New_York"), ZoneInfo("UTC")]
)
SURVEYS, CHANNELS = ("nps", "csat"), ("sms", "email")


def ask(hours: int, survey: str = "nps", channel: str = "sms", topic: str = "") -> Ask:
    return Ask(at=START + hours * HOUR, survey=survey, channel=channel, topic=topic)


asks = st.builds(
    ask,
    st.integers(0, 24 * 20),
    st.sampled_from(SURVEYS),
    st.sampled_from(CHANNELS),
    st.sampled_from(["", "care"]),
)
scopes = st.builds(
    Scope,
    survey=st.sampled_from(["", *SURVEYS]),
    topic=st.sampled_from(["", "care"]),
    channel=st.sampled_from(["", *CHANNELS]),
)
limits = st.one_of(
    st.builds(
        Limit,
        rule=st.just("apart"),
        on=scopes,
        counts=scopes,
        apart=st.integers(1, 200).map(lambda n: n * HOUR),
    ),
    st.builds(
        Limit,
        rule=st.just("most"),
        on=scopes,
        counts=scopes,
        most=st.integers(1, 3),
        period=st.sampled_from(Period),
    ),
)


def allowed(limit: Limit, ledger: list[Ask], one: Ask, zone: ZoneInfo) -> bool:
    """The meaning of a limit, as a marketer would say it."""
    if not limit.on.holds(one):
        return True
    earlier = [e for e in ledger if limit.counts.holds(e)]
    if limit.apart and any(e.at <= one.at < e.at + limit.apart for e in earlier):
        return False
    if limit.most is None:
        return True
    here = one.at.astimezone(zone).date()
    same = [e for e in earlier if _same(limit.period, e.at.astimezone(zone).date(), here)]
    return len(same) < limit.most


def _same(period: Period, a: date, b: date) -> bool:
    if period is Period.DAY:
        return a == b
    if period is Period.WEEK:
        return a.isocalendar()[:2] == b.isocalendar()[:2]
    return (a.year, a.month) == (b.year, b.month)


@settings(max_examples=300, deadline=None)
@given(st.lists(limits, max_size=4), st.lists(asks, max_size=6), asks, ZONES)
def test_it_waits_exactly_as_long_as_it_must(
    rules: list[Limit], ledger: list[Ask], one: Ask, zone: ZoneInfo
) -> None:
    def free(moment: datetime) -> bool:
        later = Ask(at=moment, survey=one.survey, topic=one.topic, channel=one.channel)
        return all(allowed(rule, ledger, later, zone) for rule in rules)

    moment = one.at
    while not free(moment):
        moment += HOUR
    found = check(rules, ledger, one, zone)
    assert (found.until if found else one.at) == moment


@settings(max_examples=200, deadline=None)
@given(
    st.lists(limits, max_size=3),
    st.lists(asks, max_size=4),
    asks,
    st.lists(asks, max_size=3),
    ZONES,
)
def test_what_matters_more_is_never_put_off(
    rules: list[Limit], ledger: list[Ask], one: Ask, coming: list[Ask], zone: ZoneInfo
) -> None:
    found = check_reserved(rules, ledger, one, coming, zone)
    moment = found.until if found else one.at
    mine = Ask(at=moment, survey=one.survey, topic=one.topic, channel=one.channel)
    before = [e for e in coming if e.at <= moment and found]
    known = [*ledger, *before]
    assert all(allowed(rule, known, mine, zone) for rule in rules)
    for other in coming:
        if other.at > moment and all(allowed(r, known, other, zone) for r in rules):
            assert all(allowed(r, [*known, mine], other, zone) for r in rules)


def test_a_clock_of_its_own_and_a_shared_one() -> None:
    zone = ZoneInfo("UTC")
    own = Limit(rule="own", on=Scope(survey="nps"), counts=Scope(survey="nps"), apart=48 * HOUR)
    shared = Limit(rule="shared", on=Scope(survey="nps"), apart=24 * HOUR)
    ledger = [ask(0, "csat"), ask(-40, "nps")]
    held = check([own, shared], ledger, ask(1, "nps"), zone)
    assert held
    assert (held.rule, held.until) == ("shared", START + 24 * HOUR)
    assert check([own], ledger, ask(8, "nps"), zone) is None
    assert check([own, shared], ledger, ask(1, "csat"), zone) is None


def test_room_is_kept_for_what_matters_more() -> None:
    zone = ZoneInfo("UTC")
    recontact = Limit(rule="recontact", apart=timedelta(days=30))
    coming = [ask(24, "nps")]
    held = check_reserved([recontact], [], ask(0, "csat"), coming, zone)
    assert held
    assert held.rule == "room is kept for nps"
    assert held.until == coming[0].at + timedelta(days=30)


def test_no_room_is_kept_for_what_may_not_be_asked_anyway() -> None:
    daily = Limit(rule="daily", most=1)
    ledger = [ask(30, "csat")]  # the day of the coming one is used up already
    assert (
        check_reserved([daily], ledger, ask(1, "csat"), [ask(31, "nps")], ZoneInfo("UTC")) is None
    )
    weekly = Limit(rule="weekly", most=2, period=Period.WEEK)
    both = [daily, weekly]
    assert check_reserved(both, ledger, ask(1, "csat"), [ask(31, "nps")], ZoneInfo("UTC")) is None
