"""Limits: how often one person may be asked, over all channels. Pure.

The ledger is what the person was asked. A limit counts the entries in its scope and says from when
on one more is allowed; a reservation keeps room for an invitation of higher priority that is on its
way, so that a lesser one does not use up the person's patience.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from scheduler.clockface import first_instant
from surveys.ask import Ask

_STEPS = 1000  # each step moves on to a later day; more would be a limit that never ends


class Period(StrEnum):
    """A stretch of the person's own calendar."""

    DAY = "day"
    WEEK = "week"  # from Monday
    MONTH = "month"


class OnLimit(StrEnum):
    """What becomes of an invitation that a limit is in the way of."""

    HOLD = "hold"  # ask once it is allowed
    SKIP = "skip"  # do not ask
    MOVE = "move"  # ask over another channel where the limit is about one, else hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which asks: those of a survey, a topic or over a channel; "" stands for any."""

    survey: str = ""
    topic: str = ""
    channel: str = ""

    def holds(self, ask: Ask) -> bool:
        """Whether an ask is in the scope."""
        return (
            self.survey in ("", ask.survey)
            and self.topic in ("", ask.topic)
            and self.channel in ("", ask.channel)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit on asking, called ``rule`` where it is given as a reason.

    It holds for asks in ``on`` and counts those in ``counts``: the same scope is its own clock,
    an empty one shares the clock with everything else. ``apart`` is the least time between two;
    ``most`` is how many there may be in a ``period``. ``on_limit`` is what becomes of what it is in
    the way of, None for what the whole throttle says.
    """

    rule: str
    on: Scope = Scope()
    counts: Scope = Scope()
    apart: timedelta | None = None
    most: int | None = None
    period: Period = Period.DAY
    on_limit: OnLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """One more ask is not allowed before ``until``, by ``rule``. ``channel`` is set where the rule
    is about one channel only, so that another may do. ``on_limit`` is what that limit says of its
    own, None where it says nothing.
    """

    until: datetime
    rule: str
    channel: str = ""
    on_limit: OnLimit | None = None


def check(
    limits: Sequence[Limit], ledger: Sequence[Ask], ask: Ask, zone: ZoneInfo
) -> Limited | None:
    """Give what is in the way of an ask at its time, None for nothing.

    ``until`` is the first time at which no limit is in its way, the ledger staying as it is.
    """
    first: Limited | None = None
    moment = ask.at
    for _ in range(_STEPS):
        found = _latest(limits, ledger, ask, moment, zone)
        if found is None:
            break
        first = first or found
        moment = found.until
    return replace(first, until=moment) if first else None


def check_reserved(
    limits: Sequence[Limit],
    ledger: Sequence[Ask],
    ask: Ask,
    coming: Iterable[Ask],
    zone: ZoneInfo,
) -> Limited | None:
    """Give what is in the way once room is kept for the asks that are ``coming`` and matter more.

    An ask is in the way of a coming one that would be allowed at its time without it and is not
    allowed with it. It then waits until after that one.
    """
    first: Limited | None = None
    kept = sorted(coming, key=lambda one: one.at)
    known, moved = list(ledger), ask
    for _ in range(_STEPS):
        found = check(limits, known, moved, zone) or _reserved(limits, known, moved, kept, zone)
        if found is None:
            break
        first = first or found
        known += [one for one in kept if one.at <= found.until]
        kept = [one for one in kept if one.at > found.until]
        moved = replace(ask, at=max(found.until, moved.at))
    return replace(first, until=moved.at) if first else None


def _reserved(
    limits: Sequence[Limit], ledger: Sequence[Ask], ask: Ask, kept: Sequence[Ask], zone: ZoneInfo
) -> Limited | None:
    for one in kept:
        if one.at < ask.at or check(limits, ledger, one, zone):
            continue
        if check(limits, [*ledger, ask], one, zone):
            return Limited(until=one.at, rule=f"room is kept for {one.survey}")
    return None


def _latest(
    limits: Sequence[Limit],
    ledger: Sequence[Ask],
    ask: Ask,
    moment: datetime,
    zone: ZoneInfo,
) -> Limited | None:
    """Give the limit that holds an ask back longest, were it made at ``moment``; one that lets it
    go comes first, for what is not asked need not wait.
    """
    found = [
        Limited(until=until, rule=limit.rule, channel=limit.on.channel, on_limit=limit.on_limit)
        for limit in limits
        if limit.on.holds(ask)
        and (until := _until(limit, [e for e in ledger if limit.counts.holds(e)], moment, zone))
        and until > moment
    ]
    return max(found, key=lambda one: (one.on_limit is OnLimit.SKIP, one.until), default=None)


def _until(
    limit: Limit, counted: Sequence[Ask], moment: datetime, zone: ZoneInfo
) -> datetime | None:
    if limit.apart and counted:
        last = max((one.at for one in counted if one.at <= moment), default=None)
        if last is not None and moment < last + limit.apart:
            return last + limit.apart
    if limit.most is not None:
        day = moment.astimezone(zone).date()
        begin, end = _bounds(limit.period, day)
        inside = sum(begin <= one.at.astimezone(zone).date() < end for one in counted)
        if inside >= limit.most:
            return first_instant(datetime.combine(end, time()), zone).astimezone(UTC)
    return None


def _bounds(period: Period, day: date) -> tuple[date, date]:
    """Give the first day of the period a day is in, and the first after it."""
    if period is Period.DAY:
        return day, day + timedelta(days=1)
    if period is Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    begin = day.replace(day=1)
    return begin, (begin + timedelta(days=31)).replace(day=1)
