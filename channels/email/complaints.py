"""Complaints: somebody pressed "this is spam", and their provider tells us (RFC 5965)."""

import re
from dataclasses import dataclass
from email.message import Message as Mail
from email.utils import parseaddr

from channels.email.letter import Letter, clean_line, part_text, tidy_address
from channels.email.returned import original, our_message
from channels.email.settings import Mailbox

_MEANT = frozenset({"abuse", "fraud", "opt-out", "opt-out-list"})
"""Feedback types that say: no more. "not-spam" says the contrary."""

_STOP_LINK = re.compile(r"<https?://[^>\s]*/u/([\w-]{32})/?>", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Who complained: ``stop_token`` ended the mail's stop link; it and ``address`` are "" where
    the report leaves them out, as providers do to hide who it was.
    """

    external_id: str
    address: str
    stop_token: str


def read_complaint(letter: Letter, sender: Mailbox) -> Complaint | None:
    """Give who complained, None for a report that is no complaint or not on a mail of ours."""
    fields = _fields(letter.mail)
    external_id, back = our_message(letter, sender), original(letter)
    if clean_line(fields.get("feedback-type", "")).lower() not in _MEANT:
        return None
    if not external_id or back is None:
        return None
    address = tidy_address(parseaddr(fields.get("original-rcpt-to", ""))[1])
    if not address:
        address = next((tidy_address(to) for _, to in Letter(b"", back).addresses("To")), "")
    link = _STOP_LINK.search(str(back.get("List-Unsubscribe", "")))
    return Complaint(external_id=external_id, address=address, stop_token=link[1] if link else "")


def _fields(mail: Mail) -> dict[str, str]:
    """Give the fields of the message/feedback-report part, however the parser took it."""
    for part in mail.walk():
        if part.get_content_type() != "message/feedback-report":
            continue
        inside = part.get_payload()
        held = inside if isinstance(inside, list) else [Letter.of(part_text(part).encode()).mail]
        groups = [group for group in held if isinstance(group, Mail)]
        return {name.lower(): str(value) for group in groups for name, value in group.items()}
    return {}
