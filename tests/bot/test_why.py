"""``python -m bot why``: the staff command's words, on the terminal, beside a running service."""

import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import ConfigError, load_config
from bot.why import run_why
from storage.errors import StoreMisconfigured
from storage.store import Store
from surveys.due import Decision, Outcome
from tests.storage.make import NOW, add_contacts, add_invitations, claim, contact, invitation

CONFIG = """\
service: { name: Acme, timezone: Europe/Helsinki, database: "sqlite://FOLDER/a.db" }
channels: { telegram: { sandbox: true } }
surveys: { phone: { questions: [nps] } }
triggers: { after_call: { event: Call Ended, survey: phone } }
"""


async def ask(folder: Path, person: Sequence[str]) -> tuple[int, str]:
    path, out = folder / "config.yaml", io.StringIO()
    path.write_text(CONFIG.replace("FOLDER", str(folder)), encoding="utf-8")
    return await run_why(path, person, out), out.getvalue()


async def test_it_says_what_was_decided(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite://{tmp_path}/a.db")  # as if the service ran
    anna, _, _ = await add_contacts(
        store,
        contact("user:42", addresses=[("email", "anna@acme.example")], attributes={"name": "Anna"}),
        contact("user:7", attributes={"name": "Bea Virtanen"}),
        contact("user:8", attributes={"name": "Bea Laine"}),
    )
    (asked,) = await add_invitations(store, invitation(anna.id))
    (due,) = await claim(store)
    why = Decision(invitation_id=asked.id, at=NOW, verdict="hold", rule="quiet hours 20:00-09:00")
    await store.end_deliveries([Outcome(due=due, retry_at=NOW, decision=why)], NOW)
    try:
        for person in (["42"], ["anna@acme.example"], ["Anna"]):
            status, said = await ask(tmp_path, person)
            assert status == 0
            assert said.startswith("Why · Anna (42)\n")
            assert "hold: quiet hours 20:00-09:00" in said
        assert await ask(tmp_path, ["nobody"]) == (1, "I know nobody called 'nobody'.\n")
        status, said = await ask(tmp_path, ["Bea"])
        assert status == 1
        assert "Bea Virtanen: ./afterword why 7" in said
    finally:
        await store.close()


async def test_where_there_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreMisconfigured, match="no database yet"):
        await ask(tmp_path, ["42"])


@pytest.mark.parametrize(
    ("written", "hint"),
    [("200", "400d"), ("7d", "between 30d and 3660d"), ("600w", "between"), ("1y", "400d")],
)
def test_how_long_decisions_are_kept(tmp_path: Path, written: str, hint: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG + f"retention: {{ decisions: {written} }}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path, {})
    assert hint in caught.value.faults[0].render()
    path.write_text(CONFIG + "retention: { decisions: 60w }\n", encoding="utf-8")
    assert load_config(path, {}).retention.decisions == timedelta(weeks=60)
    path.write_text(CONFIG, encoding="utf-8")
    assert load_config(path, {}).retention.decisions == timedelta(days=400)
