"""Sayings: everything that may be said to ask for something, in each language."""

from collections.abc import Iterator
from functools import cache
from itertools import product

from surveys.folding import own_words
from surveys.language import UNITS, Language
from surveys.request import CONFIRM, Request, RequestKind
from tests.surveys.bank import spoken


def asks_pause(days: int) -> Request:
    return Request(kind=RequestKind.PAUSE, days=days)


def asks_only(channel: str) -> Request:
    return Request(kind=RequestKind.ONLY, channel=channel)


def asks_in(code: str) -> Request:
    return Request(kind=RequestKind.LANGUAGE, language=code)


def _times(bank: Language, *, last: bool) -> Iterator[tuple[str, Request]]:
    """What may be said for a time, and what it means; figures alone only at the end."""
    for unit, words in bank.units.items():
        for word, count in product(words, (2, 3)):
            yield f"{count} {word}", asks_pause(count * UNITS[unit])
        yield from ((word, asks_pause(UNITS[unit])) for word in words)
        for number, count in bank.numbers.items():
            if " " not in number:
                yield f"{number} {min(words)}", asks_pause(max(count * UNITS[unit], 1))
    if last:
        yield from ((str(count), asks_pause(max(count, 1))) for count in (0, 1, 14))
        yield from (
            (n, asks_pause(max(count, 1))) for n, count in bank.numbers.items() if " " not in n
        )


def _slot_values(phrase: str, slot: str, bank: Language) -> Iterator[tuple[str, Request]]:
    if slot == "time":
        yield from _times(bank, last=phrase.endswith(" {time}"))
    elif slot == "channel":
        yield from ((word, asks_only(c)) for c, words in bank.channels.items() for word in words)
    elif slot == "language":
        yield from ((word, asks_in(c)) for c, words in bank.languages.items() for word in words)
    else:
        yield from ((code, asks_in(code)) for code in bank.languages)


@cache
def sayings(code: str) -> list[tuple[str, Request]]:
    """Every phrase a language understands, with all it may be said with, and the request it is."""
    bank, found = spoken(code), []
    for key, phrases in bank.requests.items():
        name, _, asked = key.partition(".")
        if name == CONFIRM:
            continue
        days = 30 if name == "pause" else None
        for phrase in phrases:
            slot = phrase.partition("{")[2].partition("}")[0]
            if not slot:
                found.append((phrase, Request(kind=RequestKind(name), language=asked, days=days)))
                continue
            for said, meant in _slot_values(phrase, slot, bank):
                assert meant.kind == name
                found.append((phrase.replace(f"{{{slot}}}", said), meant))
    return found


@cache
def words_of(code: str) -> frozenset[str]:
    return frozenset(word for said, _ in sayings(code) for word in own_words(said).split())


def phrases_of(bank: Language) -> list[str]:
    """Every phrase once, its slot filled with something likely."""
    likely = {"{time}": f"2 {min(bank.units['week'])}", "{channel}": "email", "{code}": "fi"}
    likely["{language}"] = min(bank.languages["fi"])
    found = []
    for phrase in (p for key, phrases in bank.requests.items() if key != CONFIRM for p in phrases):
        filled = phrase
        for slot, said in likely.items():
            filled = filled.replace(slot, said)
        found.append(filled)
    return found
