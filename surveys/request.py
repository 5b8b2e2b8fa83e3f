"""Requests: what a respondent may ask of us, in plain words or as a command ("/pause 7").

Only a whole message is a request: "help" is one, "please help my neighbour" is what somebody has
to say. What a language calls each request is in its file; a slash in front says that the words are
meant for us, so that "/language klingon" is a request too, for a language we do not know.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from surveys.folding import own_words, tidy, words_only
from surveys.language import CHANNEL_TEXT, UNITS, Language
from surveys.reading import is_start, is_stop

LONGEST = 60
"""Characters; a longer message is never a request."""

PAUSE_DAYS = 30
"""Days of a pause where none are named."""

LONGEST_PAUSE = 365
"""Days; a longer pause is cut to it, and the receipt says until when."""

CONFIRM = "confirm"
"""The key of the words that confirm being forgotten."""

_AT_BOT = re.compile(r"^(/\w+)@\w+")  # Telegram, in groups: "/pause@our_bot 7"
_COUNTED = re.compile(r"([0-9]+) ?(.*)")


class RequestKind(StrEnum):
    """What is asked of us."""

    STOP = "stop"  # no more questions
    START = "start"  # questions again
    PAUSE = "pause"  # no questions for a time
    ONLY = "only"  # questions on one channel only
    LANGUAGE = "language"  # another language
    KNOW = "know"  # what we know about the person
    FORGET = "forget"  # delete what we know
    PERSON = "person"  # to talk to a colleague
    HELP = "help"  # what one may ask
    LINK = "link"  # to tie this chat to the person (`surveys.linking`)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of a respondent.

    ``days`` is set for PAUSE: 1 to `LONGEST_PAUSE`. ``channel`` (ONLY) and ``language`` (LANGUAGE)
    are names and codes of ours, "" where the person named none that we have words for; whether the
    service has that channel or language is for the caller to see.
    """

    kind: RequestKind
    days: int | None = None
    channel: str = ""
    language: str = ""


def read_request(text: str, language: Language) -> Request | None:
    """Give the request that a whole message is, in the words of ``language``, or None.

    Case, accents and punctuation do not matter. Which other words a language understands (English,
    everywhere) is settled when it is loaded: `surveys.reading.also_understanding`.
    """
    said = tidy(text)
    if not said or len(said) > LONGEST:
        return None
    if is_stop(said, language):
        return Request(kind=RequestKind.STOP)
    if is_start(said, language):
        return Request(kind=RequestKind.START)
    plain = words_only(_AT_BOT.sub(r"\1", said))
    found = next(_requests(plain, language), None)
    return found or (_read_command(plain, language) if said.startswith("/") else None)


def is_confirmation(text: str, language: Language) -> bool:
    """Whether the whole message is the word asked for before a person is forgotten."""
    said = tidy(text)
    if not said or len(said) > LONGEST:
        return False
    words = language.requests.get(CONFIRM, frozenset())
    return words_only(said) in {own_words(word) for word in words}


def channel_name(language: Language, channel: str) -> str:
    """Give what we call a channel, its own name where the language has none."""
    return language.texts.get(f"{CHANNEL_TEXT}{channel}") or channel


# Buttons


def request_payload(request: Request, *, confirmed: bool = False) -> str:
    """Give what a button says that asks this: ``only.email``; `read_payload` reads it back."""
    about = request.channel or request.language or ("yes" if confirmed else "")
    return f"{request.kind}.{about}" if about else request.kind.value


def read_payload(payload: str) -> tuple[Request, bool] | None:
    """Give what a button asks, and whether it confirms it; None for no such button."""
    name, _, about = payload.partition(".")
    if name not in {kind.value for kind in RequestKind}:
        return None
    kind = RequestKind(name)
    days = PAUSE_DAYS if kind is RequestKind.PAUSE else None
    channel = about if kind is RequestKind.ONLY else ""
    language = about if kind is RequestKind.LANGUAGE else ""
    return (
        Request(kind=kind, days=days, channel=channel, language=language),
        kind is RequestKind.FORGET and about == "yes",
    )


# Phrases


