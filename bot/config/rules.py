"""Rules: triggers (an event starts a survey) and alerts (an answer reaches a colleague)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config.cases import read_case, read_telling
from bot.config.faults import quote
from bot.config.follow_ups import read_follow_up
from bot.config.model import Registry
from bot.config.place import Place
from bot.config.questions import Tongue, check_names
from bot.config.reading import (
    example,
    read_block,
    report_key,
    written_values,
)
from bot.config.repeating import read_repeated
from bot.config.shape import AlertShape, CardsShape, TriggerShape
from bot.config.surveys import NAME
from bot.config.themes import shipped_reader
from scheduler.triggers import Trigger
from surveys.alert import AlertRule
from surveys.invitation import OPEN_FOR
from surveys.metric import METRICS
from surveys.staff import Role
from surveys.theme import GistReader

PER = ("line", "agent", "team", "customer")
"""What ``every`` may count apart."""
RECEIVERS = (Role.TEAM_LEAD, Role.MANAGER, Role.ADMIN)
"""The roles an alert may go to."""
NOBODY = "nobody"
"""Who reads comment cards where only /comments shows them."""
_NAME_HINT = "begin with a letter; use small letters, digits, _ and -, at most 40 in all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names rules may use: all that are written, also where their own block has faults.

    ``tongue`` is what texts may be written in. ``answers`` are what alerts may ask for: the
    questions of all surveys, and their metrics. ``folder`` is where files are that rules name.
    ``zone`` is the service's time zone. ``gists`` reads what comments speak of.
    """

    surveys: Collection[str]
    channels: Sequence[str]
    staff: Collection[str]
    answers: Collection[str]
    registry: Registry
    tongue: Tongue
    folder: Path
    zone: str = "UTC"
    gists: GistReader = field(default_factory=shipped_reader)


def check_name(place: Place, kind: str) -> None:
    """Report a survey or trigger whose name nobody could type into a chat."""
    name = str(place.route[-1])
    if not NAME.fullmatch(name):
        place.key_fault(f"{quote(name)} cannot be the name of a {kind}", hint=_NAME_HINT)


def check_survey(place: Place, names: Names) -> None:
    """Report where something asks a survey that is not in the file."""
    survey = place.at("survey")
    if isinstance(survey.value, str) and survey.value.strip() not in names.surveys:
        survey.unknown("survey", names.surveys)


def read_trigger(place: Place, names: Names) -> Trigger | None:
    """Give the trigger, or None where it has faults."""
    before = len(place.findings.faults)
    check_name(place, "trigger")
    shape = read_block(TriggerShape, place)
    route = read_via(place, names)
    check_survey(place, names)
    if shape is None:
        return None
    _check_sampling(place, shape)
    if len(place.findings.faults) > before:
        return None
    expires = shape.expires or OPEN_FOR
    follow_up = read_follow_up(place, route.via, names.channels, names.tongue, expires)
    if len(place.findings.faults) > before:
        return None
    keys = ("every", "per", "percent", "daily_max", "wait", "max_age", "expires")
    return Trigger(
        name=str(place.route[-1]),
        event=shape.event,
        survey=shape.survey,
        via=route.via,
        all_channels=route.all_channels,
        best=route.best,
        condition=shape.if_,
        follow_up=follow_up,
        **written_values(shape, keys),
    )


def read_alert(place: Place, names: Names) -> AlertRule | None:
    """Give the alert, or None where it has faults."""
    before = len(place.findings.faults)
    shape = read_block(AlertShape, place)
    if shape is None:
        return None
    _check_themes(place.at("theme"), shape.theme, names.gists)
    if shape.if_ is None and not shape.words and not shape.theme:
        place.key_fault("'if' is missing", hint=example("alert", "if"), found="if")
    if shape.if_ is not None:
        check_names(place.at("if"), shape.if_, {*names.answers, *METRICS}, "question")
    to = tuple(_read_receiver(at, name, names) for at, name in _receivers(place.at("to"), shape.to))
    repeated = read_repeated(place.at("repeated"))
    hours, urgent = read_telling(place, names.zone)
    case = read_case(
        place.at("case"), surveys=names.surveys, channels=names.channels, zone=names.zone
    )
    if case and case.escalate_to:
        _check_receiver(
            place.at("case").at("escalate_to"), case.escalate_to, {*RECEIVERS, *names.staff}
        )
    if len(place.findings.faults) > before:
        return None
    within = shape.respond_within or (case.respond_within if case else None)
    return AlertRule(
        condition=shape.if_,
        words=shape.words,
        themes=shape.theme,
        gists=names.gists if shape.theme else None,
        to=to,
        respond_within=within,
        case=case,
        hours=hours,
        urgent=urgent,
        repeated=repeated,
    )


def _check_themes(place: Place, themes: Sequence[str], gists: GistReader) -> None:
    known = [theme.id for theme in gists.themes]
    for number, theme in enumerate(themes):
        if theme not in known:
            at = place.at(number) if isinstance(place.value, list) else place
            at.unknown("theme", known, word=theme)


def _receivers(place: Place, to: Sequence[str]) -> list[tuple[Place, str]]:
    """Give each receiver with its place: one may stand by itself, several stand in a list."""
    if isinstance(place.value, list):
        return [(place.at(number), name) for number, name in enumerate(to)]
    return [(place, name) for name in to]


