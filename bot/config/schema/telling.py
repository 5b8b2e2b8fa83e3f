"""What is told to whom: alerts with their cases, reports, webhooks."""

from bot.config.model import Registry
from bot.config.schema.parts import CONDITION, DURATION, FLAG, LISTED, STRING, Types, make_block
from bot.config.schema.starting import type_trigger
from surveys.webhook import EVENTS


def type_alert(registry: Registry) -> Types:
    """Give the types of the keys of an alert."""
    recovery: Types = {
        "survey": STRING,
        "after": DURATION,
        "via": type_trigger(registry)["via"],
    }
    case: Types = {
        "respond_within": DURATION,
        "business_hours": STRING,
        "holidays": FLAG,
        "country": {"type": "string", "pattern": "^[A-Za-z]{2}$"},
        "escalate_to": STRING,
        "recovery": make_block("recovery", recovery),
    }
    return {
        "if": CONDITION,
        "words": {"anyOf": [STRING, {"type": "array", "items": STRING}]},
        "repeated": {"type": "string", "pattern": r"^\s*[0-9]{1,3}\s+in\s+\S"},
        "theme": LISTED,
        "to": {"anyOf": [STRING, {"type": "array", "items": STRING, "minItems": 1}]},
        "respond_within": DURATION,
        "business_hours": STRING,
        "holidays": FLAG,
        "urgent": FLAG,
        "case": make_block("case", case),
    }


REPORT: Types = {
    "name": STRING,
    "schedule": STRING,
    "to": LISTED,
    "period": STRING,
    "surveys": LISTED,
    "by": LISTED,
    "language": STRING,
}


WEBHOOK: Types = {
    "url": STRING,
    "secret": {"type": "string", "pattern": r"\$\{"},
    "events": {
        "anyOf": [{"enum": list(EVENTS)}, {"type": "array", "items": {"enum": list(EVENTS)}}]
    },
    "allow_private": FLAG,
}
