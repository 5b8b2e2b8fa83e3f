"""The JSON Schema of config.yaml (draft 2020-12), for completion and hover in editors.

It is made of the tables the reader itself uses: keys and their meaning, presets, scales, channels,
languages. It knows types and names; what depends on other parts of a file only `check` knows.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from pydantic import TypeAdapter

from bot.config.channels import inner_shape, is_required, keys_of
from bot.config.consent import PURPOSE
from bot.config.keys import SECTIONS, Key
from bot.config.model import Registry
from bot.config.reading import known_keys
from bot.config.rules import PER
from bot.config.shape import ChoiceShape, NumberShape, OwnTextShape, RatingShape, WordsShape
from bot.config.surveys import NAME
from bot.config.throttle import CLOCKS
from channels import CHANNELS
from scheduler.patience import OnLimit
from surveys.condition import MAX_LENGTH
from surveys.consent import Basis
from surveys.entrance import SOURCE
from surveys.metric import METRICS, Band
from surveys.preset import PRESETS, VARIANTS
from surveys.scale import SCALES
from surveys.staff import Role
from surveys.thanks import LINKS
from surveys.theme import BUILT_IN
from surveys.webhook import EVENTS

Schema = dict[str, Any]
Types = Mapping[str, Schema]

_STRING: Schema = {"type": "string"}
_WHOLE: Schema = {"type": "integer", "minimum": 1}
_FLAG: Schema = {"type": "boolean"}
_NUMBER: Schema = {"type": "number"}
_TEXTS = {"anyOf": [_STRING, {"type": "object", "additionalProperties": _STRING}]}
_IF = {"type": "string", "maxLength": MAX_LENGTH}
_DURATION = {"type": "string", "pattern": r"^[0-9]+\s*[smhdw]$"}
_PERCENT = {"anyOf": [{"type": "string", "pattern": r"^[0-9.]+\s*%?$"}, _NUMBER]}

_SENTENCE = re.compile(r"``(\w+)`` (is .*?\.)(?= ``\w+`` is |\s*$)")

_SERVICE: Types = dict.fromkeys(SECTIONS["service"], _STRING) | {
    "write_keys": {"anyOf": [_STRING, {"type": "array", "items": _STRING}]},
    "identity": {"enum": ["link", "code"]},
}
_LISTED: Schema = {"anyOf": [_STRING, {"type": "array", "items": _STRING}]}
_REPORT: Types = {
    "name": _STRING,
    "schedule": _STRING,
    "to": _LISTED,
    "period": _STRING,
    "surveys": _LISTED,
    "by": _LISTED,
    "language": _STRING,
}
_QUESTION: Types = {
    "id": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,15}$"},
    "about": {"enum": sorted({about for variants in VARIANTS.values() for about in variants})},
    "scale": {"enum": list(SCALES)},
    "satisfied": {"type": "integer"},
    "text": _TEXTS,
    "choices": {
        "type": "object",
        "propertyNames": {"pattern": "^[a-z0-9_]{1,14}$"},
        "additionalProperties": _TEXTS,
        "minProperties": 2,
    },
    "minimum": _NUMBER,
    "maximum": _NUMBER,
    "if": _IF,
    "required": _FLAG,
}


_WEBHOOK: Types = {
    "url": _STRING,
    "secret": {"type": "string", "pattern": r"\$\{"},
    "events": {
        "anyOf": [{"enum": list(EVENTS)}, {"type": "array", "items": {"enum": list(EVENTS)}}]
    },
    "allow_private": _FLAG,
}


def write_schema(registry: Registry = CHANNELS) -> str:
    """Give the schema as JSON text, indented for people."""
    return json.dumps(build_schema(registry), indent=2, ensure_ascii=False)


def build_schema(registry: Registry = CHANNELS) -> Schema:
    """Give the schema of the main file."""
    root = {
        "service": _block("service", _SERVICE),
        "channels": _closed({name: _channel(name, registry) for name in registry}),
        "staff": {"type": "array", "items": _staff(registry)},
        "surveys": _named(_block("survey", _survey_types())),
        "triggers": _named(_block("trigger", _trigger_types(registry))),
        "alerts": {"type": "array", "items": _block("alert", _alert_types(registry))},
        "causes": {"type": "array", "items": _STRING, "minItems": 1},
        "themes": _themes(),
        "journeys": _named(_block("journey", _journey_types(registry))),
        "campaigns": _named(_block("campaign", _campaign_types(registry))),
        "reports": {"type": "array", "items": _block("report", _REPORT)},
        "throttle": _block("throttle", _throttle_types(registry)),
        "cards": _block("cards", {"to": _STRING}),
        "limits": _block("limits", _limits_types(registry)),
        "consent": _block("consent", _consent_types(registry)),
        "retention": _block("retention", dict.fromkeys(SECTIONS["retention"], _DURATION)),
        "webhooks": _named(_block("webhook", _WEBHOOK)),
        "include": {"anyOf": [_STRING, {"type": "array", "items": _STRING}]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Afterword's config.yaml",
        **_block("root", root),
    }


def _themes() -> Schema:
    """Give the schema of ``themes``: the built-in names are offered, any other may be written."""
    words = {"anyOf": [_STRING, {"type": "array", "items": _STRING, "minItems": 1}]}
    name = {"description": "What colleagues read, for all or by language.", **_TEXTS}
    entry = {
        "anyOf": [
            {"enum": ["off", False]},
            {"type": "array", "items": _STRING, "minItems": 1},
            {"type": "object", "properties": {"name": name}, "additionalProperties": words},
        ]
    }
    return {
        "type": "object",
        "properties": {
            theme: {"description": f"More words for {theme}, or off.", **entry}
            for theme in BUILT_IN
        },
        "propertyNames": {"pattern": f"^{NAME.pattern}$"},
        "additionalProperties": entry,
    }


def _closed(properties: Types) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _named(entry: Schema) -> Schema:
    names = {"pattern": f"^{NAME.pattern}$"}
    return {"type": "object", "propertyNames": names, "additionalProperties": entry}


def _block(section: str, types: Types) -> Schema:
    """Give a block with the keys of ``types``, described by the section's table."""
    keys = SECTIONS[section]
    block = _closed({name: _told(keys[name], kind) for name, kind in types.items()})
    required = [name for name in types if keys[name].required]
    return {**block, "required": required} if required else block


