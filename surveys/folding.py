"""Folding: people's words cleaned to be kept, and reduced to one plain form to be compared."""

import re
import unicodedata
from functools import lru_cache

LIMIT = 4000
"""Characters kept of what a person wrote."""

# Invisible characters that mean nothing, and those that turn the direction of the text around
# them. Joiners stay: Persian, Indic scripts and emoji need them.
_NOTHING = frozenset(
    "\u00ad\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_PLAIN = {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"}
_PLAIN |= {"’": "'", "‘": "'", "`": "'", "´": "'", "\N{KEYCAP TEN}": "10", "\N{MINUS SIGN}": "-"}
_WRAPPING = " \t\n\"'“”„‟«»‹›*_`"


def tidy(text: str) -> str:
    """Give the words as they may be kept: at most `LIMIT` characters, plain line ends and spaces,
    no control characters, nothing invisible at either end, and "" where nothing can be seen.
    """
    lines = text[: 4 * LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    clean = "".join(_tidy_one(c) for c in lines).strip()[:LIMIT].strip()
    return clean if any(_is_visible(c) for c in clean) else ""


def fold(text: str) -> str:
    """Give the form in which words are compared.

    Small letters without accents, digits of any script as 0-9, skin tones, variation selectors
    and other marks gone, white space as single spaces, quotation marks around the whole gone.
    """
    return " ".join("".join(_fold_one(c) for c in text).split()).strip(_WRAPPING)


fold_word = lru_cache(maxsize=8192)(fold)
"""`fold` for words of our own, which come again with every reply."""


def words_only(text: str) -> str:
    """Give the folded letters and digits of a text: ``"/STOP!"`` is ``stop``."""
    return " ".join(re.sub(r"[\W_]+", " ", fold(text)).split())


own_words = lru_cache(maxsize=8192)(words_only)
"""`words_only` for words of our own."""


def _tidy_one(c: str) -> str:
    if c == "\n" or (c.isascii() and c.isprintable()):
        return c
    if c in _NOTHING:
        return ""
    if c.isspace():
        return " "
    category = unicodedata.category(c)
    return "\N{REPLACEMENT CHARACTER}" if category == "Cs" else "" if category == "Cc" else c


def _is_visible(c: str) -> bool:
    return not c.isspace() and unicodedata.category(c) not in ("Cf", "Mn", "Me", "Cc")


@lru_cache(maxsize=4096)
def _fold_one(c: str) -> str:
    if c in _PLAIN:
        return _PLAIN[c]
    digit = unicodedata.decimal(c, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(c)
    if category in ("Mn", "Me", "Cf") or "\U0001f3fb" <= c <= "\U0001f3ff":
        return ""
    # A superscript or a fraction is not the digit it looks like: "9½" is neither 9 nor 91/2.
    if category == "No":
        return c
    plain = unicodedata.normalize("NFKD", c).casefold()
    return "".join(_PLAIN.get(p, p) for p in plain if unicodedata.category(p) != "Mn")
