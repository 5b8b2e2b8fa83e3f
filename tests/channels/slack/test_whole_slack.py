"""The whole service between a business and Slack: asked, answered, changed, stopped."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.config import Config, load_config
from bot.config.model import ChannelConfig
from bot.service import Service
from channels.slack import Settings
from surveys.staff import Role, StaffMember
from tests.bot.whole import WRITE_KEY, call, until
from tests.providers.slack import Accepted, SlackServer

ADA, MAIJA = "U0ADA", "U0MAIJA"
CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:1
  listen: 127.0.0.1:0
  database: sqlite://{folder}/whole.db
  timezone: Europe/Helsinki
  write_keys: ["{key}"]
channels: {{ web: {{}} }}
surveys:
  after_call: {{ questions: [nps.phone, csat.phone, comment] }}
triggers:
  after_call: {{ event: Call Ended, survey: after_call, via: [web] }}
alerts:
  - {{ if: nps <= 6, to: team_lead }}
"""


@dataclass(frozen=True, slots=True)
class Whole:
    service: Service
    slack: SlackServer
    http: aiohttp.ClientSession

    async def report(self, *items: dict[str, Any]) -> None:
        async with self.http.post(f"{self.service.url}/v1/batch", json={"batch": items}) as answer:
            assert answer.status == 200, await answer.text()

    async def counts(self) -> Mapping[str, int]:
        return await self.service.store.counts()

    async def said(self, user: str, count: int) -> list[Accepted]:
        """Wait until that much was said to somebody."""
        await until(lambda: len(self.slack.sent(user)) >= count)
        return self.slack.sent(user)


def configure(folder: Path, slack: SlackServer, *, by_socket: bool) -> Config:
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(folder=folder, key=WRITE_KEY))
    config = load_config(path, {})
    settings = Settings(
        bot_token=slack.bot_token,
        app_token=slack.app_token if by_socket else "",
        signing_secret=slack.signing_secret,
        api_base=slack.url,
        rate=100,
    )
    maija = StaffMember(
        name="Maija", role=Role.TEAM_LEAD, teams=("support",), addresses={"slack": MAIJA}
    )
    return replace(
        config,
        channels={
            "slack": ChannelConfig(name="slack", settings=settings),
            "email": ChannelConfig(name="email", sandbox=True),  # so that addresses are known
        },
        triggers=tuple(replace(trigger, via=("slack",)) for trigger in config.triggers),
        staff=(maija,),
    )


@asynccontextmanager
async def running(folder: Path, *, by_socket: bool) -> AsyncIterator[Whole]:
    headers = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
    async with SlackServer() as slack:
        slack.enrol("ada@acme.example", ADA)
        config = configure(folder, slack, by_socket=by_socket)
        async with (
            Service(config, jitter=lambda: 0.5) as service,
            aiohttp.ClientSession(headers=headers) as http,
        ):
            if not by_socket:
                slack.hook = f"{service.url}/slack"
            yield Whole(service, slack, http)


@pytest.fixture(params=["socket", "http"])
async def whole(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Whole]:
    async with running(tmp_path, by_socket=request.param == "socket") as built:
        yield built


def ada(**traits: Any) -> dict[str, Any]:
    known = {"first_name": "Ada", **traits}
    return {"type": "identify", "messageId": "who-1", "userId": "u1", "traits": known}


async def eventually(whole: Whole, count: str, wanted: int) -> None:
    """Wait until that many of something are stored."""
    async with asyncio.timeout(10):
        while (await whole.counts()).get(count, 0) != wanted:
            await asyncio.sleep(0.02)


async def test_somebody_known_by_mail_is_asked_and_answers(whole: Whole) -> None:
    await whole.report(ada(email="ada@acme.example"), call(1, 1))
    [asked] = await whole.said(ADA, 1)
    assert asked.labels == [*map(str, range(11))]
    for _ in range(3):  # three presses of one button are one answer
        whole.slack.press(ADA, asked.external_id, "3")
    said = await whole.said(ADA, 3)
    edit = next(s for s in said if s.method == "chat.update")
    assert edit.external_id == asked.external_id
    assert "✓ 3" in edit.labels
    [alert] = await whole.said(MAIJA, 1)
    assert "NPS 3 of 10" in alert.text

    whole.slack.say(ADA, "4")  # the second answer in words
    comment = next(s for s in await whole.said(ADA, 5) if "Skip" in s.labels)
    assert comment.labels == ["Write your answer here", "Skip"]
    whole.slack.press(ADA, comment.external_id, "Write your answer here")
    await until(lambda: whole.slack.views)
    assert whole.slack.views[0]["blocks"][0]["text"]["text"] == comment.text
    whole.slack.submit(ADA, "The queue & the music")

    recorded, thanks = (await whole.said(ADA, 7))[-2:]
    assert (recorded.method, recorded.external_id) == ("chat.update", comment.external_id)
    assert "The queue & the music" in recorded.text
    assert "sorry" in thanks.text
    assert (await whole.counts())["invitations.completed"] == 1

    whole.slack.command(MAIJA, "results nps")
    answer = (await whole.said(MAIJA, 3))[-1]
    assert answer.text.startswith("Results")
    assert whole.slack.calls.count("users.lookupByEmail") == 1


async def test_stop_ends_the_asking(whole: Whole) -> None:
    await whole.report(ada(slack_user_id=ADA), call(1, 1))
    await whole.said(ADA, 1)
    whole.slack.say(ADA, "STOP")
    receipt = (await whole.said(ADA, 2))[-1]
    assert "will not ask" in receipt.text
    await whole.report(call(2, 1))
    await eventually(whole, "invitations.skipped", 1)
    assert len(whole.slack.sent(ADA)) == 2


async def test_somebody_who_left_is_not_asked(whole: Whole) -> None:
    await whole.report(ada(slack_user_id=ADA), call(1, 1))
    await whole.said(ADA, 1)
    before = whole.slack.calls.count("chat.postMessage")
    whole.slack.deactivate(ADA)
    slack = whole.slack
    await until(lambda: slack.deliveries if slack.hook else not slack.unconfirmed)
    await whole.report(call(2, 1))
    await eventually(whole, "invitations.skipped", 1)
    assert whole.slack.calls.count("chat.postMessage") == before, "the app was told ahead"


async def test_a_throttled_workspace_waits_and_asks_once(whole: Whole) -> None:
    whole.slack.throttle("chat.postMessage", 1)
    await whole.report(ada(slack_user_id=ADA), call(1, 1))
    await whole.said(ADA, 1)
    await eventually(whole, "invitations.asked", 1)
    assert whole.slack.calls.count("chat.postMessage") == 2
    assert len(whole.slack.ledger) == 1


async def test_words_nobody_asked_for_are_a_card_and_staff_read_it(whole: Whole) -> None:
    await whole.report(ada(slack_user_id=ADA), call(1, 1))
    await whole.said(ADA, 1)
    for text in ("praise Pekka was kind", "and quick", ":wave:"):
        whole.slack.say(ADA, text)
    [told, more] = await whole.said(MAIJA, 2)
    assert told.text.startswith("Comment card from Ada (slack): praise")
    assert "and quick" in more.text
    assert [said.text for said in await whole.said(ADA, 2)][-1].endswith("kind words on.")
    whole.slack.press(ADA, whole.slack.sent(ADA)[0].external_id, "9")
    await eventually(whole, "responses", 1)
    assert (await whole.counts())["cards"] == 1
