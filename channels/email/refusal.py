"""Refusals: what a mail server says, as the error that tells the caller what to do.

The numbers are RFC 5321 section 4.2 (three digits) and RFC 3463 (the enhanced ``5.1.1``). An
enhanced code says more than the three digits, so it is asked first:

    421, 4xx with 4.7.x      Throttled      too fast, or low standing; the account waits
    4xx that is greylisting  Unavailable    after five minutes
    5.1.1 5.1.2 5.1.3 5.1.6 5.1.10 5.2.1 5.4.4   Unreachable   the address is no good
    5.2.2, 4.2.2, 552        Unavailable    the mailbox is full; after an hour
    5.7.x, any 5xx before the recipient is named   Misconfigured   about us, never about the person
    every other 4xx / 5xx    Unavailable / Rejected
    anything else            BadResponse
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from channels.errors import (
    BadResponse,
    ChannelError,
    Misconfigured,
    Rejected,
    Throttled,
    Unavailable,
    Unreachable,
)

SLOW_DOWN = 60.0
GREYLISTED = 300.0
FULL = 3600.0
"""Seconds to wait where the server names none. Senders should wait at least 30 minutes in general
(RFC 5321 section 4.5.4.1), and mail servers that greylist let a mail through after 5."""

_NO_SUCH = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
_ABOUT_US = frozenset({"5.1.7", "5.1.8"})  # the sender's address is bad
_AUTH_CODES = frozenset({530, 534, 535, 538})  # RFC 4954 section 6
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_GREYLIST = re.compile(
    r"gr[ae]y-?list|postgrey|try again (?:in|after)|first contact", re.IGNORECASE
)
_UNKNOWN = re.compile(
    r"user unknown|unknown (?:user|recipient)|no such (?:user|recipient|mailbox|address)"
    r"|(?:mailbox|recipient|address|account)\b.{0,40}?(?:not found|does ?n[o']t exist|unavailable)",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\S*@\S*|<[^>]*>|https?://\S+")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\udc80-\udcff]+")


class Stage(StrEnum):
    """Where in the conversation a reply came."""

    CONNECT = "the greeting"
    HELLO = "EHLO"
    LOGIN = "the login"
    SENDER = "our sender address"
    RECIPIENT = "the recipient"
    CONTENT = "the mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply: three digits and the text, whose lines are joined by line feeds."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        found = _ENHANCED.match(self.text)
        return found[1] if found else ""


def error_for(stage: Stage, reply: Reply, *, address: str = "") -> ChannelError:
    """Give the error for a reply that is not the one hoped for. ``address`` is kept out of it."""
    text = f"the mail server refused {stage}: {reply.code} {scrub(reply.text, address)}"
    if 400 <= reply.code < 500:
        return _for_now(stage, reply, text)
    if 500 <= reply.code < 600:
        return _for_good(stage, reply, text)
    return BadResponse(
        f"the mail server answered {stage} with {reply.code}, which SMTP does not have"
    )


def scrub(text: str, address: str = "") -> str:
    """Give a server's words fit for a log: one line, at most 200 characters, no addresses."""
    line = _PERSONAL.sub("[…]", _UNPRINTABLE.sub(" ", text)).strip()
    local = address.rpartition("@")[0]
    if local:
        line = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", "[…]", line, flags=re.IGNORECASE)
    return line if len(line) <= 200 else line[:199] + "…"


def _for_now(stage: Stage, reply: Reply, text: str) -> ChannelError:
    if reply.enhanced == "4.2.2":
        return later(text, FULL)
    if stage is Stage.LOGIN:
        return later(text, SLOW_DOWN)
    if _GREYLIST.search(reply.text):
        return later(text, GREYLISTED)
    if reply.enhanced.startswith("4.7.") or reply.enhanced == "4.2.1":
        # 4.7.28, 4.7.0 [TSS04] and 4.2.1 are how Gmail and Yahoo say slow down.
        return Throttled(text, retry_after=SLOW_DOWN, account=True)
    return later(text, None)


def _for_good(stage: Stage, reply: Reply, text: str) -> ChannelError:
    enhanced = reply.enhanced
    if reply.code in _AUTH_CODES or enhanced.startswith("5.7.") or enhanced in _ABOUT_US:
        return Misconfigured(text)
    if enhanced == "5.2.2" or (reply.code == 552 and enhanced != "5.3.4"):
        return later(text, FULL)
    if stage not in (Stage.RECIPIENT, Stage.CONTENT):
        return Misconfigured(text)
    if enhanced in _NO_SUCH or (not enhanced and stage is Stage.RECIPIENT and _is_unknown(reply)):
        return Unreachable(text)
    return Rejected(text)


def _is_unknown(reply: Reply) -> bool:
    # 551 and 553 say it by themselves; a bare 550 may as well be a policy.
    return reply.code in (551, 553) or (reply.code == 550 and bool(_UNKNOWN.search(reply.text)))


def later(text: str, seconds: float | None) -> Unavailable:
    """Give an `Unavailable` that asks for ``seconds`` of patience (None: the caller's choice)."""
    error = Unavailable(text)
    error.retry_after = seconds
    return error
