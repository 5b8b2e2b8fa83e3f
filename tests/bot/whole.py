"""A whole service between a Telegram and a mail server, for tests that walk the entire path."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from segment.analytics.client import Client

from bot.config import load_config
from bot.service import Service
from tests.providers.smtp import SmtpServer
from tests.providers.telegram import TelegramServer

WRITE_KEY = "test-write-key"
LEADER, MANAGER = 777, 778

CONFIG = """
service:
  name: Acme
  public_url: {public_url}
  listen: 127.0.0.1:{port}
  database: {database}
  timezone: Europe/Helsinki
  write_keys: ["{write_key}"]
channels:
  telegram: {{ token: "{token}", api_base: "{telegram}", {telegram_more} }}
  email: {{ smtp: "{smtp}", from: Acme <feedback@acme.example> }}
staff:
  - {{ name: Maija, role: team_lead, teams: [support], telegram: "{leader}" }}
  - {{ name: Otto, role: manager, telegram: "{manager}" }}
surveys:
  after_call:
    questions: [nps.phone, csat.phone, comment]
    goal: {{ nps: 50 }}
triggers:
  after_call:
    event: Call Ended
    if: duration_s >= 30 and not transferred
    every: {every}
    survey: after_call
    via: [telegram, email]
throttle: {{ let_finish: 0m, let_talk: 0m }}
alerts:
  - {{ if: nps <= 6 or csat <= 2, to: team_lead }}
"""


class Clock:
    """The system's clock, which may be put forward: a person's seconds pass at once."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._stopped: datetime | None = None

    def __call__(self) -> datetime:
        return (self._stopped or datetime.now(UTC)) + self._ahead

    def stop(self) -> None:
        """From now on time passes by `think` alone, however slow this machine is."""
        self._stopped = datetime.now(UTC)

    def think(self, seconds: float) -> None:
        """Let a person take their time."""
        self._ahead += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Whole:
    """The service and the providers around it."""

    service: Service
    telegram: TelegramServer
    mail: SmtpServer
    http: aiohttp.ClientSession
    clock: Clock

    async def report(self, *items: dict[str, Any]) -> None:
        """Report events over the intake."""
        async with self.http.post(f"{self.service.url}/v1/batch", json={"batch": items}) as answer:
            assert answer.status == 200, await answer.text()

    async def counts(self) -> dict[str, int]:
        return await self.service.store.counts()


@asynccontextmanager
async def whole_service(
    folder: Path, *, every: int = 1, telegram_more: str = "mode: polling", port: int = 0
) -> AsyncIterator[Whole]:
    """Start Telegram, mail and the service; everything is gone afterwards."""
    async with TelegramServer() as telegram, SmtpServer() as mail:
        path = folder / "config.yaml"
        path.write_text(
            CONFIG.format(
                public_url=f"http://127.0.0.1:{port or 1}",
                port=port,
                database=f"sqlite://{folder}/whole.db",
                write_key=WRITE_KEY,
                token=telegram.token,
                telegram=telegram.url,
                telegram_more=telegram_more,
                smtp=mail.url + ("" if "?" in mail.url else "?starttls=never"),
                leader=LEADER,
                manager=MANAGER,
                every=every,
            )
        )
        headers = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
        clock = Clock()
        async with (
            Service(load_config(path, {}), clock=clock, jitter=lambda: 0.5) as service,
            aiohttp.ClientSession(headers=headers) as http,
        ):
            yield Whole(service, telegram, mail, http, clock)


async def until(true: Callable[[], Any], *, seconds: float = 10.0) -> float:
    """Wait until something is so; gives how long it took."""
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds, "it never came to be so"
        await asyncio.sleep(0.005)
    return time.monotonic() - start


def segment_client(service: Service) -> Client:
    """A Segment SDK pointed at the service."""
    return Client(WRITE_KEY, host=service.url, max_retries=1, timeout=15)


def person(number: int, **traits: Any) -> dict[str, Any]:
    """An identify call of customer ``number``, in Telegram chat ``10000 + number``."""
    known = {"telegram_id": str(10_000 + number), "first_name": f"Anna{number}"}
    return {
        "type": "identify",
        "messageId": f"who-{number}",
        "userId": f"u{number}",
        "traits": {**known, **traits},
    }


def call(number: int, who: int = 0, **properties: Any) -> dict[str, Any]:
    """A track call: customer ``who`` ended call ``number``."""
    facts = {"interaction_id": f"c{number}", "agent_id": "Pekka", "team": "support"}
    return {
        "type": "track",
        "event": "Call Ended",
        "messageId": f"call-{number}",
        "userId": f"u{who}",
        "properties": {"duration_s": 60, "transferred": False, **facts, **properties},
    }
