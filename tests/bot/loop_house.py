"""A service between a Telegram that calls it and a Slack, on a clock that is moved by hand: where
bad answers are put right and reported.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.config import load_config
from bot.reports.sending import Reporter
from bot.service import Service
from tests.bot.drivers.stage import Clock
from tests.bot.whole import WRITE_KEY, until
from tests.providers.slack import Accepted, SlackServer
from tests.providers.telegram import TelegramServer

MAIJA, CX = "U0MAIJA", "C0CX"
CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:{port}
  listen: 127.0.0.1:{port}
  database: sqlite://{folder}/loop.db
  timezone: Europe/Helsinki
  write_keys: ["{key}"]
channels:
  telegram: {{ token: "{token}", api_base: "{telegram}", mode: webhook, secret: told-nobody-12345 }}
  slack: {{ bot_token: {bot_token}, app_token: {app_token}, api_base: "{slack}", rate: 100/s }}
staff:
  - {{ name: Maija, role: team_lead, teams: [support], slack: U0MAIJA, display_name: Maija M. }}
surveys:
  after_call: {{ title: {{ en: Your call }}, questions: [nps] }}
  helpful: {{ title: {{ en: Put right? }}, questions: [thumbs] }}
triggers:
  after_call: {{ event: Call Ended, survey: after_call, via: [telegram] }}
throttle: {{ let_talk: 0m }}
alerts:
  - if: nps <= 6
    to: team_lead
    case: {{ respond_within: 4h, recovery: {{ survey: helpful, after: 1d }} }}
reports:
  - {{ name: weekly, schedule: monday at 08:00, to: "slack:#customer-experience" }}
"""


@dataclass(frozen=True, slots=True)
class House:
    """The service and the providers around it."""

    service: Service
    telegram: TelegramServer
    slack: SlackServer
    http: aiohttp.ClientSession
    clock: Clock

    async def ask(self, number: int, name: str) -> int:
        """Report that a customer ended a call, and wait until they are asked; gives the message."""
        chat = 10_000 + number
        traits = {"telegram_id": str(chat), "first_name": name}
        facts = {"interaction_id": f"call-{number}", "agent_id": "Pekka", "team": "support"}
        who: dict[str, Any] = {"type": "identify", "userId": name, "traits": traits}
        call = {"type": "track", "event": "Call Ended", "userId": name, "properties": facts}
        batch = [{**who, "messageId": f"i{number}"}, {**call, "messageId": f"t{number}"}]
        url = f"{self.service.url}/v1/batch"
        async with self.http.post(url, json={"batch": batch}) as answer:
            assert answer.status == 200, await answer.text()
        await until(lambda: self.telegram.sent(chat))
        return self.telegram.sent(chat)[-1].message_id

    def case_of(self, name: str) -> Accepted | None:
        """Give Maija's message about a customer's case as it came first."""
        first = f"Bad feedback from {name} "
        found = (a for a in self.slack.sent(MAIJA) if a.text.startswith(first))
        return next(found, None)

    async def report(self) -> None:
        """Send the reports that have come round, as a second machine would."""
        service = self.service
        reporter = Reporter(
            service.store,
            lambda: service.config,
            channels={name: c.capabilities for name, c in service.channels.items()},
            clock=self.clock,
            wake=service.wake,
        )
        await reporter.tick()

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.move(seconds)
        for lane in self.service.lanes:
            self.service.wake(lane)


@asynccontextmanager
async def a_house(folder: Path, port: int) -> AsyncIterator[House]:
    """Start Telegram, Slack and the service; everything is gone afterwards."""
    async with TelegramServer() as telegram, SlackServer() as slack:
        path = folder / "config.yaml"
        path.write_text(
            CONFIG.format(
                folder=folder,
                port=port,
                key=WRITE_KEY,
                token=telegram.token,
                telegram=telegram.url,
                bot_token=slack.bot_token,
                app_token=slack.app_token,
                slack=slack.url,
            )
        )
        clock, headers = Clock(), {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
        async with (
            Service(load_config(path, {}), clock=clock, jitter=lambda: 0.5) as service,
            aiohttp.ClientSession(headers=headers) as http,
        ):
            await until(lambda: slack.lines and telegram.hook)
            yield House(service, telegram, slack, http, clock)
