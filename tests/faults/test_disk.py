"""The disk fills up: events are refused before it is full, nothing is harmed, and all goes on."""

import asyncio
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.faults.killing import WRITE_KEY, Child
from tests.faults.test_kill import items
from tests.providers.smtp import SmtpServer

DISK_MB = 160


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    if os.geteuid():
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, leave: int) -> None:
    """Leave so many MB free, less for what cannot be had."""
    status = os.statvfs(disk)
    free = status.f_bavail * status.f_frsize
    with (disk / "ballast").open("ab") as ballast:
        ballast.write(b"\0" * max(0, free - leave * 1024**2))


async def tell(child: Child, number: int) -> int:
    """Report a call; gives the answer's status."""
    auth = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
    body = {"batch": items(number)}
    async with (
        aiohttp.ClientSession(headers=auth) as http,
        http.post(f"{child.url}/v1/batch", json=body) as answer,
    ):
        return answer.status


async def ready(child: Child) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(f"{child.url}/ready") as answer:
        return answer.status, (await answer.json()).get("reason", "")


@pytest.mark.slow
async def test_a_disk_that_fills_up_loses_nothing_and_harms_nothing(disk: Path) -> None:
    """A full disk, first up to the reserve and then to the last byte, and room again."""
    told, numbers = set[int](), iter(range(100_000))

    async def report(count: int) -> Counter[int]:
        statuses = Counter[int]()
        for number in (next(numbers) for _ in range(count)):
            status = await tell(child, number)
            statuses[status] += 1
            if status == 200:
                told.add(number)
        return statuses

    async with SmtpServer() as mail:
        mail.pauses["dot"] = 0.05
        child = Child(disk, smtp=mail.url)
        await child.start()
        assert await report(100) == {200: 100}

        fill(disk, leave=20)
        await asyncio.sleep(1.2)
        assert await report(20) == {507: 20}
        assert await ready(child) == (503, "DiskNearlyFull")
        for _ in range(300):
            if len({m.recipient for m in mail.ledger}) == 100:
                break
            await asyncio.sleep(0.1)
        assert len(mail.ledger) == 100, "what was under way is finished from the reserve"

        fill(disk, leave=0)
        assert set(await report(20)) == {507}

        (disk / "ballast").unlink()
        await asyncio.sleep(1.2)
        assert (await ready(child))[0] == 200
        assert await report(50) == {200: 50}
        for _ in range(300):
            if len({m.recipient for m in mail.ledger}) == len(told):
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        await child.kill(15)
    assert Counter(m.recipient for m in mail.ledger) == {
        f"customer{number}@example.com": 1 for number in told
    }
    assert child.ask("SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'")
