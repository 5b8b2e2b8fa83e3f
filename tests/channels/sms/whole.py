"""A whole service with text messages and calls, between a business system and a provider."""

import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.config import load_config
from bot.service import Service
from tests.providers.twilio import TwilioServer

WRITE_KEY = "test-write-key"
ANNA = "+358401110001"

CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:{port}
  listen: 127.0.0.1:{port}
  database: sqlite://{folder}/whole.db
  timezone: Europe/Helsinki
  write_keys: ["{write_key}"]
channels:
  sms: {{ daily_max: {budget}, account_sid: "{sid}", auth_token: "{token}", from: "{number}", api_base: "{url}", rate: 100/s }}
  voice: {{ account_sid: "{sid}", auth_token: "{token}", from: "{number}", api_base: "{url}", rate: 100/s, {voice} }}
surveys:
  after_call:
    questions: [nps.phone, csat.phone, comment]
  delivery:
    questions:
      - csat: {{ scale: faces }}
      - choices: {{ id: problems, text: {{ en: "What went wrong?" }}, choices: {{ late: {{ en: Late }}, broken: {{ en: Broken }}, dirty: {{ en: Dirty }} }} }}
      - number: {{ id: days, text: {{ en: "How many days did it take?" }}, minimum: 0, maximum: 60 }}
triggers:
  delivery: {{ event: Order Delivered, survey: delivery, via: [voice] }}
  by_sms: {{ event: Chat Ended, survey: after_call, via: [sms] }}
  by_voice: {{ event: Call Ended, survey: after_call, via: [voice] }}
"""


@dataclass(frozen=True, slots=True)
class Whole:
    """The service, the provider, and the business system's connection."""

    service: Service
    provider: TwilioServer
    http: aiohttp.ClientSession
    folder: Path

    async def ended(self, event: str, number: int, phone: str, **traits: Any) -> None:
        """Report that customer ``number``, reachable at ``phone``, ended a call or a chat."""
        user = f"u{number}"
        items = [
            {
                "type": "identify",
                "messageId": f"who-{event}-{number}",
                "userId": user,
                "traits": {"phone": phone, **traits},
            },
            {
                "type": "track",
                "event": event,
                "messageId": f"{event}-{number}",
                "userId": user,
                "properties": {"interaction_id": f"{event}-{number}", "team": "support"},
            },
        ]
        async with self.http.post(f"{self.service.url}/v1/batch", json={"batch": items}) as answer:
            assert answer.status == 200, await answer.text()

    def read(self, question: str) -> list[tuple[Any, ...]]:
        """Ask the store's own file."""
        with closing(sqlite3.connect(self.folder / "whole.db")) as book:
            return book.execute(question).fetchall()

    def answers(self) -> list[tuple[Any, ...]]:
        """Give the answers that stand: question, value, words."""
        return self.read("SELECT question_id, value, text FROM answer WHERE is_latest ORDER BY id")

    async def count(self, name: str) -> int:
        return (await self.service.store.counts()).get(name, 0)


@asynccontextmanager
async def whole_service(
    folder: Path, *, voice: str = 'ten: "#"', budget: int = 5000, **provider: Any
) -> AsyncIterator[Whole]:
    port = _free_port()
    async with TwilioServer(**provider) as server:
        server.sms_url = f"http://127.0.0.1:{port}/sms"
        path = folder / "config.yaml"
        path.write_text(
            CONFIG.format(
                port=port,
                folder=folder,
                write_key=WRITE_KEY,
                sid=server.account_sid,
                token=server.auth_token,
                number=server.number,
                url=server.url,
                voice=voice,
                budget=budget,
            )
        )
        headers = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
        async with (
            Service(load_config(path, {}), jitter=lambda: 0.5) as service,
            aiohttp.ClientSession(headers=headers) as http,
        ):
            yield Whole(service, server, http, folder)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
