"""A hash of what a value holds: the same for the same content in every process."""

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass

from surveys.condition import Condition


def content_hash(value: object) -> str:
    """Give the first 12 hex digits of the SHA-256 over canonical JSON of a value's content."""
    text = json.dumps(_content(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _content(value: object) -> object:
    if isinstance(value, Condition):
        return value.source
    if is_dataclass(value):
        return {field.name: _content(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _content(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_content(inner) for inner in value]
    if isinstance(value, AbstractSet):  # whose order is another one in each process
        return sorted((_content(inner) for inner in value), key=str)
    return value if isinstance(value, bool | int | float | None) else str(value)
