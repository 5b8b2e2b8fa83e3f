"""What is asked: surveys, their pages and questions."""

from typing import Any

from bot.config.consent import PURPOSE
from bot.config.reading import known_keys
from bot.config.schema.parts import (
    CONDITION,
    DURATION,
    FLAG,
    NUMBER,
    STRING,
    TEXTS,
    Schema,
    Types,
    make_block,
    make_closed,
)
from bot.config.shape import ChoiceShape, NumberShape, OwnTextShape, RatingShape, WordsShape
from surveys.entrance import SOURCE
from surveys.metric import METRICS, Band
from surveys.preset import PRESETS, VARIANTS
from surveys.scale import SCALES
from surveys.thanks import LINKS


def type_survey() -> Types:
    """Give the types of the keys of a survey."""
    targets = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
    return {
        "questions": {"type": "array", "items": _question(), "minItems": 1},
        "title": TEXTS,
        "languages": {"anyOf": [STRING, {"type": "array", "items": STRING}]},
        "goal": targets,
        "thanks": make_closed({band.value: TEXTS for band in Band}),
        **dict.fromkeys(LINKS, STRING),
        "change_within": DURATION,
        "topic": STRING,
        "purpose": {"type": "string", "pattern": f"^{PURPOSE.pattern}$"},
        "priority": {"type": "integer", "minimum": 0, "maximum": 100},
        "anonymous": FLAG,
        "public": {"anyOf": [FLAG, make_block("public", _public_types())]},
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
        "team": STRING,
        "expires": DURATION,
    }


_QUESTION: Types = {
    "id": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,15}$"},
    "about": {"enum": sorted({about for variants in VARIANTS.values() for about in variants})},
    "scale": {"enum": list(SCALES)},
    "satisfied": {"type": "integer"},
    "text": TEXTS,
    "choices": {
        "type": "object",
        "propertyNames": {"pattern": "^[a-z0-9_]{1,14}$"},
        "additionalProperties": TEXTS,
        "minProperties": 2,
    },
    "minimum": NUMBER,
    "maximum": NUMBER,
    "if": CONDITION,
    "required": FLAG,
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
    mapping = {**make_closed(named | written), "minProperties": 1, "maxProperties": 1}
    return {"anyOf": [{"enum": [*PRESETS, *variants]}, mapping]}


def _preset_shape(name: str) -> type[Any]:
    return RatingShape if PRESETS[name.partition(".")[0]].metric_id else WordsShape


def _options(shape: type[Any]) -> Schema:
    return make_block("question", {key: _QUESTION[key] for key in known_keys(shape)})
