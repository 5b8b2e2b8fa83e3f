"""Replies: a person's own words out of a mail that quotes ours.

We know who wrote what is quoted: us. So a quote begins where our marker line, our address or our
name stands in the way mail programs put it, in any language; no list of phrases is needed. The
HTML part is asked first, since mail programs mark their quotes there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.email.farewells import drop_farewell
from channels.email.page_text import page_text

LONGEST_WORDS = 10_000

_MARKER = re.compile(r"-{8,}[^-]{1,90}-{8,}|-{8,}\s*\u2191")
"""`channels.email.body.MARKER`, broken in two, or its arrows lost in a charset without them."""

_HEADER = re.compile(r"[\s*>|]*[^\W\d_][\w .()/-]{0,24}?\s?\*?\s?[:\uff1a]\*?\s*\S")
_RULE = re.compile(r"\s*(?:[-_*=]{3,}[^-_*=]{0,40}[-_*=]{3,}|[-_*=]{3,})\s*")
_LONGEST_MARK = 120
"""Characters in a line that is a mark of any kind; longer lines are not searched for one."""
_MOST_LINES = 3000
"""Lines looked at; nobody answers a survey at greater length."""
_ATTRIBUTION_LINES = 3
_FEWEST_HEADERS = 3
_HEADER_WINDOW = 9


@dataclass(frozen=True, slots=True)
class Us:
    """By what a quote of ours is known: the addresses we write from and the names shown."""

    addresses: frozenset[str]
    names: frozenset[str]
    _address: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _name: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        split = (address.rpartition("@") for address in sorted(self.addresses))
        tagged = [
            rf"{re.escape(name)}(?:\+[\w.]{{1,64}})?@{re.escape(at)}" for name, _, at in split
        ]
        named = [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(self.names) if name.strip()]
        object.__setattr__(self, "_address", _any_of(tagged))
        object.__setattr__(self, "_name", _any_of(named))

    def by_address(self, text: str) -> bool:
        return self._address.search(text) is not None

    def by_name(self, text: str) -> bool:
        return self._name.search(text) is not None


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)


def own_words(plain: str, page: str, us: Us) -> str:
    """Give what the person wrote, "" for nothing of their own.

    :param plain: the text part, its lines ended by line feeds; "" for none.
    :param page: the HTML part, "" for none.
    """
    if page:
        words = _cut(page_text(page).split("\n")[:_MOST_LINES], us)
        if words:
            return words
    return _cut(plain.split("\n")[:_MOST_LINES], us)


def _cut(lines: Sequence[str], us: Us) -> str:
    end = _quote_start(lines, us)
    head = _without_rules(lines[:end])
    if not any(line.strip() for line in head):
        # Answered below the quote, or between its lines.
        quoted = [n for n, line in enumerate(lines) if line.startswith(">")]
        if not quoted or quoted[0] < end:
            return ""
        below = [line for line in lines[quoted[0] :] if not line.startswith(">")]
        return _cut(below, us)
    words = "\n".join(line.rstrip() for line in drop_farewell(head))
    return re.sub(r"\n{3,}", "\n\n", words).strip()[:LONGEST_WORDS].rstrip()


def _quote_start(lines: Sequence[str], us: Us) -> int:
    """Give the index of the first line that is not the person's own; their number for none."""
    for at, line in enumerate(lines):
        if line.startswith(">"):
            return _above_quote(lines, at)
        if line.rstrip() == "--" or _is_marker(line):
            return at
        if _opens_headers(lines, at, us):
            return at
        if line.rstrip().endswith((":", "\uff1a")):
            start = _attribution_start(lines, at, us)
            if start is not None:
                return start
    return len(lines)


def _attribution_start(lines: Sequence[str], end: int, us: Us) -> int | None:
    """Give where the line that says who wrote what follows begins, if one ends at ``end``.

    It names us, and mostly says when; programs break it into up to three lines. A name alone, which
    may stand in anybody's sentence, counts only right above a quote.
    """
    quote_follows = _is_quote_next(lines, end + 1)
    named: int | None = None
    for start in range(end, max(-1, end - _ATTRIBUTION_LINES), -1):
        if not lines[start].strip():
            break
        text = " ".join(lines[start : end + 1])
        if us.by_address(text) or (quote_follows and us.by_name(text)):
            if _is_dated(text):
                return start
            named = start if named is None else named
    return named


def _above_quote(lines: Sequence[str], quote: int) -> int:
    """Give where the line above a ``>`` that introduces it begins, whoever it names."""
    above = quote - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    if above < 0 or not lines[above].rstrip().endswith((":", "\uff1a")):
        return quote
    for start in range(above, max(-1, above - _ATTRIBUTION_LINES), -1):
        if not lines[start].strip():
            break
        if _is_dated(" ".join(lines[start : above + 1])):
            return start
    return quote


def _is_quote_next(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at : at + _HEADER_WINDOW] if line.strip()), "")
    return following.startswith(">") or _is_marker(following)


def _is_marker(line: str) -> bool:
    return len(line) <= _LONGEST_MARK and _MARKER.search(line) is not None


def _is_dated(text: str) -> bool:
    """Say whether a date may be in it; one has three digits and more."""
    return sum(map(str.isdigit, text)) >= 3


def _opens_headers(lines: Sequence[str], at: int, us: Us) -> bool:
    """Say whether a mail's header begins here as Outlook quotes it: at least three lines of a word,
    a colon and a value, one of them naming us; a long value may run on into one more line.
    """
    if not _HEADER.match(lines[at]):
        return False
    found = misses = 0
    seen: list[str] = []
    for line in lines[at : at + _HEADER_WINDOW]:
        is_header = bool(_HEADER.match(line))
        found, misses = found + is_header, misses + (not is_header)
        if misses > 1 or (not is_header and not line.strip()):
            break
        seen.append(line)
    # A name counts only in the first line, which says whom the quoted mail is from.
    named = us.by_address(" ".join(seen)) or us.by_name(lines[at])
    return found >= _FEWEST_HEADERS and named


def _without_rules(lines: Sequence[str]) -> list[str]:
    """Drop lines such as "-----Original Message-----" that stood above the quote."""
    kept = list(lines)
    while kept and (not kept[-1].strip() or _is_rule(kept[-1])):
        kept.pop()
    return kept


def _is_rule(line: str) -> bool:
    return len(line) <= _LONGEST_MARK and _RULE.fullmatch(line) is not None
