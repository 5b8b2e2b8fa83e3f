"""A rig: an adapter joined to its provider's server, with the levers a test needs."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from channels.base import Channel, Request, Surroundings
from channels.errors import (
    BadResponse,
    Blocked,
    ChannelError,
    Misconfigured,
    Rejected,
    Relocated,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from surveys.language import TEXT_KEYS, Language
from surveys.message import Button, Message

TOKEN = "A" * 32
"""A button's and a link's token, as long as a real one."""

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

_DELIVERIES = count(1)

Failure = type[ChannelError]

SEND_FAILURES: Sequence[Failure] = (
    Unavailable,
    Throttled,
    Rejected,
    Unreachable,
    Blocked,
    Misconfigured,
    BadResponse,
    Uncertain,
    Relocated,
)
"""Every kind of error a send can end in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message as the person sees it now: ``text`` decoded from its sink, ``labels`` of its
    buttons, ``payloads`` that pressing them gives back (where the provider carries them)."""

    external_id: str
    text: str
    labels: tuple[str, ...] = ()
    payloads: tuple[str, ...] = ()
    picture: bool = False
    raw: bytes = b""


ENGLISH = Language(
    code="en",
    name="English",
    questions={},
    ends={},
    labels={},
    texts={key: key.capitalize() for key in TEXT_KEYS},
)
"""A language that says of each fixed text which it is."""

AROUND = Surroundings(
    public_url="https://feedback.example.org",
    company="Acme",
    privacy_url="https://acme.example/privacy",
    language="en",
    languages={"en": ENGLISH},
    key=b"key-of-thirty-two-bytes-or-so-...",
    clock=lambda: NOW,
    nonce=lambda: uuid.uuid4().hex,
    commands=(("results", "how it is going"),),
)
"""What a service offers every adapter."""


class Rig(ABC):
    """An adapter under test and the levers of its provider.

    name       the channel's key in `CHANNELS`
    address    who is written to; no short string, so that logs can be searched for it
    secrets    what must never be said: tokens, passwords, keys
    failures   the kinds of error this channel can meet when it sends
    provider_logs   names of the loggers that are the provider server's own
    """

    name: str
    channel: Channel
    settings: object
    address: str
    secrets: Sequence[str] = ()
    failures: Sequence[Failure] = ()
    provider_logs: Sequence[str] = ()

    async def say(self, message: Message) -> str:
        """Say a message by the way its channel says them, and give the provider's id of it."""
        return (await self.channel.send(message)).external_id

    @abstractmethod
    def shown(self) -> Sequence[Shown]:
        """Give what the provider accepted, in its present state, oldest first."""

    async def fail(self, kind: Failure) -> None:
        """Make the provider fail the next send so that this kind of error is due."""
        raise NotImplementedError(kind.__name__)

    async def go_away(self) -> None:
        """Take the provider off the network: its port refuses connections."""
        raise NotImplementedError

    async def speak(self, text: str) -> None:
        """Let the person write words, to a channel that listens."""
        raise NotImplementedError

    async def speak_nonsense(self) -> None:
        """Let the provider hand over what makes no sense, to a channel that listens."""
        await self.speak("")

    def calls(self) -> Sequence[Request]:
        """Give valid inbound calls, as recorded; each is the same event whenever it comes."""
        return ()

    def forged(self) -> Sequence[Request]:
        """Give calls that are well made but not from whom they say."""
        return ()

    def foreign(self) -> Sequence[Request]:
        """Give calls that are for nobody here: no such page, no such token."""
        return ()

    def call_with(self, body: bytes) -> Request:
        """Give a call that passes the channel's check, with any body at all."""
        return Request(method="POST", path="/", body=body)


def ask(rig: Rig, text: str, **more: Any) -> Message:
    """Make a message to the rig's person; each is a delivery of its own."""
    fields: dict[str, Any] = {"address": rig.address, "text": text, **more}
    return Message(**{"delivery_id": next(_DELIVERIES), **fields})


def question(rig: Rig) -> Message:
    buttons = [
        Button(label=str(n), payload=f"{TOKEN}.{'q' * 16}.{n}", value=n, spoken=f"{n} of 10")
        for n in range(11)
    ]
    skip = Button(label="Skip", payload=f"{TOKEN}.{'q' * 16}.-")
    return ask(
        rig,
        "How likely is it that you would recommend us?",
        subject="Your call with us",
        greeting="Hello Ada,",
        question_id="q" * 16,
        ends=("not at all likely", "extremely likely"),
        buttons=(*buttons, skip),
        link=f"https://feedback.example.org/s/{TOKEN}",
        stop_link=f"https://feedback.example.org/u/{TOKEN}",
        step=1,
        steps=2,
    )


def payloads(name: str, stems: Sequence[str]) -> list[bytes]:
    """Give those recorded bodies of a channel."""
    folder = Path(__file__).parent / name / "payloads"
    return [(folder / f"{stem}.json").read_bytes() for stem in stems]


def read_page(page: bytes, buttons: str) -> Shown:
    """Read HTML as a browser shows it: what it displays, and the words of its ``buttons``."""
    tree = lxml.html.document_fromstring(page.decode())
    for hidden in tree.cssselect("style, script, title, .preheader"):
        hidden.drop_tree()
    labels = tuple(" ".join(found.text_content().split()) for found in tree.cssselect(buttons))
    pictures = bool(tree.cssselect("img"))
    text = tree.body.text_content()
    return Shown(external_id="", text=text, labels=labels, picture=pictures, raw=page)


def assert_tells_nothing(rig: Rig, text: str) -> None:
    for line in text.splitlines():
        for secret in (*rig.secrets, rig.address):
            if secret in line:
                pytest.fail(f"{secret!r} was told: {line[:300]}")