def _requests(plain: str, language: Language) -> Iterator[Request]:
    """Give the request for each phrase that the words are. Phrases of different meaning are kept
    apart in the files, so that any of them will do.
    """
    for key, phrases in language.requests.items():
        if key == CONFIRM:
            continue
        name, _, code = key.partition(".")
        for phrase in phrases:
            before, slot, after = _parts(phrase)
            if not slot and plain == before:
                yield _bare(RequestKind(name), code)
            inside = _inside(plain, before, after) if slot else ""
            if not inside or (_is_number(inside, language) and (after or not before)):
                continue  # "9, pause" is a rating and a comment; "bitte eine Pause" is no one day
            found = _SLOTS[slot](inside, language)
            if found:
                yield found


@lru_cache(maxsize=8192)
def _parts(phrase: str) -> tuple[str, str, str]:
    """Give what stands before a phrase's slot, the slot's name, and what stands behind it."""
    before, _, rest = phrase.partition("{")
    slot, _, after = rest.partition("}")
    return own_words(before), slot, own_words(after)


def _inside(plain: str, before: str, after: str) -> str:
    start = f"{before} " if before else ""
    end = f" {after}" if after else ""
    if not plain.startswith(start) or not plain.endswith(end):
        return ""
    return plain[len(start) : len(plain) - len(end)]


def _bare(kind: RequestKind, code: str = "") -> Request:
    return Request(kind=kind, days=PAUSE_DAYS if kind is RequestKind.PAUSE else None, language=code)


# What stands in a slot


def _read_pause(said: str, language: Language) -> Request | None:
    days = _read_days(said, language)
    if days is None:
        return None
    return Request(kind=RequestKind.PAUSE, days=min(max(days, 1), LONGEST_PAUSE))


def _read_days(said: str, language: Language) -> int | None:
    """Read "30", "30 days", "2w", "two weeks" and "week"."""
    digits = _COUNTED.fullmatch(said)
    if digits:
        return _times(int(digits[1]), digits[2], language)
    word, _, rest = said.partition(" ")
    spelled = _spelled(language).get(word)
    return _times(1, said, language) if spelled is None else _times(spelled, rest, language)


def _is_number(said: str, language: Language) -> bool:
    return said.isdecimal() or said in _spelled(language)


def _spelled(language: Language) -> dict[str, int]:
    return {own_words(word): number for word, number in language.numbers.items()}


def _times(count: int, unit: str, language: Language) -> int | None:
    if not unit:
        return count
    known = _find(unit, language.units)
    return count * UNITS[known] if known else None


def _read_channel(said: str, language: Language) -> Request | None:
    found = _find(said, language.channels)
    return Request(kind=RequestKind.ONLY, channel=found) if found else None


def _read_language(said: str, language: Language) -> Request | None:
    found = _find(said, language.languages)
    return Request(kind=RequestKind.LANGUAGE, language=found) if found else None


def _read_code(said: str, language: Language) -> Request | None:
    known = said in language.languages
    return Request(kind=RequestKind.LANGUAGE, language=said) if known else None


_SLOTS: Mapping[str, Callable[[str, Language], Request | None]] = {
    "time": _read_pause,
    "channel": _read_channel,
    "language": _read_language,
    "code": _read_code,
}


def _find(said: str, names: Mapping[str, frozenset[str]]) -> str:
    """Give the key under which the words are, "" where they are nowhere."""
    for key, words in names.items():
        if any(own_words(word) == said for word in words):
            return key
    return ""


# Commands


def _read_command(plain: str, language: Language) -> Request | None:
    """Read "/word rest", where the word is a kind's own name or opens one of its phrases, and the
    rest is what the kind takes, as far as we know it.
    """
    word, _, rest = plain.partition(" ")
    for kind in RequestKind:
        phrases = [_parts(phrase) for phrase in language.requests.get(kind, ())]
        if word == kind or any(slot and before == word for before, slot, _ in phrases if before):
            slots = {slot for _, slot, _ in phrases if slot} if rest else set()
            values = (_SLOTS[slot](rest, language) for slot in sorted(slots))
            return next((value for value in values if value), None) or _bare(kind)
    return None
