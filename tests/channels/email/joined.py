"""The adapter joined to an SMTP server on this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from channels.email import Email, Settings
from channels.errors import ChannelError
from surveys.message import Message
from tests.channels.email.messages import ANNA, NOW, NPS
from tests.providers.certificate import client_context
from tests.providers.smtp import SmtpServer


def channel_for(server: SmtpServer, **more: Any) -> Email:
    tls = more.pop("tls", client_context() if server.tls != "none" else None)
    timeout = more.pop("timeout", 5.0)
    settings = Settings(
        **{"smtp": server.url, "sender": "Acme <feedback@acme.example>", "sessions": 2, **more}
    )
    return Email(
        settings,
        public_url="https://feedback.acme.example",
        company="Acme",
        clock=lambda: NOW,
        timeout=timeout,
        tls=tls,
    )


@asynccontextmanager
async def joined(server: SmtpServer, **more: Any) -> AsyncIterator[tuple[Email, SmtpServer]]:
    async with server:
        channel = channel_for(server, **more)
        try:
            yield channel, server
        finally:
            await channel.close()


def numbered(count: int) -> list[Message]:
    return [
        replace(NPS, delivery_id=n, address=f"p{n}@customer.example") for n in range(1, count + 1)
    ]


async def error_of(channel: Email, message: Message = NPS) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await channel.send(message)
    assert ANNA not in str(caught.value)
    assert "anna" not in str(caught.value).lower()
    return caught.value
