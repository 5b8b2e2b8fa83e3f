"""Every wish on every channel, in every shipped language, over sockets: said as people say it there,
answered in their language where it was said, and put into effect; then the person is gone.

In chats they write; on a call they press keys; by mail and on pages they press the buttons behind
the stop link. Each language and each channel is played here; all of them together are slow.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from channels import CHANNELS
from channels.voice.phrases import PHRASES as SPOKEN
from surveys.language import Language
from surveys.request import RequestKind, channel_name
from tests.banks import BANKS
from tests.bot.drivers.driver import Driver
from tests.bot.drivers.stage import ANNA
from tests.bot.drivers.story import settled
from tests.bot.drivers.table import NAMES, driver_of
from tests.bot.drivers.visitor import Visitor
from tests.bot.whole import until
from tests.channels.email.driver import EmailDriver
from tests.channels.voice.driver import VoiceDriver
from tests.channels.web.driver import WebDriver
from tests.docs.test_respondents import CODES, rows

BY_PAGE = ("email", "web")
CHATS = [n for n in NAMES if n not in BY_PAGE and not CHANNELS[n].capabilities().inline]

PHRASES: Mapping[str, Mapping[str, str]] = {
    wish: dict(zip(CODES, phrases, strict=True)) for wish, phrases in rows()
}
RECEIPTS = {
    RequestKind.HELP: "help_requests",
    RequestKind.KNOW: "know",
    RequestKind.PERSON: "person_called",
    RequestKind.PAUSE: "paused",
}


def every(names: Sequence[str]) -> list[ParameterSet]:
    """Each channel with each language. All but one language a channel are slow."""
    return [
        pytest.param(
            name,
            code,
            marks=() if (number + turn) % len(CODES) == 0 else pytest.mark.slow,
            id=f"{name}-{code}",
        )
        for number, name in enumerate(names)
        for turn, code in enumerate(CODES)
    ]


def beginning(bank: Language, key: str) -> str:
    """The first words of a fixed text, as far as they need nobody's data."""
    text = bank.texts[key].replace("{company}", "Acme")
    return text.splitlines()[0].partition("{")[0].strip()


async def heard(driver: Driver, before: int, expected: str) -> None:
    """Wait until what was said since holds these words."""
    try:
        await until(lambda: any(expected in s.text for s in driver.said(ANNA)[before:]), seconds=5)
    except AssertionError:
        shown = [s.text for s in driver.said(ANNA)[before:]]
        raise AssertionError(f"{expected!r} was to be said, and it was {shown}") from None
    await settled(driver, ANNA)


async def say(driver: Driver, words: str, expected: str) -> None:
    """Write words and wait for what answers them."""
    before = len(driver.said(ANNA))
    await driver.write(ANNA, words)
    await heard(driver, before, expected)


async def ask(driver: Driver, code: str) -> None:
    """Have Anna asked, in her language."""
    driver.begin("Wishes", "Anna says how she wants to be asked.")
    await driver.meet(ANNA)
    await driver.report(ANNA, 1, {**driver.traits(ANNA), "language": code})
    await until(lambda: driver.invitations(ANNA) == ["asked"])
    await driver.come(ANNA)
    await settled(driver, ANNA)


def assert_nothing_is_left(driver: Driver) -> None:
    for table in ("contact", "contact_key", "address", "invitation", "answer", "event"):
        assert driver.read(f"SELECT * FROM {table}") == [], table


# In words


@pytest.mark.parametrize(("name", "code"), every(CHATS))
async def test_wishes_in_words(name: str, code: str, tmp_path: Path) -> None:
    bank = BANKS[code]
    async with driver_of(name)(tmp_path).running() as driver:
        await ask(driver, code)
        for wish, key in RECEIPTS.items():
            await say(driver, PHRASES[wish][code], beginning(bank, key))
        await keep_to_this_channel(driver, bank)
        await say(driver, "start", beginning(bank, "resumed"))
        assert driver.read("SELECT paused_until, only_channel FROM contact") == [(None, None)]
        await go_on_in_another_language(driver, code)
        await be_forgotten(driver)


