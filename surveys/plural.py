"""Plurals: which form of a text goes with a count.

The rules are those of Unicode CLDR for whole numbers (cardinals), release 44 and later:
https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
"""

from collections.abc import Callable, Mapping

from surveys.language import Language
from surveys.template import fill

OTHER = "other"
"""The form every language has."""


def plural(code: str, count: int) -> str:
    """Give the plural form (``zero``, ``one``, ``few`` or ``other``) of a count in a language.

    A language without a rule here counts as English does. The sign does not matter.
    """
    _, rule = _RULES.get(code, _ENGLISH)
    return rule(abs(count))


def plural_forms(code: str) -> tuple[str, ...]:
    """Give the forms a language tells apart, `OTHER` last."""
    forms, _ = _RULES.get(code, _ENGLISH)
    return forms


def counted(language: Language, key: str, count: int) -> str:
    """Give a text of `surveys.language.COUNTED` with its ``{count}``: "3 answers".

    A language that borrows another one's texts may lack a form; `OTHER` stands in.
    """
    form = f"{key}_{plural(language.code, count)}"
    text = language.texts.get(form) or language.texts[f"{key}_{OTHER}"]
    return fill(text, {"count": count})


def _count_as_english(n: int) -> str:
    return "one" if n == 1 else OTHER


def _count_as_croatian(n: int) -> str:
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else OTHER


def _count_as_latvian(n: int) -> str:
    if n % 10 == 0 or 11 <= n % 100 <= 19:
        return "zero"
    return "one" if n % 10 == 1 else OTHER


_Rule = tuple[tuple[str, ...], Callable[[int], str]]

_ENGLISH: _Rule = (("one", OTHER), _count_as_english)
_RULES: Mapping[str, _Rule] = {
    "en": _ENGLISH,
    "fi": _ENGLISH,
    "de": _ENGLISH,
    "hr": (("one", "few", OTHER), _count_as_croatian),
    "lv": (("zero", "one", OTHER), _count_as_latvian),
}
