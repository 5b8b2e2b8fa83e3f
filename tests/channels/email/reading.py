"""Reading mails back with the standard library and lxml."""

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import lxml.html

from channels.email import Letterhead, to_payload
from surveys.message import Message
from tests.channels.email.messages import LETTERHEAD, NOW


def read(message: Message, letterhead: Letterhead = LETTERHEAD) -> EmailMessage:
    raw = to_payload(message, letterhead, NOW)
    assert b"\n" not in raw.replace(b"\r\n", b""), "a bare line feed"
    assert b"\r" not in raw.replace(b"\r\n", b""), "a bare carriage return"
    assert max(map(len, raw.split(b"\r\n"))) <= 200
    raw.decode("ascii")
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for part in mail.walk():
        assert not part.defects, part.defects
        for header in part.values():
            assert not header.defects, header.defects
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def page(mail: EmailMessage) -> Any:
    return lxml.html.document_fromstring(body(mail, "html"))
