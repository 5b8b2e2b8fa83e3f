"""A provider of our own in a process of its own: ``python -m benchmarks.provider telegram``.

It prints where it listens. ``mail`` takes mails, ``telegram`` is a Bot API.
"""

import asyncio
import sys

import uvloop

from tests.providers.smtp import SmtpServer
from tests.providers.telegram import TelegramServer

PROVIDERS = {"telegram": TelegramServer, "mail": SmtpServer}


async def _serve(provider: TelegramServer | SmtpServer) -> None:
    async with provider as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


async def _main() -> None:
    await _serve(PROVIDERS[sys.argv[1]]())


if __name__ == "__main__":
    uvloop.run(_main())
