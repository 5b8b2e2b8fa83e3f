"""Reloading: what is saved is in force within a second, what is broken never is."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, Reading, read_config
from bot.reloading import Reloading, compare, look
from bot.service import Service
from channels.sandbox import Sandbox

CONFIG = """\
service: {{ name: Acme, listen: 127.0.0.1:0, database: "sqlite://{folder}/a.db", write_keys: [k] }}
channels: {{ telegram: {{ sandbox: true }}, email: {{ sandbox: true }} }}
staff: [ {{ name: Otto, role: admin, telegram: "778" }}, {{ name: Ann, role: manager, telegram: "9" }} ]
surveys: {{ calls: {{ questions: [nps] }} }}
triggers: {{ call: {{ event: Call Ended, survey: calls, via: [telegram] }} }}
include: [more/*.yaml]
"""


RULES = """\
journeys: { way: { starts: Signed Up, milestones: [{ name: week, after: 7d, survey: calls }] } }
campaigns: { spring: { schedule: monday at 10, audience: "plan = pro", survey: calls } }
reports: [{ name: weekly, schedule: monday at 8, to: ["email:cx@acme.example"] }]
throttle: { recontact: 30d, holidays: true }
limits: { per_person: 2 in 30d }
consent: { basis: consent }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    return path


class Desk:
    """What a reloading does, noted."""

    def __init__(self, path: Path) -> None:
        config = read_config(path, {}).config
        assert config
        self.config, self.path = config, path
        self.applied: list[Config] = []
        self.told: list[str] = []
        self.reads = 0
        self.reloading = Reloading(config, read=self.read, apply=self.apply, tell=self.tell)

    def read(self, path: Path) -> Reading:
        self.reads += 1
        return read_config(path, {})

    async def apply(self, config: Config) -> None:
        self.applied.append(config)

    async def tell(self, text: str) -> None:
        self.told.append(text)

    def save(self, old: str, new: str) -> None:
        text = self.path.read_text(encoding="utf-8")
        assert old in text
        self.path.write_text(text.replace(old, new), encoding="utf-8")


async def test_a_saved_file_is_in_force_and_says_what_changed(path: Path) -> None:
    desk = Desk(path)
    await desk.reloading.tick()
    assert desk.reads == 0
    desk.save("questions: [nps]", "questions: [nps, comment]")
    for _ in range(3):
        await desk.reloading.tick()
    assert desk.reads == 1
    assert len(desk.applied[0].surveys["calls"].questions) == 2
    (told,) = desk.told
    assert "is in force: surveys: ~calls" in told
    assert f"saved by {path.owner()}" in told


async def test_a_broken_file_never_is_and_the_next_good_one_is(path: Path) -> None:
    desk = Desk(path)
    desk.save("survey: calls", "survey: cals")
    await desk.reloading.tick()
    await desk.reloading.tick()
    assert desk.applied == []
    (told,) = desk.told
    assert "has faults and is not in force" in told
    assert "config.yaml:5:48" in told
    assert "unknown survey 'cals' (did you mean 'calls'?)" in told
    desk.save("survey: cals", "survey: calls, every: 2")
    await desk.reloading.tick()
    assert desk.applied[0].triggers[0].every == 2


async def test_a_file_that_is_gone_or_half_written_changes_nothing(path: Path) -> None:
    desk = Desk(path)
    kept = path.read_text(encoding="utf-8")
    path.write_text(kept[: len(kept) // 2], encoding="utf-8")
    await desk.reloading.tick()
    path.unlink()
    await desk.reloading.tick()
    assert desk.applied == []
    path.write_text(kept, encoding="utf-8")
    await desk.reloading.tick()
    assert desk.applied == []  # it is what runs
    assert len(desk.told) == 2


async def test_included_files_count_and_touching_does_not(path: Path) -> None:
    desk = Desk(path)
    (path.parent / "more").mkdir()
    (path.parent / "more" / "b.yaml").write_text("surveys: { b: { questions: [csat] } }\n")
    await desk.reloading.tick()
    assert set(desk.applied[0].surveys) == {"calls", "b"}
    os.utime(path, ns=(1, 1))
    await desk.reloading.tick()
    assert (desk.reads, len(desk.applied)) == (2, 1)


async def test_channels_and_service_wait_for_the_next_start(path: Path) -> None:
    desk = Desk(path)
    desk.save("email: { sandbox: true }", "email: { sandbox: true }, web: {}")
    desk.save("name: Acme", "name: Bcme")
    await desk.reloading.tick()
    assert desk.applied[0].service == desk.config.service
    assert desk.applied[0].channels == desk.config.channels
    assert "service and channels: at the next start" in desk.told[0]


def test_what_is_compared(path: Path) -> None:
    old = read_config(path, {}).config
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("name: Ann", "name: Eve").replace("call: {", "ring: {")
        + "throttle: { recontact: 30d }\n",
        encoding="utf-8",
    )
    new = read_config(path, {}).config
    assert old and new
    assert str(compare(old, new)) == (
        "triggers: +ring -call; staff: +Eve -Ann; throttle: +recontact 30d"
    )
    assert str(compare(old, old)) == "nothing that matters"


def test_each_key_that_changed_is_told_with_what_it_was_and_is(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + RULES, encoding="utf-8")
    old = read_config(path, {}).config
    text = path.read_text(encoding="utf-8")
    for before, after in (
        ("via: [telegram] }", "via: [telegram, email], every: 2 }"),
        ("recontact: 30d, holidays: true", "recontact: 20d, daily_max: 1"),
        ("name: week, after: 7d", "name: week, after: 8d"),
        ("basis: consent", "basis: contract"),
        ("2 in 30d", "1 in 30d"),
        ("email:cx@", "email:boss@"),
        ('"plan = pro"', '"plan = pro or plan = enterprise and country in [FI]"'),
    ):
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    new = read_config(path, {}).config
    assert old and new
    assert str(compare(old, new)) == (
        "triggers: ~call (via [telegram] -> [telegram, email], +every 2); "
        "journeys: ~way (milestones: week: after 7d -> 8d); campaigns: ~spring (audience); "
        "reports: ~weekly; throttle: recontact 30d -> 20d, +daily_max 1, -holidays true; "
        "limits: per_person 2 in 30d -> 1 in 30d; consent: basis consent -> contract"
    )


def test_entries_of_included_files_are_told_too_and_many_are_counted(path: Path) -> None:
    (path.parent / "more").mkdir()
    more = path.parent / "more" / "b.yaml"
    more.write_text("triggers: { b: { event: Visit, survey: calls } }\n", encoding="utf-8")
    old = read_config(path, {}).config
    keys = "wait: 1h, max_age: 3h, expires: 3d, every: 2, per: agent, daily_max: 9, remind: 1d"
    more.write_text(f"triggers: {{ b: {{ event: Visit, survey: calls, {keys} }} }}\n", "utf-8")
    new = read_config(path, {}).config
    assert old and new
    assert str(compare(old, new)) == (
        "triggers: ~b (+wait 1h, +max_age 3h, +expires 3d, +every 2, +per agent, +daily_max 9, "
        "and 1 more)"
    )


def test_a_list_of_people_that_changed_is_a_change(path: Path) -> None:
    rules = 'campaigns: { spring: { schedule: "monday at 10", survey: calls, audience: { csv: a.csv } } }\n'
    path.write_text(path.read_text(encoding="utf-8") + rules, encoding="utf-8")
    (path.parent / "a.csv").write_text("user_id\nanna\n", encoding="utf-8")
    old = read_config(path, {}).config
    (path.parent / "a.csv").write_text("user_id\nbert\n", encoding="utf-8")
    new = read_config(path, {}).config
    assert old and new
    assert str(compare(old, new)) == "campaigns: ~spring"


def test_the_look_is_bounded_and_survives_what_it_meets(path: Path) -> None:
    (path.parent / "gone.yaml").symlink_to("nowhere")
    before = look(path)
    path.write_text("x", encoding="utf-8")
    assert look(path) != before


@pytest.fixture
async def service(path: Path) -> AsyncIterator[Service]:
    config = read_config(path, {}).config
    assert config
    async with Service(config) as running:
        yield running


async def test_in_a_running_service(service: Service, path: Path) -> None:
    chat = service.channels["telegram"]
    assert isinstance(chat, Sandbox)

    async def told(words: str) -> Any:
        for _ in range(100):
            found = [line for line in chat.history("778") if words in line.text]
            if found:
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"nobody was told: {[line.text for line in chat.history('778')]}")

    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("event: Call Ended", "event: Mail Sent"), encoding="utf-8")
    await told("triggers: ~call")
    assert service.rules.triggers[0].event == "Mail Sent"
    path.write_text(text.replace("event: Call Ended", "evnt: Mail Sent"), encoding="utf-8")
    await told("has faults and is not in force")
    assert service.rules.triggers[0].event == "Mail Sent"
    assert not chat.history("9")  # a manager, where there is an admin
