"""The e-mail channel."""

import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

from channels.base import Channel, Receipt, Surroundings
from channels.email.mime import Letterhead, envelope_address, message_id, to_payload
from channels.email.pool import Pool
from channels.email.settings import CAPABILITIES, Settings
from surveys.message import Message


class Email(Channel):
    """Sends mails through the operator's relay.

    ``company`` is shown to customers. ``clock`` gives the aware time for the Date header.
    ``timeout`` is how many seconds the relay may take to answer; ten times that after the final
    dot. ``tls`` is for a relay whose certificate the machine does not trust by itself.
    """

    name = "email"

    def __init__(
        self,
        settings: Settings,
        *,
        public_url: str,
        company: str,
        clock: Callable[[], datetime],
        timeout: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        sender = settings.mailbox
        self.public_url = public_url
        self.capabilities = replace(
            CAPABILITIES, rate=settings.per_second, concurrency=settings.sessions
        )
        self._clock = clock
        self._letterhead = Letterhead(company=company, sender=sender, reply_to=settings.answers_to)
        self._pool = Pool(
            settings.relay, size=settings.sessions, hello=sender.domain, timeout=timeout, tls=tls
        )

    @classmethod
    def build(cls, settings: Any, around: Surroundings) -> Self:
        return cls(
            settings, public_url=around.public_url, company=around.company, clock=around.clock
        )

    async def start(self) -> None:
        """Open a first connection, so that wrong settings are heard of at once."""
        await self._pool.warm()

    async def send(self, message: Message) -> Receipt:
        """Hand the mail to the relay; the receipt is its Message-ID."""
        now = self._clock()
        recipient = envelope_address(message.address)
        payload = to_payload(message, self._letterhead, now)
        sender = self._letterhead.sender
        await self._pool.carry(sender.address, recipient, payload)
        return Receipt(external_id=message_id(message, sender.domain, now))

    async def close(self) -> None:
        await self._pool.close()