def _told(key: Key, kind: Schema) -> Schema:
    return {"description": f"{key.doc} For example: {key.example}", **kind}


def _staff(registry: Registry) -> Schema:
    types = {
        "name": _STRING,
        "role": {"enum": [role.value for role in Role]},
        "teams": {"anyOf": [_STRING, {"type": "array", "items": _STRING}]},
        "display_name": _STRING,
        "language": _STRING,
    }
    block = _block("staff", types)
    for name in registry:
        doc = f"The colleague's id or address on {name}."
        block["properties"][name] = {"description": doc, "type": ["string", "integer"]}
    return block


def _survey_types() -> Types:
    targets = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
    return {
        "questions": {"type": "array", "items": _question(), "minItems": 1},
        "title": _TEXTS,
        "languages": {"anyOf": [_STRING, {"type": "array", "items": _STRING}]},
        "goal": targets,
        "thanks": _closed({band.value: _TEXTS for band in Band}),
        **dict.fromkeys(LINKS, _STRING),
        "change_within": _DURATION,
        "topic": _STRING,
        "purpose": {"type": "string", "pattern": f"^{PURPOSE.pattern}$"},
        "priority": {"type": "integer", "minimum": 0, "maximum": 100},
        "anonymous": _FLAG,
        "public": {"anyOf": [_FLAG, _block("public", _public_types())]},
    }


def _public_types() -> Types:
    sources = {"type": "string", "pattern": f"^{SOURCE.pattern}$"}
    return {
        "sources": {
            "anyOf": [
                sources,
                {"type": "array", "items": sources},
                {
                    "type": "object",
                    "propertyNames": {"pattern": f"^{SOURCE.pattern}$"},
                    "additionalProperties": {"type": ["string", "null"]},
                },
            ]
        },
        "team": _STRING,
        "expires": _DURATION,
    }


def _question() -> Schema:
    variants = [f"{name}.{about}" for name, abouts in VARIANTS.items() for about in abouts]
    named = {name: _options(_preset_shape(name)) for name in [*PRESETS, *variants]}
    for name in PRESETS:
        metric = PRESETS[name].metric_id
        if metric:
            scales = {"enum": list(METRICS[metric].scales)}
            named[name]["properties"]["scale"].update(scales)
    own = {"choice": ChoiceShape, "choices": ChoiceShape, "number": NumberShape}
    written = {name: _options(shape) for name, shape in (own | {"text": OwnTextShape}).items()}
    for options in written.values():
        options["required"] = [k for k in ("id", "text", "choices") if k in options["properties"]]
    mapping = {**_closed(named | written), "minProperties": 1, "maxProperties": 1}
    return {"anyOf": [{"enum": [*PRESETS, *variants]}, mapping]}


