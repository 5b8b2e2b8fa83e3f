"""Letters: a mail as it came in, its headers and words made fit to be read.

What senders get wrong (unknown charsets, broken encodings, headers with raw bytes) is borne: the
rest of the mail is read all the same.
"""

import contextlib
import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.utils import getaddresses

_LONGEST_ID = 200
_LONGEST_HEADER = 8_000
"""Characters read of a header: the standard library's way with longer ones is slow."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b\ufeff\u2060]")
_TO_US = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
_WINDOWS = frozenset({"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", ""})
"""Charsets that mail programs name when they write windows-1252, or UTF-8."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. ``raw`` are its bytes, perhaps cut off at the end."""

    raw: bytes
    mail: Mail

    @classmethod
    def of(cls, raw: bytes) -> "Letter":
        """Read a mail from its bytes; anything at all is some mail."""
        return cls(raw, email.message_from_bytes(raw, policy=email.policy.compat32))

    @property
    def event_id(self) -> str:
        """Its Message-ID, or a hash of all of it where it has none worth the name."""
        given = clean_line(self.header("Message-ID"))
        if 5 <= len(given) <= _LONGEST_ID and "@" in given:
            return given
        return f"sha256:{hashlib.sha256(self.raw).hexdigest()}"

    @property
    def sender(self) -> str:
        """The address it is from, as contacts have theirs; "" for none."""
        return next((tidy_address(found) for _, found in self.addresses("From")), "")

    @property
    def subject(self) -> str:
        return clean_line(self.header("Subject"))

    @property
    def recipients(self) -> list[str]:
        """Every address it was sent to, the one it was delivered to first."""
        return [found for name in _TO_US for _, found in self.addresses(name)]

    def header(self, name: str) -> str:
        """Give the first header of that name, decoded; "" for none."""
        return next(self.headers(name), "")

    def headers(self, name: str) -> Iterator[str]:
        for value in self.mail.get_all(name) or ():
            text = str(value)[:_LONGEST_HEADER]
            try:
                yield str(make_header(decode_header(text)))
            except (HeaderParseError, LookupError, UnicodeError, ValueError):
                yield text

    def addresses(self, name: str) -> list[tuple[str, str]]:
        """Give (display name, address) of every mailbox in headers of that name."""
        given = [str(value)[:_LONGEST_HEADER] for value in self.mail.get_all(name) or ()]
        return [(shown, found) for shown, found in getaddresses(given) if "@" in found]

    def words(self, subtype: str) -> str:
        """Give the text of the first ``text/<subtype>`` part that is no attachment."""
        for part in own_parts(self.mail):
            if part.get_content_type() == f"text/{subtype}" and not is_attached(part):
                return part_text(part)
        return ""


def own_parts(mail: Mail) -> Iterator[Mail]:
    """Give the leaves of a mail in order, but not of other mails inside it."""
    inside = mail.get_payload()
    if mail.get_content_maintype() == "multipart" and isinstance(inside, list):
        for part in inside:
            if isinstance(part, Mail):
                yield from own_parts(part)
    elif mail.get_content_maintype() != "message":
        yield mail


def is_attached(part: Mail) -> bool:
    """Say whether a part is a file rather than words."""
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def part_text(part: Mail) -> str:
    """Give a part's text, its lines ended by line feeds, flowed lines joined (RFC 3676)."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    text = _decode(raw, str(part.get_content_charset() or ""))
    text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    return _unflow(text, joined=str(part.get_param("delsp", "")).lower() == "yes")


def clean_line(text: str) -> str:
    """Give a header's text in one line, without what cannot be shown or stored."""
    return " ".join(_UNPRINTABLE.sub("", text).split())


def tidy_address(address: str) -> str:
    """Give an address as contacts have theirs: in lower case, ``xn--`` in the domain decoded."""
    local, _, domain = clean_line(address).lower().rpartition("@")
    if "xn--" in domain:
        with contextlib.suppress(UnicodeError):
            domain = domain.encode("ascii").decode("idna")
    return f"{local}@{domain}" if local and domain and " " not in f"{local}{domain}" else ""


def _decode(raw: bytes, charset: str) -> str:
    guesses = ("utf-8", "cp1252") if charset.lower() in _WINDOWS else (charset, "utf-8", "cp1252")
    for guess in guesses:
        try:
            return raw.decode(guess)
        except (LookupError, UnicodeError, ValueError):
            continue
    return raw.decode("latin-1")


def _unflow(text: str, *, joined: bool) -> str:
    lines: list[str] = []
    open_line = False
    for line in text.split("\n"):
        bare = line.removeprefix(" ")
        if open_line and not line.startswith(">"):
            lines[-1] += bare
        else:
            lines.append(bare)
        # "-- " opens a signature and is never flowed (RFC 3676 section 4.3).
        open_line = bare.endswith(" ") and bare != "-- " and not line.startswith(">")
        if open_line and joined:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
