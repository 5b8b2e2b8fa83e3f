"""Edits: what somebody changed in a file, key by key, in few words. Pure.

``recontact 30d -> 20d, +daily_max 1, -holidays true``: what is new, what is gone, and what was and
is. Longer values are left out; which key it was is what somebody wants to read in a chat.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.config.faults import printable

SHOWN = 6
"""Edits of one entry that are told."""
_LONGEST = 40  # characters of a value that is worth telling


def tell_edits(before: object, after: object) -> str:
    """Give what is different between two values of a file, "" where nothing is."""
    found = list(_edits(before, after))
    more = f", and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more


def _edits(before: object, after: object, way: str = "") -> Iterator[str]:
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        if before != after:
            yield _changed(way, before, after)
        return
    for key in [*new, *(key for key in old if key not in new)]:
        here = f"{way}: {key}" if way else key
        if key not in old:
            yield _with_value(f"+{here}", new[key])
        elif key not in new:
            yield _with_value(f"-{here}", old[key])
        else:
            yield from _edits(old[key], new[key], here)


def _by_name(value: object) -> Mapping[str, Any] | None:
    """Give what a value holds by name: a mapping, or a list whose entries have names."""
    if isinstance(value, Mapping):
        return {printable(str(key)): inner for key, inner in value.items()}
    entries = value if isinstance(value, list) else ()
    named = {str(e["name"]): e for e in entries if isinstance(e, Mapping) and "name" in e}
    return named if entries and len(named) == len(entries) else None


def _changed(way: str, before: object, after: object) -> str:
    old, new = _short(before), _short(after)
    return f"{way} {old} -> {new}".strip() if old and new else way


def _with_value(way: str, value: object) -> str:
    return f"{way} {_short(value)}".strip()


def _short(value: object) -> str:
    """Give a value as somebody would write it, "" where that is long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        inner = [_short(entry) for entry in value]
        text = f"[{', '.join(inner)}]" if all(inner) else ""
    else:
        text = "" if value is None or isinstance(value, Mapping) else str(value)
    return printable(text) if len(text) <= _LONGEST and "\n" not in text else ""
