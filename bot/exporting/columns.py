"""Columns: what stands in each exported table, and of what type. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson

from storage.codec import Row
from storage.exports import listed, moment
from surveys.contact import Contact

Cell = str | float | int | bool | datetime | None


class Kind(StrEnum):
    """The type of a column."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    FLAG = "flag"
    TIME = "time"  # aware, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name, its type, and its cell of a row."""

    name: str
    kind: Kind
    cell: Callable[[Row, Contact], Cell]


def _plain(name: str, kind: Kind = Kind.TEXT, source: str = "") -> Column:
    return Column(name=name, kind=kind, cell=lambda row, _who: row[source or name])


def _time(name: str, source: str = "") -> Column:
    return Column(name=name, kind=Kind.TIME, cell=lambda row, _who: moment(row, source or name))


def _flag(name: str) -> Column:
    def cell(row: Row, _who: Contact) -> Cell:
        return None if row[name] is None else bool(row[name])

    return Column(name=name, kind=Kind.FLAG, cell=cell)


def _of_person(name: str, cell: Callable[[Contact], Cell], kind: Kind = Kind.TEXT) -> Column:
    return Column(name=name, kind=kind, cell=lambda _row, who: cell(who))


def _key(who: Contact) -> str:
    return next((k for k in who.keys if k.startswith("user:")), who.keys[0] if who.keys else "")


def _name(who: Contact) -> str:
    return who.name if who.id and who.attributes else ""


def _addresses(channel: str) -> Callable[[Contact], Cell]:
    def cell(who: Contact) -> Cell:
        return ", ".join(a.value for a in who.addresses if a.channel == channel)

    return cell


_GIST = (
    Column(name="themes", kind=Kind.TEXT, cell=lambda row, _who: ", ".join(row["themes"].split())),
    _plain("tone"),
)
"""What words speak of and how they sound; empty until they are read, a moment after they came."""

_CUSTOMER = (_of_person("customer", _key), _of_person("customer_name", _name))

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "responses": (
        _plain("response", Kind.INTEGER, "invitation_id"),
        _plain("survey"),
        _plain("survey_version"),
        _time("started_at"),
        _time("completed_at"),
        _plain("question", source="question_id"),
        _plain("metric", source="metric_id"),
        _plain("metric_version"),
        _plain("scale", source="scale_id"),
        _plain("value", Kind.NUMBER),
        Column(
            name="choices",
            kind=Kind.TEXT,
            cell=lambda row, _who: ", ".join(listed(row, "choices")),
        ),
        _plain("text"),
        *_GIST,
        _flag("skipped"),
        _flag("satisfied"),
        _time("answered_at", "at"),
        _plain("channel"),
        _plain("language"),
        _plain("wording"),
        _plain("trigger"),
        _plain("weight", Kind.NUMBER),
        _plain("interaction", source="interaction_id"),
        _plain("agent"),
        _plain("team"),
        _plain("line"),
        _plain("population"),
        *_CUSTOMER,
    ),
    "comments": (
        _plain("comment", Kind.INTEGER, "id"),
        _time("at"),
        _plain("text"),
        *_GIST,
        _flag("praise"),
        _plain("channel"),
        _plain("source"),
        _plain("language"),
        _plain("team"),
        *_CUSTOMER,
    ),
    "invitations": (
        _plain("invitation", Kind.INTEGER, "id"),
        _plain("survey"),
        _plain("trigger"),
        _plain("state"),
        _plain("channel"),
        _time("due_at"),
        _time("asked_at"),
        _time("expires_at"),
        _flag("delivered"),
        _plain("weight", Kind.NUMBER),
        _plain("interaction", source="interaction_id"),
        _plain("agent"),
        _plain("team"),
        _plain("line"),
        _plain("population"),
        _plain("language"),
        *_CUSTOMER,
    ),
    "cases": (
        _plain("case", Kind.INTEGER, "id"),
        _plain("response", Kind.INTEGER, "invitation_id"),
        _plain("survey"),
        _plain("state"),
        _plain("owner"),
        _plain("cause"),
        Column(
            name="steps", kind=Kind.TEXT, cell=lambda row, _who: ", ".join(listed(row, "steps"))
        ),
        _time("opened_at"),
        _time("respond_by"),
        _time("claimed_at"),
        _time("contacted_at"),
        _time("closed_at"),
        _plain("recovery_metric"),
        _plain("recovery_value", Kind.NUMBER),
        _time("recovery_at"),
        _plain("interaction", source="interaction_id"),
        _plain("agent"),
        _plain("team"),
        _plain("line"),
        *_CUSTOMER,
    ),
    "contacts": (
        _of_person("contact", lambda who: who.id, Kind.INTEGER),
        _of_person("keys", lambda who: ", ".join(who.keys)),
        _of_person("name", _name),
        _of_person("email", _addresses("email")),
        _of_person("phone", _addresses("sms")),
        _of_person("telegram", _addresses("telegram")),
        _of_person("slack", _addresses("slack")),
        _of_person("messenger", _addresses("messenger")),
        _of_person("language", lambda who: who.language or ""),
        _of_person("timezone", lambda who: who.timezone or ""),
        _of_person("opted_out_at", lambda who: who.opted_out_at, Kind.TIME),
        _of_person("paused_until", lambda who: who.paused_until, Kind.TIME),
        _of_person("only_channel", lambda who: who.only_channel),
        _of_person("attributes", lambda who: orjson.dumps(dict(who.attributes)).decode()),
    ),
    "audit": (
        _plain("number", Kind.INTEGER),
        _time("at"),
        _plain("person"),
        _plain("role"),
        _plain("channel"),
        _plain("command"),
        _plain("line"),
        _plain("verdict"),
        _plain("hash"),
    ),
}
"""What can be exported -> its columns. ``responses`` has a row for each answer."""
