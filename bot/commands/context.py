"""What a command has to work with: who asks, what they may see, the configuration and the store."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.commands.counting import Counting
from bot.commands.grammar import GROUPS, GrammarError, Request, Vocabulary
from bot.commands.phrases import fold, listing
from bot.commands.report_store import ReportStore
from bot.config.themes import shipped_reader
from bot.periods import Period, default_period, spell_period
from bot.words import Words, words_of
from scheduler.campaigns import Campaign
from scheduler.milestones import Journey
from scheduler.sending import Foreseen
from storage.uncertain import Cleared
from surveys.case import Case
from surveys.cause import CAUSES
from surveys.channel_standing import Audience
from surveys.contact import Contact
from surveys.deed import Deed, Refused
from surveys.message import Button, Image, Link
from surveys.report import Filter
from surveys.staff import StaffMember
from surveys.survey import Survey
from surveys.theme import GistReader


class Desk(Protocol):
    """What commands may set going (`bot.desk`)."""

    async def pause(self, name: str, person: str, /) -> None:
        """Put something on hold."""

    async def resume(self, names: Sequence[str], /) -> tuple[list[str], int]:
        """Take pauses away; give those there were, and how many messages are due now."""

    async def foresee(self, survey: Survey, contact: Contact, via: str, /) -> Foreseen:
        """Say what would become of a question asked now."""

    async def send(self, survey: Survey, contact: Contact, via: str, said: str, /) -> bool:
        """Have a customer asked."""

    def link(self, ticket: Any, /) -> str:
        """Give the link by which an export is fetched."""

    async def clear(self, number: int, person: str, /, *, again: bool) -> Cleared:
        """Settle an uncertain delivery: asked once more, or let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffConfig:
    """The part of the configuration that commands read.

    ``rules`` are the triggers, journeys and campaigns, by name, each with what it is.
    ``channels`` are the configured channels' names; ``timezone`` is the service's; ``minimum`` is
    how many answers a group needs to be shown; ``causes`` are those of cases, ``gists``
    reads what comments speak of. ``best`` are the channels among which the service chooses by
    itself, by survey and rule. ``language`` is that of colleagues whose entry names none.
    """

    surveys: Mapping[str, Survey] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    staff: tuple[StaffMember, ...] = ()
    timezone: str = "UTC"
    channels: tuple[str, ...] = ()
    causes: tuple[str, ...] = CAUSES
    gists: GistReader = field(default_factory=shipped_reader)
    minimum: int = 5
    best: Mapping[Audience, tuple[str, ...]] = field(default_factory=dict)
    campaigns: tuple[Campaign, ...] = ()
    journeys: tuple[Journey, ...] = ()
    language: str = "en"


Release = Callable[[int], Awaitable[bool]]
"""Number of a held press -> whether it counts now."""


async def release_nothing(_number: int) -> bool:
    """Release nothing, where there is no intake to release into."""
    return False


PageLink = Callable[[StaffMember, Request], str]
"""A colleague and what they ask for -> the address of the page that shows it to them alone."""


def link_nowhere(_member: StaffMember, _request: Request) -> str:
    """Give no address, where there is no page."""
    return ""


Act = Callable[[int, Deed, StaffMember], Awaitable[Case]]
"""(case, what a colleague does, who) -> the case as it is then."""


async def act_on_nothing(number: int, _deed: Deed, _member: StaffMember) -> Case:
    """Refuse, where there is no case office."""
    raise Refused(f"There is no case {number}.")


Say = Callable[[int, str, StaffMember], Awaitable[str]]
"""(case, words, who) -> the channel over which its customer reads them."""


