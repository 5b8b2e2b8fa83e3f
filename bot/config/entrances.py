"""Entrances: which surveys anybody may come to by themselves (a survey's ``public:``)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from bot.config.faults import quote
from bot.config.place import Place
from bot.config.reading import example, read_block
from bot.config.shape import PublicShape
from surveys.entrance import BUILT_IN, OTHER, SOURCE, Entrance

MOST_SOURCES = 200
"""Each is counted apart, every day."""


def read_entrances(surveys: Iterable[Place]) -> Mapping[str, Entrance]:
    """Give the entrance of each survey that has one, by the survey's name."""
    found = {str(s.route[-1]): _read(s.at("public")) for s in surveys if s.at("public").exists}
    return {name: entrance for name, entrance in found.items() if entrance is not None}


def _read(place: Place) -> Entrance | None:
    if isinstance(place.value, bool):
        return Entrance() if place.value else None
    if not isinstance(place.value, Mapping):
        hint = f"write public: true, or {example('survey', 'public').removeprefix('for example: ')}"
        place.fault("true, false or keys with values are expected here", hint=hint)
        return None
    shape = read_block(PublicShape, place)
    if shape is None:
        return None
    _check_sources(place.at("sources"), shape.sources)
    given: dict[str, Any] = {} if shape.expires is None else {"expires": shape.expires}
    return Entrance(
        sources=tuple(shape.sources),
        team=shape.team,
        teams={source: team for source, team in shape.sources.items() if team},
        **given,
    )


def _check_sources(place: Place, sources: Collection[str]) -> None:
    for source in sources:
        if not SOURCE.fullmatch(source):
            hint = "begin with a letter; use small letters, digits, _ and -, at most 40 in all"
            _report(place, source, f"{quote(source)} cannot be the name of a source", hint)
        elif source == OTHER:
            hint = f"it stands for every source not listed; always known: {', '.join(BUILT_IN)}"
            _report(place, source, f"{quote(OTHER)} is no source of its own", hint)
    if len(sources) > MOST_SOURCES:
        hint = "one for each place, not one for each person"
        place.fault(f"this has more than {MOST_SOURCES}", hint=hint)


def _report(place: Place, source: str, message: str, hint: str) -> None:
    """Report one source where it is written: as a key, in a list, or alone."""
    if isinstance(place.value, Mapping):
        place.at(source).key_fault(message, hint=hint)
    elif isinstance(place.value, list):
        place.at(place.value.index(source)).fault(message, hint=hint)
    else:
        place.fault(message, hint=hint)
