"""The difference between two plans: what a change of the file would change."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.plan.forecast import Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How often something happens: ``before`` by the other file, ``after`` by this one."""

    what: str
    before: int
    after: int

    def __str__(self) -> str:
        grown = self.after - self.before
        return f"{self.what}: {self.before:,} -> {self.after:,} ({grown:+,})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What is different from the plan of the file called ``name``."""

    name: str
    changes: tuple[Change, ...]

    def lines(self) -> Iterator[str]:
        """Say each difference."""
        if not self.changes:
            yield "no difference"
        for change in self.changes:
            yield str(change)


def compare(name: str, before: Forecast, after: Forecast) -> Difference:
    """Give what is different, in the order of a report: all, channels, rules, people, days."""
    pairs = [
        ("messages", before.sent.total(), after.sent.total()),
        ("people asked", len(before.asked), len(after.asked)),
        *_of("channel", "over {}", before, after),
        *_of("rule", "from {}", before, after),
        ("people held back", before.concerned("hold"), after.concerned("hold")),
        ("people left out", before.concerned("skip"), after.concerned("skip")),
        ("messages on the busiest day", _busiest(before), _busiest(after)),
        ("times one person is asked at most", _most(before), _most(after)),
    ]
    changes = [Change(what=what, before=old, after=new) for what, old, new in pairs if old != new]
    return Difference(name=name, changes=tuple(changes))


def _of(kind: str, words: str, before: Forecast, after: Forecast) -> Iterator[tuple[str, int, int]]:
    old, new = before.by(kind), after.by(kind)
    for key in sorted({*old, *new}, key=str):
        yield words.format(key[0]), old[key], new[key]


def _busiest(forecast: Forecast) -> int:
    return max(forecast.by("day").values(), default=0)


def _most(forecast: Forecast) -> int:
    return max((len(times) for times in forecast.asked.values()), default=0)
