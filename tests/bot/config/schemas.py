"""A small validator of JSON Schema: the words that the schema of config.yaml uses, and no others."""

import re
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_NOTES = {"$schema", "title", "description", "default", "writeOnly"}


def problems(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """Give what is wrong with a value; an unknown word of the schema is an error of ours."""
    found: list[str] = []
    for word, rule in schema.items():
        if word not in _NOTES:
            found += [f"{at}: {said}" for said in _RULES[word](value, rule, schema)]
    for key, inner in _inner(value, schema):
        found += problems(value[key], inner, f"{at}/{key}")
    return found


def _inner(value: Any, schema: dict[str, Any]) -> list[tuple[Any, dict[str, Any]]]:
    if isinstance(value, list):
        return [(n, schema["items"]) for n in range(len(value))] if "items" in schema else []
    if not isinstance(value, dict):
        return []
    known, other = schema.get("properties", {}), schema.get("additionalProperties")
    rest = [(k, other) for k in value if k not in known and isinstance(other, dict)]
    return [(k, known[k]) for k in value if k in known] + rest


def _type(value: Any, rule: Any, _: Any) -> list[str]:
    kinds = [rule] if isinstance(rule, str) else rule
    is_flag = isinstance(value, bool)
    fits = any(isinstance(value, _TYPES[k]) and is_flag <= (k == "boolean") for k in kinds)
    return [] if fits else [f"not {rule}"]


def _keys(value: Any, rule: Any, schema: dict[str, Any]) -> list[str]:
    if rule is not False or not isinstance(value, dict):
        return []
    return [f"unknown {key}" for key in value if key not in schema.get("properties", {})]


_RULES: dict[str, Any] = {
    "type": _type,
    "enum": lambda v, r, _: [] if v in r else [f"{v!r} not in {r}"],
    "const": lambda v, r, _: [] if v == r else [f"not {r}"],
    "anyOf": lambda v, r, _: [] if any(not problems(v, one) for one in r) else ["fits none"],
    "pattern": lambda v, r, _: [] if not isinstance(v, str) or re.search(r, v) else [f"not {r}"],
    "required": lambda v, r, _: [f"no {k}" for k in r if isinstance(v, dict) and k not in v],
    "maximum": lambda v, r, _: ["too big"] if isinstance(v, int) and v > r else [],
    "minimum": lambda v, r, _: ["too small"] if isinstance(v, int) and v < r else [],
    "maxLength": lambda v, r, _: ["too long"] if isinstance(v, str) and len(v) > r else [],
    "minItems": lambda v, r, _: ["too few"] if isinstance(v, list) and len(v) < r else [],
    "minProperties": lambda v, r, _: ["too few"] if isinstance(v, dict) and len(v) < r else [],
    "maxProperties": lambda v, r, _: ["too many"] if isinstance(v, dict) and len(v) > r else [],
    "propertyNames": lambda v, r, _: (
        [said for key in v for said in problems(key, r)] if isinstance(v, dict) else []
    ),
    "additionalProperties": _keys,
    "properties": lambda *_: [],
    "items": lambda *_: [],
}
