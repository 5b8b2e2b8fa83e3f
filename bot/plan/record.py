"""The record: a plan as JSON, for programs. Its shape is told in docs/plan.md."""

import json
from datetime import timedelta
from typing import Any, TextIO

from bot.plan.facts import Facts
from bot.plan.forecast import Forecast

VERSION = 1
"""Grows where a field goes or means something else; new fields may come at any time."""


def write_record(facts: Facts, out: TextIO) -> None:
    """Write a plan as one JSON object."""
    json.dump(make_record(facts), out, ensure_ascii=False, indent=1)
    out.write("\n")


def make_record(facts: Facts) -> dict[str, Any]:
    """Give a plan as values of JSON. People are their numbers in the store; nothing else of theirs
    is in it.
    """
    forecast = facts.forecast
    return {
        "plan": VERSION,
        "file": facts.name,
        "config": facts.version,
        "from": forecast.start.isoformat(),
        "until": (forecast.start + timedelta(days=forecast.days)).isoformat(),
        "days": forecast.days,
        "timezone": forecast.zone.key,
        "assumed": {
            "events_of_days": forecast.period.days,
            "events": forecast.played,
            "answers": 0,
            "on_hold": list(forecast.paused),
        },
        "people": _people(forecast),
        "messages": {
            "total": forecast.sent.total(),
            "by_kind": {str(kind): n for (kind,), n in forecast.by("kind").items()},
            "by_channel": {str(name): n for (name,), n in forecast.by("channel").items()},
            "by_rule": {str(rule): n for (rule,), n in forecast.by("rule").items()},
        },
        "timeline": [
            {
                "day": one.day.isoformat(),
                "channel": one.channel,
                "rule": one.rule,
                "kind": one.kind,
                "messages": number,
            }
            for one, number in sorted(forecast.sent.items())
        ],
        "not_sent": [
            {"verdict": one.verdict, "rule": one.rule, "why": one.why, "times": number}
            for one, number in forecast.turned.most_common()
        ],
        "budgets": [
            {
                "channel": load.channel,
                "daily_max": load.most,
                "busiest_day": load.day.isoformat(),
                "messages_then": load.busiest,
                "days_used_up": load.full,
            }
            for load in facts.budgets()
        ],
        "against": _against(facts),
        "too_much": [{"limit": one.key, "says": one.says} for one in facts.breaches],
    }


def _people(forecast: Forecast) -> dict[str, Any]:
    return {
        "known": forecast.people,
        "asked": len([times for times in forecast.asked.values() if times]),
        "held_back": forecast.concerned("hold"),
        "left_out": forecast.concerned("skip"),
        "asked_times": {str(n): many for n, many in sorted(forecast.shares().items())},
        "asked_most": [
            {"person": who, "asked": asked, "messages": told}
            for who, asked, told in forecast.asked_most()
        ],
    }


def _against(facts: Facts) -> dict[str, Any] | None:
    if facts.difference is None:
        return None
    return {
        "file": facts.difference.name,
        "changes": [
            {"what": one.what, "before": one.before, "after": one.after}
            for one in facts.difference.changes
        ],
    }
