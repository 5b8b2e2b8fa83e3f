"""A whole service that invites by mail, for tests that open its pages in a browser."""

import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

from bot.config import load_config
from bot.service import Service
from tests.bot.whole import WRITE_KEY, until
from tests.providers.smtp import SmtpServer

HERE = Path(__file__).parent

SERVICE = """
service:
  name: Acme
  public_url: http://127.0.0.1:{port}
  listen: 127.0.0.1:{port}
  database: sqlite://{folder}/site.db
  timezone: Europe/Helsinki
  write_keys: ["{write_key}"]
  privacy_url: https://acme.example/privacy
"""
CHANNELS = """
channels:
  email: {{ smtp: "{smtp}", from: Acme <feedback@acme.example> }}
  web: {web}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """The running service and its mail server. ``http`` reports events with the write key."""

    service: Service
    mail: SmtpServer
    http: aiohttp.ClientSession
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        return self.service.config.service.public_url

    async def invite(self, survey: str = "kinds", language: str = "en") -> str:
        """Ask a new customer by mail; gives the link to the survey page in it."""
        mail = await self._ask(survey, language)
        return str(re.findall(rf"{self.url}/s/[\w-]+", mail)[0])

    async def stop_link(self, language: str = "en") -> str:
        """Ask a new customer by mail; gives the link in it that stops everything."""
        mail = await self._ask("kinds", language)
        return str(re.findall(rf"{self.url}/u/[\w-]+", mail)[0])

    async def counts(self) -> dict[str, int]:
        return await self.service.store.counts()

    async def _ask(self, survey: str, language: str) -> str:
        number = next(self.numbers)
        address = f"customer{number}@example.com"
        traits = {"email": address, "first_name": "Anna", "language": language}
        who = {"type": "identify", "messageId": f"i{number}", "userId": f"u{number}"}
        await self.report(
            {**who, "traits": traits},
            {
                "type": "track",
                "event": f"Ask {survey}",
                "messageId": f"t{number}",
                "userId": f"u{number}",
                "properties": {"interaction_id": f"x{number}"},
            },
        )
        await until(lambda: [m for m in self.mail.ledger if m.recipient == address])
        return next(m for m in self.mail.ledger if m.recipient == address).body("plain")

    async def report(self, *items: dict[str, Any]) -> None:
        """Report events over the intake."""
        async with self.http.post(f"{self.service.url}/v1/batch", json={"batch": items}) as answer:
            assert answer.status == 200, await answer.text()


@asynccontextmanager
async def running_site(
    folder: Path, *, web: str = "{}", surveys: str = "", port: int = 0
) -> AsyncIterator[Site]:
    """Start mail and the service; everything is gone afterwards.

    ``web`` is the channel's block in YAML; ``surveys`` is the rest of the file, by default
    ``surveys.yaml`` of this folder.
    """
    async with SmtpServer() as mail:
        wanted = (SERVICE + CHANNELS).format(
            port=port or free_port(),
            folder=folder,
            write_key=WRITE_KEY,
            smtp=mail.url,
            web=web,
        )
        path = folder / "config.yaml"
        rest = surveys or (HERE / "surveys.yaml").read_text(encoding="utf-8")
        path.write_text(wanted + rest, encoding="utf-8")
        headers = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
        async with (
            Service(load_config(path, {}), jitter=lambda: 0.5) as service,
            aiohttp.ClientSession(headers=headers) as http,
        ):
            yield Site(service, mail, http)


def free_port() -> int:
    """Give a port that was free a moment ago: the links in a mail must name it beforehand."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
