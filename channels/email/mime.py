"""Mails: from a `Message` to the bytes of one mail.

    multipart/alternative
    ├── text/plain
    └── text/html, or multipart/related
        ├── text/html
        └── image/png

Headers are made here and hold no line breaks, whatever a text holds.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote

from channels.email.body import ARROW, PICTURE, compile_bodies, slots_of
from channels.email.body import quote as quote_text
from channels.email.frame import clean, frame_of
from channels.email.settings import Mailbox, Plus, is_address
from channels.email.tags import tag_bounce, tag_reply, tag_stop
from channels.errors import Unreachable
from surveys.language import Languages
from surveys.message import Image, Message

_ALTERNATIVE = b"=_afterword_alternative"
_RELATED = b"=_afterword_related"
"""Boundaries that cannot stand in a body: "=_" is not quoted-printable, "_" is not base64."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_PLAIN_HEADER = re.compile(r"(?!.*=\?)[\x20-\x7e]{1,66}")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b=\x3f\x41-\x7e]{1,120}@[\x21-\x3b=\x3f\x41-\x7e]{1,120}>")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What all our mails have in common. ``plus`` is None where nobody reads what comes back;
    ``languages`` hold the words that ask for an answer above the marker.
    """

    company: str
    sender: Mailbox
    reply_to: Mailbox | None = None
    plus: Plus | None = None
    languages: Languages = field(default_factory=dict, repr=False)

    @property
    def answers_to(self) -> Mailbox:
        return self.reply_to or self.sender

    def marker(self, message: Message) -> str:
        """Give the words above which an answer is to be written, "" where none is read."""
        if not (self.plus and message.question_id):
            return ""
        bank = self.languages.get(message.language) or self.languages.get("en")
        return bank.texts["write_above"] if bank else ARROW


def to_payload(message: Message, letterhead: Letterhead, now: datetime) -> bytes:
    """Give the mail, with CRLF line ends and no line longer than 998 bytes.

    :param now: when the mail is written, aware.
    :raises Unreachable: where ``message.address`` is no mail address.
    """
    if message.page:
        return _whole_page(message, letterhead, now)
    frame = frame_of(message)
    marker = letterhead.marker(message)
    bodies = compile_bodies(frame, letterhead.company, letterhead.sender.domain, marker)
    plain, page = bodies.fill(slots_of(message))
    return b"".join((
        "\r\n".join(_headers(message, letterhead, now)).encode("ascii"),
        b'\r\nContent-Type: multipart/alternative;\r\n boundary="', _ALTERNATIVE, b'"\r\n\r\n--',
        _ALTERNATIVE, b"\r\n", _text(b"plain", plain), b"\r\n--",
        _ALTERNATIVE, b"\r\n", _with_picture(_text(b"html", page), message.image, letterhead),
        b"\r\n--", _ALTERNATIVE, b"--\r\n",
    ))  # fmt: skip


def _whole_page(message: Message, letterhead: Letterhead, now: datetime) -> bytes:
    """Give a mail whose page is ready made, its pictures inside."""
    page, domain = clean(message.page), letterhead.sender.domain
    for number in range(len(message.pictures)):
        page = page.replace(f'"picture:{number}"', f'"cid:{PICTURE}{number}@{domain}"')
    body = _text(b"html", quote_text(page))
    names = [f"{PICTURE}{number}@{domain}" for number in range(len(message.pictures))]
    return b"".join((
        "\r\n".join(_headers(message, letterhead, now)).encode("ascii"),
        b'\r\nContent-Type: multipart/alternative;\r\n boundary="', _ALTERNATIVE, b'"\r\n\r\n--',
        _ALTERNATIVE, b"\r\n", _text(b"plain", quote_text(clean(message.text))), b"\r\n--",
        _ALTERNATIVE, b"\r\n", _related(body, message.pictures, names),
        b"\r\n--", _ALTERNATIVE, b"--\r\n",
    ))  # fmt: skip


def message_id(message: Message, domain: str, now: datetime) -> str:
    """Give the Message-ID: the same for the same delivery, so that a copy sent after an uncertain
    end is known for one. A message without a delivery is known by its moment.
    """
    attempt = message.delivery_id or f"0.{now.timestamp():.6f}"
    told = "\0".join((str(attempt), message.address, message.link, message.stop_link))
    digest = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:24]
    return f"<{message.delivery_id}.{digest}@{domain}>"


def envelope_sender(message: Message, letterhead: Letterhead, now: datetime) -> str:
    """Give the address that bounces of this mail go to."""
    sender = letterhead.sender
    if letterhead.plus is Plus.ALL and message.delivery_id:
        return tag_bounce(sender, message_id(message, sender.domain, now))
    return sender.address


def envelope_address(address: str) -> str:
    """Give ``address`` as SMTP takes it: ASCII, an international domain in its ``xn--`` form.

    :raises Unreachable: where it is no mail address; the text does not hold it.
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        ascii_form = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        ascii_form = ""
    if not is_address(ascii_form):
        raise Unreachable(
            "the contact's e-mail address cannot be written to; see docs/channels/email.md"
        )
    return ascii_form


