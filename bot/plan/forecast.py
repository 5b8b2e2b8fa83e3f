"""The forecast: what a rehearsal comes to, counted as it goes, so that memory holds counts only."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scheduler.rehearsal import Step
from surveys.due import DueKind

_ZONE = re.compile(r" \([A-Za-z_]+(?:/[A-Za-z_+\-0-9]+)*\)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
MOST = 10
"""People named of those who are asked most."""


class Sent(NamedTuple):
    """What messages are counted by: the service's day, the channel, the rule, and what they are:
    ask, remind or fallback.
    """

    day: date
    channel: str
    rule: str
    kind: str


class Turned(NamedTuple):
    """What is counted where nothing was sent: hold, skip or move, of which rule, and why."""

    verdict: str
    rule: str
    why: str


@dataclass(slots=True, kw_only=True)
class Forecast:
    """What would happen from ``start`` on, for so many ``days``, as the service counts days.

    ``asked`` and ``messages`` are when each person, by contact id, is asked for the first time, and
    told anything at all, as epoch seconds in order. ``before`` is when people were asked before
    the plan begins. ``people`` is how many there are, ``played`` how many events came again, of
    the last ``period``. ``paused`` is what staff have on hold.
    """

    start: datetime
    days: int
    zone: ZoneInfo
    people: int = 0
    played: int = 0
    period: timedelta = timedelta(0)
    paused: tuple[str, ...] = ()
    sent: Counter[Sent] = field(default_factory=Counter)
    turned: Counter[Turned] = field(default_factory=Counter)
    asked: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    messages: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    before: dict[int, list[int]] = field(default_factory=dict)
    _held: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def note(self, step: Step) -> None:
        """Count one decision."""
        if step.verdict != "send":
            self.turned[Turned(step.verdict, step.trigger, plain(step.rule))] += 1
            self._held[step.verdict].add(step.contact_id)
            return
        day = step.at.astimezone(self.zone).date()
        self.sent[Sent(day, step.channel, step.trigger, step.kind.value)] += 1
        at = int(step.at.timestamp())
        self.messages[step.contact_id].append(at)
        if step.kind is DueKind.ASK:
            self.asked[step.contact_id].append(at)

    def concerned(self, verdict: str) -> int:
        """Give how many people were held or skipped at least once."""
        return len(self._held.get(verdict, ()))

    def count(self, **wanted: object) -> int:
        """Give how many messages there are of a day, channel, rule or kind."""
        return sum(
            n
            for one, n in self.sent.items()
            if all(getattr(one, k) == v for k, v in wanted.items())
        )

    def by(self, *names: str) -> Counter[tuple[object, ...]]:
        """Give the messages counted by some of day, channel, rule and kind."""
        found: Counter[tuple[object, ...]] = Counter()
        for one, number in self.sent.items():
            found[tuple(getattr(one, name) for name in names)] += number
        return found

    def dates(self) -> list[date]:
        """Give every day of the plan."""
        first = self.start.astimezone(self.zone).date()
        last = (self.start + timedelta(days=self.days)).astimezone(self.zone).date()
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def channels(self) -> list[str]:
        """Give the channels that anything goes over, the busiest first."""
        return [str(name) for (name,), _ in self.by("channel").most_common()]

    def rules(self) -> list[str]:
        """Give the rules that anything comes of, the busiest first."""
        busy = [str(name) for (name,), _ in self.by("rule").most_common()]
        return list(dict.fromkeys([*busy, *sorted({one.rule for one in self.turned})]))

    def asked_most(self) -> list[tuple[int, int, int]]:
        """Give who is asked most: (contact id, asked so many times, messages in all)."""
        order = sorted(
            self.messages, key=lambda who: (-len(self.asked[who]), -len(self.messages[who]), who)
        )
        return [(who, len(self.asked[who]), len(self.messages[who])) for who in order[:MOST]]

    def shares(self) -> Mapping[int, int]:
        """Give how many people are asked once, twice and so on."""
        return Counter(len(times) for times in self.asked.values() if times)


def plain(rule: str) -> str:
    """Give a reason without what is different from person to person."""
    return _DATE.sub("a date", _ZONE.sub("", rule))
