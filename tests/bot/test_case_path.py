"""Cases over real wires: a customer in Telegram, colleagues in Slack and Telegram."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.config import load_config
from bot.service import Service
from surveys.case import CaseState
from tests.bot.whole import WRITE_KEY, Clock, call, person, until
from tests.providers.slack import Accepted, SlackServer
from tests.providers.telegram import TelegramServer
from tests.storage.test_cases import a_case

ANNA, OTTO = 10_001, 778
MAIJA, PEKKA = "U0MAIJA", "U0PEKKA"
CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:1
  listen: 127.0.0.1:0
  database: sqlite://{folder}/cases.db
  timezone: Europe/Helsinki
  write_keys: ["{key}"]
channels:
  telegram: {{ token: "{token}", api_base: "{telegram}", mode: polling, rate: 1000/s }}
  slack: {{ bot_token: {bot_token}, app_token: {app_token}, api_base: "{slack}", rate: 100/s }}
staff:
  - {{ name: Maija, role: team_lead, teams: [support], slack: U0MAIJA, display_name: Maija M. }}
  - {{ name: Pekka, role: team_lead, teams: [support], slack: U0PEKKA }}
  - {{ name: Ville, role: viewer, teams: [support], slack: U0VILLE }}
  - {{ name: Sari, role: team_lead, teams: [sales], slack: U0SARI }}
  - {{ name: Otto, role: manager, telegram: "778" }}
surveys:
  after_call: {{ questions: [nps.phone, comment] }}
  helpful: {{ questions: [thumbs] }}
triggers:
  after_call: {{ event: Call Ended, survey: after_call, via: [telegram] }}
throttle: {{ let_talk: 0m }}
alerts:
  - {condition}
    to: {to}
    case: {case}
"""
CASE = "{ respond_within: 4h, escalate_to: manager, recovery: { survey: helpful, after: 1d } }"


@dataclass(frozen=True, slots=True)
class House:
    """The service between a Telegram and a Slack."""

    service: Service
    telegram: TelegramServer
    slack: SlackServer
    http: aiohttp.ClientSession
    clock: Clock

    async def report(self, *items: dict[str, Any]) -> None:
        """Report events over the intake."""
        url = f"{self.service.url}/v1/batch"
        async with self.http.post(url, json={"batch": list(items)}) as answer:
            assert answer.status == 200, await answer.text()

    async def be_angry(self, number: int = 1) -> None:
        """Let a customer answer 2 of 10 in Telegram."""
        chat = 10_000 + number
        await self.report(person(number), call(number, number))
        await until(lambda: self.telegram.sent(chat))
        self.telegram.press(chat, self.telegram.sent(chat)[-1].message_id, "2")

    def post(self, user: str) -> Accepted:
        """Give the first message of a case to a colleague as it is now."""
        first = next(a for a in self.slack.sent(user) if "Case" in a.text)
        return self.slack.now(first.external_id)

    async def press(self, user: str, label: str) -> None:
        """Press a button under that message."""
        self.slack.press(user, self.post(user).external_id, label)


@asynccontextmanager
async def a_house(
    folder: Path, case: str = CASE, *, to: str = "team_lead", condition: str = "if: nps <= 6"
) -> AsyncIterator[House]:
    async with TelegramServer() as telegram, SlackServer() as slack:
        path = folder / "config.yaml"
        path.write_text(
            CONFIG.format(
                folder=folder,
                key=WRITE_KEY,
                token=telegram.token,
                telegram=telegram.url,
                bot_token=slack.bot_token,
                app_token=slack.app_token,
                slack=slack.url,
                case=case,
                to=to,
                condition=condition,
            )
        )
        clock = Clock()
        headers = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
        async with (
            Service(load_config(path, {}), clock=clock, jitter=lambda: 0.5) as service,
            aiohttp.ClientSession(headers=headers) as http,
        ):
            await until(lambda: slack.lines)
            yield House(service, telegram, slack, http, clock)


