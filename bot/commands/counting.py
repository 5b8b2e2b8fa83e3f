"""Counting: from the store's counts to a report, by the surveys as they are configured now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from surveys.question import Kind
from surveys.report import Filter, Report, Row, Tally, ValueCount, summarise
from surveys.survey import Survey


class CountStore(Protocol):
    """What counting asks of the store."""

    async def tally(self, wanted: Filter, /) -> Tally:
        """Count answers and invitations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What is known of the answers that are counted, and how many a group needs to be shown."""

    surveys: Mapping[str, Survey]
    minimum: int = 5

    async def report(
        self, store: CountStore, wanted: Filter, *, rename: Callable[[str], str] | None = None
    ) -> Report:
        """Count and summarise; ``rename`` joins groups under another name (days into weeks)."""
        tally = await store.tally(wanted)
        return self.summarise(_renamed(tally, rename) if rename else tally)

    def summarise(self, tally: Tally, *, whole: Mapping[str, int] | None = None) -> Report:
        """Summarise; answers on a scale the survey no longer uses come after the others.

        Thresholds and goals are of the scale as it is configured: on another one they mean
        nothing. ``whole``: see `surveys.report.summarise`.
        """
        asked = {(s.id, q.id): q for s in self.surveys.values() for q in s.questions}

        def current(of: ValueCount) -> bool:
            question = asked.get((of.survey, of.question))
            return question is not None and (question.scale_id or "") == of.scale

        report = summarise(
            replace(tally, values=tuple(v for v in tally.values if current(v))),
            thresholds={key: q.threshold for key, q in asked.items() if q.threshold is not None},
            goals={(s.id, q): goal for s in self.surveys.values() for q, goal in s.goal.items()},
            minimum=self.minimum,
            choices={key for key, q in asked.items() if q.kind in (Kind.CHOICE, Kind.CHOICES)},
            whole=whole,
        )
        former = summarise(
            Tally(values=tuple(v for v in tally.values if not current(v)), flows=()),
            thresholds={},
            goals={},
            minimum=self.minimum,
        )
        return replace(report, rows=(*report.rows, *former.rows))


def identity_of(row: Row) -> tuple[str, ...]:
    """Give what sets rows apart that are never merged, the group left out."""
    return (
        row.survey,
        row.question,
        row.metric,
        row.metric_version,
        row.scale,
        row.population,
    )


def _renamed(tally: Tally, rename: Callable[[str], str]) -> Tally:
    return Tally(
        values=tuple(replace(one, group=rename(one.group)) for one in tally.values),
        flows=tuple(replace(one, group=rename(one.group)) for one in tally.flows),
    )
