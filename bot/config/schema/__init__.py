"""The JSON Schema of config.yaml (draft 2020-12), for completion and hover in editors.

It is made of the tables the reader itself uses: keys and their meaning, presets, scales, channels,
languages. It knows types and names; what depends on other parts of a file only `check` knows.
"""

import json

from bot.config.keys import SECTIONS
from bot.config.model import Registry
from bot.config.schema.asking import type_survey
from bot.config.schema.channel import make_channel
from bot.config.schema.parts import (
    DURATION,
    STRING,
    TEXTS,
    Schema,
    Types,
    make_block,
    make_closed,
    make_named,
)
from bot.config.schema.restraint import type_consent, type_limits, type_throttle
from bot.config.schema.starting import type_campaign, type_journey, type_trigger
from bot.config.schema.telling import REPORT, WEBHOOK, type_alert
from bot.config.surveys import NAME
from channels import CHANNELS
from surveys.staff import Role
from surveys.theme import BUILT_IN

_SERVICE: Types = dict.fromkeys(SECTIONS["service"], STRING) | {
    "write_keys": {"anyOf": [STRING, {"type": "array", "items": STRING}]},
    "identity": {"enum": ["link", "code"]},
}


def write_schema(registry: Registry = CHANNELS) -> str:
    """Give the schema as JSON text, indented for people."""
    return json.dumps(build_schema(registry), indent=2, ensure_ascii=False)


def build_schema(registry: Registry = CHANNELS) -> Schema:
    """Give the schema of the main file."""
    root = {
        "service": make_block("service", _SERVICE),
        "channels": make_closed({name: make_channel(name, registry) for name in registry}),
        "staff": {"type": "array", "items": _staff(registry)},
        "surveys": make_named(make_block("survey", type_survey())),
        "triggers": make_named(make_block("trigger", type_trigger(registry))),
        "alerts": {"type": "array", "items": make_block("alert", type_alert(registry))},
        "causes": {"type": "array", "items": STRING, "minItems": 1},
        "themes": _themes(),
        "journeys": make_named(make_block("journey", type_journey(registry))),
        "campaigns": make_named(make_block("campaign", type_campaign(registry))),
        "reports": {"type": "array", "items": make_block("report", REPORT)},
        "throttle": make_block("throttle", type_throttle(registry)),
        "cards": make_block("cards", {"to": STRING}),
        "limits": make_block("limits", type_limits(registry)),
        "consent": make_block("consent", type_consent(registry)),
        "retention": make_block("retention", dict.fromkeys(SECTIONS["retention"], DURATION)),
        "webhooks": make_named(make_block("webhook", WEBHOOK)),
        "include": {"anyOf": [STRING, {"type": "array", "items": STRING}]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Afterword's config.yaml",
        **make_block("root", root),
    }


def _staff(registry: Registry) -> Schema:
    types = {
        "name": STRING,
        "role": {"enum": [role.value for role in Role]},
        "teams": {"anyOf": [STRING, {"type": "array", "items": STRING}]},
        "display_name": STRING,
        "language": STRING,
    }
    block = make_block("staff", types)
    for name in registry:
        doc = f"The colleague's id or address on {name}."
        block["properties"][name] = {"description": doc, "type": ["string", "integer"]}
    return block


def _themes() -> Schema:
    """Give the schema of ``themes``: the built-in names are offered, any other may be written."""
    words = {"anyOf": [STRING, {"type": "array", "items": STRING, "minItems": 1}]}
    name = {"description": "What colleagues read, for all or by language.", **TEXTS}
    entry = {
        "anyOf": [
            {"enum": ["off", False]},
            {"type": "array", "items": STRING, "minItems": 1},
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
