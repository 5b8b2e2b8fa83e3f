"""Recorded mails as they arrive, and who reads them."""

from datetime import UTC, datetime
from pathlib import Path

from channels.email.incoming import Reader
from channels.email.settings import Mailbox
from surveys.inbound import Inbound

PAYLOADS = Path(__file__).parent / "payloads"
AT = datetime(2026, 11, 21, 9, 45, tzinfo=UTC)
ACME = Mailbox(name="Acme", address="feedback@acme.example")
READER = Reader(sender=ACME, answers_to=ACME, company="Acme")
OURS = "<4711.0123456789abcdef01234567@acme.example>"
"""The Message-ID of the mail that the recorded ones are about."""


def recorded(folder: str, name: str) -> bytes:
    return (PAYLOADS / folder / f"{name}.eml").read_bytes()


def names(folder: str) -> list[str]:
    return sorted(path.stem for path in (PAYLOADS / folder).glob("*.eml"))


def read(raw: bytes, reader: Reader = READER) -> list[Inbound]:
    return reader.read(raw, AT)


def letter(text: str, *heads: str, sender: str = "Anna <anna@customer.example>") -> bytes:
    """Make a plain mail of our own wording."""
    given = (f"From: {sender}", "Message-ID: <1@customer.example>",
             "Content-Type: text/plain; charset=utf-8", *heads)  # fmt: skip
    return "\r\n".join((*given, "", *text.split("\n"), "")).encode()
