"""Shapes: what each block of the file may hold and of what type, checked by pydantic.

A shape knows nothing of names elsewhere: that a survey exists, or a language, is found out by the
modules that build the core's values from shapes. The keys are described in `bot.config.keys`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from bot.config import units
from bot.config.reading import CLOSED
from bot.config.units import UnfitError
from surveys.condition import Condition, parse
from surveys.consent import FEEDBACK
from surveys.errors import ConditionError, TemplateError
from surveys.staff import Role
from surveys.template import names

ANY_LANGUAGE = ""
"""Stands for the service's language in the texts of a shape: one plain text was written."""


def read_condition(value: object) -> Condition:
    """Read the text of an ``if:``.

    :raises UnfitError: with the column.
    """
    return _condition(value, events=False)


def read_audience(value: object) -> Condition:
    """Read the condition of an audience, which may count events.

    :raises UnfitError: with the column.
    """
    return _condition(value, events=True)


def _condition(value: object, *, events: bool) -> Condition:
    if isinstance(value, bool):
        raise UnfitError("a condition is expected here", hint="compare something: nps <= 6")
    if not isinstance(value, str):
        raise UnfitError("a condition is expected here", hint="write one like: nps <= 6")
    try:
        return parse(value, events=events)
    except ConditionError as error:
        raise UnfitError(error.message, hint=error.hint, column=error.column) from error


def read_text(value: object) -> str:
    """Read a text a person wrote, with ``{names}``.

    :raises UnfitError: where it is no text, is empty, or its braces cannot be read.
    """
    if isinstance(value, bool | int | float):
        raise UnfitError("a text is expected here", hint=f'put it in quotes: "{value}"')
    if not isinstance(value, str):
        raise UnfitError("a text is expected here", hint="write one text for each language")
    if not value.strip():
        raise UnfitError("the text is empty", hint="write it, or remove the key")
    try:
        names(value)
    except TemplateError as error:
        raise UnfitError(error.message, hint=error.hint, column=error.column) from error
    return value


def _by_language(value: object) -> object:
    return value if isinstance(value, dict) else {ANY_LANGUAGE: read_text(value)}


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _by_source(value: object) -> object:
    """Read sources as a mapping to their teams, "" for those that name none."""
    if isinstance(value, dict):
        return {name: "" if team is None else team for name, team in value.items()}
    listed = _listed(value)
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        hint = "write [receipt, door], or { door: shop } to name a team"
        raise UnfitError("names of sources are expected here", hint=hint)
    return dict.fromkeys(listed, "")


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise UnfitError("a number is expected here, not true or false")
    return value


def _plain(read: Callable[[object], Any]) -> PlainValidator:
    return PlainValidator(read)


Line = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, PlainValidator(read_text)]
Texts = Annotated[dict[str, Words], BeforeValidator(_by_language)]
Sources = Annotated[dict[str, str], BeforeValidator(_by_source)]
Names = Annotated[tuple[Line, ...], BeforeValidator(_listed)]
Whole = Annotated[int, BeforeValidator(_no_flag), Field(ge=1, le=1_000_000_000)]
Number = Annotated[float, BeforeValidator(_no_flag)]
Duration = Annotated[timedelta, _plain(units.read_duration)]
Url = Annotated[str, _plain(units.read_url)]
If = Annotated[Condition | None, _plain(read_condition), Field(alias="if")]


@dataclass(frozen=True, kw_only=True)
class ServiceShape:
    """``service:``."""

    SECTION: ClassVar = "service"
    __pydantic_config__: ClassVar = CLOSED

    name: Line
    public_url: Annotated[str, _plain(units.read_base_url)] = ""
    listen: Annotated[tuple[str, int], _plain(units.read_listen)] = ("127.0.0.1", 8080)
    database: Annotated[str, _plain(units.read_database)] = "sqlite://data/afterword.db"
    timezone: Line = "UTC"
    language: Line = "en"
    write_keys: Names = ()
    identity: Literal["link", "code"] = "link"
    privacy_url: Url = ""
    review_url: Url = ""
    refer_url: Url = ""
    policy_url: Url = ""


@dataclass(frozen=True, kw_only=True)
class StaffShape:
    """One entry of ``staff:``, without the ids on channels."""

    SECTION: ClassVar = "staff"
    __pydantic_config__: ClassVar = CLOSED

    name: Line
    role: Role
    teams: Names = ()
    display_name: Line = ""
    language: Line = ""


