"""Sending: each report once, whatever the number of machines, and late where we were away.

Everything is read and drawn before the transaction that takes the occurrence; whoever takes it
puts the messages in the same transaction.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.charts.painting import aside
from bot.commands.counting import Counting
from bot.config import Config
from bot.config.model import ReportRule
from bot.config.reports import CAMPAIGN_ENDS
from bot.reports.contents import Contents, Office
from bot.reports.messages import make_messages
from bot.reports.recipients import Recipient, recipients
from bot.reports.words import Words, words_of
from scheduler.campaigns import Campaign
from scheduler.schedule import occurrences
from storage.store import Store, Transaction
from surveys.due import Due, DueKind
from surveys.headway import Round
from surveys.message import Capabilities

log = logging.getLogger("afterword.reports")

LATE = timedelta(hours=12)
"""How late a report is still sent after an outage; one that is older is not made up for."""

AT_ONCE = ReportRule(name=CAMPAIGN_ENDS, schedule=None, to=("manager", "admin"))
"""What ``reports: [campaign_end]`` means where there is no such entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One time a report is to be sent: ``wall`` names it."""

    rule: ReportRule
    name: str
    wall: str
    at: datetime
    campaign: Campaign | None = None
    rounds: tuple[Round, ...] = ()


class Reporter:
    """Sends reports when they come round."""

    def __init__(
        self,
        store: Store,
        config: Callable[[], Config],
        *,
        channels: Mapping[str, Capabilities],
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
    ) -> None:
        self._store, self._config, self._channels = store, config, channels
        self._clock, self._wake = clock, wake
        self._since: dict[str, datetime] = {}
        self._done: set[tuple[str, str]] = set()

    async def tick(self) -> None:
        """Send what has come round since the last look."""
        for turn in (*await self._by_schedule(), *await self._by_campaign()):
            if (turn.name, turn.wall) not in self._done:
                await self._send(turn)
                self._done.add((turn.name, turn.wall))

    async def _by_schedule(self) -> list[Turn]:
        config, now = self._config(), self._clock()
        zone = ZoneInfo(config.service.timezone)
        turns = []
        for rule in config.reports:
            if rule.schedule is None:
                continue
            name = f"report {rule.name}: {rule.schedule.source}"
            if name not in self._since:
                self._since[name] = await self._store.unit_of_work(_Seen(name, now))
            since = self._since[name]
            latest = None
            for found in occurrences(rule.schedule, max(since, now - LATE), zone):
                if found.at > now:
                    break
                latest = found
            if latest is not None:
                wall = latest.wall.isoformat(timespec="minutes")
                turns.append(Turn(rule=rule, name=rule.name, wall=wall, at=latest.at))
        return turns

    async def _by_campaign(self) -> list[Turn]:
        config, now = self._config(), self._clock()
        turns = []
        for campaign in config.campaigns:
            for rule in _rules_of(campaign, config):
                found = tuple(await self._store.rounds(campaign.name, 2))
                for number, one in enumerate(found):
                    end = one.begins + campaign.lasts(one.enlisted) + campaign.expires
                    if one.done and end <= now <= end + LATE:
                        name = f"{rule.name}: {campaign.name}"
                        wall = one.wall.isoformat(timespec="minutes")
                        turns.append(
                            Turn(
                                rule=rule,
                                name=name,
                                wall=wall,
                                at=end,
                                campaign=campaign,
                                rounds=found[number:],
                            )
                        )
        return turns

    async def _send(self, turn: Turn) -> None:
        """Read, draw, then take the turn and put its messages, all or nothing."""
        config, now = self._config(), self._clock()
        places = recipients(turn.rule.to, config.staff, self._channels)
        dues: list[Due] = []
        for teams in dict.fromkeys(place.teams for place in places):
            contents = await self._contents(turn, config, teams)
            mine = [place for place in places if place.teams == teams]
            for code in dict.fromkeys(place.language for place in mine):
                words = words_of(turn.rule.language or code or config.service.language)
                same = [place for place in mine if place.language == code]
                dues += await aside(self._dues, turn, contents, words, same, now, len(dues))
        if not places:
            log.warning("report %s: nobody to send it to", turn.name)
        if await self._store.unit_of_work(_Take(turn.name, turn.wall, now, dues)):
            log.info("report %s: %d messages", turn.name, len(dues))
            for lane in {due.lane for due in dues}:
                self._wake(lane)

    async def _contents(
        self, turn: Turn, config: Config, teams: tuple[str, ...] | None
    ) -> Contents:
        office = make_office(self._store, config)
        if turn.campaign is None:
            day = datetime.fromisoformat(turn.wall).date()
            return await office.gather(turn.rule, day, teams, self._clock())
        return await office.gather_round(
            turn.rule,
            turn.campaign.name,
            turn.rounds,
            turn.at,
            survey=turn.campaign.survey,
            everybody=not turn.campaign.hold_out,
            teams=teams,
        )

    def _dues(
        self,
        turn: Turn,
        contents: Contents,
        words: Words,
        places: Sequence[Recipient],
        now: datetime,
        first: int,
    ) -> list[Due]:
        """Give the messages to places that see the same; ``first`` keeps their ids apart."""
        dues: list[Due] = []
        for lane in dict.fromkeys(place.lane for place in places):
            messages = make_messages(contents, words, self._channels[lane])
            for place in (p for p in places if p.lane == lane):
                number = first + len(dues)
                dues += [
                    Due(
                        lane=lane,
                        at=now,
                        id=f"report:{turn.name}:{turn.wall}:{number:03}:{part:02}",
                        kind=DueKind.SAY,
                        message=replace(message, address=place.address),
                    )
                    for part, message in enumerate(messages)
                ]
        return dues


def make_office(store: Store, config: Config) -> Office:
    """Give where contents come from, by a configuration."""
    counting = Counting(surveys=config.surveys)
    return Office(
        store=store,
        counting=counting,
        company=config.service.name,
        zone=ZoneInfo(config.service.timezone),
        cases=any(rule.case for rule in config.alerts),
        gists=config.gists,
        staff=tuple(n for one in config.staff for n in (one.name, one.display_name)),
    )


def _rules_of(campaign: Campaign, config: Config) -> list[ReportRule]:
    """Give the reports of a campaign's end: those it names, else those no campaign names."""
    ends = {rule.name: rule for rule in config.reports if rule.schedule is None}
    if campaign.reports:
        return [ends.get(name, AT_ONCE) for name in campaign.reports]
    named = {name for one in config.campaigns for name in one.reports}
    return [rule for name, rule in ends.items() if name not in named]


class _Seen:
    """Notes when a report was first in the file: it begins with what comes after."""

    def __init__(self, name: str, now: datetime) -> None:
        self._name, self._now = name, now

    async def __call__(self, transaction: Transaction) -> datetime:
        return await transaction.first_seen(self._name, self._now)


class _Take:
    """Takes a turn and puts its messages, unless another machine did."""

    def __init__(self, name: str, wall: str, now: datetime, dues: Sequence[Due]) -> None:
        self._name, self._wall, self._now, self._dues = name, wall, now, dues

    async def __call__(self, transaction: Transaction) -> bool:
        if not await transaction.take_report(self._name, self._wall, self._now):
            return False
        await transaction.add_dues(self._dues)
        return True
