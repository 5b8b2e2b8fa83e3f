"""What a rehearsal says equals what the service then does, message for message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from bot.rulebook import make_rules
from scheduler.rehearsal import Rehearsal, Step
from storage.codec import from_ms
from storage.direct import Direct
from storage.private import Private
from storage.secret import read_key
from storage.sql import statement
from storage.store import Store
from surveys.event import Event
from tests.rehearsal.story import BUDGETS, CONFIG, Business, Listed, at
from tests.scenarios.script import Scenario
from tests.scenarios.stage import Stage, a_stage

_SAID = statement("""
    SELECT d.id, d.started_at, d.channel, d.due_id, i.contact_id, i.survey FROM delivery d
    JOIN invitation i ON i.id = d.invitation_id
""")
_TICK = timedelta(milliseconds=1)


class Said(NamedTuple):
    """One message to somebody."""

    at: datetime
    contact_id: int
    survey: str
    channel: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the rehearsal said, and what the service then did."""

    planned: list[Said]
    done: list[Said]
    steps: list[Step]


async def open_alone(url: str, timezone: str) -> Store:
    """Open a store in this thread: thousands of ticks one after the other take a third of the time
    then. What is done in it is the same.
    """
    await (await Store.open(url, timezone)).close()
    database = Direct(Path(url.removeprefix("sqlite://")), ZoneInfo(timezone))
    return Store(database, await database.transact(read_key))


async def play(
    folder: Path,
    config: Mapping[str, Any],
    business: Business,
    days: int,
    *,
    history: int = 30,
    budgets: Mapping[str, int] = BUDGETS,
) -> Played:
    """Give the service a history, rehearse what is to come, then let it come."""
    begins = at("2026-02-20 08:00:30")
    now, until = begins + timedelta(days=history), begins + timedelta(days=history + days)
    url = f"sqlite://{folder}/live.db"
    settings = {**config, "service": {**config["service"], "database": url}}
    story = ({"at": "2026-02-20 08:00:30"},)
    scenario = Scenario(name="s", title="", config=settings, people={}, story=story, end={})
    async with a_stage(scenario, folder, budgets, open_alone) as stage:
        stage.now = begins
        await stage.intake.handle_events(list(business.introduce(begins)))
        await service_says(stage, business.happen(begins, now, history * 8), now)
        await stage.move_to(now)
        events = business.happen(now, until, days * 12)
        steps = await rehearse(stage, url, folder, events, until)
        done = await service_says(stage, events, until)
    planned = [
        Said(s.at, s.contact_id, s.survey, s.channel, s.kind) for s in steps if s.verdict == "send"
    ]
    return Played(planned=sorted(planned), done=done, steps=steps)


async def rehearse(
    stage: Stage, url: str, folder: Path, events: Sequence[Event], until: datetime
) -> list[Step]:
    private = folder / "private"
    private.mkdir()
    copy = await Private.copy(url, stage.rules.timezone, private)
    steps: list[Step] = []
    rehearsal = Rehearsal(
        copy,
        make_rules(stage.config, copy.key),
        channels={name: channel.capabilities for name, channel in stage.channels.items()},
        now=stage.now,
        told=steps.append,
    )
    try:
        await rehearsal.play(until, Listed(events))
    finally:
        await copy.close()
    return steps


async def service_says(stage: Stage, events: Sequence[Event], until: datetime) -> list[Said]:
    """Let the service do what it does, and give what the providers' books have of it."""
    before = {name: len(channel.ledger) for name, channel in stage.channels.items()}
    for event in events:
        await stage.move_to(event.received_at)
        await stage.intake.handle_events([event])
        await stage.settle()
    await stage.move_to(until - _TICK)
    rows = await stage.store._database.run(lambda s: s.fetch(_SAID))
    about = {row["id"]: row for row in rows}
    return sorted(
        Said(from_ms(row["started_at"]), row["contact_id"], row["survey"], name, kind)
        for name, channel in stage.channels.items()
        for sent in list(channel.ledger)[before[name] :]
        for row in [about[sent.delivery_id]]
        for kind in [row["due_id"].partition(":")[0]]
    )


async def test_weeks_come_as_rehearsed(tmp_path: Path) -> None:
    played = await play(tmp_path, CONFIG, Business(seed=1, people=25), days=12)
    assert played.planned == played.done
    assert {said.kind for said in played.done} == {"ask", "remind", "fallback"}
    assert {said.channel for said in played.done} == {"email", "telegram", "sms", "web"}
    assert {step.verdict for step in played.steps} >= {"send", "hold", "skip", "move"}


async def test_who_gets_the_last_of_a_budget_is_as_rehearsed(tmp_path: Path) -> None:
    budgets = {"sms": 1, "telegram": 2, "email": 3}
    business = Business(seed=31, people=30)
    played = await play(tmp_path, CONFIG, business, days=7, history=7, budgets=budgets)
    assert played.planned == played.done
    late = {step.channel for step in played.steps if step.rule == "daily_max reached"}
    assert late == set(budgets)


@pytest.mark.slow
async def test_a_year_comes_as_rehearsed(tmp_path: Path) -> None:
    played = await play(tmp_path, CONFIG, Business(seed=7, people=120), days=365, history=40)
    assert len(played.done) > 3000
    assert played.planned == played.done


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 26))
async def test_months_come_as_rehearsed(tmp_path: Path, seed: int) -> None:
    played = await play(tmp_path, CONFIG, Business(seed=seed, people=30), days=30)
    assert played.planned == played.done


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 44))
async def test_months_on_a_tight_budget_come_as_rehearsed(tmp_path: Path, seed: int) -> None:
    budgets = {"sms": 1, "telegram": seed % 3 + 2, "email": 5}
    business = Business(seed=seed, people=60)
    played = await play(tmp_path, CONFIG, business, days=30, history=10, budgets=budgets)
    assert played.planned == played.done
