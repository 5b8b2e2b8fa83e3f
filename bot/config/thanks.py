"""Thanks: the names in a survey's last words, each of which must have a value."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from bot.config.place import Place
from surveys.errors import TemplateError
from surveys.template import names
from surveys.thanks import LINKS, PROMISED

FACTS = ("first_name", "last_name", "name", "company", "agent", "team", "privacy_url")
"""Names that are known of every customer or interaction, as far as they are known at all."""

KNOWN = (*FACTS, *LINKS, *PROMISED)

_PROMISES = {
    "owner": ("no alert says who that is", "add one under alerts: { if: …, to: team_lead }"),
    "respond_within": (
        "no alert says how soon somebody is in touch",
        "add respond_within: 4h to the alert that such answers set off",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What the file has to promise: that there are alerts, and that one of them has a time."""

    owner: bool
    respond_within: bool


def check_thanks(
    place: Place, links: Mapping[str, str], privacy_url: str, promises: Promises
) -> None:
    """Report each ``{name}`` in a survey's thanks that is misspelt, or that nothing gives a value;
    a link that is still to come is no fault.

    A name of no kind of ours is taken for a fact of the event, unless it looks like one of ours.
    """
    urls = {**links, "privacy_url": privacy_url}
    for at, text in _texts(place.at("thanks")):
        for name in _names(text):
            column = _column(text, name)
            if name in KNOWN:
                _check_value(at, text, name, column, urls, promises)
            elif name.endswith("_url") or _looks_like_ours(name):
                at.unknown("name", KNOWN, word=name, column=column)


def _check_value(
    at: Place,
    text: str,
    name: str,
    column: int,
    urls: Mapping[str, str],
    promises: Promises,
) -> None:
    if re.search(rf"\{{\s*{name}\s*\|", text):
        return  # words to stand in are written beside it
    if name.endswith("_url") and not urls.get(name):
        where = "under service" if name == "privacy_url" else "under service, or to this survey"
        message = f"{{{name}}} has no value: our own words are said instead of this text"
        at.advise(message, hint=f"add {name}: {where}", column=column)
    elif name in PROMISED and not getattr(promises, name):
        why, hint = _PROMISES[name]
        at.fault(f"{{{name}}} has no value: {why}", hint=hint, column=column)


def _texts(place: Place) -> Iterator[tuple[Place, str]]:
    """Give each text of the thanks with its place; what is none is reported elsewhere."""
    bands = place.value if isinstance(place.value, Mapping) else {}
    for band, told in bands.items():
        if isinstance(told, str):
            yield place.at(band), told
        elif isinstance(told, Mapping):
            yield from (
                (place.at(band, code), text) for code, text in told.items() if isinstance(text, str)
            )


def _names(text: str) -> tuple[str, ...]:
    try:
        return names(text)
    except TemplateError:
        return ()


def _looks_like_ours(name: str) -> bool:
    """Whether a name is but a slip away from one of ours: {order} is no slip of {owner}."""
    return bool(get_close_matches(name, (*LINKS, *PROMISED), n=1, cutoff=0.85))


def _column(text: str, name: str) -> int:
    found = re.search(rf"\{{\s*{re.escape(name)}\b", text)
    return found.start() + 1 if found else 0
