"""Bounces: what mail servers write back about a mail of ours, hours or days after they took it.

A server's verdict is judged by the table of `channels.email.refusal`, like one said at once.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import Message as Mail

from channels.email.letter import Letter, clean_line, tidy_address
from channels.email.refusal import Reply, Stage, error_for, scrub
from channels.email.returned import our_message
from channels.email.settings import Mailbox
from channels.errors import ChannelError, Misconfigured, Retryable, Throttled, Unreachable
from surveys.inbound import Fault
from surveys.invitation import DeliveryState

_BOUNCED = DeliveryState.BOUNCED

OUR_REPUTATION = "our reputation"
"""How the reason begins where a server refused us rather than the person (5.7.x, 4.7.x)."""

_DIAGNOSTIC = re.compile(r"\b([45]\d\d)(?:[ -]+#?([45]\.\d{1,3}\.\d{1,3}))?\b")
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_PROSE = re.compile(
    r"(?:\b([45]\d\d)[ -]+)?(?<![\d.])#?([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)"
    r"|(?:said|error|response|code)\W{1,20}([45]\d\d)\b",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"(?:mailer-daemon|postmaster|mdaemon|mail-daemon)\b", re.IGNORECASE)
_TEMPORARY = re.compile(rf"(?:{OUR_REPUTATION}: )?4\d\d\b")
_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_GENERAL = frozenset({"0.0", "1.0"})
"""Ends of a status that says less than the server's own words: 5.0.0, 5.1.0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A server's word on one mail of ours: ``external_id`` is its Message-ID, ``address`` whom it
    could not reach ("" where not said).
    """

    external_id: str
    address: str
    status: DeliveryState
    reason: str
    fault: Fault = Fault.UNSAID


def read_bounces(letter: Letter, sender: Mailbox) -> list[Bounce]:
    """Give what a delivery report (RFC 3464) says of a mail of ours, nothing for any other."""
    external_id = our_message(letter, sender)
    if not external_id:
        return []
    judged = (_judge(group, external_id) for group in _recipients(letter.mail))
    return [bounce for bounce in judged if bounce is not None]


def read_worded_bounce(letter: Letter, sender: Mailbox) -> Bounce | None:
    """Give what a mail server says in plain words (qmail, Exim), None for any other mail."""
    failed = clean_line(letter.header("X-Failed-Recipients")).split(",")[0]
    if not (failed or _DAEMON.match(letter.sender)):
        return None
    external_id = our_message(letter, sender)
    if not external_id:
        return None
    text = (letter.words("plain") or letter.words("html")).split(external_id)[0]
    found = _PROSE.search(text)
    if not (found or failed):
        return None
    enhanced = (found[2] or "") if found else ""
    code = int((found[1] or found[3] or 0) if found else 550)
    said = _rest_of_line(text, found) if found else ""
    bounce = _bounce(external_id, tidy_address(failed), code, enhanced, said)
    return bounce if failed else _if_given_up(bounce)


def _recipients(mail: Mail) -> Iterator[dict[str, str]]:
    """Give the fields of each recipient in a delivery report."""
    for part in mail.walk():
        inside = part.get_payload()
        if part.get_content_type() in _STATUS_PARTS and isinstance(inside, list):
            for group in inside:
                if isinstance(group, Mail) and group.get("Action"):
                    yield {name.lower(): clean_line(str(said)) for name, said in group.items()}


def _judge(fields: Mapping[str, str], external_id: str) -> Bounce | None:
    """Give what one recipient's fields say; None for news of no consequence (relayed, expanded)."""
    action = fields["action"].lower()
    given = fields.get("original-recipient") or fields.get("final-recipient", "")
    address = tidy_address(given.partition(";")[2] or given)
    if action == "delivered":
        return Bounce(
            external_id=external_id, address=address, status=DeliveryState.DELIVERED, reason=""
        )
    if action not in ("failed", "delayed"):
        return None
    diagnostic = fields.get("diagnostic-code", "").partition(";")[2].strip()
    found = _DIAGNOSTIC.search(diagnostic)
    status = _STATUS.search(fields.get("status", ""))
    enhanced = (found[2] if found else "") or (status[0] if status else "")
    said = diagnostic[found.end() :] if found else diagnostic
    bounce = _bounce(external_id, address, int(found[1]) if found else 0, enhanced, said)
    return _delayed(bounce) if action == "delayed" else bounce


def _bounce(external_id: str, address: str, code: int, enhanced: str, said: str) -> Bounce:
    """Judge what a server said: ``code`` is 0 and ``enhanced`` is "" where it did not say."""
    if enhanced and not str(code).startswith(enhanced[0]):  # "550 4.4.7": the second is the truth
        code = 550 if enhanced[0] == "5" else 450
    told = "" if enhanced[2:] in _GENERAL else enhanced
    reply = Reply(code=code or 550, text=f"{told} {said}".strip())
    error = error_for(Stage.RECIPIENT, reply, address=address)
    reason = f"{reply.code} {scrub(reply.text, address)}".strip()
    fault = _fault(error, reply)
    return Bounce(
        external_id=external_id,
        address=address,
        status=_BOUNCED if isinstance(error, Unreachable) else DeliveryState.FAILED,
        reason=f"{OUR_REPUTATION}: {reason}" if fault is Fault.OURS else reason,
        fault=fault,
    )


def _if_given_up(bounce: Bounce) -> Bounce:
    """Plain words about trouble for now may be a warning only; the server goes on trying."""
    return _delayed(bounce) if _TEMPORARY.match(bounce.reason) else bounce


def _delayed(bounce: Bounce) -> Bounce:
    return replace(bounce, status=DeliveryState.DEFERRED, fault=Fault.UNSAID)


def _rest_of_line(text: str, found: re.Match[str]) -> str:
    """Give the words around a code: "User unknown" of "550 5.1.1 User unknown"."""
    before = text[: found.start()].rpartition("\n")[2]
    return f"{before} {text[found.end() :].partition(chr(10))[0]}".strip(" ()")


def _fault(error: ChannelError, reply: Reply) -> Fault:
    """Say whose fault it is. What is put off for our standing (4.7.x) until it is given up is as
    much ours as what is refused for it (5.7.x).
    """
    if isinstance(error, Misconfigured | Throttled) or reply.enhanced.startswith("4.7."):
        return Fault.OURS
    return Fault.PASSING if isinstance(error, Retryable) else Fault.UNSAID
