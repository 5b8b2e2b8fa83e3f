"""What the stage shows, as the channels themselves would say it. Pure: lines in, values out."""

import email
import email.policy
from datetime import UTC, datetime
from typing import Any

from channels import telegram
from channels.email import Letterhead
from channels.email import to_payload as to_mail
from channels.email.settings import Mailbox
from channels.sandbox import Line
from surveys.message import Message

SENDER = "feedback@acme.example"


def show_line(line: Line) -> dict[str, Any]:
    """Give one line of a Telegram chat: text, rows of keys, and whether there is a picture."""
    shown: dict[str, Any] = {
        "id": line.id,
        "at": line.at.isoformat(),
        "us": line.sender == "us",
        "text": line.text,
        "edited": line.edited,
        "rows": [],
    }
    if line.message is None:
        return shown
    params = telegram.to_payload(line.message).params
    keyboard = params.get("reply_markup", {}).get("inline_keyboard", ())
    return shown | {
        "text": params.get("text") or params.get("caption", ""),
        "language": line.message.language,
        "rows": [[_key(key, line.message) for key in row] for row in keyboard],
        "picture": line.message.image.alt if line.message.image else None,
    }


def show_mail(line: Line) -> dict[str, Any]:
    """Give what an inbox lists of a mail."""
    message = line.message
    return {
        "id": line.id,
        "at": line.at.isoformat(),
        "from": SENDER,
        "subject": message.subject if message else "",
        "language": message.language if message else "en",
        "link": message.link if message else "",
    }


def mail_page(message: Message, company: str) -> str:
    """Give a mail's HTML, as the mail channel writes it, with links that open a new tab."""
    letterhead = Letterhead(sender=Mailbox(name=company, address=SENDER), company=company)
    raw = to_mail(message, letterhead, datetime.now(UTC))
    part = email.message_from_bytes(raw, policy=email.policy.default).get_body(("html",))
    page = str(part.get_content()) if part else ""
    return page.replace("<head>", '<head><base target="_blank">', 1)


def _key(key: dict[str, str], message: Message) -> dict[str, Any]:
    """Give a key as Telegram would lay it out, with the name a screen reader says."""
    payload = key["callback_data"]
    button = next(b for b in message.buttons if b.payload == payload)
    return {
        "label": key["text"],
        "payload": payload,
        "chosen": button.chosen,
        "spoken": button.spoken or button.label,
    }
