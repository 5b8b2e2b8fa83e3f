"""What starts a survey: triggers, journeys, campaigns."""

from bot.config.model import Registry
from bot.config.rules import PER
from bot.config.schema.parts import (
    CONDITION,
    DURATION,
    LISTED,
    PERCENT,
    STRING,
    TEXTS,
    WHOLE,
    Types,
    make_block,
    make_closed,
)


def type_trigger(registry: Registry) -> Types:
    """Give the types of the keys of a trigger."""
    names = {"type": "array", "items": {"enum": list(registry)}, "minItems": 1}
    one = {"enum": list(registry)}
    return {
        "event": STRING,
        "survey": STRING,
        "if": CONDITION,
        "every": WHOLE,
        "per": {"enum": list(PER)},
        "percent": PERCENT,
        "daily_max": WHOLE,
        "via": {"anyOf": [names, one, make_closed({"all": names}), make_closed({"best": names})]},
        "all": {"anyOf": [names, one]},
        "best": names,
        "wait": DURATION,
        "max_age": DURATION,
        "expires": DURATION,
        "only_if": CONDITION,
        "remind": {"anyOf": [DURATION, make_block("remind", _remind_types(registry))]},
        "fallback": {"anyOf": [DURATION, make_block("fallback", {"after": DURATION})]},
    }


def _remind_types(registry: Registry) -> Types:
    return {
        "after": DURATION,
        "times": {"type": "integer", "minimum": 1, "maximum": 5},
        "via": {"enum": list(registry)},
        "text": TEXTS,
    }


def type_journey(registry: Registry) -> Types:
    """Give the types of the keys of a journey."""
    trigger = type_trigger(registry)
    milestone: Types = {
        "name": STRING,
        "survey": STRING,
        "after": STRING,
        "before": STRING,
        "by": DURATION,
        "event": STRING,
        "count": WHOLE,
        "wait": DURATION,
        "if": CONDITION,
        "via": trigger["via"],
        "all": trigger["all"],
        "best": trigger["best"],
        "max_age": DURATION,
        "expires": DURATION,
        "only_if": trigger["only_if"],
        "remind": trigger["remind"],
        "fallback": trigger["fallback"],
    }
    return {
        "starts": STRING,
        "ends": {"anyOf": [STRING, {"type": "array", "items": STRING}]},
        "key": STRING,
        "if": CONDITION,
        "milestones": {"type": "array", "items": make_block("milestone", milestone), "minItems": 1},
    }


def type_campaign(registry: Registry) -> Types:
    """Give the types of the keys of a campaign."""
    trigger = type_trigger(registry)
    return {
        "schedule": STRING,
        "survey": STRING,
        "audience": {
            "anyOf": [CONDITION, make_block("audience", {"csv": STRING, "if": CONDITION})]
        },
        "via": trigger["via"],
        "all": trigger["all"],
        "best": trigger["best"],
        "spread": DURATION,
        "rate": {"type": "string", "pattern": "^[0-9]{1,7}/(s|min|h|d)$"},
        "hold_out": PERCENT,
        "ends": {"type": "string", "format": "date"},
        "max_age": DURATION,
        "expires": DURATION,
        "only_if": trigger["only_if"],
        "remind": trigger["remind"],
        "fallback": trigger["fallback"],
        "reports": LISTED,
    }
