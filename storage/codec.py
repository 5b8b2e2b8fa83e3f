"""Core values to and from what columns hold: times, JSON, messages, interactions."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from surveys.event import Interaction
from surveys.message import Button, Entry, Image, Link, Message

Row = Mapping[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Give an aware time as epoch milliseconds; what is finer is cut off."""
    return (at - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """Give epoch milliseconds as an aware UTC time."""
    return _EPOCH + timedelta(milliseconds=ms)


def to_ms_or_none(at: datetime | None) -> int | None:
    """Give a time as epoch milliseconds, and None as None."""
    return None if at is None else to_ms(at)


def from_ms_or_none(ms: int | None) -> datetime | None:
    """Give epoch milliseconds as a time, and None as None."""
    return None if ms is None else from_ms(ms)


def clean_text(text: str) -> str:
    """Give the text without what a database cannot hold: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def dump_json(value: Any) -> str:
    r"""Give a JSON value as text both databases take: no NUL, no lone surrogates, 64-bit numbers.

    ``\u0000`` is legal JSON but PostgreSQL refuses it, so such values are cleaned first.
    """
    try:
        raw = orjson.dumps(value)
    except TypeError:
        raw = orjson.dumps(_clean(value))
    if b"\\u0000" in raw:
        raw = orjson.dumps(_clean(value))
    return raw.decode()


def load_json(text: str) -> Any:
    """Give the JSON value of a column."""
    return orjson.loads(text)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(str(name)): _clean(item) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [_clean(item) for item in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return clean_text(str(value))


def dump_message(message: Message | None) -> dict[str, Any] | None:
    """Give a message as a JSON object; fields at their default are left out."""
    if message is None:
        return None
    given = _given(message, _MESSAGE)
    if "buttons" in given:
        given["buttons"] = [_given(button, _BUTTON) for button in message.buttons]
    for name in _LINKS & given.keys():
        given[name] = [[link.label, link.url] for link in getattr(message, name)]
    given.pop("heard_at", None)  # true only for the moment of sending
    if message.image is not None:
        given["image"] = _dump_image(message.image)
    if message.pictures:
        given["pictures"] = [_dump_image(image) for image in message.pictures]
    return given


def load_message(text: str | None) -> Message | None:
    """Give the message of a column, or None."""
    if text is None:
        return None
    given = load_json(text)
    if "buttons" in given:
        given["buttons"] = tuple(Button(**button) for button in given["buttons"])
    for name in _LINKS & given.keys():
        given[name] = tuple(Link(label=label, url=url) for label, url in given[name])
    if "entry" in given:
        given["entry"] = Entry(given["entry"])
    if "replies_to" in given:
        given["replies_to"] = tuple(given["replies_to"])
    if given.get("ends"):
        given["ends"] = tuple(given["ends"])
    if given.get("image"):
        given["image"] = _load_image(given["image"])
    if "pictures" in given:
        given["pictures"] = tuple(_load_image(image) for image in given["pictures"])
    return Message(**given)


def _dump_image(image: Image) -> dict[str, str]:
    return {"png": base64.b64encode(image.png).decode(), "alt": image.alt}


def _load_image(given: Mapping[str, str]) -> Image:
    return Image(png=base64.b64decode(given["png"]), alt=given["alt"])


def _given(value: Message | Button, fields: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {name: own for name, default in fields if (own := getattr(value, name)) != default}


_LINKS = frozenset({"footer", "links"})

# Names and defaults (MISSING equals nothing). Asking each field anew would double the cost of
# writing a message, of which a scale in a chat has eleven buttons.
_MESSAGE = tuple((field.name, field.default) for field in fields(Message))
_BUTTON = tuple((field.name, field.default) for field in fields(Button))


def interaction_row(interaction: Interaction) -> dict[str, str]:
    """Give the five columns of an interaction."""
    return {
        "interaction_id": interaction.id,
        "agent": interaction.agent,
        "team": interaction.team,
        "line": interaction.line,
        "population": interaction.population,
    }


def read_interaction(row: Row, prefix: str = "") -> Interaction:
    """Give the interaction of a row whose columns may carry a prefix."""
    return Interaction(
        id=row[prefix + "interaction_id"],
        agent=row[prefix + "agent"],
        team=row[prefix + "team"],
        line=row[prefix + "line"],
        population=row[prefix + "population"],
    )
