"""The public address and the clock, against running services and websites."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.doctor.examination import Patient
from bot.doctor.reach import check_address, check_clock, judge_clock
from channels import CHANNELS
from tests.bot.small import small_service
from tests.bot.test_doctor import NOW, TELEGRAM, patient_of, states


@pytest.fixture
def unused() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def website(date: datetime | None = None, body: str = "{}") -> AsyncIterator[str]:
    """Give the address of a server that answers everything, with a Date of our choice."""

    async def answer(_: web.Request) -> web.Response:
        headers = {"Date": date.strftime("%a, %d %b %Y %H:%M:%S GMT")} if date else {}
        return web.Response(text=body, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_the_address_leads_to_the_running_service(tmp_path: Path, unused: int) -> None:
    async with small_service(tmp_path, unused) as service:
        patient = Patient(config=service.config, registry=CHANNELS, clock=lambda: NOW)
        found = await check_address(patient)
    assert found[0].state == "✓"
    assert f"http://127.0.0.1:{unused} leads to this service" in found[0].line
    found = await check_address(patient)
    assert found[0].state == "!"
    assert "does not run here just now" in found[0].line


async def test_an_address_that_leads_elsewhere(tmp_path: Path, unused: int) -> None:
    async with small_service(tmp_path, unused):
        service = f'listen: "127.0.0.1:{unused}", public_url: "http://nowhere.invalid"'
        found = await check_address(patient_of(tmp_path, service=service))
    assert states(found) == "✗✗"
    assert "does not lead to this service, which runs here" in found[0].line
    assert "is not encrypted" in found[1].line


async def test_another_programs_answer_is_not_taken_for_ours(tmp_path: Path) -> None:
    async with website(body='{"status": "fine"}') as url:
        service = f'listen: "{url.removeprefix("http://")}"'
        found = await check_address(patient_of(tmp_path, service=service))
    assert "does not run here just now" in found[0].line


async def test_links_that_only_this_machine_can_open(tmp_path: Path) -> None:
    found = await check_address(patient_of(tmp_path, channels=TELEGRAM))
    assert "links in messages by telegram lead to http://127.0.0.1:8080" in found[1].line


async def test_the_clock_is_compared_with_a_providers(tmp_path: Path) -> None:
    async with website(date=NOW - timedelta(seconds=30)) as url:
        channels = f'telegram: {{ token: "123:abc", api_base: "{url}" }}'
        (found,) = await check_clock(patient_of(tmp_path, channels=channels))
    assert found.state == "!"
    assert "30 seconds ahead of 127.0.0.1" in found.line
    assert await check_clock(patient_of(tmp_path, channels=TELEGRAM)) == []
    assert await check_clock(patient_of(tmp_path)) == []  # nobody to ask


def test_clocks_are_judged_both_ways() -> None:
    assert states([judge_clock(s, "h") for s in (0, 4, -4, 30, -30, 400, -400)]) == "✓✓✓!!✗✗"
    assert "behind" in judge_clock(-30, "h").line
