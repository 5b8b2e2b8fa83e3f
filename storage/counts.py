"""Counts kept beside the answers, so that a report reads a few rows and never scans answers.

Each change of an answer or an invitation gives deltas; they are added up in the same transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.codec import Row, from_ms
from storage.sql import Session, insert
from storage.sums import touch_periods
from surveys.response import Answer, Response

ROLLUP_KEY = (
    "survey text, day int, question text, metric text, metric_version text, scale text,"
    " population text, channel text, team text, agent text, language text, value text"
)
FLOW_KEY = (
    "survey text, day int, channel text, team text, agent text, language text, population text,"
    " stage text"
)

_ADD_ROLLUPS = insert(
    "rollup",
    ROLLUP_KEY + ", n bigint, weight double precision, weight_squared double precision",
    "ON CONFLICT (survey, day, question, metric, metric_version, scale, population, channel, team,"
    " agent, language, value) DO UPDATE SET n = rollup.n + excluded.n,"
    " weight = rollup.weight + excluded.weight,"
    " weight_squared = rollup.weight_squared + excluded.weight_squared",
)
_ADD_FLOWS = insert(
    "flow",
    FLOW_KEY + ", n bigint",
    "ON CONFLICT (survey, day, channel, team, agent, language, population, stage)"
    " DO UPDATE SET n = flow.n + excluded.n",
)


@dataclass(frozen=True, slots=True, order=True)
class RollupKey:
    """Which value of which question, how measured, of whom, where and when.

    ``value`` is the scale value, the number as written or the choice id; "" for words.
    """

    survey: str
    day: int
    question: str
    metric: str
    metric_version: str
    scale: str
    population: str
    channel: str
    team: str
    agent: str
    language: str
    value: str


@dataclass(frozen=True, slots=True, order=True)
class FlowKey:
    """How far invitations of which kind came, on the day they were asked."""

    survey: str
    day: int
    channel: str
    team: str
    agent: str
    language: str
    population: str
    stage: str


def day_of(at: datetime, zone: ZoneInfo) -> int:
    """Give the local day as yyyymmdd."""
    local = at.astimezone(zone)
    return local.year * 10_000 + local.month * 100 + local.day


class Rollups:
    """Changes to the counts of answers: n, the sum of the weights, and of their squares."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.sums: dict[RollupKey, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])

    def add(self, response: Response, answer: Answer | None, sign: int = 1) -> None:
        """Count an answer in, or out with ``sign`` -1. Drafts and skips do not count."""
        if answer is None or answer.draft or answer.skipped:
            return
        for key in self._keys(response, answer):
            sums = self.sums[key]
            sums[0] += sign
            sums[1] += sign * response.weight
            sums[2] += sign * response.weight**2

    def _keys(self, response: Response, answer: Answer) -> Iterator[RollupKey]:
        for value in _values(answer):
            yield RollupKey(
                survey=response.survey,
                day=day_of(answer.at, self._zone),
                question=answer.question_id,
                metric=answer.metric_id,
                metric_version=answer.metric_version,
                scale=answer.scale_id,
                population=response.interaction.population,
                channel=answer.channel,
                team=response.interaction.team,
                agent=response.interaction.agent,
                language=answer.language,
                value=value,
            )

    async def save(self, session: Session) -> None:
        """Add the changes up in the store, in the order of their keys (against deadlocks)."""
        changed = {key: sums for key, sums in self.sums.items() if sums[0] or sums[1] or sums[2]}
        batch = [
            {**as_row(key), "n": int(n), "weight": weight, "weight_squared": squared}
            for key, (n, weight, squared) in sorted(changed.items())
        ]
        if batch:
            await session.run(_ADD_ROLLUPS, batch)
            await touch_periods(session, "rollup", (key.day for key in changed))


def flow_keys(row: Row, zone: ZoneInfo) -> Iterator[FlowKey]:
    """Give every stage an invitation has reached. The row is an invitation's, joined with
    ``started_at`` and ``completed_at`` of its response.
    """
    if row["asked_at"] is None:
        return
    stages = {
        "sent": True,
        "delivered": row["delivered"],
        "started": row["started_at"] is not None,
        "completed": row["completed_at"] is not None,
    }
    for stage in (name for name, reached in stages.items() if reached):
        yield FlowKey(
            survey=row["survey"],
            day=day_of(from_ms(row["asked_at"]), zone),
            channel=row["channel"],
            team=row["team"],
            agent=row["agent"],
            language=row["language"],
            population=row["population"],
            stage=stage,
        )


async def save_flows(session: Session, flows: Iterable[tuple[FlowKey, int]]) -> None:
    """Count invitations that reached a stage (1), or did not after all (-1)."""
    sums: dict[FlowKey, int] = defaultdict(int)
    for key, sign in flows:
        sums[key] += sign
    batch = [{**as_row(key), "n": n} for key, n in sorted(sums.items()) if n]
    if batch:
        await session.run(_ADD_FLOWS, batch)
        await touch_periods(session, "flow", (key.day for key, n in sums.items() if n))


def as_row(key: RollupKey | FlowKey) -> Mapping[str, object]:
    """Give the key's columns."""
    return {name: getattr(key, name) for name in key.__slots__}


def _values(answer: Answer) -> tuple[str, ...]:
    if answer.value is not None:
        whole = float(answer.value).is_integer()
        return (str(int(answer.value)) if whole else repr(float(answer.value)),)
    return (*answer.choices, "")  # "" counts the answers; ticks alone would count people twice
