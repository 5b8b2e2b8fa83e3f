"""The e-mail block of config.yaml, and what mail can do."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from typing import ClassVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from channels.email.signing import Dkim
from surveys.message import Capabilities

CAPABILITIES = Capabilities(
    max_text=10_000,
    max_buttons=20,
    button_text=100,
    payload_bytes=512,
    markup="html",
    subject=True,
    replies=False,
    links=True,
    images=True,
    rate=50.0,
    concurrency=4,
    resend=True,
    notes={
        "replies": "in words too where `replies` names a mailbox to read",
        "receipts": "a bounce that comes back later is read where `replies` names a mailbox",
    },
)
"""SMTP's 250 counts as delivered (``receipts`` is False), and a copy sent again after an uncertain
end has the same Message-ID, by which most mailboxes show it once (``resend``). ``replies`` becomes
True where a mailbox is read."""

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
)
"""A mailbox as RFC 5321 section 4.1.2 has it, without quoted local parts and address literals."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*(s|min|h))?\s*")
_SECONDS: Mapping[str, float] = {"s": 1.0, "min": 60.0, "h": 3600.0}
_EXAMPLES: Mapping[str, str] = {"smtp": "smtp", "replies": "imaps"}


class Tls(StrEnum):
    """How the connection to the relay is protected."""

    START = "starttls"  # plain at first, upgraded before anything is said; never without
    IMPLICIT = "implicit"  # from the first byte
    NONE = "none"  # a relay on this machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The mail server we hand our mails to. ``user`` is empty where it wants no login."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Who writes: a display name (may be empty) and an ASCII address."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


class Plus(StrEnum):
    """Which of our addresses carry a tag behind a plus sign, and so come back with it."""

    NEVER = "never"  # the mail server refuses feedback+anything@
    REPLIES = "replies"  # where answers and unsubscriptions go
    ALL = "all"  # bounces too: the server lets us send as feedback+anything@


