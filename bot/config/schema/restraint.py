"""How often and with what right: limits, throttle, consent."""

from bot.config.consent import PURPOSE
from bot.config.model import Registry
from bot.config.schema.parts import (
    DURATION,
    FLAG,
    WHOLE,
    Schema,
    Types,
    make_block,
    make_closed,
    make_named,
)
from bot.config.throttle import CLOCKS
from scheduler.limits import OnLimit
from surveys.consent import Basis


def type_limits(registry: Registry) -> Types:
    """Give the types of the keys of `limits:`."""
    often = {"type": "string", "pattern": r"^[0-9]{1,4}\s+in\s+[0-9]+\s*[smhdw]$"}
    return {
        "per_person": often,
        "messages_per_person": often,
        "per_day": WHOLE,
        "channels": {
            "type": "object",
            "propertyNames": {"enum": list(registry)},
            "additionalProperties": WHOLE,
        },
    }


def type_throttle(registry: Registry) -> Types:
    """Give the types of the keys of `throttle:`."""
    most = {"daily_max": WHOLE, "weekly_max": WHOLE, "monthly_max": WHOLE}
    ways: Types = {"clock": {"enum": list(CLOCKS)}, "on_limit": {"enum": list(OnLimit)}}
    one = make_block("limit", {"recontact": DURATION, **most, **ways})
    days = {"type": "string", "pattern": "^[A-Za-z]{3,9}(-[A-Za-z]{3,9})?$"}
    return {
        "recontact": DURATION,
        **most,
        "quiet_hours": {
            "type": "string",
            "pattern": "^[0-9]{1,2}:[0-9]{2} ?[-–] ?[0-9]{1,2}:[0-9]{2}$",
        },
        "weekdays": {"anyOf": [days, {"type": "array", "items": days, "minItems": 1}]},
        "holidays": FLAG,
        "on_limit": {"enum": list(OnLimit)},
        "let_finish": DURATION,
        "let_talk": DURATION,
        "surveys": make_named(one),
        "topics": {"type": "object", "additionalProperties": one},
        "channels": make_closed({name: _limits_of(name, one) for name in registry}),
    }


def type_consent(registry: Registry) -> Types:
    """Give the types of the keys of `consent:`."""
    purpose = {"type": "string", "pattern": f"^{PURPOSE.pattern}$"}
    channel = {"enum": list(registry)}
    return {
        "basis": {"enum": list(Basis)},
        "purposes": {"anyOf": [purpose, {"type": "array", "items": purpose}]},
        "channels": {"anyOf": [channel, {"type": "array", "items": channel}]},
    }


def _limits_of(name: str, one: Schema) -> Schema:
    return {**one, "description": f"Limits of {name}."}