async def say_to_nobody(number: int, _words: str, _member: StaffMember) -> str:
    """Refuse, where there is no case office."""
    raise Refused(f"There is no case {number}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a command answers: text of any length, and a picture where one helps.

    ``buttons`` carry commands: a press is the same as writing what is on it. With ``confirm`` the
    command is to be given again, once the colleague has said that it is meant.
    """

    text: str
    image: Image | None = None
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One colleague's question at one moment. ``now`` is aware. ``release`` lets a held press count
    and gives whether it did. ``sure`` is whether they have confirmed what the command asked;
    ``act`` does something with a case, ``say`` writes to its customer; ``line`` is
    all that was written; ``page_link`` gives where the same is in the browser.
    """

    member: StaffMember
    config: StaffConfig
    store: ReportStore
    now: datetime
    release: Release = release_nothing
    sure: bool = False
    office: Desk | None = None
    page_link: PageLink = link_nowhere
    act: Act = act_on_nothing
    say: Say = say_to_nobody
    line: str = ""

    @property
    def desk(self) -> Desk:
        """What sets things going.

        :raises GrammarError: where nothing can be: results are shown only.
        """
        if self.office is None:
            raise GrammarError("This shows results only; nothing can be set going from here.")
        return self.office

    def links(self, request: Request) -> tuple[Link, ...]:
        """Give the link to the page that shows what is asked for, and goes on showing it."""
        url = self.page_link(self.member, request)
        return (Link(label="Live in your browser", url=url),) if url else ()

    @property
    def today(self) -> date:
        """The day it is in the service's time zone."""
        return self.now.astimezone(ZoneInfo(self.config.timezone)).date()

    @property
    def teams(self) -> tuple[str, ...] | None:
        """The teams the colleague may see; None: all."""
        return None if self.member.sees_all else self.member.teams

    @property
    def words(self) -> Words:
        """What pictures and pages say, in the colleague's language; commands are in English."""
        return words_of(self.member.language or self.config.language)

    @property
    def staff_names(self) -> tuple[str, ...]:
        """What colleagues are called."""
        return tuple(name for one in self.config.staff for name in (one.name, one.display_name))

    @property
    def counting(self) -> Counting:
        """What makes reports of counts."""
        return Counting(surveys=self.config.surveys, minimum=self.config.minimum)

    def sees(self, team: str) -> bool:
        """Whether the colleague may see a team's rows."""
        return self.teams is None or team in self.teams

    @property
    def vocabulary(self) -> Vocabulary:
        """The names that mean something to this colleague."""
        asked = [q for survey in self.config.surveys.values() for q in survey.questions]
        listed = [team for member in self.config.staff for team in member.teams]
        spoken = [code for survey in self.config.surveys.values() for code in survey.languages]
        return Vocabulary(
            survey=tuple(self.config.surveys),
            metric=_once(q.metric_id for q in asked if q.metric_id),
            question=_once(q.id for q in asked),
            channel=self.config.channels,
            team=_once(listed) if self.teams is None else self.teams,
            language=_once(spoken),
        )

    def period(self, request: Request) -> Period:
        """Give the period asked for, or the usual one."""
        return request.period or default_period(self.today)

    def title(self, what: str, request: Request) -> str:
        """Give the first line of an answer: what, of which rows, in which days."""
        asked = (request.survey, request.metric, request.question)
        limits = [name for name in asked if name]
        given = ((kind, getattr(request, kind)) for kind in GROUPS)
        limits += [f"{kind} {fold(value, 60)}" for kind, value in given if value]
        if request.by:
            limits.append(f"by {request.by}")
        return " · ".join((what, *limits, spell_period(self.period(request))))

    def about(self, request: Request, survey: str) -> str:
        """Give what stands below a picture's title: survey, limits and days."""
        given = ((kind, getattr(request, kind)) for kind in GROUPS)
        limits = [self.words.say(f"of_{k}", name=fold(value, 60)) for k, value in given if value]
        period = self.period(request)
        return " · ".join((survey, *limits, self.words.span(period.since, period.until)))

    def filter(self, request: Request) -> Filter:
        """Give which rows the request is about, never more than the colleague may see.

        :raises GrammarError: where they ask for a team that is not theirs, or have none.
        """
        if self.teams == ():
            raise GrammarError(
                "You are listed without a team, so there is nothing to show you yet. "
                "Ask whoever keeps config.yaml to add your teams."
            )
        if request.team and not self.sees(request.team):
            raise GrammarError(f"You can see {listing(self.teams or (), 'and')} only.")
        period = self.period(request)
        return Filter(
            survey=request.survey,
            question=request.question,
            metric=request.metric,
            since=period.since,
            until=period.until,
            channel=request.channel,
            team=request.team,
            agent=request.agent,
            language=request.language,
            teams=self.teams,
            by=request.by,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: what help says of it, and how it is answered from the words that follow it.

    ``forms`` is how it is written, ``explanation`` what its answer means.
    """

    name: str
    summary: str
    forms: str
    explanation: str
    examples: tuple[tuple[str, str], ...]
    answer: Callable[[Context, Sequence[str]], Awaitable[Reply]]


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
