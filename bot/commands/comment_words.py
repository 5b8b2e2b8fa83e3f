"""Comment words: what of a /comments line names a kind of comment, a theme or a tone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.grammar import GrammarError, Vocabulary, suggest
from bot.commands.phrases import fold, listing
from surveys.comment import CARDS, COMPLAINT, PRAISE
from surveys.theme import GistReader, Theme
from surveys.tone import Tone

_ONLY = {
    "card": CARDS,
    "cards": CARDS,
    "praise": PRAISE,
    "complaint": COMPLAINT,
    "complaints": COMPLAINT,
}
_TONES = {tone.value: tone.value for tone in Tone if tone.value}
_LISTS = {"themes": "themes", "topics": "themes", "phrases": "phrases", "keyphrases": "phrases"}
_KEYS = frozenset(
    ("about", "survey", "metric", "question", "channel", "team", "agent", "language", "lang", "by")
)
_LONGEST_NAME = 5  # words of a theme's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was named: ``only`` and ``tone`` as `surveys.comment.Search` has them, ``themes`` by id,
    ``summary`` "themes" or "phrases" where that is asked for; ``rest`` are the other words.
    """

    only: str = ""
    tone: str = ""
    themes: tuple[str, ...] = ()
    summary: str = ""
    rest: tuple[str, ...] = ()

    @property
    def again(self) -> str:
        """The words that name the same once more."""
        named = (word for theme in self.themes for word in ("theme", theme))
        return " ".join(word for word in (self.summary, self.only, self.tone, *named) if word)


def take_words(words: Sequence[str], gists: GistReader, vocabulary: Vocabulary) -> Taken:
    """Give what the words name. A word behind ``about`` is one to look for, behind ``team`` a
    team; a theme that is also a survey's or team's name is meant where ``theme`` is before it.

    :raises GrammarError: where a theme is unknown, or two kinds or tones are named.
    """
    taking = _Taking(gists, vocabulary)
    words = [part for word in words for part in _apart(word)]
    at = 0
    while at < len(words):
        at += taking.take(words, at)
    return Taken(
        only=taking.found["kind"],
        tone=taking.found["tone"],
        summary=taking.found["summary"],
        themes=tuple(dict.fromkeys(taking.themes)),
        rest=tuple(taking.rest),
    )


def name_theme(words: Sequence[str], gists: GistReader) -> tuple[Theme, int] | None:
    """Give the theme the words begin with, by its id or its name in any language, and how many
    words that is; the longest name wins.
    """
    known = {name.casefold(): t for t in gists.themes for name in (*t.names.values(), t.id)}
    for size in range(min(_LONGEST_NAME, len(words)), 0, -1):
        if theme := known.get(" ".join(words[:size]).casefold()):
            return theme, size
    return None


def near_theme(word: str, gists: GistReader) -> str:
    """Give the id of the theme whose name is nearest to a word, "" where none is near."""
    by_name = {name: t.id for t in gists.themes for name in (*t.names.values(), t.id)}
    return by_name.get(suggest(word, by_name), "")


def _apart(word: str) -> Sequence[str]:
    """Give ``theme:waiting`` as two words."""
    key, _, value = word.partition(":")
    return (key, value) if key.casefold() == "theme" and value else (word,)


class _Taking:
    """A line in the reading."""

    def __init__(self, gists: GistReader, vocabulary: Vocabulary) -> None:
        self.gists = gists
        self.found = {"kind": "", "tone": "", "summary": ""}
        self.themes: list[str] = []
        self.rest: list[str] = []
        names = (
            *vocabulary.survey,
            *vocabulary.metric,
            *vocabulary.question,
            *vocabulary.channel,
            *vocabulary.team,
        )
        self._named = frozenset(name.casefold() for name in names)

    def take(self, words: Sequence[str], at: int) -> int:
        """Read what stands at a place; give how many words that was."""
        word = words[at].casefold()
        if word in _KEYS and at + 1 < len(words):
            self.rest += words[at : at + 2]
            return 2
        if word == "theme" and at + 1 < len(words):
            return 1 + self._take_theme(words[at + 1 :])
        for kind, known in (("kind", _ONLY), ("tone", _TONES), ("summary", _LISTS)):
            if word in known:
                self._set(kind, known[word])
                return 1
        named = name_theme(words[at:], self.gists)
        if named and not (named[1] == 1 and word in self._named):
            self.themes.append(named[0].id)
            return named[1]
        self.rest.append(words[at])
        return 1

    def _take_theme(self, words: Sequence[str]) -> int:
        if named := name_theme(words, self.gists):
            self.themes.append(named[0].id)
            return named[1]
        near = near_theme(words[0], self.gists)
        known = listing([theme.id for theme in self.gists.themes], "and")
        hint = f"Did you mean {near}?" if near else f"There is {known}."
        raise GrammarError(f"I know no theme '{fold(words[0], 40)}'. {hint}")

    def _set(self, kind: str, value: str) -> None:
        before = self.found[kind]
        if before and before != value:
            raise GrammarError(f"I read both '{before}' and '{value}'. Write one.")
        self.found[kind] = value
