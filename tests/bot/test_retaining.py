"""What the command and `check` say of retention."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.check import run_check
from bot.config import read_config
from bot.retaining import run_retention
from storage.store import Store
from surveys.card import Card

CONFIG = """
service: {{ name: Acme, database: "sqlite://{folder}/a.db", write_keys: [k] }}
channels: {{ sandbox: {{}} }}
surveys: {{ calls: {{ questions: [nps] }} }}
triggers: {{ calls: {{ event: Call Ended, survey: calls, via: [sandbox] }} }}
retention: {{ comments: {keep}, answers: 730d, contacts: 156w }}
"""


def config(folder: Path, keep: str = "60d") -> Path:
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(folder=folder, keep=keep))
    return path


async def test_the_command_counts_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    store = await Store.open(f"sqlite://{tmp_path}/a.db")
    cards = [Card(channel="web", text="hm", at=now - timedelta(days=d)) for d in (1, 61, 90)]
    await store.unit_of_work(lambda t: t.save_cards(cards))
    out = io.StringIO()
    assert await run_retention(config(tmp_path), out) == 0
    said = out.getvalue().splitlines()
    assert said[0] == (
        "answers: 0 to go now. After 730 days answers become nobody's: counts stay, names, "
        "addresses and words go."
    )
    assert said[1] == "comments: 2 to go now. After 60 days comment cards are deleted."
    assert said[2].startswith("contacts: 0 to go now. After 1,092 days people")
    assert said[3] == "After 400 days decisions are forgotten."
    assert said[4] == "Kept for good: conversations, events."
    assert (await store.counts())["cards"] == 3
    await store.close()


def test_check_says_what_each_rule_does(tmp_path: Path) -> None:
    out = io.StringIO()
    assert run_check(config(tmp_path), out=out, environ={}) == 0
    assert "retention: After 60 days comment cards are deleted." in out.getvalue()
    assert "After 730 days answers become nobody's" in out.getvalue()


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    reading = read_config(config(tmp_path, "5d"), {})
    assert ["this is too short" in fault.message for fault in reading.faults] == [True]
