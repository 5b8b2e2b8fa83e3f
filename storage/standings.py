"""Standings: how people answered on each channel, by audience and by the day they were asked; kept
beside the invitations, so that choosing a channel reads a few rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from storage.sql import Session, insert, statement
from surveys.channel_standing import Audience, ChannelStanding, Standings

_ADD = insert(
    "channel_standing",
    "survey text, trigger text, day int, channel text, asked bigint, answered bigint",
    "ON CONFLICT (survey, trigger, day, channel) DO UPDATE SET"
    " asked = channel_standing.asked + excluded.asked,"
    " answered = channel_standing.answered + excluded.answered",
)
_LOAD = statement("""
    SELECT s.survey, s.trigger, s.channel, CAST(SUM(s.asked) AS BIGINT) AS asked,
        CAST(SUM(s.answered) AS BIGINT) AS answered
    FROM ROWS($1: survey text, trigger text) AS v
    JOIN channel_standing s ON s.survey = v.survey AND s.trigger = v.trigger
    WHERE s.day BETWEEN $2 AND $3 GROUP BY s.survey, s.trigger, s.channel
    ORDER BY s.survey, s.trigger, s.channel
""")
_CHOOSE = statement("""
    UPDATE invitation SET via = v.via, best = FALSE
    FROM ROWS($1: invitation_id bigint, via jsonb) AS v WHERE invitation.id = v.invitation_id
""")


@dataclass(frozen=True, slots=True, order=True)
class StandingKey:
    """Which audience, asked on which day, over which channel first."""

    survey: str
    trigger: str
    day: int
    channel: str


Change = tuple[StandingKey, int, int]
"""How many more were asked, and how many more of them answered."""


async def save_standings(session: Session, changes: Iterable[Change]) -> None:
    """Add changes up, in the order of their keys (against deadlocks)."""
    sums: dict[StandingKey, list[int]] = defaultdict(lambda: [0, 0])
    for key, asked, answered in changes:
        sums[key][0] += asked
        sums[key][1] += answered
    batch = [
        {**{n: getattr(key, n) for n in key.__slots__}, "asked": asked, "answered": answered}
        for key, (asked, answered) in sorted(sums.items())
        if asked or answered
    ]
    if batch:
        await session.run(_ADD, batch)


async def load_standings(
    session: Session, audiences: Collection[Audience], since: date, until: date
) -> dict[Audience, Standings]:
    """Give, by audience and channel, how those answered who were asked on these days."""
    wanted = [{"survey": survey, "trigger": trigger} for survey, trigger in sorted(audiences)]
    found: dict[Audience, dict[str, ChannelStanding]] = {}
    rows = await session.fetch(_LOAD, wanted, _number(since), _number(until)) if wanted else []
    for row in rows:
        one = ChannelStanding(asked=row["asked"], answered=row["answered"])
        found.setdefault((row["survey"], row["trigger"]), {})[row["channel"]] = one
    return dict(found)


async def save_choices(session: Session, chosen: Mapping[int, tuple[str, ...]]) -> None:
    """Keep over which channels, in order, invitations go whose channel was to be chosen."""
    if chosen:
        batch = [{"invitation_id": i, "via": list(via)} for i, via in sorted(chosen.items())]
        await session.run(_CHOOSE, batch)


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
