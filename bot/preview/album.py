"""The album: every moment of a survey, in every language and channel, as a picture. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.config import Config
from bot.preview.moments import Moment, Scene, compose_moment, list_moments
from bot.preview.painters import Stage, painter_of
from bot.preview.pictures import Picture
from bot.preview.remarks import compare, find_gaps, find_unfilled, without_limits
from bot.preview.sample import make_setting, sample_facts
from channels import CHANNELS, Entry
from surveys.compose import Setting
from surveys.message import Capabilities, Message
from surveys.survey import Survey

PAGE = "web"
"""The channel on whose page a mail's survey goes on."""

TITLES: Mapping[str, str] = {
    "email": "E-mail",
    "sms": "Text message",
    "voice": "Phone call",
    "web": "Web page",
}
"""What a channel is called, where that is not its name with a capital letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One moment on one channel. ``place`` is the channel it is seen on: the page, where a mail
    leads there. ``hint`` says how the customer comes upon it, "" where that is plain.
    """

    id: str
    channel: str
    place: str
    picture: Picture
    hint: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One moment on every channel."""

    moment: Moment
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something was noticed: the card's id, and what its moment is called."""

    card: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing to know. ``channel`` is "" for what holds for the language as a whole."""

    channel: str
    words: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One language. ``remarks`` are about the language as a whole."""

    code: str
    name: str
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[Note, ...]:
        """Everything there is to know, what holds for several moments said once."""
        found: dict[tuple[str, str], list[Place]] = {("", words): [] for words in self.remarks}
        for row in self.rows:
            for card in row.cards:
                for words in card.remarks:
                    place = Place(card=card.id, name=row.moment.name)
                    found.setdefault((card.channel, words), []).append(place)
        return tuple(
            Note(channel=channel, words=words, places=tuple(places))
            for (channel, words), places in found.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """A whole survey. ``channels`` are its columns, ``played`` those played by the sandbox."""

    survey: str
    company: str
    channels: tuple[str, ...]
    played: frozenset[str]
    chapters: tuple[Chapter, ...]

    @property
    def remark_count(self) -> int:
        return sum(len(chapter.notes) for chapter in self.chapters)


def make_album(
    config: Config,
    survey: Survey,
    *,
    channels: Sequence[str],
    languages: Sequence[str],
    facts: Mapping[str, str] | None = None,
    registry: Mapping[str, Entry] = CHANNELS,
) -> Album:
    """Compose and paint a survey.

    ``channels`` are names of ``registry``, in the order of the columns; one that is not set up is
    shown as it would be. ``facts`` are added to the sample's.
    """
    easel = _Easel(config, survey, registry, sample_facts(config, facts or {}))
    return Album(
        survey=survey.id,
        company=config.service.name,
        channels=tuple(channels),
        played=frozenset(c for c in channels if _is_played(config, c)),
        chapters=tuple(easel.chapter(language, channels) for language in languages),
    )


def title_of(channel: str) -> str:
    """Give what people call a channel."""
    return TITLES.get(channel, channel.capitalize())


def capabilities_of(config: Config, channel: str, registry: Mapping[str, Entry]) -> Capabilities:
    """Give what a channel can do, narrowed by its settings where these narrow it."""
    narrowed = getattr(_settings(config, channel), "capabilities", None)
    return narrowed if isinstance(narrowed, Capabilities) else registry[channel].capabilities()


def _settings(config: Config, channel: str) -> object:
    found = config.channels.get(channel)
    return found.settings if found else None


def _is_played(config: Config, channel: str) -> bool:
    found = config.channels.get(channel)
    return found is not None and found.sandbox


@dataclass(frozen=True, slots=True)
class _Easel:
    """What all cards of one album share."""

    config: Config
    survey: Survey
    registry: Mapping[str, Entry]
    facts: Mapping[str, object]

    def chapter(self, language: str, channels: Sequence[str]) -> Chapter:
        config = self.config
        setting = make_setting(config, self.survey, language, self.facts)
        rows = tuple(
            Row(
                moment=moment,
                cards=tuple(self._card(moment, channel, setting) for channel in channels),
            )
            for moment in list_moments(self.survey)
        )
        main = config.service.language
        gaps = find_gaps(self.survey, language, config.languages, main)
        bank = config.languages.get(language)
        return Chapter(
            code=language,
            name=bank.name if bank else language,
            rows=rows,
            remarks=(*gaps, *find_unfilled(setting)),
        )

    def _card(self, moment: Moment, channel: str, setting: Setting) -> Card:
        own = capabilities_of(self.config, channel, self.registry)
        elsewhere = own.links and not moment.is_first and PAGE in self.registry
        place = PAGE if elsewhere else channel
        can = capabilities_of(self.config, place, self.registry) if elsewhere else own
        message = compose_moment(moment, setting, can)
        picture = painter_of(place)(message, self._stage(place))
        lost = () if elsewhere else tuple(self._lost(moment, message, setting, can))
        return Card(
            id=f"{setting.language}-{channel}-{moment.id}",
            channel=channel,
            place=place,
            picture=picture,
            hint=_hint(moment, own, elsewhere=elsewhere),
            remarks=(*lost, *picture.remarks),
        )

    def _lost(
        self, moment: Moment, message: Message, setting: Setting, can: Capabilities
    ) -> Iterator[str]:
        whole = compose_moment(moment, setting, without_limits(can))
        return compare(message, whole, can)

    def _stage(self, place: str) -> Stage:
        service = self.config.service
        return Stage(
            company=service.name,
            privacy_url=service.privacy_url,
            languages=self.config.languages,
            settings=_settings(self.config, place),
            web_settings=_settings(self.config, PAGE),
        )


def _hint(moment: Moment, can: Capabilities, *, elsewhere: bool) -> str:
    if elsewhere:
        return "on the page it leads to"
    if moment.scene is not Scene.RECORDED:
        return ""
    return "the same message, changed" if can.edits else "said before what comes next"
