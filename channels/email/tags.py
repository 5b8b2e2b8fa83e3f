"""Tags: what our own addresses carry behind a plus sign, so that what comes back says what it is
about, whatever the mail programs on the way did to its headers.

    feedback+r<token>.<question>@    an answer: the answer token of the invitation
    feedback+u<token>@               no more questions: the stop token of the contact
    feedback+b<message>@             a bounce: the Message-ID's part before the @

Tokens stand in base32, because mail servers may fold the case of an address.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum

from channels.email.settings import Mailbox

MESSAGE_NAME = r"\d{1,19}\.[0-9a-f]{24}"
"""The part of our Message-IDs before the @; see `channels.email.mime.message_id`."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_TAG = re.compile(
    rf"(?:(?P<kind>[ru])(?P<token>[a-z2-7]{{39}})(?:\.(?P<question>[a-z][a-z0-9_]{{0,15}}))?"
    rf"|b(?P<message>{MESSAGE_NAME}))"
)
_LONGEST_LOCAL = 64  # RFC 5321 section 4.5.3.1.1


class TagKind(StrEnum):
    """What comes back."""

    REPLY = "r"
    STOP = "u"
    BOUNCE = "b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """``token`` as it stands in our links ("" for a bounce), ``question_id`` "" where unknown,
    ``message_name`` only of a bounce.
    """

    kind: TagKind
    token: str = ""
    question_id: str = ""
    message_name: str = ""


def tag_reply(mailbox: Mailbox, link: str, question_id: str) -> str:
    """Give the address that answers to an invitation go to; the plain one where the tag does not
    fit or ``link`` does not end in a token. The question is left out where only it does not fit.
    """
    token = _fold(link)
    if not token:
        return mailbox.address
    tag = f"{TagKind.REPLY}{token}"
    full = _tagged(mailbox, f"{tag}.{question_id}") if question_id else ""
    return full or _tagged(mailbox, tag) or mailbox.address


def tag_stop(mailbox: Mailbox, stop_link: str) -> str:
    """Give the address that opts a contact out, the plain one where the tag does not fit."""
    token = _fold(stop_link)
    return (_tagged(mailbox, f"{TagKind.STOP}{token}") if token else "") or mailbox.address


def tag_bounce(mailbox: Mailbox, message_id: str) -> str:
    """Give the envelope sender of one mail, the plain one where the tag does not fit."""
    name = message_id.strip("<>").rpartition("@")[0]
    return _tagged(mailbox, f"{TagKind.BOUNCE}{name}") or mailbox.address


def read_tag(address: str, mailbox: Mailbox) -> Tag | None:
    """Give the tag of one of ``mailbox``'s addresses, None for any other address."""
    local, _, domain = address.strip().lower().rpartition("@")
    own, _, own_domain = mailbox.address.lower().rpartition("@")
    if not local.startswith(f"{own}+") or domain != own_domain:
        return None
    found = _TAG.fullmatch(local[len(own) + 1 :])
    if found is None:
        return None
    if found["message"]:
        return Tag(kind=TagKind.BOUNCE, message_name=found["message"])
    token, kind = _unfold(found["token"]), TagKind(found["kind"])
    return Tag(kind=kind, token=token, question_id=found["question"] or "")


def _tagged(mailbox: Mailbox, tag: str) -> str:
    local, _, domain = mailbox.address.rpartition("@")
    tagged = f"{local}+{tag}"
    return f"{tagged}@{domain}" if len(tagged) <= _LONGEST_LOCAL else ""


def _fold(link: str) -> str:
    """Give the token that ends a link in base32 without padding, "" where there is none."""
    token = link.rstrip("/").rpartition("/")[2]
    if not _TOKEN.fullmatch(token):
        return ""
    return base64.b32encode(base64.urlsafe_b64decode(token)).decode().rstrip("=").lower()


def _unfold(folded: str) -> str:
    try:
        raw = base64.b32decode(folded.upper() + "=")
    except binascii.Error:
        return ""
    return base64.urlsafe_b64encode(raw).decode()
