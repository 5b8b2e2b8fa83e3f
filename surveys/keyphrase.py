"""Keyphrases: what many people of one language write alike, in one to three words.

A phrase counts its people, not how often they wrote it. Words that share all but their endings are
taken for forms of one, and shown as most people wrote them. Which phrases unhappy people use
more than others is told by log-odds: Monroe, B., Colaresi, M. & Quinn, K. (2008), Fightin' words,
Political Analysis 16(4), with half a person added to each side.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from typing import NamedTuple

from surveys.stems import LONGEST, fold

SURE = 1.96
"""Standard errors beyond which a lean is told: 95 %."""

_WORDS = 3  # of one phrase
_LEAST_LETTERS = 3
_ENGLISH = (0, 3, 1)
_ENDINGS = {"fi": (2, 4, 4), "hr": (2, 4, 3), "lv": (2, 4, 3), "de": (1, 4, 3)}
"""Language -> by how many last letters the shorter of two forms may differ, how many the two share
at least, and by how many one may be longer.
"""
_ABSORBED = 1.5
"""A phrase goes where a longer one has it, unless so many times as many people wrote it."""
_TOKEN = re.compile(r"(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<clause>[.,;:!?()\n–—\d])")


class Written(NamedTuple):
    """One comment: whose, its words, and whether the score given with it is a low one; None where
    there is no score.
    """

    who: int
    text: str
    unhappy: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyphrase:
    """What ``people`` wrote, of them ``unhappy`` who scored low; ``lean`` is "unhappy" or "happy"
    where one side writes it clearly more than the other, "" elsewhere.
    """

    text: str
    people: int
    unhappy: int = 0
    lean: str = ""


@dataclass(slots=True)
class _Phrase:
    people: set[int] = field(default_factory=set)
    unhappy: set[int] = field(default_factory=set)
    happy: set[int] = field(default_factory=set)
    shown: Counter[str] = field(default_factory=Counter)


def find_keyphrases(
    written: Iterable[Written], stop: frozenset[str], language: str, *, least: int, most: int
) -> tuple[Keyphrase, ...]:
    """Give the phrases that at least ``least`` people wrote, the most telling ``most`` of them.

    ``stop`` words say nothing by themselves: none begins or ends a phrase.
    """
    written = list(written)
    silent = frozenset(fold(word, language) for word in stop)
    forms = _join_forms((one.text for one in written), language)
    found: dict[tuple[str, ...], _Phrase] = defaultdict(_Phrase)
    happy: set[int] = set()
    unhappy: set[int] = set()
    for one in written:
        if one.unhappy is not None:
            (unhappy if one.unhappy else happy).add(one.who)
        for keys, shown in set(_phrases(one.text, silent, language, forms)):
            _note(found[keys], one, shown)
    common = {keys: phrase for keys, phrase in found.items() if len(phrase.people) >= least}
    kept = [keys for keys in common if not _is_part(keys, common)]
    kept.sort(key=lambda keys: (-len(common[keys].people) * (1 + len(keys)), keys))
    return tuple(_show(common[keys], len(unhappy), len(happy)) for keys in kept[:most])


def _note(phrase: _Phrase, one: Written, shown: str) -> None:
    phrase.people.add(one.who)
    phrase.shown[shown] += 1
    if one.unhappy is not None:
        (phrase.unhappy if one.unhappy else phrase.happy).add(one.who)


def _phrases(
    text: str, silent: frozenset[str], language: str, forms: Mapping[str, str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give each phrase as keys to count it by, and as it is written."""
    for clause in _clauses(text):
        folded = [fold(word, language) for word in clause]
        for at in range(len(clause)):
            for end in range(at + 1, min(at + _WORDS, len(clause)) + 1):
                if _tells(folded[at:end], silent):
                    keys = tuple(forms[word] for word in folded[at:end])
                    yield keys, " ".join(clause[at:end]).casefold()


def _clauses(text: str) -> Iterator[list[str]]:
    clause: list[str] = []
    for found in _TOKEN.finditer(text[:LONGEST]):
        if found["word"]:
            clause.append(found["word"])
        else:
            yield clause
            clause = []
    yield clause


def _tells(words: Sequence[str], silent: frozenset[str]) -> bool:
    ends = (words[0], words[-1])
    return all(word not in silent and len(word) >= _LEAST_LETTERS for word in ends)


def _join_forms(texts: Iterable[str], language: str) -> Mapping[str, str]:
    """Give each word, folded, the word it counts as: the first of its forms in the alphabet."""
    words = {fold(word, language) for text in texts for clause in _clauses(text) for word in clause}
    differ, share, longer = _ENDINGS.get(language, _ENGLISH)
    forms, first = {}, ""
    for word in sorted(words):
        shorter = min(len(word), len(first))
        begin = max(share, shorter - differ)
        alike = shorter >= begin and word[:begin] == first[:begin]
        if not alike or abs(len(word) - len(first)) > longer:
            first = word
        forms[word] = first
    return forms


def _is_part(keys: tuple[str, ...], common: Mapping[tuple[str, ...], _Phrase]) -> bool:
    """Whether a longer phrase says the same and more, of nearly as many people."""
    people = len(common[keys].people)
    return any(
        len(other) > len(keys)
        and people < _ABSORBED * len(phrase.people)
        and any(other[at : at + len(keys)] == keys for at in range(len(other) - len(keys) + 1))
        for other, phrase in common.items()
    )


def _show(phrase: _Phrase, unhappy: int, happy: int) -> Keyphrase:
    text = min(phrase.shown.items(), key=lambda shown: (-shown[1], shown[0]))[0]
    return Keyphrase(
        text=text,
        people=len(phrase.people),
        unhappy=len(phrase.unhappy),
        lean=_lean((len(phrase.unhappy), unhappy), (len(phrase.happy), happy)),
    )


def _lean(low: tuple[int, int], high: tuple[int, int]) -> str:
    """Say which side writes it clearly more, each side (with it, all)."""
    if not low[1] or not high[1]:
        return ""
    odds = [(n + 0.5, max(of - n, 0) + 0.5) for n, of in (low, high)]
    difference = log(odds[0][0] / odds[0][1]) - log(odds[1][0] / odds[1][1])
    error = sqrt(sum(1 / part for pair in odds for part in pair))
    if abs(difference) < SURE * error:
        return ""
    return "unhappy" if difference > 0 else "happy"
