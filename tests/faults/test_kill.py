"""kill -9 at random moments: what was promised is kept, and doubles stay within what was in flight.

Three books are compared: what we were told (HTTP 200), what the provider got (the mail server's
ledger), and what the store says.
"""

import asyncio
import random
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from tests.faults.killing import WRITE_KEY, Child
from tests.providers.smtp import SmtpServer

CALLS, KILLS, BATCH = 2000, 20, 25


def items(number: int) -> list[dict[str, object]]:
    """A new customer and a call of theirs."""
    who = {"userId": f"u{number}"}
    return [
        {"type": "identify", "messageId": f"i{number}", **who,
         "traits": {"email": f"customer{number}@example.com"}},
        {"type": "track", "messageId": f"t{number}", "event": "Call Ended", **who},
    ]  # fmt: skip


async def report_all(child: Child, told: set[int]) -> None:
    """Report every call until it was answered 200, as an SDK does; repeats keep their ids."""
    headers = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
    async with aiohttp.ClientSession(headers=headers) as http:
        for start in range(0, CALLS, BATCH):
            numbers = range(start, start + BATCH)
            body = {"batch": [item for n in numbers for item in items(n)]}
            while not told.issuperset(numbers):
                try:
                    async with http.post(f"{child.url}/v1/batch", json=body) as answer:
                        if answer.status == 200:
                            told.update(numbers)
                except aiohttp.ClientError:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_twenty_kills_lose_nothing_and_double_no_more_than_was_in_flight(
    tmp_path: Path,
) -> None:
    dice, told = random.Random(20261121), set[int]()
    async with SmtpServer() as mail:
        mail.pauses["dot"] = 0.01  # a verdict takes a while, so that kills find sends under way
        child = Child(tmp_path, smtp=mail.url)
        await child.start()
        reporting = asyncio.create_task(report_all(child, told))
        for _ in range(KILLS):
            await asyncio.sleep(dice.uniform(0.05, 0.9))
            await child.kill()
            await child.start()
        await asyncio.wait_for(reporting, 120)
        for _ in range(1200):
            if len({m.recipient for m in mail.ledger}) == CALLS:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)
        await child.kill(15)
        got = Counter(m.recipient for m in mail.ledger)
    doubles = sum(n - 1 for n in got.values())
    print(f"{len(told)} told, {len(got)} asked, {doubles} doubles, in flight {child.in_flight}")
    assert len(told) == CALLS
    assert len(got) == CALLS, "somebody was never asked"
    assert doubles <= sum(child.in_flight), "more doubles than sends under way"
    assert max(got.values()) <= 3
    ids = {m.recipient: set[str]() for m in mail.ledger}
    for m in mail.ledger:
        ids[m.recipient].add(m.message["Message-ID"])
    assert all(len(found) == 1 for found in ids.values()), "a repeat must keep its Message-ID"
    assert child.ask("SELECT COUNT(*) FROM invitation WHERE state = 'asked'") == CALLS
    assert child.ask("SELECT COUNT(*) FROM due") == 0
