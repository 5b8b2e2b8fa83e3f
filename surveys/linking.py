"""Linking: a chat is tied to a person by a code sent to an address they are known by.

Who can read what we send to an address is the person of that address. Nobody is told whether we
know it. What is kept meanwhile is marks (keyed hashes): of the chat, the address and the code.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.contact import address_value
from surveys.folding import fold, own_words, words_only
from surveys.language import Language

CODE_LIVES = timedelta(minutes=10)
MOST_TRIES = 5
CODES_AN_HOUR, CODES_A_DAY = 3, 10
"""Codes for one chat, and for one address. With five tries each, who guesses at one address has 50
tries a day at one in a million."""

FORGOTTEN_AFTER = timedelta(hours=1)
"""How long it is remembered that somebody wanted to link their chat."""

_MAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,190}\.[^\s@<>\".]{2,60}")
_PHONE = re.compile(r"(?:\+|00)[0-9]{7,15}")
_PUNCTUATION = re.compile(r"[\s().\-/\u2013]+")
_LONGEST = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """A chat on its way to being linked, until ``until``.

    ``language`` is what they asked in. ``wanted_id`` is the contact whose opt-in link was opened
    there, 0 where anybody's will do.
    ``code`` is the mark of the code that was sent, "" while we wait for an address, good until
    ``expires_at``; ``known_id`` is who has the address, 0 for nobody.
    """

    chat: str
    until: datetime
    language: str = ""
    wanted_id: int = 0
    known_id: int = 0
    code: str = ""
    expires_at: datetime | None = None
    tries: int = 0

    def is_good(self, now: datetime) -> bool:
        """Whether the code that was sent may still be tried."""
        in_time = self.expires_at is not None and now < self.expires_at
        return bool(self.code) and in_time and self.tries < MOST_TRIES


def asks_to_link(text: str, languages: Iterable[Language]) -> str:
    """Give the code of the first language in which a whole message asks to link the chat, with a
    slash in front or without; "" where it does not.
    """
    plain = words_only(text[:_LONGEST])
    return next(
        (
            language.code
            for language in languages
            if any(plain == own_words(phrase) for phrase in language.requests.get("link", ()))
        ),
        "",
    )


def read_place(text: str) -> tuple[str, str] | None:
    """Give the channel and value of an address that a whole message is: ``email`` or ``sms`` with a
    number that says its country, which is not guessed.
    """
    said = text.strip()[:_LONGEST].strip("<>.,; ")
    if _MAIL.fullmatch(said):
        return "email", address_value("email", said)
    digits = _PUNCTUATION.sub("", fold(said).replace("(0)", ""))
    if _PHONE.fullmatch(digits):
        return "sms", "+" + digits.removeprefix("+").removeprefix("00")
    return None


def read_code(text: str) -> str:
    """Give the six digits that a whole message is, in whatever script and groups, else ""."""
    digits = _PUNCTUATION.sub("", fold(text[:40]))
    return digits if re.fullmatch(r"[0-9]{6}", digits) else ""


def place_mark(key: bytes, channel: str, value: str) -> str:
    """Give the mark of a chat or an address: always the same for the same one."""
    return _mark(key, "place", channel, value)


def link_mark(key: bytes, token: str, channel: str) -> str:
    """Give the mark of an opt-in link on a channel."""
    return _mark(key, "link", channel, token)


def code_mark(key: bytes, chat: str, known_id: int, code: str) -> str:
    """Give the mark of a code that was made for a chat and a contact."""
    return _mark(key, "code", chat, str(known_id), code)


def is_code(key: bytes, linking: Linking, code: str) -> bool:
    """Whether a code is the one that was sent; takes the same time whatever it is."""
    given = code_mark(key, linking.chat, linking.known_id, code)
    return hmac.compare_digest(given, linking.code) and linking.known_id > 0


def _mark(key: bytes, purpose: str, *parts: str) -> str:
    said = "\0".join((f"linking {purpose}", *parts)).encode("utf-8", "replace")
    return hmac.digest(key, said, "sha256").hex()[:40]
