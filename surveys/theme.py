"""Themes: what comments speak of, found by words and their beginnings. No model, nothing learnt:
whoever asks why a comment has a theme finds the word in the list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from surveys.stems import Stems, split_words
from surveys.tone import Tone, ToneReader, ToneWords

EVERY = "all"
"""The language of words that are looked for in every language."""

BUILT_IN = (
    "waiting",
    "staff",
    "solution",
    "price",
    "website",
    "delivery",
    "information",
    "quality",
)
"""The themes of service businesses that are shipped, in the order they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One theme: its names and the words it is found by, each by language.

    ``words`` may have `EVERY`. Without a name in a language its English one, else its id, is shown.
    """

    id: str
    names: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def name(self, language: str = "en") -> str:
        """Give what the theme is called in a language."""
        return self.names.get(language) or self.names.get("en") or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What we know of one language: its words of praise and complaint, and its ``stop`` words,
    which say nothing by themselves.
    """

    code: str
    tone: ToneWords = field(default_factory=ToneWords)
    stop: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """What one comment speaks of, in the order of the themes, and how it sounds."""

    themes: tuple[str, ...] = ()
    tone: Tone = Tone.UNKNOWN


class GistReader:
    """Reads comments. Made once for a list of themes; ``version`` says which, so that what was read
    by another list is known for that.
    """

    def __init__(
        self, themes: Sequence[Theme], lexicons: Mapping[str, Lexicon], version: str = ""
    ) -> None:
        self.themes, self.lexicons, self.version = tuple(themes), lexicons, version
        self._order = {theme.id: place for place, theme in enumerate(self.themes)}
        self._stems: dict[str, Stems] = {}
        self._tones = {code: ToneReader(one.tone, code) for code, one in lexicons.items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GistReader) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)

    def read(self, text: str, language: str) -> Gist:
        """Give the gist of a comment written in a language (``fi``, ``de-AT``)."""
        code = language.partition("-")[0].lower()
        words = split_words(text, code)
        found = {one.name for one in self._stems_of(code).find(words)}
        tone = self._tones[code].read(words) if code in self._tones else Tone.UNKNOWN
        return Gist(themes=tuple(sorted(found, key=self._order.__getitem__)), tone=tone)

    def theme(self, theme_id: str) -> Theme | None:
        """Give a theme by its id."""
        place = self._order.get(theme_id)
        return None if place is None else self.themes[place]

    def _stems_of(self, code: str) -> Stems:
        if code not in self._stems:
            lists = {t.id: (*t.words.get(code, ()), *t.words.get(EVERY, ())) for t in self.themes}
            self._stems[code] = Stems(lists, code)
        return self._stems[code]