async def keep_to_this_channel(driver: Driver, bank: Language) -> None:
    """The sandbox has no name of its own that people would know."""
    named = driver.name in bank.channels
    words = f"{PHRASES[RequestKind.ONLY][bank.code].rpartition(' ')[0]} "
    words += channel_name(bank, driver.name)
    receipt = beginning(bank, "only_set" if named else "only_unknown")
    await say(driver, words if named else f"/{words}", receipt)
    [(paused, kept)] = driver.read("SELECT paused_until, only_channel FROM contact")
    assert paused > driver.clock().timestamp() * 1000
    assert kept == (driver.name if named else None)
    assert driver.answers(ANNA) == [], "a wish answers no question"
    assert driver.invitations(ANNA) == ["asked"]


async def go_on_in_another_language(driver: Driver, code: str) -> None:
    other = BANKS["fi" if code == "en" else "en"]
    await say(driver, PHRASES[RequestKind.LANGUAGE][code], beginning(other, "language_set"))
    assert driver.read("SELECT language FROM contact") == [(other.code,)]
    await driver.answer(ANNA, "9")
    await until(lambda: driver.answers(ANNA) == [("nps", 9, 1)])
    await settled(driver, ANNA)


async def be_forgotten(driver: Driver) -> None:
    [(code,)] = driver.read("SELECT language FROM contact")
    bank = BANKS[code]
    await say(driver, PHRASES[RequestKind.FORGET][code], bank.texts["forget_word"])
    await say(driver, bank.texts["forget_word"].lower(), beginning(bank, "forgotten"))
    assert_nothing_is_left(driver)
    await driver.report(ANNA, 2, driver.traits(ANNA))
    await until(lambda: driver.invitations(ANNA) == ["skipped"])
    assert driver.has_stopped(ANNA)


# By buttons


@pytest.mark.parametrize(("name", "code"), every(BY_PAGE))
async def test_wishes_by_buttons(name: str, code: str, tmp_path: Path) -> None:
    bank = BANKS[code]
    async with driver_of(name)(tmp_path).running() as driver:
        await ask(driver, code)
        visitor, path = await own_page(driver)

        async def press(wish: str, key: str, said: Language = bank) -> None:
            before = len(driver.said(ANNA))
            await visitor.open(path)
            await visitor.send(do=wish)
            await heard(driver, before + 1, beginning(said, key))

        await press("know", "know_here")
        await press("person", "person_called")
        await press("pause", "paused_here")
        await press("stop", "stopped_here")
        assert driver.has_stopped(ANNA)
        await press("resume", "resumed")
        assert driver.read("SELECT opted_out_at, paused_until FROM contact") == [(None, None)]
        other = BANKS["fi" if code == "en" else "en"]
        await press(f"language.{other.code}", "language_set", other)
        assert driver.answers(ANNA) == []
        await press("forget", "forget_sure", other)
        before = len(driver.said(ANNA))
        await visitor.send(do="forget.yes")
        await heard(driver, before, beginning(other, "forgotten"))
        assert_nothing_is_left(driver)


async def own_page(driver: Driver) -> tuple[Visitor, str]:
    """Give Anna's browser, and where the stop link leads."""
    if isinstance(driver, EmailDriver):
        header = str(driver.mails(ANNA)[0].message["List-Unsubscribe"])
        [path] = re.findall(rf"<{driver.door.url}(/u/[^>]+)>", header)
        return driver.visitor(ANNA), path
    assert isinstance(driver, WebDriver)
    return driver.visitor(ANNA), await driver.stop_path(ANNA)


# By keys


@pytest.mark.parametrize(("name", "code"), every(["voice"]))
async def test_wishes_by_keys(name: str, code: str, tmp_path: Path) -> None:
    bank = BANKS[code]
    async with driver_of(name)(tmp_path).running() as driver:
        assert isinstance(driver, VoiceDriver)
        await ask(driver, code)

        async def press(key: str, expected: str) -> None:
            before = len(driver.said(ANNA))
            driver.press(ANNA, key)
            await heard(driver, before, expected)

        for key, receipt in (("6", "know_here"), ("2", "person_called")):
            await press("*#", SPOKEN[code].wish)
            await press(key, beginning(bank, receipt))
        other = next(other for other in BANKS.values() if other.code != code)
        await press("*#", SPOKEN[code].wish)
        await press("4", other.name)
        await press("1", beginning(other, "language_set"))
        assert driver.read("SELECT language FROM contact") == [(other.code,)]
        await press("9#", "9")
        await until(lambda: driver.answers(ANNA) == [("nps", 9, 1)])
        await press("*#", SPOKEN[other.code].wish)
        await press("1", beginning(other, "stopped_here"))
        assert driver.has_stopped(ANNA)
