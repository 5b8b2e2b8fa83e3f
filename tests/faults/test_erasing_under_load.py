"""A thousand people with planted words are erased while others are served: nothing of them is left
in the database's files, in the logs, in what is exported, or in what waits to be told.

    python -m pytest -m slow tests/faults/test_erasing_under_load.py
"""

import asyncio
import base64
import logging
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.exporting.columns import COLUMNS
from bot.exporting.work import write_export
from storage.exports import Part
from surveys.webhook import Endpoint, read_secret
from tests.bot.test_desk_path import ask
from tests.bot.webhook_receiver import SECRET
from tests.bot.whole import Whole, call, person, until, whole_service

PEOPLE, ASKED = 1_000, 60
PLANT = "zqxplanted"
STAYS = "qwkeptword"


def planted(number: int) -> dict[str, Any]:
    """A customer whose every detail carries a planted word."""
    return {
        "type": "identify",
        "messageId": f"who-p{number}",
        "userId": f"{PLANT}-{number}",
        "traits": {
            "first_name": f"{PLANT}{number}",
            "last_name": f"{PLANT}son",
            "email": f"{PLANT}{number}@{PLANT}.example",
            "telegram_id": str(50_000 + number),
            "note": f"likes {PLANT}",
        },
    }


def planted_call(number: int) -> dict[str, Any]:
    event = call(100_000 + number)
    about = {**event["properties"], "remark": f"{PLANT} called", "duration_s": 60}
    asks = {} if number < ASKED else {"duration_s": 1}  # too short to ask about
    return {**event, "userId": f"{PLANT}-{number}", "properties": {**about, **asks}}


async def load(whole: Whole) -> None:
    """Others go on: they are reported, asked, and answer."""
    for number in range(1, 100_000):
        await whole.report(
            person(number, note=STAYS), call(number, number, duration_s=1, remark=STAYS)
        )
        await asyncio.sleep(0.01)


async def serve(whole: Whole) -> None:
    """Have the planted people asked, answer, comment and be looked for by staff."""
    for start in range(0, PEOPLE, 250):
        numbers = range(start, start + 250)
        await whole.report(*(planted(n) for n in numbers))
        await whole.report(*(planted_call(n) for n in numbers))
    for number in range(ASKED):
        chat = 50_000 + number
        await until(lambda chat=chat: whole.telegram.sent(chat), seconds=60)  # type: ignore[misc]
        if number % 3:
            first = whole.telegram.sent(chat)[0]
            whole.telegram.press(chat, first.message_id, "3" if number % 2 else "9")
        if number % 4 == 0:
            whole.telegram.say(chat, f"feedback {PLANT} was here")
    await asyncio.sleep(3)
    for line in (f"/find {PLANT}1", f"/why {PLANT}-7", f"/send after_call to {PLANT}-8", "/no"):
        await ask(whole, line)


async def erase_all(whole: Whole) -> int:
    """Erase them, a few at a time, as requests come in."""
    store, gone = whole.service.store, 0
    for number in range(PEOPLE):
        found = await store.find_number((f"user:{PLANT}-{number}",))
        assert found, number
        gone += (await store.erase(found, whole.clock())) is not None
    return gone


def traces(folder: Path) -> list[str]:
    """Give the files in which a planted word is left, plain or in base64."""
    coded = [base64.b64encode(b"x" * shift + PLANT.encode())[4:-4] for shift in range(3)]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix != ".yaml"
        and any(word in path.read_bytes().lower() for word in (PLANT.encode(), *coded))
    ]


@pytest.mark.slow
async def test_nothing_is_left_of_a_thousand_people(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="afterword")
    hook = Endpoint(  # nobody answers there, so that what is told waits
        name="crm",
        url="http://127.0.0.1:1/",
        secret=read_secret(SECRET),
        events=("response.completed", "comment.received", "case.opened"),
        allow_private=True,
    )
    async with whole_service(tmp_path) as whole:
        await whole.service.apply(replace(whole.service.config, webhooks=(hook,)))
        await serve(whole)
        assert traces(tmp_path), "they were there"
        others = asyncio.create_task(load(whole))
        assert await erase_all(whole) == PEOPLE
        others.cancel()
        with suppress(asyncio.CancelledError):
            await others
        await whole.service.store.compact()  # as it comes within the hour, or by the next morning
        out = tmp_path / "exports"
        out.mkdir()
        for kind in COLUMNS:
            await write_export(whole.service.store, Part(kind=kind), "jsonl", out / f"{kind}.jsonl")
        assert STAYS in (out / "contacts.jsonl").read_text(), "the others are still here"
        assert await whole.service.store.recount() == []
        assert (await whole.service.store.verify_audit())[1] == ""
    (tmp_path / "log").write_text(caplog.text)
    assert traces(tmp_path) == []
