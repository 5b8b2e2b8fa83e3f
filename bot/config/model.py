"""Config: everything the files say, checked and ready to use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from bot.config.limits import Limits
from bot.config.themes import shipped_reader
from scheduler.campaigns import Campaign
from scheduler.milestones import Journey
from scheduler.patience import Throttle
from scheduler.schedule import Schedule
from scheduler.triggers import Trigger
from surveys.alert import AlertRule
from surveys.cause import CAUSES
from surveys.channel_standing import Audience
from surveys.consent import Standing
from surveys.entrance import Entrance
from surveys.language import Language
from surveys.staff import StaffMember
from surveys.survey import Survey
from surveys.theme import GistReader
from surveys.webhook import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Who asks, and where the service runs. ``public_url`` has no slash at its end.

    ``timezone`` is an IANA name. ``links`` are where thanks may lead (`surveys.thanks.LINKS`).
    ``write_keys`` and ``database`` may hold secrets and are left out
    of the representation. ``identity`` says what ties a chat to a contact: ``link`` or ``code``.
    """

    name: str
    public_url: str
    host: str
    port: int
    database: str = field(repr=False)
    timezone: str = "UTC"
    language: str = "en"
    write_keys: tuple[str, ...] = field(default=(), repr=False)
    privacy_url: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    identity: str = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfig:
    """One channel that is asked over. ``settings`` is an instance of the channel's own Settings,
    None where the channel is played by the sandbox.
    """

    name: str
    settings: Any = None
    sandbox: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long things are remembered: ``decisions`` are those that /why tells of. None: for good.

    ``answers`` stay for the counts and are nobody's afterwards (`storage.fading`); ``comments`` are
    comment cards, ``conversations`` what came in and what was written about cases, ``contacts``
    people of whom nothing was heard for that long.
    """

    decisions: timedelta = timedelta(days=400)
    answers: timedelta | None = None
    comments: timedelta | None = None
    conversations: timedelta | None = None
    events: timedelta | None = None
    contacts: timedelta | None = None

    @property
    def rules(self) -> Mapping[str, timedelta]:
        """What is kept for a time only, beside decisions, in the order in which it goes."""
        names = ("answers", "comments", "conversations", "events", "contacts")
        return {name: keep for name in names if (keep := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRule:
    """One report: who is sent which numbers when.

    ``schedule`` is None for the end of a campaign; ``period`` is what it looks back on, as
    written. ``to`` are roles, colleagues' names, or ``channel:address``. ``surveys`` limits, empty
    for all; ``by`` are the groups that are compared. ``language`` is "" for the service's.
    """

    name: str
    schedule: Schedule | None
    to: tuple[str, ...]
    period: str = "7d"
    surveys: tuple[str, ...] = ()
    by: tuple[str, ...] = ("channel", "team", "agent")
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What config.yaml and the files it includes say.

    ``entrances`` are the surveys anybody may come to, by name.
    ``cards_to`` is who reads comment cards, "" for nobody. ``gists`` reads what they speak of.
    ``written`` is what stands in all files, by section, before variables are filled in.
    ``languages`` are the shipped ones and those that surveys bring along. ``version`` is a hash of
    the content of all files, as written (variables not filled in).
    """

    service: Service
    channels: Mapping[str, ChannelConfig]
    staff: tuple[StaffMember, ...]
    surveys: Mapping[str, Survey]
    entrances: Mapping[str, Entrance] = field(default_factory=dict)
    triggers: tuple[Trigger, ...]
    journeys: tuple[Journey, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    reports: tuple[ReportRule, ...] = ()
    alerts: tuple[AlertRule, ...]
    cards_to: str = "team_lead"
    causes: tuple[str, ...] = CAUSES
    throttle: Throttle = field(default_factory=Throttle)
    consent: Standing = field(default_factory=Standing)
    retention: Retention = field(default_factory=Retention)
    webhooks: tuple[Endpoint, ...] = ()
    limits: Limits = field(default_factory=Limits)
    gists: GistReader = field(default_factory=shipped_reader, repr=False)
    written: Mapping[str, Any] = field(default_factory=dict, repr=False)
    languages: Mapping[str, Language] = field(repr=False)
    version: str
    path: Path

    @property
    def best_routes(self) -> Mapping[Audience, tuple[str, ...]]:
        """The channels among which the service chooses, by what is asked and by which rule."""
        rules: list[Trigger | Campaign] = [*self.triggers, *self.campaigns]
        routes = {(rule.survey, rule.name): rule.via for rule in rules if rule.best}
        return routes | {
            (one.survey, f"{journey.name}/{one.name}"): one.via
            for journey in self.journeys
            for one in journey.milestones
            if one.best
        }


class Registered(Protocol):
    """What the configuration needs of a channel's entry in the registry."""

    def settings_class(self) -> type[Any]:
        """Give the dataclass of the channel's block."""
        ...


Registry = Mapping[str, Registered]
"""Channel name -> its entry: `channels.CHANNELS`, or a test's own."""
