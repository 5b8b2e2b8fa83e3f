"""Contents: what one report is about, read from the store."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.commands.counting import Counting
from bot.commands.spans import before
from bot.commands.theme_counting import ThemeStore, ThemeTable, count_period
from bot.config.model import ReportRule
from bot.config.themes import shipped_reader
from bot.periods import Period, read_period
from bot.reports.cases import CaseFigures, CaseStore, read_cases
from bot.reports.quoting import choose
from surveys.casework import CaseList
from surveys.comment import Comment, Search
from surveys.flow import FlowCount
from surveys.headway import Headway, Round
from surveys.report import Filter, Report, Tally
from surveys.survey import Survey
from surveys.theme import GistReader

_LOOKED_AT = 400
"""Comments among which those worth reading are chosen, the newest."""

_REASONS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("stopped", ("said stop",)),
    ("consent", ("consent", "basis", "agreed")),
    ("unreachable", ("not reachable", "no address", "came back", "bounced", "blocked")),
    ("late", ("too old", "expired", "until after it expires", "never ends")),
    ("changed", ("only_if", "does not hold")),
    ("limits", ("recontact", "daily_max", "weekly_max", "monthly_max", "room is kept", " a day")),
)


class ReportingStore(CaseStore, ThemeStore, Protocol):
    """What reports ask of the store, besides what `bot.reports.cases` does."""

    async def tally(self, wanted: Filter, /) -> Tally:
        """Count answers and invitations."""

    async def campaign_tally(
        self,
        campaign: str,
        since: datetime,
        until: datetime,
        teams: Collection[str] | None,
        /,
    ) -> Tally:
        """Count the scores of one round of a campaign, of these teams (None: all)."""

    async def list_comments(self, wanted: Search, /, limit: int, offset: int) -> Sequence[Comment]:
        """List customers' own words, newest first."""

    async def count_reasons(self, wanted: Filter, /) -> Mapping[str, int]:
        """Count invitations that were not asked, by the rule that decided."""

    async def rounds(self, campaign: str, limit: int) -> Sequence[Round]:
        """Give the last times a campaign came round, newest first."""

    async def headway(
        self,
        rules: Collection[str],
        since: datetime,
        until: datetime,
        teams: Collection[str] | None,
    ) -> Mapping[str, Headway]:
        """Say how far invitations of campaigns came, by rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything one report says, of ``teams`` (None: all).

    ``groups`` are the same answers by channel, team or agent; ``earlier`` those of the period
    before. ``reasons`` is how many were not asked, by the ending of a ``why_`` text. ``whole`` is
    how many were asked altogether where that is known, 0 elsewhere. ``cases`` is None where bad
    answers do not become cases. ``themes`` is what customers speak of, ``staff`` what colleagues
    are called, who are not named in quotes.
    """

    name: str
    company: str
    period: Period
    totals: Report
    earlier: Report
    groups: Mapping[str, Report] = field(default_factory=dict)
    comments: tuple[Comment, ...] = ()
    reasons: Mapping[str, int] = field(default_factory=dict)
    surveys: Mapping[str, Survey] = field(default_factory=dict)
    whole: int = 0
    cases: CaseFigures | None = None
    themes: ThemeTable | None = None
    staff: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The surveys with answers or invitations, in the order of the file."""
        found = {row.survey for row in self.totals.rows} | {f.survey for f in self.totals.flows}
        order = [name for name in self.surveys if name in found]
        return (*order, *sorted(found - set(order)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Where contents come from: the store, and how answers are counted. ``zone`` is the one days
    are in; ``cases`` is whether bad answers become cases here.
    """

    store: ReportingStore
    counting: Counting
    company: str
    zone: ZoneInfo
    cases: bool = False
    gists: GistReader = field(default_factory=shipped_reader)
    staff: tuple[str, ...] = ()

    async def gather(
        self, rule: ReportRule, day: date, teams: tuple[str, ...] | None, now: datetime
    ) -> Contents:
        """Give what a report by schedule says on a day, of the teams its reader may see. Whatever
        it says of now is as of ``now``.
        """
        period = stretch(rule.period, day)
        wanted = Filter(since=period.since, until=period.until, teams=teams)
        old = before(period)
        totals = self._limited(await self.store.tally(wanted), rule)
        earlier = self._limited(
            await self.store.tally(replace(wanted, since=old.since, until=old.until)), rule
        )
        groups = {
            by: self._limited(await self.store.tally(replace(wanted, by=by)), rule)
            for by in rule.by
        }
        cases = CaseList(teams=teams, surveys=rule.surveys)
        return Contents(
            name=rule.name,
            company=self.company,
            period=period,
            totals=self.counting.summarise(totals),
            earlier=self.counting.summarise(earlier),
            groups={by: self.counting.summarise(found) for by, found in groups.items()},
            comments=await self._comments(wanted, rule),
            reasons=sum_reasons(await self.store.count_reasons(wanted)),
            surveys=self.counting.surveys,
            cases=await read_cases(self, cases, period, now),
            themes=await self._themes(wanted, old, rule.surveys),
            staff=self.staff,
        )

    async def gather_round(
        self, rule: ReportRule, campaign: str, rounds: Sequence[Round], until: datetime, *,
        survey: str, everybody: bool, teams: tuple[str, ...] | None = None,
    ) -> Contents:  # fmt: skip
        """Give what a report of a campaign's end says of the first of ``rounds``, the round before
        it being the second, of the teams its reader may see; ``everybody`` where nobody of the
        audience was held out.
        """
        this = rounds[0]
        tally = await self._round(campaign, this.begins, until, survey, teams)
        asked = sum(f.n for f in tally.flows if f.stage == "sent")
        earlier = Tally(values=(), flows=())
        if len(rounds) > 1:
            earlier = await self._round(campaign, rounds[1].begins, this.begins, survey, teams)
        period = Period(since=this.wall.date(), until=until.date())
        wanted = Filter(since=period.since, until=period.until, survey=survey, teams=teams)
        whole = asked if everybody else 0
        return Contents(
            name=f"{rule.name}: {campaign}",
            company=self.company,
            period=period,
            totals=self.counting.summarise(tally, whole={survey: whole}),
            earlier=self.counting.summarise(earlier),
            comments=await self._comments(wanted, rule),
            surveys=self.counting.surveys,
            whole=whole,
            cases=await read_cases(self, CaseList(teams=teams, surveys=(survey,)), period, until),
            themes=await self._themes(wanted, before(period), (survey,)),
            staff=self.staff,
        )

    async def _themes(self, wanted: Filter, old: Period, surveys: Sequence[str]) -> ThemeTable:
        earlier = replace(wanted, since=old.since, until=old.until)
        return await count_period(self.store, self.counting, self.gists, wanted, earlier, surveys)

    async def _round(
        self,
        campaign: str,
        since: datetime,
        until: datetime,
        survey: str,
        teams: tuple[str, ...] | None,
    ) -> Tally:
        tally = await self.store.campaign_tally(campaign, since, until, teams)
        came = (await self.store.headway([campaign], since, until, teams)).get(campaign, Headway())
        stages = {
            "sent": came.asked,
            "delivered": came.delivered,
            "started": came.completed,
            "completed": came.completed,
        }
        flows = tuple(
            FlowCount(survey=survey, group="", stage=stage, n=n) for stage, n in stages.items() if n
        )
        return replace(tally, flows=flows)

    def _limited(self, tally: Tally, rule: ReportRule) -> Tally:
        """Leave out the surveys a report is not about."""
        if not rule.surveys:
            return tally
        return Tally(
            values=tuple(v for v in tally.values if v.survey in rule.surveys),
            flows=tuple(f for f in tally.flows if f.survey in rule.surveys),
        )

    async def _comments(self, wanted: Filter, rule: ReportRule) -> tuple[Comment, ...]:
        found = await self.store.list_comments(Search(rows=wanted), limit=_LOOKED_AT, offset=0)
        mine = [
            c
            for c in found
            if not rule.surveys or (c.response is not None and c.response.survey in rule.surveys)
        ]
        return choose(mine)


def stretch(written: str, day: date) -> Period:
    """Give the days a report looks back on from ``day``: whole days that are over."""
    found = read_period(written.split(), date.fromordinal(day.toordinal() - 1))
    if found is None or not written[:1].isdecimal():
        found = read_period(written.split(), day)
    if found is None:
        raise ValueError(f"{written!r} is no period")
    return found[0]


def sum_reasons(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Sum up why people were not asked, by the ending of a ``why_`` text, the most common first."""
    found: Counter[str] = Counter()
    for rule, n in counts.items():
        kinds = (kind for kind, signs in _REASONS if any(sign in rule for sign in signs))
        found[next(kinds, "other")] += n
    return dict(found.most_common())