@dataclass(frozen=True, kw_only=True)
class SurveyShape:
    """One survey. Its questions are read one by one."""

    SECTION: ClassVar = "survey"
    __pydantic_config__: ClassVar = CLOSED

    questions: Annotated[list[Any], Field(min_length=1, max_length=30)]
    title: Texts = field(default_factory=dict)
    languages: Names = ()
    goal: dict[str, Any] = field(default_factory=dict)
    thanks: dict[str, Texts] = field(default_factory=dict)
    review_url: Url = ""
    refer_url: Url = ""
    policy_url: Url = ""
    change_within: Duration | None = None
    topic: Line = ""
    purpose: Line = FEEDBACK
    priority: Annotated[int, BeforeValidator(_no_flag), Field(ge=0, le=100)] = 0
    anonymous: bool = False
    public: Any = None


@dataclass(frozen=True, kw_only=True)
class PublicShape:
    """The keys of a survey's ``public:``."""

    SECTION: ClassVar = "public"
    __pydantic_config__: ClassVar = CLOSED

    sources: Sources = field(default_factory=dict)
    team: Line = ""
    expires: Duration | None = None


@dataclass(frozen=True, kw_only=True)
class RatingShape:
    """The options of a ready-made question with a scale."""

    SECTION: ClassVar = "question"
    __pydantic_config__: ClassVar = CLOSED

    id: Line | None = None
    about: Line | None = None
    scale: Line | None = None
    satisfied: Annotated[int, BeforeValidator(_no_flag)] | None = None
    text: Texts = field(default_factory=dict)
    if_: If = None
    required: bool | None = None


@dataclass(frozen=True, kw_only=True)
class WordsShape:
    """The options of a ready-made question that is answered in words."""

    SECTION: ClassVar = "question"
    __pydantic_config__: ClassVar = CLOSED

    id: Line | None = None
    about: Line | None = None
    text: Texts = field(default_factory=dict)
    if_: If = None
    required: bool | None = None


@dataclass(frozen=True, kw_only=True)
class OwnTextShape:
    """A ``text:`` question of one's own."""

    SECTION: ClassVar = "question"
    __pydantic_config__: ClassVar = CLOSED

    id: Line
    text: Texts
    if_: If = None
    required: bool | None = None


@dataclass(frozen=True, kw_only=True)
class NumberShape(OwnTextShape):
    """A ``number:`` question of one's own."""

    minimum: Number | None = None
    maximum: Number | None = None


@dataclass(frozen=True, kw_only=True)
class ChoiceShape(OwnTextShape):
    """A ``choice:`` or ``choices:`` question of one's own."""

    choices: Annotated[dict[str, Texts], Field(min_length=2, max_length=20)]


@dataclass(frozen=True, kw_only=True)
class TriggerShape:
    """One trigger. Where it asks is read apart (`bot.config.rules`)."""

    SECTION: ClassVar = "trigger"
    __pydantic_config__: ClassVar = CLOSED

    event: Line
    survey: Line
    if_: If = None
    every: Whole | None = None
    per: Line | None = None
    percent: Annotated[float, _plain(units.read_percent)] | None = None
    daily_max: Whole | None = None
    via: Any = None
    all: Any = None
    best: Any = None
    wait: Duration | None = None
    max_age: Duration | None = None
    expires: Duration | None = None
    only_if: Any = None
    remind: Any = None
    fallback: Any = None


@dataclass(frozen=True, kw_only=True)
class AlertShape:
    """One alert."""

    SECTION: ClassVar = "alert"
    __pydantic_config__: ClassVar = CLOSED

    if_: If = None
    words: Names = ()
    repeated: Any = None
    theme: Names = ()
    to: Names = ("team_lead",)
    respond_within: Duration | None = None
    business_hours: Any = None
    holidays: Any = None
    urgent: Any = None
    case: Any = None


@dataclass(frozen=True, kw_only=True)
class CardsShape:
    """``cards:``."""

    SECTION: ClassVar = "cards"
    __pydantic_config__: ClassVar = CLOSED

    to: Line = "team_lead"


SHAPES = (
    ServiceShape,
    StaffShape,
    SurveyShape,
    PublicShape,
    RatingShape,
    WordsShape,
    OwnTextShape,
    NumberShape,
    ChoiceShape,
    TriggerShape,
    AlertShape,
    CardsShape,
)
