"""The erase command: with the service running and without it."""

import asyncio
import io
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.erase import EraseError, Wish, confirm, read_names, run_erase
from storage.store import Store
from tests.bot.whole import call, person, whole_service
from tests.storage.make import add_contacts, contact

NAME, MAIL, PHONE = "Rumpelstilzchen", "rumpel@stilz.example", "+491701234567"


def config(folder: Path) -> Path:
    path = folder / "config.yaml"
    path.write_text(
        "service:\n  name: Acme\n  public_url: https://acme.example\n"
        f"  database: sqlite://{folder}/one.db\n  write_keys: [a-key]\n"
        "channels:\n  email: { sandbox: true }\n"
        "surveys:\n  call:\n    questions: [nps]\n"
        "triggers:\n  t: { event: Call Ended, survey: call, via: email }\n"
    )
    return path


async def plant(folder: Path) -> None:
    store = await Store.open(f"sqlite://{folder}/one.db")
    places = [("email", MAIL), ("sms", PHONE)]
    await add_contacts(
        store,
        contact("user:42", addresses=places, attributes={"first_name": NAME}),
        contact("user:43", attributes={"first_name": "Anna"}),
    )
    await store.close()


@pytest.mark.parametrize(
    "who", [["--person", "user:42"], ["--email", MAIL.upper()], ["--phone", "0049 170 1234567"]]
)
def test_a_person_is_erased_while_the_service_is_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], who: list[str]
) -> None:
    asyncio.run(plant(tmp_path))
    path = str(config(tmp_path))
    assert main(["erase", *who, "--yes", "--config", path]) == 0
    said = capsys.readouterr().out
    assert "erased contact 1: 0 invitations" in said and "3 hashes" in said
    assert not any(word in said for word in (NAME, MAIL, PHONE, "42"))
    data = b"".join(file.read_bytes() for file in tmp_path.glob("one.db*"))
    assert b"Anna" in data
    assert not any(word.encode() in data for word in (NAME, MAIL, PHONE))
    assert main(["erase", *who, "--yes", "--config", path]) == 1
    assert "nobody is known by that" in capsys.readouterr().err


async def test_a_person_is_erased_while_the_service_runs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, unused_tcp_port: int
) -> None:
    caplog.set_level("DEBUG")
    async with whole_service(tmp_path, port=unused_tcp_port) as whole:
        await whole.report(person(1, first_name=NAME, email=MAIL), call(1, 1))
        out = io.StringIO()
        wish = Wish(email=MAIL, sure=True)
        assert await run_erase(tmp_path / "config.yaml", wish, out) == 0
        assert "the service runs" in out.getvalue() and "1 invitations" in out.getvalue()
        assert await whole.service.store.find_contact("email", MAIL) is None
        assert await whole.service.store.recount() == []
        with pytest.raises(EraseError):
            await run_erase(tmp_path / "config.yaml", wish, out)
        stop = whole.service.rules.stop_link(1, datetime.now(UTC)).rpartition("/")[2]
        assert await whole.service.errands.erase(stop) is None, "made for another purpose"
    messages = [r.getMessage() for r in caplog.records if r.name.startswith("afterword")]
    assert any("was erased by command" in message for message in messages)
    assert not [m for m in messages if NAME in m or MAIL in m]
    rows = sqlite3.connect(tmp_path / "whole.db").execute("SELECT * FROM suppression").fetchall()
    assert len(rows) == 3 and MAIL not in str(rows)


def test_it_asks_before_it_does_anything() -> None:
    confirm(Wish(person="user:1"), lambda _: " Yes ")
    confirm(Wish(sure=True), lambda _: pytest.fail("asked"))
    answers = iter(("", "no", "y"))
    for _ in range(3):
        with pytest.raises(EraseError, match="nobody was erased"):
            confirm(Wish(person="user:1"), lambda _: next(answers))


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        (Wish(), "say who"),
        (Wish(person="42"), "write user:42"),
        (Wish(phone="0401234567"), "country code"),
    ],
)
def test_a_name_that_is_none_is_refused_with_what_to_write(wish: Wish, fault: str) -> None:
    with pytest.raises(EraseError, match=fault):
        read_names(wish)
