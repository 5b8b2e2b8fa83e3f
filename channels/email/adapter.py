"""The e-mail channel."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

from channels.base import Channel, Receipt, Surroundings
from channels.email.incoming import Reader
from channels.email.listening import Listener, Pace
from channels.email.mime import (
    Letterhead,
    envelope_address,
    envelope_sender,
    message_id,
    to_payload,
)
from channels.email.pool import Pool
from channels.email.settings import CAPABILITIES, Settings
from channels.email.signing import Signer
from surveys.inbound import Inbound
from surveys.language import Languages
from surveys.message import Message


class Email(Channel):
    """Sends mails through the operator's relay, and reads what comes back where there is a mailbox
    to read.

    ``company`` is shown to customers, ``languages`` have the words of our own. ``clock`` gives the
    aware time for the Date header. ``timeout`` is how many seconds the relay may take to answer;
    ten times that after the final dot. ``pace`` is how long reading may take. ``tls`` is for
    servers whose certificate the machine does not trust by itself.
    """

    name = "email"

    def __init__(
        self,
        settings: Settings,
        *,
        public_url: str,
        company: str,
        clock: Callable[[], datetime],
        languages: Languages | None = None,
        timeout: float = 30.0,
        pace: Pace | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        sender, postbox = settings.mailbox, settings.postbox
        self.public_url = public_url
        self.capabilities = replace(
            CAPABILITIES,
            rate=settings.per_second,
            concurrency=settings.sessions,
            replies=postbox is not None,
        )
        self._clock = clock
        self._letterhead = Letterhead(
            company=company,
            sender=sender,
            reply_to=settings.answers_to,
            plus=postbox.plus if postbox else None,
            languages=languages or {},
        )
        self._signer = Signer(settings.dkim, sender.domain) if settings.dkim else None
        self._reader = Reader(
            sender=sender, answers_to=self._letterhead.answers_to, company=company
        )
        self._listener = Listener(postbox, tls=tls, pace=pace) if postbox else None
        self._pool = Pool(
            settings.relay, size=settings.sessions, hello=sender.domain, timeout=timeout, tls=tls
        )

    @classmethod
    def build(cls, settings: Any, around: Surroundings) -> Self:
        return cls(
            settings,
            public_url=around.public_url,
            company=around.company,
            clock=around.clock,
            languages=around.languages,
        )

    async def start(self) -> None:
        """Open a first connection, so that wrong settings are heard of at once."""
        await self._pool.warm()

    async def send(self, message: Message) -> Receipt:
        """Hand the mail to the relay; the receipt is its Message-ID."""
        now = self._clock()
        recipient = envelope_address(message.address)
        payload = to_payload(message, self._letterhead, now)
        if self._signer is not None:
            payload = await asyncio.to_thread(self._signer.sign, payload)
        await self._pool.carry(envelope_sender(message, self._letterhead, now), recipient, payload)
        return Receipt(external_id=message_id(message, self._letterhead.sender.domain, now))

    async def listen(self) -> AsyncGenerator[Inbound, None]:
        """Give what customers and mail servers write back; ends at once where nobody reads it."""
        if self._listener is None:
            return
        async with aclosing(self._listener.mails()) as mails:
            async for mail in mails:
                now = self._clock()
                at = min(mail.at or now, now)
                for item in await asyncio.to_thread(self._reader.read, mail.raw, at):
                    yield item

    async def close(self) -> None:
        if self._listener is not None:
            await self._listener.close()
        await self._pool.close()
