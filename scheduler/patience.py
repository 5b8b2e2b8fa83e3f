"""Patience: when a person is better not asked yet, for the hour it is or for what they were asked
lately. Pure; `scheduler.throttle` has decided before that they may be asked at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.calendar import Hours, IsHoliday, next_opening, why_closed
from scheduler.limits import Limit, Limited, OnLimit, Period, check_reserved
from scheduler.manners import Manners, let_finish
from scheduler.throttle import Hold, Move, Skip
from surveys.ask import Ask, Ledger
from surveys.engagement import Engagement
from surveys.invitation import Invitation, InvitationState
from surveys.survey import Survey

_LONGEST = {
    Period.DAY: timedelta(days=2),
    Period.WEEK: timedelta(days=8),
    Period.MONTH: timedelta(days=32),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """The ``throttle:`` block: when and how often people may be asked.

    ``on_limit`` holds for limits that say nothing of their own, and for room kept for others.
    """

    hours: Hours = field(default_factory=Hours)
    limits: tuple[Limit, ...] = ()
    on_limit: OnLimit = OnLimit.HOLD
    manners: Manners = field(default_factory=Manners)

    @property
    def memory(self) -> timedelta:
        """How far back the ledger matters."""
        spans = [limit.apart or _LONGEST[limit.period] for limit in self.limits]
        return max(spans, default=timedelta(0))


Put = Hold | Skip | Move


def keep_hours(
    throttle: Throttle,
    invitation: Invitation,
    zone: ZoneInfo,
    country: str,
    is_holiday: IsHoliday,
    now: datetime,
) -> Put | None:
    """Give what becomes of an invitation at this hour where the person is, None to go on."""
    rule = why_closed(throttle.hours, now, zone, country, is_holiday)
    if not rule:
        return None
    until = next_opening(throttle.hours, now, zone, country, is_holiday)
    return _put_off(invitation, until, f"{rule} ({zone.key})")


def keep_manners(
    throttle: Throttle,
    invitation: Invitation,
    engagements: Iterable[Engagement],
    now: datetime,
) -> Put | None:
    """Give what becomes of an invitation while the person is in the middle of something else, None
    to go on.
    """
    wait = let_finish(throttle.manners, engagements, invitation.id, now)
    if wait is None:
        return None
    put = _put_off(invitation, wait.until, wait.rule)
    return replace(put, engagement=wait.engagement) if isinstance(put, Hold) else put


def keep_limits(
    throttle: Throttle,
    ledger: Ledger,
    invitation: Invitation,
    ask: Ask,
    surveys: Mapping[str, Survey],
    zone: ZoneInfo,
    *,
    fallback: str = "",
) -> Put | None:
    """Give what becomes of an invitation for what the person was or will be asked, None to go on.

    ``ask`` is the invitation as it would be made now, ``zone`` the person's, and ``fallback`` the
    next channel they can be asked over, "" for none.
    """
    known = [known_ask(one, surveys) for number, one in ledger.asked if number != invitation.id]
    asked = {number for number, _ in ledger.asked}  # what is being asked is still planned, too
    coming = [
        one
        for number, planned in ledger.planned
        if number != invitation.id
        and number not in asked
        and (one := known_ask(planned, surveys)).priority > ask.priority
    ]
    found = check_reserved(throttle.limits, known, ask, coming, zone)
    return None if found is None else _limited(throttle, invitation, found, fallback)


def known_ask(ask: Ask, surveys: Mapping[str, Survey]) -> Ask:
    """Give an ask with the topic and priority that its survey has now."""
    survey = surveys.get(ask.survey)
    if survey is None or (survey.topic, survey.priority) == (ask.topic, ask.priority):
        return ask
    return replace(ask, topic=survey.topic, priority=survey.priority)


def _limited(throttle: Throttle, invitation: Invitation, found: Limited, fallback: str) -> Put:
    on_limit = found.on_limit or throttle.on_limit
    if on_limit is OnLimit.SKIP:
        return Skip(rule=found.rule)
    if on_limit is OnLimit.MOVE and found.channel and fallback:
        return Move(channel=fallback, rule=found.rule)
    return _put_off(invitation, found.until, found.rule)


def _put_off(invitation: Invitation, until: datetime | None, rule: str) -> Put:
    if until is None:
        return Skip(rule=f"{rule}, and it never ends")
    if until >= invitation.expires_at:
        return Skip(rule=f"{rule}, until after it expires", state=InvitationState.EXPIRED)
    return Hold(until=until, rule=rule)
