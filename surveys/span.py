"""Spans: stretches of time in plain words, for colleagues. Pure."""

from datetime import timedelta

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def spell_span(span: timedelta) -> str:
    """Give a stretch of time in its two largest units: ``4 hours``, ``1 day 12 hours``."""
    rest = round(span.total_seconds())
    parts: list[str] = []
    for name, size in _UNITS:
        n, rest = divmod(rest, size)
        if n and len(parts) < 2:
            parts.append(f"{n:,} {name}" if n == 1 else f"{n:,} {name}s")
    return " ".join(parts) or "no time"
