"""How a survey ends, over sockets with the whole service: thumbs, thanks by band, the interview."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.config import load_config
from bot.service import Service
from surveys.scanner import PRESS_AGE
from tests.banks import BANKS
from tests.bot.test_card_path import ANNA, LEADER, MANAGER, Whole
from tests.bot.test_public import Browser
from tests.bot.whole import WRITE_KEY, Clock, call, person, until
from tests.providers.telegram import TelegramServer

REVIEW, POLICY = "https://reviews.example/acme", "https://acme.example/complaints"
CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:1
  listen: 127.0.0.1:0
  database: sqlite://{folder}/thanks.db
  write_keys: ["{key}"]
  review_url: {review}
  policy_url: {policy}
channels:
  telegram: {{ token: "{token}", api_base: "{telegram}", mode: polling }}
  web: {{}}
staff:
  - {{ name: Maija, role: team_lead, teams: [support], telegram: "{leader}" }}
  - {{ name: Otto, role: manager, telegram: "{manager}" }}
surveys:
  {survey}
triggers:
  asked: {{ event: Call Ended, survey: asked, via: [{via}] }}
alerts:
  - {{ if: nps <= 6, to: team_lead, respond_within: 4h }}
"""
HELPFUL = "asked: { questions: [thumbs, comment] }"
THUMBS = "asked: { questions: [thumbs] }"
PANEL = "asked: { questions: [panel, nps] }"
OWN = """asked:
    questions: [nps]
    thanks:
      low: { en: "Sorry. {owner} will call you within {respond_within}. {policy_url}" }
      high: { en: "Thank you! Would you tell others? {review_url}" }"""


@asynccontextmanager
async def running(folder: Path, survey: str, via: str = "telegram") -> AsyncIterator[Whole]:
    async with TelegramServer() as telegram:
        path = folder / "config.yaml"
        text = CONFIG.format(
            folder=folder,
            key=WRITE_KEY,
            token=telegram.token,
            telegram=telegram.url,
            leader=LEADER,
            manager=MANAGER,
            review=REVIEW,
            policy=POLICY,
            survey=survey,
            via=via,
        )
        path.write_text(text, encoding="utf-8")
        clock = Clock()
        async with Service(load_config(path, {}), clock=clock, jitter=lambda: 0.5) as service:
            yield Whole(service, telegram, clock)


async def ask(whole: Whole, language: str = "en") -> None:
    await whole.report(person(1, language=language), call(1, 1))
    await whole.said(ANNA, 1)


def press(whole: Whole, label: str) -> None:
    questions = [m for m in whole.telegram.sent(ANNA) if m.method == "sendMessage"]
    whole.telegram.press(ANNA, questions[-1].message_id, label)


async def last(whole: Whole, words: str) -> str:
    await until(lambda: words in whole.telegram.sent(ANNA)[-1].text)
    return whole.telegram.sent(ANNA)[-1].text


def keys(whole: Whole) -> list[tuple[str, str]]:
    markup = whole.telegram.sent(ANNA)[-1].params.get("reply_markup", {"inline_keyboard": []})
    return [(key["text"], key.get("url", "")) for row in markup["inline_keyboard"] for key in row]


@pytest.mark.parametrize("language", ["en", "fi", "de", "hr", "lv"])
async def test_a_thumb_down_asks_how_we_can_help(tmp_path: Path, language: str) -> None:
    texts = BANKS[language].texts
    async with running(tmp_path, HELPFUL) as whole:
        await ask(whole, language)
        press(whole, "👎")
        await last(whole, BANKS[language].questions["comment.help"])
        whole.telegram.say(ANNA, "The link was dead")
        assert await last(whole, texts["thanks_unhelpful"])
        assert keys(whole) == [(texts["link_policy"], POLICY)]


async def test_a_thumb_up_is_thanked_and_a_comment_stays_optional(tmp_path: Path) -> None:
    async with running(tmp_path, HELPFUL) as whole:
        await ask(whole)
        press(whole, "👍")
        await last(whole, BANKS["en"].questions["comment.high"])
        press(whole, "Skip")
        said = await last(whole, "Good to know that it helped")
        assert said.endswith("Would you tell others?")
        assert keys(whole) == [("Write a review", REVIEW)]


