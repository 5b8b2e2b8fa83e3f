"""The office: a service over a store of a million answers, with colleagues and customers in chats.

Everything goes the way it goes in service: what a colleague writes comes in over a channel (the
sandbox, so that no provider's time is measured), is noted in the audit, answered with its picture
and sent back; customers press buttons meanwhile, and systems report events.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from benchmarks.archive import OPEN_DAYS, UNTIL, Archive, load_archive
from benchmarks.surroundings import Surroundings
from bot.config import load_config
from bot.gateway import SORRY
from bot.service import Service
from channels.sandbox import Line, Sandbox
from scheduler.rules import ANSWER_LINK_LIVES
from storage.store import Store
from surveys.invitation import InvitationState
from surveys.link import Purpose, seal

ADMIN, LEADER = "777", "778"
"""The chats of a colleague who sees everything, and of one who leads a team."""

EVERY = 0.2
"""Seconds between two presses, and between two events, of the customers in the background."""

WRITE_KEY = "office-write-key"
_TICK = 0.005
_PATIENCE = 120.0

_CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:8080
  listen: 127.0.0.1:0
  database: {database}
  timezone: Europe/Helsinki
  write_keys: [{write_key}]
channels: {{ telegram: {{ sandbox: true }}, email: {{ sandbox: true }}, sms: {{ sandbox: true }} }}
staff:
  - {{ name: Mia, role: admin, telegram: "{admin}" }}
  - {{ name: Maija, role: team_lead, teams: [support, sales], telegram: "{leader}" }}
  - {{ name: Otto, role: manager, teams: [logistics, billing, renewals] }}
surveys:
  after_call: {{ questions: [nps.phone, csat.phone, comment] }}
  delivery: {{ questions: [nps, csat, comment] }}
  renewal: {{ questions: [nps, csat, comment] }}
triggers:
  after_call:
    event: Call Ended
    every: 2
    wait: 2h
    survey: after_call
    via: [telegram, email]
  delivery: {{ event: Order Delivered, survey: delivery, via: [telegram, email] }}
journeys:
  onboarding:
    starts: Account Created
    milestones:
      - {{ name: first_order, event: Order Delivered, survey: delivery, via: [telegram, email] }}
campaigns:
  quarterly:
    schedule: first monday of jan, apr, jul, oct at 10:00
    survey: renewal
    via: [email]
alerts: []
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one command took, in milliseconds: on the wall, of this process's processor, and the
    longest stretch in which nobody else was served, on the wall and of the processor.
    """

    wall: float
    cpu: float
    stall: float
    busy: float
    text: str


@dataclass(slots=True)
class Stalls:
    """Looks every few milliseconds whether the event loop still turns."""

    wall: float = 0.0
    busy: float = 0.0
    _task: "asyncio.Task[None] | None" = field(default=None)

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Look no more."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def take(self) -> tuple[float, float]:
        """Give the longest stretch since this was asked last: seconds on the wall, and how many
        seconds the loop's own thread computed in one.
        """
        found, self.wall, self.busy = (self.wall, self.busy), 0.0, 0.0
        return found

    async def _watch(self) -> None:
        while True:
            wall, busy = time.perf_counter(), time.thread_time()
            await asyncio.sleep(_TICK)
            self.wall = max(self.wall, time.perf_counter() - wall - _TICK)
            self.busy = max(self.busy, time.thread_time() - busy)