def _read_receiver(place: Place, to: str, names: Names) -> str:
    """Give a role, a colleague's name, or a place as ``channel:address``: ``#service`` is one of
    Slack, and an address with @ is a mail's.
    """
    if to in {*RECEIVERS, *names.staff}:
        return to
    lane, _, address = to.partition(":")
    if not address and to.startswith("#"):
        lane, address = "slack", to
    elif not address and "@" in to:
        lane, address = "email", to
    if not address:
        _check_receiver(place, to, {*RECEIVERS, *names.staff})
    elif lane not in names.channels:
        hint = f"add {lane} under channels, or write a role or a colleague's name"
        place.fault(f"the channel {quote(lane)} is not set up", hint=hint)
    return f"{lane}:{address}"


def read_cards(place: Place, names: Names) -> str:
    """Give who reads comment cards: a role or a colleague's name, "" for nobody."""
    if not place.exists:
        return CardsShape.to
    shape = read_block(CardsShape, place)
    if shape is None:
        return ""
    _check_receiver(place.at("to"), shape.to, {NOBODY, *RECEIVERS, *names.staff})
    return "" if shape.to == NOBODY else shape.to


def _check_receiver(place: Place, to: str, receivers: Collection[str]) -> None:
    if to not in receivers:
        nobody = f", {NOBODY}" if NOBODY in receivers else ""
        hint = f"write {', '.join(RECEIVERS)}{nobody}, or the name of a colleague under staff"
        place.unknown("receiver", receivers, hint=hint)


def _check_sampling(place: Place, shape: TriggerShape) -> None:
    if shape.every is not None and shape.percent is not None:
        hint = "keep every (each nth event) or percent (a share of the events)"
        place.at("percent").key_fault("every and percent cannot both be set", hint=hint)
    if shape.per is not None and shape.per not in PER:
        place.at("per").unknown("way to count", PER)
    elif shape.per is not None and shape.every is None:
        place.at("per").key_fault("per needs every", hint="add for example every: 10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Over which channels something is asked, in order: over each of them with ``all_channels``,
    over the one people answer best on with ``best``, else over the first that reaches somebody.
    """

    via: tuple[str, ...]
    all_channels: bool = False
    best: bool = False


VISITED = frozenset({"web"})
"""Channels that reach nobody by themselves."""
WAYS = ("all", "best")
"""How the channels of ``via`` may be meant, other than in order."""


def read_via(place: Place, names: Names) -> Route:
    """Give the channels that ``via``, ``all`` or ``best`` names."""
    block: Mapping[str, Any] = place.value if isinstance(place.value, Mapping) else {}
    given = [key for key in ("via", *WAYS) if block.get(key) is not None]
    for key in given[1:]:
        place.at(key).key_fault(f"{given[0]} and {key} cannot both be set", hint="keep one of them")
    way = next((key for key in WAYS if key in given), "")
    at, value = place.at(way or "via"), block.get(way or "via")
    if isinstance(value, Mapping) and not way:
        for key in value:
            if key not in WAYS:
                report_key(at.at(key), WAYS)
        if len([key for key in WAYS if key in value]) == len(WAYS):
            at.fault("all and best cannot both be set", hint="keep one of them")
        way = next((key for key in WAYS if key in value), "all")
        return _read_route(at.at(way), way, names) if way in value else Route(via=())
    if value is None:
        return Route(via=tuple(names.channels))
    return _read_route(at, way, names)


def _read_route(place: Place, way: str, names: Names) -> Route:
    via = _read_channels(place, names)
    if way == "best":
        _check_best(place, via)
    return Route(via=via, all_channels=way == "all", best=way == "best")


def _check_best(place: Place, via: Sequence[str]) -> None:
    """A choice takes two, and each must be able to reach somebody."""
    if len(via) == 1:
        hint = "for example: { best: [telegram, email] }"
        place.fault("best needs two channels or more to choose from", hint=hint)
    for number, channel in enumerate(via if isinstance(place.value, list) else ()):
        if channel in VISITED:
            hint = (
                "leave it out: whoever is asked over another channel can answer there all the same"
            )
            place.at(number).fault(f"{channel} waits for visitors and reaches nobody", hint=hint)


def _read_channels(place: Place, names: Names) -> tuple[str, ...]:
    value = place.value
    if isinstance(value, str):
        _check_channel(place, value, names)
        return (value,)
    if not isinstance(value, list) or not value:
        place.fault("a list of channels is expected here", hint="for example: [telegram, email]")
        return ()
    for number, channel in enumerate(value):
        _check_channel(place.at(number), channel, names)
        if channel in value[:number]:
            place.at(number).fault(f"{quote(str(channel))} is listed twice", hint="keep one")
    return tuple(str(channel) for channel in value)


def _check_channel(place: Place, channel: object, names: Names) -> None:
    if not isinstance(channel, str):
        place.fault("the name of a channel is expected here", hint="for example: [telegram, email]")
    elif channel in names.channels:
        return
    elif channel in WAYS:
        hint = f"name the channels: via: {{ {channel}: [{', '.join(names.channels)}] }}"
        place.fault(f"{quote(channel)} does not say which channels", hint=hint)
    elif channel in names.registry:
        hint = f"add it under channels, or write one of: {', '.join(names.channels)}"
        place.fault(f"the channel {quote(channel)} is not set up", hint=hint)
    else:
        place.unknown("channel", names.channels)
