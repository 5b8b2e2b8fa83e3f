"""Farewells: what mail programs and people put below their words, in the shipped languages.

A line is a program's only where it holds both a device or program and the verb such lines have, so
that "the iPhone was great" stays.
"""

import re
from collections.abc import Iterable, Sequence

_DEVICES = (
    "iphone", "ipad", "ipod", "android", "outlook", "yahoo", "samsung", "galaxy", "huawei",
    "xiaomi", "oneplus", "nokia", "pixel", "blackberry", "windows", "gmail", "protonmail",
    "proton mail", "thunderbird", "gmx", "web.de", "mail.ru", "mobile", "smartphone", "handy",
    "älypuhelim",
    "puhelime", "telefon", "mobitel", "tālruņ", " ios",
)  # fmt: skip
_VERBS = (
    "sent from", "sent with", "sent via", "sent using", "get outlook", "get yahoo",  # en
    "lähetetty", "lahetetty", "hae outlook", "hanki outlook",  # fi
    "gesendet", "gesandt", "outlook für", "holen sie sich",  # de
    "poslano", "poslana", "nabavite", "preuzmite", "dohvatite",  # hr
    "nosūtīts", "sūtīts", "iegūt", "lejupielād",  # lv
)  # fmt: skip
_CLOSINGS = frozenset(closing.casefold() for closing in (
    "best regards", "kind regards", "kindest regards", "warm regards", "with best regards",
    "with kind regards", "many regards", "best wishes", "regards", "yours sincerely", "yours truly",
    "sincerely", "cheers", "br",
    "terveisin", "ystävällisin terveisin", "parhain terveisin", "ystävällisesti", "kunnioittavasti",
    "terv", "t",
    "mit freundlichen grüßen", "mit freundlichen grüssen", "mit besten grüßen", "mit lieben grüßen",
    "freundliche grüße", "viele grüße", "viele grüsse", "beste grüße", "liebe grüße",
    "schöne grüße", "herzliche grüße", "gruß", "mfg", "lg", "vg", "hochachtungsvoll",
    "s poštovanjem", "sa štovanjem", "s postovanjem", "lijep pozdrav", "lijepi pozdrav",
    "srdačan pozdrav", "pozdrav", "lp",
    "ar cieņu", "cieņā", "ar sveicienu", "ar sveicieniem", "sveiciens",
))  # fmt: skip

_MOST_LINES = 5
"""Lines that a closing and a name, a firm and a telephone number take."""
_LONGEST_LINE = 60


def drop_farewell(lines: Sequence[str]) -> list[str]:
    """Give the lines without what a mail program or the writer put below them."""
    kept = _trim(lines)
    while kept and _is_program(kept[-1]):
        kept = _trim(kept[:-1])
    for at in range(max(1, len(kept) - _MOST_LINES), len(kept)):
        below = kept[at:]
        if max(map(len, below)) <= _LONGEST_LINE and _is_closing(below[0]):
            return _trim(kept[:at])
    return kept


def _is_program(line: str) -> bool:
    folded = f" {line.casefold()}"
    return len(line) <= 2 * _LONGEST_LINE and _holds(folded, _DEVICES) and _holds(folded, _VERBS)


def _is_closing(line: str) -> bool:
    return re.sub(r"[\s,.!]+$", "", line).strip().casefold() in _CLOSINGS


def _holds(folded: str, parts: Iterable[str]) -> bool:
    return any(part in folded for part in parts)


def _trim(lines: Sequence[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return list(lines[:end])
