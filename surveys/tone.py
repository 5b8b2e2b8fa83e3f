"""Tone: whether words sound pleased or not, by a small list of words and what negates them.

A list of words understands no irony, no comparison and nothing between the lines. The tone is a
way to sort and to find; the score somebody gave is what they think.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from surveys.stems import FROWN, SMILE, Found, Stems, clauses, fold

REACH = 3
"""Words between which a negation is heard: "not at all bad"."""

OUTWEIGHS = 3
"""How many times as many words of one kind make up for some of the other."""


class Tone(StrEnum):
    """How a comment sounds; nothing ("") where its language has no list of words."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    MIXED = "mixed"
    NEUTRAL = "neutral"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneWords:
    """One language's words of praise and of complaint, as `surveys.stems` looks for them.

    ``verbs`` praise, and are negated from behind too ("gefällt mir nicht"). ``negators`` turn the
    next words round, unless one of ``breaks`` begins a new clause. ``prefix`` negates in front of
    a word ("nepatika").
    """

    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    negators: tuple[str, ...] = ()
    prefix: str = ""
    breaks: tuple[str, ...] = ()


_PRAISE, _VERB, _COMPLAINT = "positive", "verb", "negative"


class ToneReader:
    """Reads the tone of texts of one language."""

    def __init__(self, words: ToneWords, language: str) -> None:
        lists = {
            _PRAISE: (*words.positive, SMILE),
            _VERB: words.verbs,
            _COMPLAINT: (*words.negative, FROWN),
        }
        self._stems = Stems(lists, language)
        self._negators = frozenset(fold(word, language) for word in words.negators)
        self._breaks = frozenset(fold(word, language) for word in words.breaks)
        self._prefix = words.prefix

    def read(self, words: Sequence[str]) -> Tone:
        """Give the tone of a text split into words (`surveys.stems.split_words`)."""
        plain, turned = self._without_prefix(words)
        parts = clauses(words, self._breaks)
        good = bad = 0
        for one in _longest(self._stems.find(plain)):
            praise = one.name != _COMPLAINT
            if one.at in turned or self._negated(words, parts, one):
                praise = not praise
            good, bad = good + praise, bad + (not praise)
        return _weigh(good, bad)

    def _without_prefix(self, words: Sequence[str]) -> tuple[list[str], frozenset[int]]:
        """Give the words with those negated by their prefix laid bare, and where those are: only
        where the word with its prefix means nothing, and without it does.
        """
        plain, turned = list(words), set()
        for at, word in enumerate(words if self._prefix else ()):
            bare = word.removeprefix(self._prefix)
            if len(bare) < 3 or bare == word or word in self._negators:
                continue
            if not self._stems.find((word,)) and self._stems.find((bare,)):
                plain[at] = bare
                turned.add(at)
        return plain, frozenset(turned)

    def _negated(self, words: Sequence[str], parts: Sequence[int], found: Found) -> bool:
        """Whether a negation stands shortly before; two ("nikad nisu") are one all the stronger."""
        at = found.at
        before = range(max(at - REACH, 0), at)
        heard = sum(words[i] in self._negators and parts[i] == parts[at] for i in before)
        if not heard and found.name == _VERB:
            end = at + found.size
            behind = range(end, min(end + REACH + 1, len(words)))
            heard = sum(words[i] in self._negators and parts[i] == parts[at] for i in behind)
        return heard > 0


def _longest(found: Sequence[Found]) -> list[Found]:
    """Give what is left where longer entries win over shorter ones that share words with them."""
    taken: set[int] = set()
    kept = []
    for one in sorted(found, key=lambda f: (-f.size, f.at, f.name)):
        places = range(one.at, one.at + one.size)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(one)
    return kept


def _weigh(good: int, bad: int) -> Tone:
    if not good and not bad:
        return Tone.NEUTRAL
    if good >= OUTWEIGHS * bad:
        return Tone.POSITIVE
    return Tone.NEGATIVE if bad >= OUTWEIGHS * good else Tone.MIXED
