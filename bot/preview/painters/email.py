"""Mail: the very mail, taken apart again as a mail program does."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from bot.preview.painters import Stage
from bot.preview.pictures import Sheet
from bot.preview.sample import MOMENT
from channels.email.mime import Letterhead, to_payload
from channels.email.settings import Mailbox
from surveys.message import Message

CLIPPED = 100_000
"""Bytes of HTML above which Gmail shows only the beginning (it clips at 102 kB)."""


def paint(message: Message, stage: Stage) -> Sheet:
    """Show the mail's HTML, its headers and its plain words."""
    settings = stage.settings
    sender = (
        settings.mailbox
        if settings
        else Mailbox(name=stage.company, address="feedback@example.com")
    )
    letterhead = Letterhead(
        company=stage.company,
        sender=sender,
        reply_to=settings.answers_to if settings else None,
        plus=settings.postbox.plus if settings and settings.postbox else None,
        languages=stage.languages,
    )
    raw = to_payload(message, letterhead, MOMENT)
    mail = message_from_bytes(raw, policy=policy.default)
    html, plain = _body(mail, "html"), _body(mail, "plain")
    size = len(html.encode())
    remarks: tuple[str, ...] = ()
    if size > CLIPPED:
        remarks = (f"the mail has {size // 1000} kB, and Gmail shows only the first 102 kB",)
    return Sheet(
        html=html,
        plain=_shortened(plain.strip(), message),
        subject=str(mail["Subject"]),
        sender=str(mail["From"]),
        note=f"{max(1, round(len(raw) / 1000))} kB",
        remarks=remarks,
    )


def _shortened(plain: str, message: Message) -> str:
    """Leave the tokens out of addresses, which a mail repeats once an answer."""
    for link in (message.link, message.stop_link):
        head, slash, token = link.rpartition("/")
        plain = plain.replace(link, f"{head}{slash}…") if token else plain
    return plain


def _body(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    return str(part.get_content()) if part else ""
