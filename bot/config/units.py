"""Units: durations, shares and addresses as people write them."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"([0-9]{1,9})\s*([smhdw])")
_LONGEST = timedelta(days=366)
_WORDY = re.compile(r"(an?|[0-9]{1,9})\s*([a-z]+)", re.IGNORECASE)
_LONG = {"month": (30, "d"), "mo": (30, "d"), "quarter": (90, "d"), "year": (365, "d")}
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*(%?)")
_PACE = re.compile(r"([0-9]{1,7})\s*/\s*(s|sec|second|m|min|minute|h|hour|d|day)")
_DATABASES = ("sqlite", "postgres", "postgresql")


class UnfitError(ValueError):
    """A value that cannot be used: what is wrong, and what to write instead.

    ``column`` counts characters of the value from 1; 0 means the whole of it.
    """

    def __init__(self, message: str, *, hint: str = "", column: int = 0) -> None:
        super().__init__(message)
        self.message, self.hint, self.column = message, hint, column


def read_duration(value: object) -> timedelta:
    """Read ``30s``, ``15m``, ``2h``, ``3d`` or ``1w``.

    :raises UnfitError: for anything else, or more than a year.
    """
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        meant = meant_duration(value)
        hint = "write a whole number and a unit: 30s, 15m, 2h, 3d or 1w"
        hint = f"write {meant}" if meant else hint
        if isinstance(value, int) and not isinstance(value, bool):
            hint = f"{value} what? write {value}s, {value}m, {value}h or {value}d"
        raise UnfitError("a duration is expected here", hint=hint)
    duration = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if duration > _LONGEST:
        raise UnfitError("this is longer than a year", hint="366d is the most")
    return duration


def meant_duration(value: object) -> str:
    """Give what somebody meant who wrote a duration in words: 4h for "4 hours", "" for no idea."""
    found = _WORDY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return ""
    number = int(found[1]) if found[1].isdecimal() else 1
    word = found[2].lower().removesuffix("s")
    size, unit = _LONG.get(word, (1, word[:1]))
    names = {"s", "sec", "second", "m", "min", "minute", "h", "hr", "hour", "d", "day", "w", "week"}
    return f"{number * size}{unit}" if word in names or word in _LONG else ""


def read_percent(value: object) -> float:
    """Read ``20%`` or ``20``, more than 0 and at most 100.

    :raises UnfitError: for anything else.
    """
    found = None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        found = _PERCENT.fullmatch(str(value).strip())
    if found is None or not 0 < float(found[1]) <= 100:
        raise UnfitError("a share is expected here", hint="write more than 0 and up to 100: 20%")
    if float(found[1]) < 1 and not found[2]:
        hint = f"write {float(found[1]) * 100:g}%, or {found[1]}% where you mean less than one"
        raise UnfitError("this may be a share or a percentage", hint=hint)
    return float(found[1])


def read_pace(value: object) -> timedelta:
    """Read ``500/h``, also ``50/s``, ``300/min`` and ``2000/d``, as the time between two.

    :raises UnfitError: for anything else.
    """
    found = _PACE.fullmatch(str(value).strip()) if isinstance(value, str | int) else None
    if found is None or not int(found[1]) or isinstance(value, bool):
        hint = "write how many in what time: 500/h, 300/min or 2000/d"
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            hint = f"{value} in what time? write {value}/h, {value}/min or {value}/d"
        raise UnfitError("a pace is expected here", hint=hint)
    return timedelta(**{_UNITS[found[2][0]]: 1}) / int(found[1])


def read_listen(value: object) -> tuple[str, int]:
    """Read ``host:port``; an IPv6 host stands in square brackets.

    :raises UnfitError: for anything else.
    """
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    bare = host.startswith("[") == host.endswith("]") and (":" not in host or host[:1] == "[")
    number = int(port) if re.fullmatch(r"[0-9]{1,5}", port) else 65536
    if not colon or not host or not bare or number > 65535 or re.search(r"[\s/@]", host):
        raise UnfitError("a host and a port are expected here", hint="write 127.0.0.1:8080")
    return host.strip("[]"), number


def read_url(value: object) -> str:
    """Read a web address; a slash at its end is dropped.

    :raises UnfitError: where it is none, or carries a login, a question mark or a fragment.
    """
    hint = "write one like https://feedback.acme.example"
    if not isinstance(value, str):
        raise UnfitError("a web address is expected here", hint=hint)
    try:
        parts = urlsplit(value)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or re.search(r"[\s\"<>\\^`{|}]", value):
        raise UnfitError("a web address is expected here", hint=hint)
    if "@" in parts.netloc:
        raise UnfitError("a web address shown to customers has no login in it", hint=hint)
    return value.rstrip("/")


def read_base_url(value: object) -> str:
    """Read a web address that paths are added to: as `read_url`, without ``?`` and ``#``.

    :raises UnfitError: where it is none.
    """
    url = read_url(value)
    if "?" in url or "#" in url:
        raise UnfitError(
            "paths are added to this address, so it has no ? and #",
            hint="write one like https://feedback.acme.example",
        )
    return url


def read_database(value: object) -> str:
    """Read the address of the database: ``sqlite://PATH`` or ``postgres://…``.

    :raises UnfitError: for anything else; never with the address, which may hold a password.
    """
    hint = "write sqlite://data/afterword.db or postgres://user:${DB_PASSWORD}@host/db"
    scheme, mark, rest = value.partition("://") if isinstance(value, str) else ("", "", "")
    if not mark or scheme not in _DATABASES:
        raise UnfitError("the address of a database is expected here", hint=hint)
    if not rest.strip("/"):
        raise UnfitError("the database has no path or host", hint=hint)
    return str(value)


def read_score(value: object, low: float, high: float, unit: str) -> float:
    """Read a target such as ``50`` or ``85%`` between two bounds, both included.

    :raises UnfitError: for anything else; a percent sign only goes with ``unit`` percent.
    """
    text = str(value).strip()
    share = text.endswith("%")
    found = None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        found = re.fullmatch(r"[-+]?[0-9]{1,6}(?:\.[0-9]{1,6})?", text.removesuffix("%").strip())
    hint = f"write a number from {low:g} to {high:g}" + ("%" if unit == "percent" else "")
    if found is None or (share and unit != "percent"):
        raise UnfitError(f"a goal in {unit} is expected here", hint=hint)
    if not low <= float(found[0]) <= high:
        raise UnfitError(f"this goal cannot be reached in {unit}", hint=hint)
    return float(found[0])
