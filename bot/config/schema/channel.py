"""A channel: what its settings and their docstring say."""

import re
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from pydantic import TypeAdapter

from bot.config.channels import inner_shape, is_required, keys_of
from bot.config.model import Registry
from bot.config.schema.parts import FLAG, Schema, make_block


def make_channel(name: str, registry: Registry) -> Schema:
    """Give a channel's block; the sandbox needs none of its settings."""
    settings = registry[name].settings_class()
    types = TypeAdapter(settings).json_schema().get("properties", {})
    docs = setting_docs(settings)
    block = make_block("channel", {"sandbox": FLAG})
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


_SENTENCE = re.compile(r"``(\w+)`` (is .*?\.)(?= ``\w+`` is |\s*$)")


def _setting(kind: Schema, field: Field[Any]) -> Schema:
    shown = _without(kind, "title") if field.repr else _without(kind, "title", "default")
    return {**shown, "writeOnly": True} if not field.repr else shown


def _without(schema: Schema, *keys: str) -> Schema:
    return {key: value for key, value in schema.items() if key not in keys}
