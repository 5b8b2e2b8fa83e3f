"""Every event three times, by eight clients, in any order, to four processes: one question each."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.faults.crew import Crew, gather_crew

CLIENTS, TIMES, BATCH = 8, 3, 50
WRITE_KEY = "crew-write-key"


def items(number: int) -> list[dict[str, Any]]:
    """A customer and a call of theirs, as a business system reports them."""
    who = {"userId": f"u{number}"}
    traits = {"email": f"customer{number}@example.com"}
    return [
        {"type": "identify", "messageId": f"i{number}", **who, "traits": traits},
        {"type": "track", "messageId": f"t{number}", "event": "Call Ended", **who},
    ]


async def report(crew: Crew, numbers: Sequence[int], dice: random.Random) -> None:
    """Report calls as one client does: a batch that was not answered 200 is sent again, and to
    whichever process.
    """
    headers = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
    async with aiohttp.ClientSession(headers=headers) as http:
        for start in range(0, len(numbers), BATCH):
            body = {"batch": [i for n in numbers[start : start + BATCH] for i in items(n)]}
            while True:
                node = dice.choice(crew.nodes)
                try:
                    async with http.post(f"{node.url}/v1/batch", json=body) as answer:
                        if answer.status == 200:
                            break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_each_event_three_times_is_one_invitation_and_one_mail(
    postgres_url: str, tmp_path: Path
) -> None:
    calls, dice = 3000, random.Random(20261122)
    async with AsyncExitStack() as stack:
        crew = await gather_crew(stack, postgres_url, tmp_path, more="")
        stack.push_async_callback(crew.stop)
        await crew.start()
        all_of_them = [number for number in range(calls) for _ in range(TIMES)]
        dice.shuffle(all_of_them)
        await asyncio.gather(*[report(crew, all_of_them[n::CLIENTS], dice) for n in range(CLIENTS)])
        ask = crew.books.ask
        assert await ask("SELECT COUNT(*) FROM event WHERE kind = 'track'") == calls
        assert await ask("SELECT COUNT(*) FROM invitation") == calls
        await crew.wait_until("SELECT COUNT(*) FROM due", 0, seconds=600)
        await crew.stop()
        # Nobody is left without a final or a visible state.
        assert await ask("SELECT COUNT(*) FROM invitation WHERE state = 'asked'") == calls
        assert await ask("SELECT COUNT(*) FROM contact") == calls
        got = crew.got
    print(f"{calls} calls, {len(all_of_them)} reports, {sum(got.values())} mails to {len(got)}")
    assert len(got) == sum(got.values()) == calls