def _headers(message: Message, letterhead: Letterhead, now: datetime) -> list[str]:
    lines = [
        f"From: {_mailbox(letterhead.sender)}",
        f"To: {envelope_address(message.address)}",
        f"Subject: {_words('Subject', _subject(message, letterhead))}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: {message_id(message, letterhead.sender.domain, now)}",
        "MIME-Version: 1.0",
        f"Auto-Submitted: auto-{'replied' if message.replies_to else 'generated'}",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        f"X-Afterword-Delivery: {message.delivery_id}",
    ]
    lines += _thread(message.replies_to) if message.replies_to else ()
    if reply_to := _reply_to(message, letterhead):
        lines.append(f"Reply-To: {reply_to}")
    if message.stop_link:
        # RFC 8058: one POST to this address, by the mail program, opts out.
        lines.append(f"List-Unsubscribe: {_ways_out(message, letterhead)}")
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return lines


def _subject(message: Message, letterhead: Letterhead) -> str:
    bare = f"Re: {letterhead.company}" if message.replies_to else letterhead.company
    return _one_line(message.subject or bare)


def _thread(replies_to: tuple[str, ...]) -> list[str]:
    """Give the headers that put a mail into its thread (RFC 5322 section 3.6.4). Ids come from
    outside: only what is one by its form is written.
    """
    known = [name for name in dict.fromkeys(replies_to) if _MESSAGE_ID.fullmatch(name)]
    if not known:
        return []
    return [f"In-Reply-To: {known[-1]}", "References: {}".format("\r\n ".join(known))]


def _reply_to(message: Message, letterhead: Letterhead) -> str:
    if letterhead.plus in (Plus.REPLIES, Plus.ALL) and message.link:
        answers = letterhead.answers_to
        return _mailbox(answers, tag_reply(answers, message.link, message.question_id))
    return _mailbox(letterhead.reply_to) if letterhead.reply_to else ""


def _ways_out(message: Message, letterhead: Letterhead) -> str:
    """Give the addresses that opt out: the link, and one to write to where mail is read."""
    link = f"<{_url(message.stop_link)}>"
    if letterhead.plus is None:
        return link
    address = letterhead.answers_to.address
    if letterhead.plus is not Plus.NEVER:
        address = tag_stop(letterhead.answers_to, message.stop_link)
    return f"{link},\r\n <mailto:{quote(address, safe='@+')}?subject=unsubscribe>"


def _text(subtype: bytes, quoted: bytes) -> bytes:
    return b"".join((
        b"Content-Type: text/", subtype, b"; charset=utf-8\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", quoted,
    ))  # fmt: skip


def _with_picture(page: bytes, image: Image | None, letterhead: Letterhead) -> bytes:
    if image is None:
        return page
    return _related(page, (image,), [f"{PICTURE}@{letterhead.sender.domain}"])


def _related(page: bytes, images: Sequence[Image], names: Sequence[str]) -> bytes:
    """Give a page with the pictures it shows, each under its Content-ID."""
    if not images:
        return page
    parts = [
        b'Content-Type: multipart/related; type="text/html";\r\n boundary="', _RELATED,
        b'"\r\n\r\n--', _RELATED, b"\r\n", page, b"\r\n",
    ]  # fmt: skip
    for image, name in zip(images, names, strict=True):
        parts += [
            b"--", _RELATED,
            b"\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n",
            b'Content-Disposition: inline; filename="picture.png"\r\nContent-ID: <',
            name.encode("ascii"), b">\r\n\r\n",
            base64.encodebytes(image.png).replace(b"\n", b"\r\n"),
        ]  # fmt: skip
    return b"".join((*parts, b"--", _RELATED, b"--\r\n"))


def _mailbox(mailbox: Mailbox, address: str = "") -> str:
    name = _display(mailbox.name)
    address = address or mailbox.address
    return f"{name} <{address}>" if name else address


@lru_cache(maxsize=64)
def _display(name: str) -> str:
    name = _one_line(name)
    if not name.isascii() or "=?" in name:
        return _words("Reply-To", name)
    if name and not _ATOMS.fullmatch(name):
        return '"{}"'.format(name.replace("\\", r"\\").replace('"', r"\""))
    return name


@lru_cache(maxsize=1024)
def _words(header: str, text: str) -> str:
    """``text`` as a header's words: itself where it is short ASCII, else RFC 2047 and folded."""
    if _PLAIN_HEADER.fullmatch(text):
        return text
    encoded: str = Header(text, "utf-8", header_name=header, maxlinelen=76).encode(linesep="\r\n")
    return encoded


def _one_line(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def _url(url: str) -> str:
    """A URL as it may stand between angle brackets in a header."""
    return re.sub(r"[^\x21-\x7e]|[<>]", "", url)
