"""Grammar: from a line somebody typed to a request. Pure.

Words come in any order and any case. ``by team`` groups, ``team support`` limits; a bare word is a
survey, metric, question, channel or team, or begins a period (`bot.periods`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from itertools import takewhile
from typing import Any

from bot.commands.mending import Slip, tell_slips
from bot.commands.phrases import clean, fold, listing
from bot.periods import Period, PeriodError, read_period
from bot.slips import KEYS_ELSEWHERE, near_period
from surveys.errors import AfterwordError

GROUPS = ("channel", "team", "agent", "language")
"""What results can be grouped by, and what answers can be limited to."""

STEPS = ("day", "week", "month")
"""What a period can be cut into."""

_STEP_WORDS = {"daily": "day", "weekly": "week", "monthly": "month"}
_SYNONYMS = {"lang": "language", **{f"{group}s": group for group in GROUPS}}
_KEYS = ("survey", "metric", "question", *GROUPS, "by", "page")
_FREE = ("team", "agent")  # named by events: any name may turn up
_FILLERS = frozenset({"and", "for", "from", "in", "of", "on", "the", "with"})
_LONGEST_NAME = 120  # what an event may call an agent or team
_LONGEST_LINE = 1_000
_MOST_PAGES = 10_000
_MOST_WORDS = 8  # words looked for at once
_TOKEN = re.compile(
    r'(?P<key>[a-z]+[:=])?(?:["“”](?P<quoted>[^"“”]*)["“”]?|(?P<plain>\S+))', re.IGNORECASE
)


class GrammarError(AfterwordError):
    """A command cannot be read. The text is for the person who wrote it."""


class Unknown(GrammarError):
    """A word means nothing here; ``slip`` has what was probably meant."""

    def __init__(self, slip: Slip) -> None:
        super().__init__(tell_slips([slip]))
        self.slip = slip


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The names that mean something to one colleague, as the configuration writes them."""

    survey: tuple[str, ...] = ()
    metric: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    language: tuple[str, ...] = ()

    def known(self, kind: str) -> tuple[str, ...]:
        """Give the names of one field of a request; agents are known to events only."""
        found: tuple[str, ...] = getattr(self, kind, ())
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks for; an empty field does not limit.

    ``period`` is None and ``page`` is 0 where none was written. ``about`` are words to look for.
    """

    survey: str = ""
    metric: str = ""
    question: str = ""
    channel: str = ""
    team: str = ""
    agent: str = ""
    language: str = ""
    by: str = ""
    page: int = 0
    period: Period | None = None
    about: tuple[str, ...] = ()


def split_line(text: str) -> tuple[str, tuple[str, ...]]:
    """Give the command in lower case, without ``/`` and the bot's name, and the other words.

    Quotes hold words together: ``agent "Pekka Virtanen"``. ``team:support`` is two words.
    """
    words = [
        word for found in _TOKEN.finditer(clean(text)[:_LONGEST_LINE]) for word in _split(found)
    ]
    if not words:
        return "", ()
    return words[0].lstrip("/!").partition("@")[0].lower(), tuple(words[1:])


def read_request(
    words: Sequence[str], vocabulary: Vocabulary, today: date, *, free: bool = False
) -> Request:
    """Read what follows a command's name. ``free`` takes words that mean nothing else, and what
    follows ``about``, for words to look for.

    :raises GrammarError: where a word means nothing here, or two words contradict each other.
    :raises PeriodError: where a period cannot be read.
    """
    reading, rest = _Reading(vocabulary, today, free=free), tuple(words)
    slips, mended = list[Slip](), list[str]()
    while rest:
        try:
            taken = reading.take(rest)
        except (GrammarError, PeriodError) as error:
            slip = _slip_of(error, rest)
            if slip is None:
                raise _told(slips, error) from None
            slips.append(slip)
            rest = (*slip.near, *rest[len(slip.words) :])
        else:
            mended += rest[:taken]
            rest = rest[taken:]
    if slips:
        raise GrammarError(tell_slips(slips, [_quoted(word) for word in mended]))
    return reading.request


def _slip_of(error: AfterwordError, rest: Sequence[str]) -> Slip | None:
    """Give what was mistyped, None where the error is another one."""
    if isinstance(error, PeriodError) and error.near:
        words = tuple(rest[: len(error.written.split())])
        return Slip(words=words, near=tuple(error.near.split()), why=str(error))
    return error.slip if isinstance(error, Unknown) else None


def _told(slips: Sequence[Slip], error: AfterwordError) -> AfterwordError:
    """Give the first thing to say: about what was mistyped before anything else is wrong."""
    return GrammarError(tell_slips(slips[:1])) if slips else error


def write_again(request: Request, page: int) -> str:
    """Give the same request as words that can be sent again, for another page."""
    words = [request.survey] if request.survey else []
    for what in ("question", *GROUPS):
        if value := getattr(request, what):
            words += [what, _quoted(value)]
    for word in request.about:
        words += ["about", _quoted(word)]
    if period := request.period:
        words.append(f"{period.since}..{period.until}")
    return " ".join((*words, f"page {page}"))


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word


def suggest(word: str, known: Iterable[str]) -> str:
    """Give the known name nearest to a word, "" where none is near."""
    names = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    return names[near[0]] if near else ""


class _Reading:
    """A request in the making."""

    def __init__(self, vocabulary: Vocabulary, today: date, *, free: bool = False) -> None:
        self.vocabulary, self.today, self.request = vocabulary, today, Request()
        self._free = free

    def take(self, rest: Sequence[str]) -> int:
        """Read what the words begin with; give how many words that was."""
        head = rest[0].casefold()
        key = _SYNONYMS.get(head, head)
        if key in _KEYS:
            return 1 + self._take_value(key, rest[1:])
        if self._free and head == "about" and rest[1:]:
            return 1 + self._take_word(rest[1])
        if named := self._named(rest):
            kind, name, taken = named
            self._set(kind, name)
            return taken
        if spelled := read_period(tuple(takewhile(lambda w: " " not in w, rest)), self.today):
            self._set("period", spelled[0])
            return spelled[1]
        if head in _STEP_WORDS:
            self._set("by", _STEP_WORDS[head])
            return 1
        if head in _FILLERS:
            return 1
        if self._free:
            return self._take_word(rest[0])
        raise Unknown(self._unknown(rest))

    def _take_word(self, word: str) -> int:
        about = dict.fromkeys((*self.request.about, word[:_LONGEST_NAME]))
        self.request = replace(self.request, about=tuple(about)[:_MOST_WORDS])
        return 1

    def _take_value(self, key: str, rest: Sequence[str]) -> int:
        if not rest:
            raise GrammarError(f"What comes after '{key}'? For example: {_EXAMPLES[key]}.")
        if key == "by":
            self._set(key, _group(rest[0]))
        elif key == "page":
            self._set(key, _page(rest[0]))
        elif found := _longest(rest, self.vocabulary.known(key)):
            self._set(key, found[0])
            return found[1]
        elif key in _FREE:
            self._set(key, rest[0][:_LONGEST_NAME])
        else:
            raise GrammarError(_no_such(key, rest[0], self.vocabulary.known(key)))
        return 1

    def _named(self, rest: Sequence[str]) -> tuple[str, str, int] | None:
        """Give which field the words name: one still open before one that is taken."""
        kinds = ("survey", "metric", "question", "channel", "team")
        found = [
            (kind, *match)
            for kind in kinds
            if (match := _longest(rest, self.vocabulary.known(kind)))
        ]
        still_open = [one for one in found if not getattr(self.request, one[0])]
        first = next(iter(still_open or found), None)
        if first and first[0] == "question":  # of two metrics the second is no question
            taken = (one for one in found if one[0] == "metric" and one[1] != self.request.metric)
            return next(taken, first)
        return first

    def _set(self, key: str, value: Any) -> None:
        before = getattr(self.request, key)
        if before and before != value:
            if key == "period":
                raise GrammarError("I read two periods there. Write one.")
            role = "what to group by" if key == "by" else f"the {key}"
            both = f"both '{fold(str(before), 40)}' and '{fold(str(value), 40)}'"
            raise GrammarError(f"I read {both} as {role}. Write one.")
        self.request = replace(self.request, **{key: value})

    def _unknown(self, rest: Sequence[str]) -> Slip:
        known = self.vocabulary
        for size in (2, 1):
            written = tuple(rest[:size])
            if near := near_period(" ".join(written)):
                return Slip(words=written, near=tuple(near.split()))
        names = (*known.survey, *known.metric, *known.question, *known.channel, *known.team)
        word = rest[0]
        near = KEYS_ELSEWHERE.get(word.casefold(), "")
        if near := near or suggest(word, (*names, *_KEYS, *_STEP_WORDS)):
            return Slip(words=(word,), near=(near,))
        return Slip(words=(word,), why=self._nothing_near(word))

    def _nothing_near(self, word: str) -> str:
        known = self.vocabulary
        if self.request.agent or self.request.team:
            return (
                f"I don't know '{fold(word, 40)}'. Put longer names in quotes: agent \"Anna Ek\"."
            )
        return f"I don't know '{fold(word, 40)}'. {_inventory(known)}"


_EXAMPLES = {
    "survey": "survey after_call",
    "metric": "metric nps",
    "question": "question csat",
    "channel": "channel email",
    "team": "team support",
    "agent": "agent Pekka",
    "language": "language fi",
    "by": "by team",
    "page": "page 2",
}


def _split(found: re.Match[str]) -> tuple[str, ...]:
    """Give the words of one token: ``key:`` apart from its value where it is a key of ours."""
    key, quoted = found["key"] or "", found["quoted"]
    value = found["plain"].rstrip(",;") if quoted is None else quoted.strip()
    if key and key[:-1].lower() not in (*_KEYS, *_SYNONYMS):
        return (key + value,)
    return tuple(word for word in (key[:-1], value) if word)


def _longest(rest: Sequence[str], names: Iterable[str]) -> tuple[str, int] | None:
    """Give the longest known name the words begin with, and how many words it is."""
    by_fold = {name.casefold(): name for name in names}
    for size in range(min(4, len(rest)), 0, -1):
        if name := by_fold.get(" ".join(rest[:size]).casefold()):
            return name, size
    return None


def _group(word: str) -> str:
    group = _SYNONYMS.get(word.casefold(), word.casefold())
    group = group.removesuffix("s") if group.removesuffix("s") in STEPS else group
    if group in (*GROUPS, *STEPS):
        return group
    near = suggest(word, (*GROUPS, *STEPS))
    hint = f"Did you mean by {near}?" if near else f"Write by {listing(GROUPS)}."
    raise GrammarError(f"I can't group by '{fold(word, 40)}'. {hint}")


def _page(word: str) -> int:
    readable = word.isascii() and word.isdigit() and len(word) <= 5
    if not readable or not 1 <= int(word) <= _MOST_PAGES:
        raise GrammarError(f"'{fold(word, 40)}' is not a page. Write page 2.")
    return int(word)


def _no_such(key: str, word: str, names: Sequence[str]) -> str:
    if near := suggest(word, names):
        return f"I know no {key} '{fold(word, 40)}'. Did you mean {near}?"
    there = f"There is {listing(names[:12], 'and')}." if names else "There is none yet."
    return f"I know no {key} '{fold(word, 40)}'. {there}"


def _inventory(known: Vocabulary) -> str:
    surveys = f"Surveys: {', '.join(known.survey[:12])}. " if known.survey else ""
    metrics = f"Metrics: {', '.join(known.metric)}. " if known.metric else ""
    return f"{surveys}{metrics}".strip()