class Office:
    """A running service, and the chats of its colleagues and customers."""

    def __init__(self, service: Service, people: int) -> None:
        self.service, self.people = service, people
        self._silent = iter(range(people, 0, -1))
        self.stalls = Stalls()
        self.served: list[float] = []
        telegram = service.channels["telegram"]
        assert isinstance(telegram, Sandbox)
        self._chat: Sandbox = telegram

    async def ask(self, line: str, chat: str = ADMIN) -> Answer:
        """Write a command and wait for all of its answer.

        :raises RuntimeError: where it was not answered, or could not be read.
        """
        self.stalls.take()
        began, cpu = time.perf_counter(), time.process_time()
        self._chat.write(chat, line)
        said = await self._answer(chat, line)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        stall, busy = self.stalls.take()
        if said == SORRY or "shows all that can be written" in said:
            raise RuntimeError(f"{line}: {said}")
        return Answer(
            wall=wall * 1000, cpu=cpu * 1000, stall=stall * 1000, busy=busy * 1000, text=said
        )

    async def _answer(self, chat: str, line: str) -> str:
        async with aclosing(self._chat.watch(chat)) as seen, asyncio.timeout(_PATIENCE):
            async for lines in seen:
                if _is_whole(lines):
                    return lines[-1].text
        raise RuntimeError(f"{line}: no answer")

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Have customers answer and systems report meanwhile, some a second."""
        tasks = [asyncio.create_task(work()) for work in (self._press_on, self._report_on)]
        self.stalls.start()
        try:
            yield
        finally:
            await self.stalls.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def press(self) -> float:
        """Have the next customer who was asked and has not answered press a button; gives the
        seconds until the next question is there.
        """
        number = await self._next_silent()
        began, chat = time.perf_counter(), str(10**7 + number)
        expires = UNTIL + timedelta(days=OPEN_DAYS) + ANSWER_LINK_LIVES
        token = seal(self.service.store.key, Purpose.ANSWER, self.people + number, expires)
        self._chat.press(chat, f"{token}.nps.{number % 11}")
        async with aclosing(self._chat.watch(chat)) as seen, asyncio.timeout(_PATIENCE):
            async for lines in seen:
                if lines and lines[-1].sender == "us":
                    break
        return time.perf_counter() - began

    async def _next_silent(self) -> int:
        """Give the next customer who still is to answer: a store that is kept has some who did."""
        for number in self._silent:
            asked = self.people + number
            about = (await self.service.store.load_conversations({asked}))[asked]
            if about.invitation.state is InvitationState.ASKED:
                return number
        raise RuntimeError("everybody has answered: fill a new store")

    async def _press_on(self) -> None:
        while True:
            took, _ = await asyncio.gather(self.press(), asyncio.sleep(EVERY))
            self.served.append(took * 1000)

    async def _report_on(self) -> None:
        auth = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
        async with aiohttp.ClientSession(headers=auth) as http:
            for number in range(1, self.people):
                event = {
                    "messageId": f"office-{number}",
                    "userId": f"u{number}",
                    "event": "Call Ended",
                    "properties": {"interaction_id": f"o{number}", "team": "support"},
                }
                async with http.post(f"{self.service.url}/v1/track", json=event) as answer:
                    answer.raise_for_status()
                await asyncio.sleep(EVERY)


def _is_whole(lines: Sequence[Line]) -> bool:
    """Whether the last line ends an answer: a picture with a bare title is followed by words."""
    if not lines or lines[-1].message is None:
        return False
    return lines[-1].message.image is None or "\n" in lines[-1].text


async def fill(url: str, answers: int) -> None:
    """Fill an empty store with that many answers and all that stands around them; one that is
    filled is only summed as it is.
    """
    store = await Store.open(url, "Europe/Helsinki")
    try:
        filled = bool(await store.find_people("u1"))
    finally:
        await store.close()
    if not filled:
        archive = Archive(answers, silent=True)
        await load_archive(url, archive)
        await load_archive(url, Surroundings(archive))
    store = await Store.open(url, "Europe/Helsinki")
    try:
        await store.sum_periods(UNTIL, settled=timedelta(0))
    finally:
        await store.close()


@asynccontextmanager
async def open_office(folder: Path, url: str, answers: int) -> AsyncIterator[Office]:
    """Run a service over a store that is filled; its clock goes on from where the archive ends."""
    path = folder / "office.yaml"
    path.write_text(
        _CONFIG.format(database=url, write_key=WRITE_KEY, admin=ADMIN, leader=LEADER), "utf-8"
    )
    began = time.monotonic()

    def clock() -> datetime:
        return UNTIL + timedelta(seconds=time.monotonic() - began)

    async with Service(load_config(path, {}), clock=clock, jitter=lambda: 0.5) as service:
        yield Office(service, Archive(answers).responses)
