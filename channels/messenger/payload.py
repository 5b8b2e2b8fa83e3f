"""Messenger's words: a Message as the body of a Send API call. Pure.

Which message may be sent when: https://developers.facebook.com/docs/messenger-platform/policy.
Within 24 hours of what the person last did, anything; up to 7 days, the customer feedback template
with the tag made for it; later, nothing. Limits: the Send API reference and "Quick replies".
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from channels.chat import name_ends, plain
from channels.errors import Rejected
from channels.messenger.feedback import House, to_template
from surveys.message import Button, Message

STANDARD_WINDOW = timedelta(hours=24)
TAGGED_WINDOW = timedelta(days=7)

_TITLE_LENGTH = 20


def to_payload(message: Message, house: House, *, now: datetime) -> dict[str, Any]:
    """Give the body that says a message.

    A survey's first question is a feedback template where it can be one. Every other question
    offers its buttons as quick replies, which go once one is tapped. Where nobody knows when the
    person last wrote (a command's answer), Messenger itself is left to refuse.

    :raises Rejected: for what Messenger cannot say at all, or not any more.
    """
    if message.replaces or message.image:
        raise Rejected("a page can neither change a message it sent nor, here, send a picture")
    template = to_template(message, house)
    return {
        "recipient": {"id": plain(message.address)},
        **_kind(message, now, tagged=template is not None),
        "message": _words(message) if template is None else _form(template),
    }


def _kind(message: Message, now: datetime, *, tagged: bool) -> Mapping[str, str]:
    """Give by what right the message is sent. ``tagged``: it is one that may be sent for 7 days."""
    age = None if message.heard_at is None else now - message.heard_at
    if age is not None and age > TAGGED_WINDOW:
        raise Rejected("outside Messenger's window: more than 7 days since the person last wrote")
    if tagged and (age is None or age > STANDARD_WINDOW):
        return {"messaging_type": "MESSAGE_TAG", "tag": "CUSTOMER_FEEDBACK"}
    if age is not None and age > STANDARD_WINDOW:
        raise Rejected(
            "outside Messenger's window: more than 24 hours since the person last wrote, and this "
            "message is none that its feedback template can carry"
        )
    begins = message.step == 1 and not message.notice
    return {"messaging_type": "UPDATE" if begins else "RESPONSE"}


def _form(template: Mapping[str, Any]) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": template}}


def _words(message: Message) -> dict[str, Any]:
    # A question is answered here; only a note's link leads on to somewhere.
    link = message.link if not (message.buttons or message.question_id) else ""
    head = "\n\n".join(part for part in (message.notice, message.text) if part)
    said: dict[str, Any] = {
        "text": plain("\n".join(part for part in (head, name_ends(message), link) if part))
    }
    if message.buttons:
        said["quick_replies"] = [_reply(button) for button in message.buttons]
    return said


def _reply(button: Button) -> dict[str, str]:
    title = plain(button.label)
    if button.chosen:
        title = f"✓ {title}"
        if len(title) > _TITLE_LENGTH:
            title = f"{title[: _TITLE_LENGTH - 1]}…"
    return {"content_type": "text", "title": title, "payload": plain(button.payload)}
