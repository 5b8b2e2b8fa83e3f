"""Questions: from a ready-made name or a block of options to a core Question."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from bot.config.faults import quote
from bot.config.place import Place
from bot.config.reading import read_block
from bot.config.shape import (
    ANY_LANGUAGE,
    ChoiceShape,
    NumberShape,
    OwnTextShape,
    RatingShape,
    WordsShape,
)
from surveys.condition import Condition
from surveys.metric import Metric, Scoring
from surveys.preset import PRESETS, VARIANTS
from surveys.question import Choice, Kind, Question, Text

_OWN: Mapping[str, type[OwnTextShape]] = {
    "choice": ChoiceShape,
    "choices": ChoiceShape,
    "number": NumberShape,
    "text": OwnTextShape,
}
KINDS = frozenset({*PRESETS, *_OWN})
"""What a question may be called: a ready-made one, or the kind of one of your own."""

_ID = re.compile(r"[a-z][a-z0-9_]{0,15}")
_CHOICE_ID = re.compile(r"[a-z0-9_]{1,14}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_ID_HINT = "begin with a letter; use small letters, digits and _, at most 16 in all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """What texts may be written in: ``main`` where a text names none, and the ``known`` codes."""

    main: str
    known: frozenset[str]


def read_question(
    place: Place, survey: str, tongue: Tongue, earlier: Collection[str]
) -> Question | None:
    """Give the question, or None where it has faults.

    ``earlier`` are the names its ``if:`` may ask for.
    """
    value = place.value
    if isinstance(value, str):
        return _from_preset(place, value)
    if not isinstance(value, Mapping) or len(value) != 1:
        _report_form(place)
        return None
    kind = next(iter(value))
    at = place.at(kind)
    if kind in _OWN:
        question = _own(at, kind, survey, tongue)
    elif (preset := _from_preset(at, kind, is_key=True)) is None:
        return None
    else:
        question = preset if at.value is None else _adapted(at, preset, tongue)
    if question and question.condition:
        check_names(at.at("if"), question.condition, earlier, "earlier question")
    return question


def written_names(value: object) -> tuple[str, ...]:
    """Give the names a question will be known by, even where the question has faults."""
    kind, options = value, None
    if isinstance(value, Mapping) and value:
        kind, options = next(iter(value.items()))
    preset = PRESETS.get(str(kind).partition(".")[0])
    own = options.get("id") if isinstance(options, Mapping) else None
    name = own if isinstance(own, str) else preset.id if preset else ""
    metric = preset.metric_id if preset else None
    return tuple(dict.fromkeys(n for n in (name, metric) if n))


def check_names(place: Place, condition: Condition, known: Collection[str], kind: str) -> None:
    """Report each name a condition asks for that is not known."""
    for name in sorted(condition.names - set(known)):
        found = re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", condition.source)
        place.unknown(kind, known, word=name, column=found.start() + 1 if found else 0)


def read_texts(place: Place, texts: Mapping[str, str], tongue: Tongue) -> Text:
    """Give the texts by language, reporting languages that are not known."""
    for code in texts:
        if code != ANY_LANGUAGE and code not in tongue.known:
            well_formed = _LANGUAGE.fullmatch(code)
            hint = f"to ask in it, list it: languages: [{code}]" if well_formed else ""
            message = f"unknown language {quote(code)}"
            place.at(code).key_fault(message, known=tongue.known, hint=hint)
    return {code or tongue.main: text for code, text in texts.items()}


def _report_form(place: Place) -> None:
    value = place.value
    first = next(iter(value)) if isinstance(value, Mapping) and value else ""
    if first in KINDS and value[first] is None:
        message = f"the options of {quote(first)} are not under it"
        place.fault(message, hint=f"write {{ {first}: {{ … }} }}, or indent them further")
    else:
        place.fault("a question is expected here", hint="write nps, or { nps: { about: phone } }")


def _from_preset(place: Place, name: str, *, is_key: bool = False) -> Question | None:
    base, dot, variant = name.partition(".")
    preset = PRESETS.get(base)
    if preset is None:
        if is_key:
            hint = f"ready-made: {', '.join(PRESETS)}; your own: {', '.join(_OWN)}"
            place.key_fault(f"unknown question {quote(base)}", known=KINDS, hint=hint)
        elif base in _OWN:
            place.fault(f"a {base} question needs options", hint=f"write {{ {base}: {{ … }} }}")
        else:
            place.unknown("question", PRESETS, word=base)
        return None
    return _varied(place, preset, variant) if dot else preset


def _varied(place: Place, preset: Question, variant: str) -> Question | None:
    variants = VARIANTS.get(preset.id, ())
    if variant not in variants:
        if variants:
            place.unknown(f"variant of {preset.id}", variants, word=variant)
        else:
            place.fault(f"{preset.id} has no variants", hint=f"write {preset.id}")
        return None
    return replace(preset, about=variant, wording=f"{preset.id}.{variant}")


def _adapted(place: Place, preset: Question, tongue: Tongue) -> Question | None:
    kind: type[RatingShape | WordsShape] = RatingShape if preset.metric_id else WordsShape
    shape = read_block(kind, place)
    if shape is None:
        return None
    question: Question | None = preset
    if shape.about is not None:
        question = _varied(place.at("about"), preset, shape.about)
    if question is None or not _check_id(place, shape.id):
        return None
    question = replace(
        question,
        id=shape.id or preset.id,
        text=read_texts(place.at("text"), shape.text, tongue),
        condition=shape.if_,
        required=preset.required if shape.required is None else shape.required,
    )
    return _scaled(place, question, shape) if isinstance(shape, RatingShape) else question


def _scaled(place: Place, question: Question, shape: RatingShape) -> Question | None:
    metric = question.metric
    if metric is None:  # a rating always has one
        return question
    scale = shape.scale or metric.scale
    if scale not in metric.scales:
        place.at("scale").unknown(
            f"scale for {question.id}", metric.scales, hint=f"use {' or '.join(metric.scales)}"
        )
        return None
    scaled = replace(question, scale_id=scale, satisfied=shape.satisfied)
    return scaled if _check_satisfied(place.at("satisfied"), scaled, metric) else None


def _check_satisfied(place: Place, question: Question, metric: Metric) -> bool:
    scale, wanted = question.scale, question.satisfied
    if wanted is None or scale is None:
        return True
    if metric.scoring is not Scoring.SHARE:
        place.fault(f"{metric.id} has fixed bands, so nothing is set here", hint="remove it")
        return False
    if wanted not in scale:
        message = f"{wanted} is not on the scale {scale.id}"
        place.fault(message, hint=f"write a value from {scale.low} to {scale.high}")
        return False
    return True


def _own(place: Place, kind: str, survey: str, tongue: Tongue) -> Question | None:
    shape = read_block(_OWN[kind], place)
    if shape is None or not _check_id(place, shape.id):
        return None
    question = Question(
        id=shape.id,
        kind=Kind(kind),
        # No text of the bank goes by such a name, so that none is used in its place.
        wording=f"{survey}/{shape.id}",
        text=read_texts(place.at("text"), shape.text, tongue),
        condition=shape.if_,
        required=shape.required is not False,
    )
    if isinstance(shape, ChoiceShape):
        return _with_choices(place.at("choices"), question, shape, tongue)
    if isinstance(shape, NumberShape):
        return _with_limits(place, question, shape)
    return question


def _with_choices(
    place: Place, question: Question, shape: ChoiceShape, tongue: Tongue
) -> Question | None:
    wrong = [key for key in shape.choices if not _CHOICE_ID.fullmatch(key)]
    for key in wrong:
        hint = "use small letters, digits and _, at most 14; the label may say anything"
        place.at(key).key_fault(f"{quote(key)} cannot be the id of a choice", hint=hint)
    choices = tuple(
        Choice(id=key, label=read_texts(place.at(key), label, tongue))
        for key, label in shape.choices.items()
    )
    return None if wrong else replace(question, choices=choices)


def _with_limits(place: Place, question: Question, shape: NumberShape) -> Question | None:
    low, high = shape.minimum, shape.maximum
    if low is not None and high is not None and low > high:
        place.at("maximum").fault(f"the maximum is below the minimum, {low:g}", hint="swap them")
        return None
    return replace(question, minimum=low, maximum=high)


def _check_id(place: Place, question_id: str | None) -> bool:
    if question_id is None or _ID.fullmatch(question_id):
        return True
    place.at("id").fault(f"{quote(question_id)} cannot be the id of a question", hint=_ID_HINT)
    return False