async def test_a_bad_answer_is_a_case_in_slack_that_shows_how_it_stands(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.be_angry()
        await until(lambda: house.slack.sent(MAIJA) and house.slack.sent(PEKKA))
        shown = house.post(MAIJA).text
        assert "Bad feedback from Anna1" in shown
        assert "NPS 2 of 10" in shown
        assert "nobody has it yet" in shown
        await house.press(MAIJA, "Claim")
        await until(lambda: "Maija has it" in house.post(MAIJA).text)
        await until(lambda: "Maija has it" in house.post(PEKKA).text)
        await house.press(MAIJA, "Contacted")
        await until(lambda: "contacted" in house.post(PEKKA).text)
        await house.press(MAIJA, "Solved")
        await until(lambda: "what was the cause" in house.post(MAIJA).text)
        await house.press(MAIJA, "Too slow")
        await until(lambda: "solved · Maija" in house.post(MAIJA).text)
        await until(lambda: "Cause: Too slow" in house.post(PEKKA).text)


async def test_two_who_claim_at_once_are_one_owner_and_one_who_is_told(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.be_angry()
        await until(lambda: house.slack.sent(MAIJA) and house.slack.sent(PEKKA))
        await house.press(MAIJA, "Claim")
        await house.press(PEKKA, "Claim")
        told = "has case 1 already."

        def refused() -> list[str]:
            both = (*house.slack.sent(MAIJA), *house.slack.sent(PEKKA))
            return [a.text for a in both if told in a.text]

        await until(refused)
        view = await house.service.store.find_case(1, None)
        assert view
        assert view.case.owner in ("Maija", "Pekka")
        assert refused() == [f"{view.case.owner} has case 1 already."]


@pytest.mark.parametrize("user", ["U0VILLE", "U0SARI", "U0NOBODY"])
async def test_who_may_not_does_nothing_by_a_button(tmp_path: Path, user: str) -> None:
    async with a_house(tmp_path) as house:
        await house.be_angry()
        await until(lambda: house.slack.sent(MAIJA))
        house.slack.press(user, house.post(MAIJA).external_id, "Claim")
        if user == "U0NOBODY":
            await house.press(PEKKA, "Claim")
            await until(lambda: "Pekka has it" in house.post(MAIJA).text)
            assert house.slack.sent(user) == []
            return
        await until(lambda: house.slack.sent(user))
        view = await house.service.store.find_case(1, None)
        assert view
        assert view.case.owner == ""


async def test_words_do_what_buttons_do(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.be_angry()
        await until(lambda: house.slack.sent(MAIJA))
        house.telegram.say(OTTO, "/cases")
        await until(lambda: "1 · Anna1 (support) · nobody has it" in _last(house, OTTO))
        assert "1 open, 0 late, 1 nobody's" in _last(house, OTTO)
        house.telegram.say(OTTO, "/case 1 claim")
        await until(lambda: "Otto has it" in house.post(MAIJA).text)
        await until(
            lambda: any(
                "Otto has it\nContact by" in m.text and "Listen" in m.text
                for m in house.telegram.sent(OTTO)
            )
        )
        house.telegram.say(OTTO, "/case 1 solved")
        await until(lambda: "One of Too slow" in _last(house, OTTO))
        house.telegram.say(OTTO, "/case 1 solved too slow")
        await until(lambda: "solved · Otto" in house.post(MAIJA).text)
        house.slack.command("U0SARI", "case 1")
        await until(lambda: "no case 1 among" in _said(house, "U0SARI"))
        house.slack.command("U0SARI", "cases closed")
        await until(lambda: "None." in _said(house, "U0SARI"))


def _said(house: House, user: str) -> str:
    sent = house.slack.sent(user)
    return sent[-1].text if sent else ""


def _last(house: House, chat: int) -> str:
    sent = house.telegram.sent(chat)
    return sent[-1].text if sent else ""


async def test_more_words_are_added_to_the_open_case_and_told(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.be_angry()
        await until(lambda: house.slack.sent(MAIJA))
        await until(lambda: "put right" in _last(house, ANNA))
        house.telegram.say(ANNA, "Nobody called back")
        await until(lambda: "Nobody called back" in house.post(MAIJA).text)
        news = [a for a in house.slack.sent(MAIJA) if "answered again" in a.text]
        assert [a.params["thread_ts"] for a in news] == [house.post(MAIJA).ts]
        view = await house.service.store.find_case(1, None)
        assert view
        assert [entry.kind.value for entry in view.story] == ["opened", "added"]
        assert await house.service.store.find_case(2, None) is None


async def test_a_case_nobody_takes_is_told_to_the_manager_once(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.be_angry()
        await until(lambda: house.slack.sent(MAIJA))
        assert house.telegram.sent(OTTO) == []
        house.clock.think(4 * 3600 + 1)
        await until(lambda: "Claim" in str(house.telegram.sent(OTTO)), seconds=5)
        await until(lambda: any("is late" in a.text for a in house.slack.sent(MAIJA)))
        assert " · LATE" in house.telegram.sent(OTTO)[-1].text
        await until(lambda: " · LATE" in house.post(MAIJA).text)
        house.clock.think(8 * 3600)
        await house.service.cases.sweep()
        late = [a for a in house.slack.sent(MAIJA) if "is late" in a.text]
        assert len(late) == 1


async def test_pages_of_cases_are_turned_by_buttons(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        for number in range(12):
            await a_case(house.service.store, "support", owner=f"{number}", state=CaseState.CLAIMED)
        house.telegram.say(OTTO, "/cases")
        await until(lambda: "12 open" in _last(house, OTTO))
        house.telegram.press(OTTO, house.telegram.sent(OTTO)[-1].message_id, "More ▶")
        await until(lambda: "11 · " in _last(house, OTTO))
        house.telegram.press(OTTO, house.telegram.sent(OTTO)[-1].message_id, "◀ Back")
        await until(lambda: "\n1 · " in _last(house, OTTO))
        house.slack.command(MAIJA, "cases")
        await until(lambda: "12 open" in _said(house, MAIJA))
        house.slack.press(MAIJA, house.slack.sent(MAIJA)[-1].external_id, "More ▶")
        await until(lambda: "12 · " in _said(house, MAIJA))
