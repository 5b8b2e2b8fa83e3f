"""Masking: an address shown to its owner so that only they recognise it, and customers' words shown
to a group without what tells who wrote them.

Words are masked by their form, not by what they mean: names nobody told us of, and what somebody
spells out ("at gmail dot com"), stay.
"""

import re
from collections.abc import Iterable

_PHONES = frozenset({"sms", "voice"})
_MASK = "…"

_MAIL = re.compile(r"[\w.+-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_LINK = re.compile(
    r"(?:https?://|www\.)\S{1,500}|\b(?:[a-z0-9-]{1,63}\.){1,4}"
    r"(?:com|net|org|eu|fi|de|at|ch|hr|lv|ee|se|io|me|ly|example)\b(?:/\S{0,300})?",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b", re.IGNORECASE)
_PERSONAL = re.compile(
    r"\b\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]\b"  # Finland: birthday, century, number, check
    r"|\b\d{6}-?\d{5}\b"  # Latvia; 32… for those without a birthday
    r"|\b\d{2}[ ]?\d{6}[ ]?[A-Z][ ]?\d{3}\b"  # Germany: pension insurance
    r"|\b\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}\b"  # Germany: tax number of a person
    r"|\b\d{11}\b",  # Croatia: OIB
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\+?\d[\d ()./-]{4,40}\d")
_TELEGRAM = re.compile(r"(?<![\w@])@\w{4,32}\b")
_HOUSE = r"\s{1,2}\d{1,4}\s?(?:[a-zA-Z]\b)?(?:[\s/-]{1,2}\d{1,4}\b)?"
_NAME = r"[A-ZÄÖÜČĆĐŠŽĀĒĢĪĶĻŅŪ][\w.'-]{1,40}"
_STREETS = (
    # Finnish and German join the word for street to the name; elsewhere it stands beside one.
    r"(?i:\b[\w-]{2,40}(?:katu|kadulla|kadun|kadulta|tie|tiellä|tien|tieltä|kuja|kujalla|polku))",
    r"(?i:\b[\w-]{2,40}(?:polulla|raitti|kaari|väylä|bulevardi|puistikko))",
    r"(?i:\b[\w-]{2,40}(?:straße|strasse|str\.|gasse|weg|platz|allee|ufer|damm))",
    rf"\b{_NAME}[ -](?:Straße|Strasse|Str\.|Gasse|Allee|Platz)",
    rf"\b(?i:ulica|ulici|ulicu|ul\.|trg|trgu|avenija|aveniji|cesta|cesti)(?:\s{_NAME}){{1,4}}",
    rf"\b{_NAME}\s(?i:ulica|ulici|ulicu|cesta|cesti|trg|trgu)",
    rf"\b(?:{_NAME}\s){{1,3}}(?i:iela|ielā|ielas|prospekts|prospektā|bulvāris|bulvārī|gatve)",
)
_ENGLISH = r"(?i:street|st|road|rd|avenue|ave|lane|drive|close)\b"
_NUMBER_FIRST = rf"\b\d{{1,5}}[a-zA-Z]?,?\s(?:{_NAME}\s){{1,3}}{_ENGLISH}"
_STREET = re.compile(f"(?:{'|'.join(_STREETS)}){_HOUSE}|{_NUMBER_FIRST}")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LEAST_NAME = 2
_ENDINGS = 4
"""Letters that a language may put behind a name of four or more: "Annalta", "Markovićem". A name
that changes within ("Virtanen", "Virtaselle") is not found.
"""


def mask_address(channel: str, value: str) -> str:
    """Give ``a…@example.com`` for a mail address and ``…67`` for a telephone number.

    "" on other channels, where an address is a provider's number that tells its owner nothing.
    """
    if channel == "email":
        name, at, domain = value.rpartition("@")
        return f"{name[:1]}…{at}{domain}" if at else "…"
    if channel in _PHONES:
        digits = "".join(c for c in value if c.isdecimal())
        return f"…{digits[-2:]}" if len(digits) > 4 else "…"
    return ""


def mask_words(text: str, names: Iterable[str] = ()) -> str:
    """Give a customer's words without mail addresses, links, bank accounts, numbers of persons and
    telephones, streets with a house number, and these names: they are for a group.
    """
    for pattern in (_MAIL, _LINK, _IBAN, _PERSONAL, _STREET, _NUMBER, _TELEGRAM):
        text = pattern.sub(_MASK, text)
    known = frozenset(part.casefold() for name in names for part in _WORD.findall(name))
    known = frozenset(part for part in known if len(part) >= _LEAST_NAME)
    return _WORD.sub(lambda found: _MASK if _names(found.group(), known) else found.group(), text)


def _names(word: str, known: frozenset[str]) -> bool:
    """Whether a word is a name, or a name of four letters or more with an ending."""
    low = word.casefold()
    if low in known:
        return True
    return word[:1].isupper() and any(
        low[:size] in known for size in range(max(4, len(low) - _ENDINGS), len(low))
    )
