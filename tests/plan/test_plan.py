"""`plan` from the outside: what it says, that it only reads, and when it fails."""

import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import load_config
from bot.plan.command import TOO_MUCH, Wish, run_plan
from bot.plan.live import write_down
from bot.rulebook import make_rules
from scheduler.intake import EventIntake
from storage.store import Store, StoreError
from surveys.event import Event, EventKind
from tests.rehearsal.story import at

NOW = at("2026-03-16 12:00")
CONFIG: Mapping[str, Any] = {
    "service": {
        "name": "Acme",
        "timezone": "Europe/Helsinki",
        "language": "en",
        "write_keys": ["k"],
    },
    "channels": {"email": {"sandbox": True}, "web": {}},
    "surveys": {"quick": {"questions": ["nps"]}},
    "triggers": {
        "after_call": {
            "event": "Call Ended",
            "survey": "quick",
            "via": ["email"],
            "remind": {"after": "2d"},
        }
    },
    "throttle": {"quiet_hours": "20:00-09:00"},
}


def write(folder: Path, name: str = "config.yaml", **more: Any) -> Path:
    path = folder / name
    database = more.pop("database", f"sqlite://{folder}/live.db")
    service = {**CONFIG["service"], "database": database}
    path.write_text(json.dumps({**CONFIG, "service": service, **more}), encoding="utf-8")
    return path


async def fill(path: Path, events: Sequence[Event]) -> None:
    """Let a store take events in, each when it is received."""
    config = load_config(path, {})
    store = await Store.open(config.service.database, config.service.timezone)
    now = [NOW]
    rules = make_rules(config, store.key)
    intake = EventIntake(store, lambda: rules, clock=lambda: now[0], wake=lambda _lane: None)
    for event in events:
        now[0] = event.received_at
        await intake.handle_events([event])
    await store.close()


def call(number: int, when: datetime, who: str) -> Event:
    return Event(
        message_id=f"m{number}",
        kind=EventKind.TRACK,
        name="Call Ended",
        occurred_at=when,
        received_at=when,
        user_id=who,
        traits={"email": f"{who}@x.example", "first_name": "Annabella"},
    )


def calls(days: int = 14) -> list[Event]:
    """Give a call each day at noon, of two people in turn."""
    begin = NOW - timedelta(days=days)
    return [call(n, begin + timedelta(days=n), f"u{n % 2}") for n in range(days)]


async def plan(path: Path, **wish: Any) -> tuple[int, str]:
    out = io.StringIO()
    status = await run_plan(path, Wish(**wish), out, environ={}, now=NOW)
    return status, out.getvalue()


async def test_the_last_weeks_come_again(tmp_path: Path, store_url: str) -> None:
    path = write(tmp_path, database=store_url)
    await fill(path, calls())
    status, said = await plan(path, format="json", days=14)
    record = json.loads(said)
    assert (status, record["plan"], record["assumed"]["events"]) == (0, 1, 14)
    # What was due by now is asked first, where it is not too old; then one each day.
    asked = [one for one in record["timeline"] if one["kind"] == "ask"]
    assert [one["day"] for one in asked] == [
        (NOW + timedelta(days=n)).date().isoformat() for n in range(14)
    ]
    assert sum(one["messages"] for one in record["timeline"] if one["kind"] == "remind") == 13
    assert record["people"]["asked_times"] == {"7": 1, "8": 1}
    assert {one["rule"] for one in record["timeline"]} == {"after_call"}


async def test_an_imported_history_comes_as_it_happened(tmp_path: Path) -> None:
    path = write(tmp_path)
    told = [
        replace(one, received_at=NOW - timedelta(hours=1), history=True) for one in calls()[:-1]
    ]
    await fill(path, told)
    _, said = await plan(path, format="json", days=14)
    days = [one["day"] for one in json.loads(said)["timeline"] if one["kind"] == "ask"]
    assert days == [(NOW + timedelta(days=n)).date().isoformat() for n in range(13)]


async def test_the_store_is_only_read(tmp_path: Path) -> None:
    path = write(tmp_path)
    await fill(path, calls())
    before = content_of(tmp_path)
    await plan(path, days=20)
    assert content_of(tmp_path) == before


async def test_it_plans_while_the_service_has_the_store(tmp_path: Path) -> None:
    path = write(tmp_path)
    await fill(path, calls())
    config = load_config(path, {})
    store = await Store.open(config.service.database)
    counted = await store.counts()
    status, said = await plan(path, format="json")
    assert status == 0
    assert json.loads(said)["messages"]["total"] > 0
    assert await store.counts() == counted
    await store.close()


def content_of(folder: Path) -> dict[str, str]:
    files = [one for one in folder.iterdir() if one.suffix in (".db", ".db-wal")]
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in files}


async def test_on_a_terminal_it_fits_and_explains(tmp_path: Path) -> None:
    path = write(tmp_path, throttle={"recontact": "3d", "on_limit": "skip"})
    await fill(path, calls())
    _, said = await plan(path, days=14)
    assert max(len(line) for line in said.splitlines()) <= 80
    assert "those of the last 2 weeks come again: 14 in all" in said
    assert re.search(r"\d+  after_call: recontact 3d", said)
    assert "no limits: block" in said


