"""The simulation: a business reports calls, customers answer, and everything is counted."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass

from bot.demo.business import Business, call_ended, make_people
from bot.demo.customers import Customers
from bot.service import Service
from channels.sandbox import Sandbox

SEED = 2026
EVERY = 10
"""Every how many calls config.yaml asks."""
LEADERS = ("maija", "ilze")
ROUND = 0.1
QUIET_ROUNDS = 5
MOST_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How far it has come. ``finished`` on the last count only."""

    customers: int
    calls: int
    asked: int
    answered: int
    alerts: int
    finished: bool = False


class Simulation:
    """``calls`` ended calls of a third as many ``customers``, of whom ``asked`` will be asked."""

    def __init__(self, service: Service, write_key: str, calls: int) -> None:
        self.calls, self.asked = calls, calls // EVERY
        self._service, self._write_key = service, write_key
        self._dice = random.Random(SEED)  # noqa: S311 - a play, not a secret
        self._people = make_people(max(1, calls // 3), self._dice)
        self._sent = [0, 0]

    @property
    def customers(self) -> int:
        return len(self._people)

    async def run(self) -> AsyncGenerator[Count, None]:
        """Let it all happen; gives a count every now and then, the last one ``finished``."""
        business = Business(self._service.url, self._write_key)
        sandboxes = {n: c for n, c in self._service.channels.items() if isinstance(c, Sandbox)}
        customers = Customers(self._people, sandboxes, SEED)
        try:
            async for _ in self._report(business):
                customers.look()
                yield await self._count(sandboxes)
            async for _ in self._settle(customers):
                yield await self._count(sandboxes)
        finally:
            await customers.close()
            await business.close()
        yield await self._count(sandboxes, finished=True)

    async def _report(self, business: Business) -> AsyncIterator[None]:
        """Send the customer register first, then the calls."""
        calls = [
            call_ended(number, self._dice.choice(self._people), self._dice)
            for number in range(1, self.calls + 1)
        ]
        for place, items in enumerate(([p.identify() for p in self._people], calls)):
            async for done in business.send(items):
                self._sent[place] = done
                yield

    async def _settle(self, customers: Customers) -> AsyncIterator[None]:
        """Wait until nothing is due any more and nobody has anything new to read."""
        quiet, end = 0, time.monotonic() + MOST_SECONDS
        while quiet < QUIET_ROUNDS and time.monotonic() < end:
            await asyncio.sleep(ROUND)
            read = customers.look()
            due = (await self._service.store.counts()).get("dues", 0)
            quiet = 0 if read or due else quiet + 1
            yield

    async def _count(self, sandboxes: Mapping[str, Sandbox], *, finished: bool = False) -> Count:
        counts = await self._service.store.counts()
        states = ("asked", "started", "completed")
        return Count(
            customers=self._sent[0],
            calls=self._sent[1],
            asked=sum(counts.get(f"invitations.{state}", 0) for state in states),
            answered=counts.get("responses", 0),
            alerts=sum(_received(sandboxes["telegram"], leader) for leader in LEADERS),
            finished=finished,
        )


def _received(sandbox: Sandbox, address: str) -> int:
    return sum(line.sender == "us" for line in sandbox.history(address))
