"""Stems: the words of a text as they are compared, and lists of words to look for in it.

A list's entry is a word as it is, ``wait*`` for every word that begins so, ``*preis*`` for every
word that holds it (German and Finnish join words), or several of these in that order. Capitals and
accents do not matter, for people on telephones leave them out; in German ``ue`` is ``ü``.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

BREAK = ""
"""Stands among the words where a clause ends: nothing that is looked for reaches across it."""

SMILE, FROWN = ":)", ":("
"""What a face or a thumb among the words is read as."""

LONGEST = 4_000
"""Characters of a text that are looked at."""

_MARKS = {
    **dict.fromkeys("🙂😀😃😄😁😊😍🥰😎🤩🤗👍👏🙏🎉🥳❤💙💚💛🧡💜⭐🌟✨😻💯", SMILE),
    **dict.fromkeys("🙁☹😞😟😠😡🤬😤😢😭👎😩😫🤮💔😒😖🤦", FROWN),
}
_TOKEN = re.compile(
    rf"(?P<word>[^\W_]+(?:['’`´][^\W_]+)*)|(?P<face>[:;]-?[()D])|(?P<mark>[{''.join(_MARKS)}])"
    r"|(?P<clause>[.,;:!?()\n–—]|(?<=\s)-(?=\s))"
)
_ENTRY = re.compile(r"\*?[^\W_]+(?:['’`´][^\W_]+)*\*?|:[()]")
_APOSTROPHES = str.maketrans("", "", "'’`´")
_OTHER = str.maketrans({"đ": "d", "ß": "ss", "ł": "l", "ø": "o"})
_GERMAN_U = re.compile(r"(?<!q)ue")


def fold(word: str, language: str = "") -> str:
    """Give a word as it is compared: small, without accents and apostrophes."""
    low = word.casefold().translate(_APOSTROPHES).translate(_OTHER)
    if not low.isascii():
        low = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
    if language == "de":
        low = _GERMAN_U.sub("u", low.replace("ae", "a").replace("oe", "o"))
    return low


def split_words(text: str, language: str = "") -> tuple[str, ...]:
    """Give the words of a text, folded, with `BREAK` where a clause ends."""
    return tuple(_word(found, language) for found in _TOKEN.finditer(text[:LONGEST]))


def _word(found: re.Match[str], language: str) -> str:
    if found["word"]:
        return fold(found["word"], language)
    if found["face"]:
        return FROWN if found["face"].endswith("(") else SMILE
    return _MARKS[found["mark"]] if found["mark"] else BREAK


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something looked for that is in a text: ``size`` words from the place ``at`` on."""

    at: int
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class _Part:
    """One word of an entry: what it is, and whether more may stand before and behind it."""

    word: str
    before: bool
    behind: bool

    def fits(self, word: str) -> bool:
        if self.before:
            return self.word in word if self.behind else word.endswith(self.word)
        return word.startswith(self.word) if self.behind else word == self.word


_Entry = tuple[tuple[_Part, ...], str]


class Stems:
    """Lists of words, by name, made ready to be looked for."""

    def __init__(self, lists: Mapping[str, Iterable[str]], language: str = "") -> None:
        self._whole: dict[str, list[_Entry]] = {}
        self._begins: dict[str, list[_Entry]] = {}
        self._inner: dict[str, list[_Entry]] = {}
        for name, entries in lists.items():
            for entry in entries:
                self._add(_parts(entry, language), name)
        sizes = {len(stem) for stem in self._begins}
        self._sizes = tuple(sorted(sizes))

    def _add(self, parts: tuple[_Part, ...], name: str) -> None:
        if not parts:
            return
        first = parts[0]
        into = self._inner if first.before else self._begins if first.behind else self._whole
        into.setdefault(first.word, []).append((parts, name))

    def find(self, words: Sequence[str]) -> list[Found]:
        """Give all that is in a text, in its order; what is found twice at one place is once for
        each name, with the longest entry of that name.
        """
        found: dict[tuple[int, str], int] = {}
        for at, word in enumerate(words):
            if word == BREAK:
                continue
            for parts, name in self._candidates(word):
                size = len(parts)
                if size > found.get((at, name), 0) and _continues(parts, words, at):
                    found[at, name] = size
        return [Found(at=at, size=size, name=name) for (at, name), size in found.items()]

    def _candidates(self, word: str) -> Iterable[_Entry]:
        yield from self._whole.get(word, ())
        for size in self._sizes:
            if size > len(word):
                break
            yield from self._begins.get(word[:size], ())
        for inner, entries in self._inner.items():
            if inner in word:
                yield from (entry for entry in entries if entry[0][0].fits(word))


def _continues(parts: Sequence[_Part], words: Sequence[str], at: int) -> bool:
    if at + len(parts) > len(words):
        return False
    return all(part.fits(words[at + step]) for step, part in enumerate(parts) if step)


def _parts(entry: str, language: str) -> tuple[_Part, ...]:
    return tuple(
        _Part(fold(word.strip("*"), language), before=word[0] == "*", behind=word[-1] == "*")
        for word in _ENTRY.findall(entry)
    )


def clauses(words: Sequence[str], breaks: frozenset[str]) -> list[int]:
    """Give for each word the number of the clause it stands in; ``breaks`` begin a new one."""
    return list(accumulate(int(word == BREAK or word in breaks) for word in words))