async def test_days_without_a_message_share_a_line(tmp_path: Path) -> None:
    path = write(tmp_path)
    await fill(path, [call(1, NOW - timedelta(days=4), "u0")])
    _, said = await plan(path, days=21)
    days = [line for line in said.splitlines() if re.match(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ", line)]
    assert days[1:4] == [
        "Mon 16 Mar         -         -",
        "Tue 17 Mar         -         -",
        "Wed 18 Mar         -         -",
    ]
    assert any(re.search(r"to \w+ \d+ \w+: none on \d+ days$", line) for line in days)


async def test_a_plan_of_nothing_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, triggers={})
    await fill(path, calls(2))
    status, said = await plan(path, days=2)
    assert status == 0
    assert "0 messages: 0 questions" in said
    assert "Events: none were reported on these days a week ago, so none are to come." in said
    assert "Mon 16 Mar         -\n" in said


async def test_it_fails_where_too_much_is_asked(tmp_path: Path) -> None:
    path = write(
        tmp_path, limits={"per_person": "2 in 10d", "per_day": 5, "channels": {"email": 1}}
    )
    await fill(path, calls())
    status, said = await plan(path, format="json", days=14)
    assert status == TOO_MUCH
    assert [one["limit"] for one in json.loads(said)["too_much"]] == [
        "per_person",
        "channels: email",
    ]
    status, said = await plan(path, days=14)
    assert "TOO MUCH  per_person: 2 people are asked more often than 2 in 10d" in said


async def test_who_was_asked_before_counts(tmp_path: Path) -> None:
    path = write(tmp_path, limits={"per_person": "1 in 30d"}, triggers={})
    await fill(write(tmp_path, "first.yaml"), [call(1, NOW - timedelta(hours=5), "u0")])
    status, _ = await plan(path, days=3)
    assert status == 0


async def test_against_another_file(tmp_path: Path) -> None:
    path = write(tmp_path)
    await fill(path, calls())
    other = write(tmp_path, "calmer.yaml", throttle={"recontact": "30d", "on_limit": "skip"})
    _, said = await plan(path, against=str(other), format="json", days=14)
    changes = {one["what"]: one for one in json.loads(said)["against"]["changes"]}
    assert changes["messages"]["before"] < changes["messages"]["after"]
    once = {"what": "times one person is asked at most", "before": 1, "after": 8}
    assert changes["times one person is asked at most"] == once
    _, same = await plan(path, against=str(path), days=14)
    assert "no difference" in same


async def test_against_what_runs(tmp_path: Path) -> None:
    path = write(tmp_path, "calmer.yaml", throttle={"recontact": "30d", "on_limit": "skip"})
    await fill(path, calls())
    status, said = await plan(path, against="live")
    assert (status, "the service has not run on this store yet" in said) == (1, True)
    database = load_config(path, {}).service.database
    store = await Store.open(database)
    text = write_down(write(tmp_path))
    assert "write_keys" not in text
    await store.unit_of_work(lambda work: work.note_in_force(text))
    await store.close()
    status, said = await plan(path, against="live", days=14)
    assert status == 0
    assert "Against what runs now" in said
    assert "times one person is asked at most: 8 -> 1 (-7)" in said
    _, same = await plan(write(tmp_path), against="live", days=14)
    assert "no difference" in same


async def test_what_staff_paused_stays_so(tmp_path: Path) -> None:
    path = write(tmp_path)
    await fill(path, calls())
    store = await Store.open(load_config(path, {}).service.database)
    await store.pause("after_call", "Maija", NOW)
    await store.close()
    _, said = await plan(path, days=14, format="json")
    record = json.loads(said)
    assert (record["messages"]["total"], record["assumed"]["on_hold"]) == (0, ["after_call"])
    assert {one["why"] for one in record["not_sent"]} >= {"after_call paused by Maija"}


async def test_the_page_stands_alone_and_names_nobody(tmp_path: Path) -> None:
    path = write(tmp_path, limits={"per_day": 1})
    await fill(path, calls())
    page = tmp_path / "plan.html"
    status, said = await plan(path, format="html", out=page, against=str(path))
    html = page.read_text(encoding="utf-8")
    assert status == TOO_MUCH
    assert "TOO MUCH  per_day" in said
    assert not re.search(r"<script|<link|<img|src=|https?://|Annabella|x\.example", html)
    assert 'name="viewport"' in html
    assert "prefers-color-scheme: dark" in html


async def test_no_database_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no database at .* import contacts"):
        await plan(write(tmp_path))
    assert not (tmp_path / "live.db").exists()


async def test_a_fault_in_the_file_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, limits={"per_persn": "2 in 30d", "per_person": "often"})
    status, said = await plan(path)
    assert status == 1
    assert "unknown key 'per_persn'" in said
    assert "write it like 2 in 30d" in said
    path = write(tmp_path, limits={"channels": {"sms": 3, "email": 0}})
    _, said = await plan(path)
    assert "unknown channel 'sms'" in said
    assert "write email: 1000" in said or "email: 1000" in said


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    path = write(tmp_path)
    await fill(path, calls(1))
    status, said = await plan(path, out=tmp_path / "no" / "plan.txt")
    assert status == 1
    assert "cannot be written" in said