async def test_without_a_comment_help_is_offered_and_what_follows_is_a_card(tmp_path: Path) -> None:
    async with running(tmp_path, THUMBS) as whole:
        await ask(whole)
        press(whole, "👎")
        await last(whole, "How can we help? Just write to us here.")
        whole.telegram.say(ANNA, "I still cannot log in")
        await last(whole, BANKS["en"].texts["comment_kept"])
        [told] = await whole.said(LEADER, 1)
        assert "I still cannot log in" in told


async def test_the_marketers_thanks_are_kept_promises(tmp_path: Path) -> None:
    async with running(tmp_path, OWN) as whole:
        await ask(whole)
        press(whole, "3")
        said = await last(whole, "Sorry")
        assert said == "Sorry. Maija will call you within 4 hours."
        assert keys(whole) == [("How we handle complaints", POLICY)]
        await whole.said(LEADER, 1)


async def test_a_promoter_gets_a_link(tmp_path: Path) -> None:
    async with running(tmp_path, OWN) as whole:
        await ask(whole)
        press(whole, "10")
        assert await last(whole, "tell others") == "Thank you! Would you tell others?"
        assert keys(whole) == [("Write a review", REVIEW)]


async def test_the_page_thanks_with_a_link_one_can_press(tmp_path: Path) -> None:
    async with running(tmp_path, OWN, via="web") as whole:
        await whole.report(person(1), call(1, 1))
        async with asyncio.timeout(10):
            while not (await whole.service.store.counts()).get("invitations.asked"):
                await asyncio.sleep(0.02)
        conversation = (await whole.service.store.load_conversations({1}))[1]
        survey = whole.service.rules.surveys["asked"]
        link = whole.service.rules.setting(
            survey, conversation.invitation, conversation.contact, ""
        ).link.removeprefix("http://127.0.0.1:1")
        async with Browser(whole.service.url) as browser:
            await browser.look(link)
            await asyncio.sleep(PRESS_AGE.total_seconds())  # sooner, it might be a machine's press
            await browser.press(v="2")
            assert browser.heading.startswith("Sorry. Maija will call you within 4 hours")
            [offer] = browser.page.xpath("//a[@class='offer']")
            assert (offer.get("href"), offer.text) == (POLICY, "How we handle complaints")


@pytest.mark.parametrize(("label", "agreed"), [("No", [False]), ("Yes", [True]), ("Skip", [])])
async def test_the_interview_is_asked_last_and_its_answer_is_a_consent(
    tmp_path: Path, label: str, agreed: list[bool]
) -> None:
    async with running(tmp_path, PANEL) as whole:
        await ask(whole)
        assert "recommend" in whole.telegram.sent(ANNA)[0].text
        press(whole, "10")
        await last(whole, "May we call you")
        press(whole, label)
        await last(whole, BANKS["en"].texts["thanks_high"])
        contact = await whole.service.store.find_contact("telegram", str(ANNA))
        assert contact
        said = [(c.granted, c.source) for c in contact.consents if c.purpose == "panel"]
        assert said == [(granted, "telegram") for granted in agreed]


async def test_a_change_of_mind_about_the_interview_is_the_one_that_stands(tmp_path: Path) -> None:
    async with running(tmp_path, PANEL) as whole:
        await ask(whole)
        press(whole, "10")
        await last(whole, "May we call you")
        question = whole.telegram.sent(ANNA)[-1].message_id
        whole.telegram.press(ANNA, question, "Yes")
        await last(whole, BANKS["en"].texts["thanks_high"])
        seen = len(whole.telegram.sent(ANNA))
        whole.telegram.press(ANNA, question, "No")
        await until(lambda: len(whole.telegram.sent(ANNA)) > seen)
        contact = await whole.service.store.find_contact("telegram", str(ANNA))
        assert contact
        assert [c.granted for c in contact.consents if c.purpose == "panel"] == [False]
