"""Returned mails: which of ours a report is about.

A report is believed only where it holds a Message-ID of ours, which nobody can guess: else anybody
could write anybody off.
"""

import re
from collections.abc import Iterator
from email.message import Message as Mail

from channels.email.letter import Letter, own_parts, part_text
from channels.email.settings import Mailbox
from channels.email.tags import MESSAGE_NAME, TagKind, read_tag

_MAILS = frozenset({"message/rfc822", "message/global"})
_HEADERS = frozenset({"text/rfc822-headers", "message/global-headers"})


def report_type(letter: Letter) -> str:
    """Give ``delivery-status``, ``feedback-report`` and the like of a multipart/report, else ""."""
    if letter.mail.get_content_type() != "multipart/report":
        return ""
    return str(letter.mail.get_param("report-type", "")).lower()


def our_message(letter: Letter, sender: Mailbox) -> str:
    """Give the Message-ID of our mail: from the address that was written back to, from the header
    of the original, or from the report's words. "" where it is on none of ours.
    """
    tags = (read_tag(address, sender) for address in letter.recipients)
    named = next((t.message_name for t in tags if t and t.kind is TagKind.BOUNCE), "")
    if named:
        return f"<{named}@{sender.domain}>"
    ours = own_message_id(sender)
    back = original(letter)
    found = ours.search(str(back.get("Message-ID", ""))) if back is not None else None
    found = found or next(filter(None, map(ours.search, _texts(letter))), None)
    return found[0] if found else ""


def own_message_id(sender: Mailbox) -> re.Pattern[str]:
    """Give what finds a Message-ID of ours."""
    return re.compile(rf"<{MESSAGE_NAME}@{re.escape(sender.domain)}>")


def original(letter: Letter) -> Mail | None:
    """Give the mail that came back, or its header."""
    for part in letter.mail.walk():
        inside, kind = part.get_payload(), part.get_content_type()
        if kind in _MAILS and isinstance(inside, list):
            return next((mail for mail in inside if isinstance(mail, Mail)), None)
        if kind in _HEADERS:
            return Letter.of(part_text(part).lstrip("\n").encode()).mail
    return None


def _texts(letter: Letter) -> Iterator[str]:
    for part in own_parts(letter.mail):
        if part.get_content_maintype() == "text":
            yield part_text(part)