def _preset_shape(name: str) -> type[Any]:
    return RatingShape if PRESETS[name.partition(".")[0]].metric_id else WordsShape


def _options(shape: type[Any]) -> Schema:
    return _block("question", {key: _QUESTION[key] for key in known_keys(shape)})


def _trigger_types(registry: Registry) -> Types:
    names = {"type": "array", "items": {"enum": list(registry)}, "minItems": 1}
    one = {"enum": list(registry)}
    return {
        "event": _STRING,
        "survey": _STRING,
        "if": _IF,
        "every": _WHOLE,
        "per": {"enum": list(PER)},
        "percent": _PERCENT,
        "daily_max": _WHOLE,
        "via": {"anyOf": [names, one, _closed({"all": names}), _closed({"best": names})]},
        "all": {"anyOf": [names, one]},
        "best": names,
        "wait": _DURATION,
        "max_age": _DURATION,
        "expires": _DURATION,
        "only_if": _IF,
        "remind": {"anyOf": [_DURATION, _block("remind", _remind_types(registry))]},
        "fallback": {"anyOf": [_DURATION, _block("fallback", {"after": _DURATION})]},
    }


def _remind_types(registry: Registry) -> Types:
    return {
        "after": _DURATION,
        "times": {"type": "integer", "minimum": 1, "maximum": 5},
        "via": {"enum": list(registry)},
        "text": _TEXTS,
    }


def _journey_types(registry: Registry) -> Types:
    trigger = _trigger_types(registry)
    milestone: Types = {
        "name": _STRING,
        "survey": _STRING,
        "after": _STRING,
        "before": _STRING,
        "by": _DURATION,
        "event": _STRING,
        "count": _WHOLE,
        "wait": _DURATION,
        "if": _IF,
        "via": trigger["via"],
        "all": trigger["all"],
        "best": trigger["best"],
        "max_age": _DURATION,
        "expires": _DURATION,
        "only_if": trigger["only_if"],
        "remind": trigger["remind"],
        "fallback": trigger["fallback"],
    }
    return {
        "starts": _STRING,
        "ends": {"anyOf": [_STRING, {"type": "array", "items": _STRING}]},
        "key": _STRING,
        "if": _IF,
        "milestones": {"type": "array", "items": _block("milestone", milestone), "minItems": 1},
    }


def _alert_types(registry: Registry) -> Types:
    recovery: Types = {
        "survey": _STRING,
        "after": _DURATION,
        "via": _trigger_types(registry)["via"],
    }
    case: Types = {
        "respond_within": _DURATION,
        "business_hours": _STRING,
        "holidays": _FLAG,
        "country": {"type": "string", "pattern": "^[A-Za-z]{2}$"},
        "escalate_to": _STRING,
        "recovery": _block("recovery", recovery),
    }
    return {
        "if": _IF,
        "words": {"anyOf": [_STRING, {"type": "array", "items": _STRING}]},
        "repeated": {"type": "string", "pattern": r"^\s*[0-9]{1,3}\s+in\s+\S"},
        "theme": _LISTED,
        "to": {"anyOf": [_STRING, {"type": "array", "items": _STRING, "minItems": 1}]},
        "respond_within": _DURATION,
        "business_hours": _STRING,
        "holidays": _FLAG,
        "urgent": _FLAG,
        "case": _block("case", case),
    }


def _campaign_types(registry: Registry) -> Types:
    trigger = _trigger_types(registry)
    return {
        "schedule": _STRING,
        "survey": _STRING,
        "audience": {"anyOf": [_IF, _block("audience", {"csv": _STRING, "if": _IF})]},
        "via": trigger["via"],
        "all": trigger["all"],
        "best": trigger["best"],
        "spread": _DURATION,
        "hold_out": _PERCENT,
        "ends": {"type": "string", "format": "date"},
        "max_age": _DURATION,
        "expires": _DURATION,
        "only_if": trigger["only_if"],
        "remind": trigger["remind"],
        "fallback": trigger["fallback"],
        "reports": _LISTED,
    }