@dataclass(frozen=True, slots=True, kw_only=True)
class Postbox:
    """Where answers and bounces are read: one folder of one IMAP account."""

    host: str
    port: int
    tls: bool
    user: str
    password: str = field(default="", repr=False)
    folder: str = "INBOX"
    plus: Plus = Plus.REPLIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The e-mail block of config.yaml.

    smtp      ``smtp://user:password@host:port`` (upgraded by STARTTLS) or ``smtps://`` (TLS from
              the start); ``?starttls=never`` only for a relay on this machine
    sender    written ``from``: ``Acme <feedback@acme.example>``
    reply_to  where answers by mail go, where not to ``sender``
    rate      mails per second: ``50`` or ``50/s``, ``300/min``, ``9000/h``
    sessions  connections to the relay at once
    replies   ``imaps://user:password@host:993``: the mailbox where answers and bounces are read.
              ``?folder=`` names another folder than INBOX, ``?plus=`` says which addresses carry
              a tag (`Plus`); ``imap://`` only for a server on this machine
    dkim      where we sign the mails ourselves: ``{ selector: s1, key: ${DKIM_KEY} }``

    :raises ValueError: in the words of somebody who writes config.yaml; never with the password.
    """

    KEYS: ClassVar[Mapping[str, str]] = {"from": "sender"}

    smtp: str = field(repr=False)
    sender: str
    reply_to: str = ""
    rate: float | str = 50
    sessions: int = 4
    replies: str = field(default="", repr=False)
    dkim: Dkim | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.sessions <= 50:
            raise ValueError(f"'sessions' is how many connections are open at once: 1 to 50, "
                             f"not {self.sessions}")  # fmt: skip
        _ = self.relay, self.mailbox, self.answers_to, self.per_second, self.postbox
        if self.dkim is not None and not _is_within(self.mailbox.domain, self.signing_domain):
            raise ValueError(f"'dkim' signs for {self.signing_domain}, and 'from' is of"
                             f" {self.mailbox.domain}: mail servers take that for no signature of"
                             " yours")  # fmt: skip

    @property
    def relay(self) -> Relay:
        return _read_relay(self.smtp)

    @property
    def mailbox(self) -> Mailbox:
        return _read_mailbox("from", self.sender)

    @property
    def answers_to(self) -> Mailbox | None:
        return _read_mailbox("reply_to", self.reply_to) if self.reply_to else None

    @property
    def per_second(self) -> float:
        return _read_rate(str(self.rate))

    @property
    def signing_domain(self) -> str:
        """The domain that a signature of ours is made for; also where none is made."""
        return (self.dkim and self.dkim.domain) or self.mailbox.domain

    @property
    def postbox(self) -> Postbox | None:
        return _read_postbox(self.replies) if self.replies else None


def _is_within(domain: str, above: str) -> bool:
    return f".{domain}".lower().endswith(f".{above}".lower())


def is_address(text: str) -> bool:
    """Say whether ``text`` is a mail address we can write to: ASCII, no quoted local part, at most
    254 characters (RFC 5321, errata 1690).
    """
    return len(text) <= 254 and ".." not in text and _ADDRESS.fullmatch(text) is not None


def _read_mailbox(key: str, text: str) -> Mailbox:
    name, address = parseaddr(text)
    if not is_address(address) or _CONTROL.search(text):
        raise ValueError(
            f"'{key}' is not a mail address: write it as 'Acme <feedback@acme.example>'"
        )
    return Mailbox(name=name, address=address)


def _read_rate(text: str) -> float:
    found = _RATE.fullmatch(text)
    speed = float(found[1]) / _SECONDS[found[2] or "s"] if found else 0.0
    if speed <= 0:
        raise ValueError(f"'rate' is how many mails may leave: write it as 50/s, not {text!r}")
    return speed


def _read_relay(url: str) -> Relay:
    parts, port = _split("smtp", url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("'smtp' is the address of your mail server: write it as "
                         "smtp://user:password@mail.acme.example:587")  # fmt: skip
    tls = _read_tls(parts)
    return Relay(
        host=parts.hostname,
        port=port or (465 if tls is Tls.IMPLICIT else 587),
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _read_postbox(url: str) -> Postbox:
    parts, port = _split("replies", url)
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise ValueError("'replies' is the mailbox where answers are read: write it as "
                         "imaps://user:password@mail.acme.example")  # fmt: skip
    if parts.scheme == "imap" and not _is_loopback(parts.hostname):
        raise ValueError("imap:// sends the password unprotected, so it is only for a server on "
                         "this machine (localhost, 127.0.0.1, [::1]); write imaps://")  # fmt: skip
    options = _read_options(parts)
    user, password = unquote(parts.username), unquote(parts.password or "")
    if _CONTROL.search(user + password):
        raise ValueError("user and password in 'replies' must not hold line breaks or the like")
    return Postbox(
        host=parts.hostname,
        port=port or (993 if parts.scheme == "imaps" else 143),
        tls=parts.scheme == "imaps",
        user=user,
        password=password,
        folder=options.get("folder", "INBOX"),
        plus=Plus(options.get("plus", "replies")),
    )


def _read_options(parts: SplitResult) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.path not in ("", "/") or parts.fragment or options.keys() - {"folder", "plus"}:
        raise ValueError("'replies' has something after the port that is neither ?folder=INBOX "
                         "nor ?plus=never; in a password write / ? # @ : as %2F %3F %23 %40 "
                         "%3A")  # fmt: skip
    if not options.get("folder", "INBOX") or _CONTROL.search(options.get("folder", "")):
        raise ValueError("the folder in 'replies' has no name; write ?folder=INBOX or leave it out")
    if options.get("plus", "replies") not in set(Plus):
        raise ValueError("plus in 'replies' says which addresses carry a tag: write ?plus=replies, "
                         "?plus=all or ?plus=never")  # fmt: skip
    return options


def _split(key: str, url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # urlsplit quotes what it could not read, and that may be the password.
        raise ValueError(f"'{key}' cannot be read: write it as "
                         f"{_EXAMPLES[key]}://user:password@host:port, with "
                         "/ ? # @ : in the password as %2F %3F %23 %40 %3A") from None  # fmt: skip
    return parts, port


def _read_tls(parts: SplitResult) -> Tls:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.path not in ("", "/") or parts.fragment or options.keys() - {"starttls"}:
        raise ValueError("'smtp' has something after the port that is not ?starttls=never; in a "
                         "password write / ? # @ : as %2F %3F %23 %40 %3A")  # fmt: skip
    if not options:
        return Tls.IMPLICIT if parts.scheme == "smtps" else Tls.START
    if options["starttls"] != "never" or parts.scheme == "smtps":
        raise ValueError(
            "'smtp' may end in ?starttls=never and nothing else, and only with smtp://"
        )
    if not _is_loopback(parts.hostname or ""):
        raise ValueError("?starttls=never sends mails unprotected, so it is only for a mail server "
                         "on this machine (localhost, 127.0.0.1, [::1]); remove it")  # fmt: skip
    return Tls.NONE


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
