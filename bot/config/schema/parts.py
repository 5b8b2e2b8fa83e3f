"""The kinds of values that blocks of the schema are made of."""

from collections.abc import Mapping
from typing import Any

from bot.config.keys import SECTIONS, Key
from bot.config.surveys import NAME
from surveys.condition import MAX_LENGTH

Schema = dict[str, Any]


Types = Mapping[str, Schema]


STRING: Schema = {"type": "string"}


WHOLE: Schema = {"type": "integer", "minimum": 1}


FLAG: Schema = {"type": "boolean"}


NUMBER: Schema = {"type": "number"}


TEXTS = {"anyOf": [STRING, {"type": "object", "additionalProperties": STRING}]}


CONDITION = {"type": "string", "maxLength": MAX_LENGTH}


DURATION = {"type": "string", "pattern": r"^[0-9]+\s*[smhdw]$"}


PERCENT = {"anyOf": [{"type": "string", "pattern": r"^[0-9.]+\s*%?$"}, NUMBER]}


LISTED: Schema = {"anyOf": [STRING, {"type": "array", "items": STRING}]}


def make_closed(properties: Types) -> Schema:
    """Give an object with these properties and no others."""
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def make_named(entry: Schema) -> Schema:
    """Give an object of entries, each under a name of its own."""
    names = {"pattern": f"^{NAME.pattern}$"}
    return {"type": "object", "propertyNames": names, "additionalProperties": entry}


def make_block(section: str, types: Types) -> Schema:
    """Give a block with the keys of ``types``, described by the section's table."""
    keys = SECTIONS[section]
    block = make_closed({name: _told(keys[name], kind) for name, kind in types.items()})
    required = [name for name in types if keys[name].required]
    return {**block, "required": required} if required else block


def _told(key: Key, kind: Schema) -> Schema:
    return {"description": f"{key.doc} For example: {key.example}", **kind}
