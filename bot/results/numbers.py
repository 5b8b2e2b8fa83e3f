"""Numbers: what the page counts. All of it comes
from rollup rows, by the functions of /results.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.commands.context import Context
from bot.commands.counting import identity_of
from bot.commands.spans import before
from bot.periods import Period
from bot.results.trend import Steps, take_steps
from surveys.flow import Flow
from surveys.report import Filter, Report, Row

BREAKDOWNS = ("channel", "team", "agent")
"""What a survey's answers are broken down by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All surveys: ``before`` is the same of the period before; ``held`` is how many
    presses count nowhere because they may be a machine's.
    """

    totals: Report
    before: Report
    held: int

    @property
    def surveys(self) -> tuple[str, ...]:
        """The surveys with answers or invitations."""
        found = [row.survey for row in self.totals.rows] + [f.survey for f in self.totals.flows]
        return tuple(dict.fromkeys(found))

    def rows(self, survey: str) -> tuple[Row, ...]:
        return tuple(row for row in self.totals.rows if row.survey == survey)

    def flow(self, survey: str) -> Flow | None:
        return next((flow for flow in self.totals.flows if flow.survey == survey), None)

    def earlier(self, row: Row) -> Row | None:
        """Give the same row of the days before, None where there were no answers."""
        same = (r for r in self.before.rows if identity_of(r) == identity_of(row))
        return next(same, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One survey: its answers by each of `BREAKDOWNS`, and by steps of the period."""

    survey: str
    groups: Mapping[str, Report]
    trend: Report
    steps: Steps

    def parts(self, by: str, total: Row) -> tuple[Row, ...]:
        """Give the groups of one total."""
        return _parts(self.groups[by], total)

    def course(self, total: Row) -> Mapping[str, Row]:
        """Give one total's steps by label; those without answers are left out."""
        return {row.group: row for row in _parts(self.trend, total)}


async def count_overview(context: Context, wanted: Filter) -> Overview:
    """Count what all surveys of a filter have."""
    days = before(Period(since=wanted.since, until=wanted.until))
    earlier = replace(wanted, since=days.since, until=days.until)
    totals, then, held = await asyncio.gather(
        context.counting.report(context.store, wanted),
        context.counting.report(context.store, earlier),
        context.store.count_held(wanted),
    )
    return Overview(totals=totals, before=then, held=held)


async def count_detail(context: Context, wanted: Filter, survey: str) -> Detail:
    """Count one survey in every way the page shows."""
    one = replace(wanted, survey=survey)
    steps = take_steps(Period(since=wanted.since, until=wanted.until))
    trend, *groups = await asyncio.gather(
        context.counting.report(context.store, replace(one, by=steps.by), rename=steps.rename),
        *(context.counting.report(context.store, replace(one, by=by)) for by in BREAKDOWNS),
    )
    by_group = dict(zip(BREAKDOWNS, groups, strict=True))
    return Detail(survey=survey, groups=by_group, trend=trend, steps=steps)


def _parts(report: Report, total: Row) -> tuple[Row, ...]:
    return tuple(row for row in report.rows if identity_of(row) == identity_of(total))