def _limits_types(registry: Registry) -> Types:
    often = {"type": "string", "pattern": r"^[0-9]{1,4}\s+in\s+[0-9]+\s*[smhdw]$"}
    return {
        "per_person": often,
        "messages_per_person": often,
        "per_day": _WHOLE,
        "channels": {
            "type": "object",
            "propertyNames": {"enum": list(registry)},
            "additionalProperties": _WHOLE,
        },
    }


def _throttle_types(registry: Registry) -> Types:
    most = {"daily_max": _WHOLE, "weekly_max": _WHOLE, "monthly_max": _WHOLE}
    one = _block("limit", {"recontact": _DURATION, **most, "clock": {"enum": list(CLOCKS)}})
    days = {"type": "string", "pattern": "^[A-Za-z]{3,9}(-[A-Za-z]{3,9})?$"}
    return {
        "recontact": _DURATION,
        **most,
        "quiet_hours": {
            "type": "string",
            "pattern": "^[0-9]{1,2}:[0-9]{2} ?[-–] ?[0-9]{1,2}:[0-9]{2}$",
        },
        "weekdays": {"anyOf": [days, {"type": "array", "items": days, "minItems": 1}]},
        "holidays": _FLAG,
        "on_limit": {"enum": list(OnLimit)},
        "let_finish": _DURATION,
        "let_talk": _DURATION,
        "surveys": _named(one),
        "topics": {"type": "object", "additionalProperties": one},
        "channels": _closed({name: _limits_of(name, one) for name in registry}),
    }


def _consent_types(registry: Registry) -> Types:
    purpose = {"type": "string", "pattern": f"^{PURPOSE.pattern}$"}
    channel = {"enum": list(registry)}
    return {
        "basis": {"enum": list(Basis)},
        "purposes": {"anyOf": [purpose, {"type": "array", "items": purpose}]},
        "channels": {"anyOf": [channel, {"type": "array", "items": channel}]},
    }


def _limits_of(name: str, one: Schema) -> Schema:
    return {**one, "description": f"Limits of {name}."}


def _channel(name: str, registry: Registry) -> Schema:
    """Give a channel's block; the sandbox needs none of its settings."""
    settings = registry[name].settings_class()
    types = TypeAdapter(settings).json_schema().get("properties", {})
    docs = setting_docs(settings)
    block = _block("channel", {"sandbox": _FLAG})
    for key, field in keys_of(settings).items():
        inner = inner_shape(field)
        kind = _inner(inner) if inner else _setting(types.get(field.name, {}), field)
        doc = docs.get(key) or docs.get(field.name) or f"See docs/channels/{name}.md."
        block["properties"][key] = {"description": doc, **kind}
    needed = [key for key, field in keys_of(settings).items() if is_required(field)]
    choice = {"anyOf": [{"required": ["sandbox"]}, {"required": needed}]} if needed else {}
    summary = (settings.__doc__ or "").strip().partition("\n")[0]
    return {"description": summary, "type": ["object", "null"], **_without(block, "type"), **choice}


def _inner(shape: type[Any]) -> Schema:
    """Give the block under a channel's key."""
    described = TypeAdapter(shape).json_schema()
    types, docs = described["properties"], setting_docs(shape)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": described.get("required", []),
        "properties": {
            field.name: {"description": docs[field.name], **_setting(types[field.name], field)}
            for field in fields(shape)
        },
    }


def setting_docs(settings: type[Any]) -> Mapping[str, str]:
    """Give what a Settings says of its fields, in its docstring: ``name  meaning`` lines, or
    sentences that begin with the field's name in double back-quotes.
    """
    text = (settings.__doc__ or "").partition(":raises")[0]
    docs: dict[str, str] = {}
    for found in re.finditer(r"^ +(\w+) {2,}(\S.*(?:\n {8,}\S.*)*)", text, re.MULTILINE):
        docs[found[1]] = " ".join(found[2].split())
    for found in _SENTENCE.finditer(" ".join(text.split())):
        docs.setdefault(found[1], f"{found[1]} {found[2]}")
    return {name: doc.replace("``", "`") for name, doc in docs.items()}


def _setting(kind: Schema, field: Field[Any]) -> Schema:
    shown = _without(kind, "title") if field.repr else _without(kind, "title", "default")
    return {**shown, "writeOnly": True} if not field.repr else shown


def _without(schema: Schema, *keys: str) -> Schema:
    return {key: value for key, value in schema.items() if key not in keys}
