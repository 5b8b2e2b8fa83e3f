"""The menu of a call, over sockets: every wish by a key, in the person's language."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.voice.menu import Choice, make_menu, read_wish
from channels.voice.phrases import LOCALES, PHRASES
from surveys.message import Button, Message
from surveys.request import RequestKind
from tests.banks import BANKS
from tests.channels.sms.whole import ANNA, Whole, whole_service
from tests.providers.twilio_call import Conversation, Spoken, Step

SIGNED = "/voice"
QUESTION = "how likely is it that you would recommend"


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole_service(tmp_path) as made:
        yield made


async def called(whole: Whole, *steps: Step, **traits: str) -> Conversation:
    """Have Anna called, who does these things."""
    phone = whole.provider
    phone.pick_up(ANNA, *steps)
    count = len(phone.conversations)
    await whole.ended("Call Ended", count + 1, ANNA, **traits)
    await phone.until(lambda: phone.conversations[count:] and phone.conversations[-1].ended)
    return phone.conversations[-1]


async def calls_us(whole: Whole, *steps: Step, number: str = ANNA) -> Conversation:
    return await whole.provider.call_us(f"{whole.service.url}{SIGNED}", number, *steps)


def said_after(call: Conversation, words: str) -> list[str]:
    """What was said once these words were."""
    texts = [text for _, text in call.said]
    return texts[texts.index(words) + 1 :]


@pytest.mark.parametrize("code", list(BANKS))
async def test_stop_is_two_keys_away_and_promises_only_what_a_caller_can_do(
    whole: Whole, code: str
) -> None:
    call = await called(whole, "*#", "1", language=code)
    phrases, texts = PHRASES[code], BANKS[code].texts
    opened = phrases.option.replace("{label}", phrases.menu).replace("{key}", phrases.star)
    assert opened in [text for _, text in call.said]
    stop = texts["stop"].replace("{company}", "Acme")
    menu = said_after(call, phrases.wish)
    assert menu[0] == phrases.option.replace("{label}", stop).replace("{key}", "1")
    assert menu[-2:] == [texts["stopped_here"].replace("{company}", "Acme"), phrases.goodbye]
    assert "START" not in call.text
    assert call.said[0][0] == LOCALES[code]
    assert whole.read("SELECT opted_out_at IS NULL FROM contact") == [(0,)]
    await whole.ended("Chat Ended", 1, ANNA)
    skipped = [("asked",), ("skipped",)]
    await whole.provider.until(
        lambda: whole.read("SELECT state FROM invitation ORDER BY id") == skipped
    )
    assert len(whole.provider.ledger) == 1


@pytest.mark.parametrize(
    ("keys", "receipt"),
    [
        (("2",), "Thank you. Someone from Acme will get in touch with you."),
        (("6",), "What Acme knows about you:"),
        (("4", "2"), "Kielesi on nyt suomi."),
    ],
)
async def test_other_wishes_lead_back_to_the_question(
    whole: Whole, keys: tuple[str, ...], receipt: str
) -> None:
    finnish = keys[0] == "4"
    call = await called(whole, "*#", *keys, "9#")
    texts = [text for _, text in call.said]
    number = next(n for n, text in enumerate(texts) if text.startswith(receipt))
    asked = BANKS["fi" if finnish else "en"].questions["nps.phone"]
    assert texts[number + 1] == asked
    assert "Hello" not in "".join(texts[number:])
    assert call.said[number + 1][0] == ("fi-FI" if finnish else "en-GB")
    assert [answer[1] for answer in whole.answers()] == [9.0]
    assert whole.read("SELECT opted_out_at FROM contact") == [(None,)]


async def test_languages_are_offered_in_their_own_words(whole: Whole) -> None:
    call = await called(whole, "*#", "4", "0", "9#")
    offered = [
        (code, PHRASES[code].option.replace("{label}", bank.name).replace("{key}", str(number)))
        for number, (code, bank) in enumerate(
            ((code, bank) for code, bank in BANKS.items() if code != "en"), 1
        )
    ]
    assert set(offered) <= {(language[:2], text) for language, text in call.said}
    assert [answer[1] for answer in whole.answers()] == [9.0], "0 leads back to the question"


async def test_a_pause_ends_the_call_and_the_question_may_be_answered_later(whole: Whole) -> None:
    call = await called(whole, "*#", "3")
    assert "We will not ask you for feedback before" in call.said[-2][1]
    assert call.said[-1][1] == "Goodbye."
    [(paused,)] = whole.read("SELECT paused_until FROM contact")
    assert paused
    await calls_us(whole, "9#")
    assert [answer[1] for answer in whole.answers()] == [9.0]


async def test_one_channel_only(whole: Whole) -> None:
    call = await called(whole, "*#", "5", "1")
    assert "Questions in another way: press 5." in call.text
    assert "Ask me only by this channel: text message: press 1." in call.text
    assert "on this channel only: text message." in call.said[-2][1]
    assert whole.read("SELECT only_channel FROM contact") == [("sms",)]


async def test_being_forgotten_is_asked_once_more(whole: Whole) -> None:
    call = await called(whole, "*#", "7", "0", "*#", "7", "1")
    assert call.text.count("This cannot be undone.") == 2
    assert "Yes, delete everything: press 1." in call.text
    assert call.said[-2][1] == "Done. We have deleted what we knew about you."
    for table in ("contact", "address", "invitation", "event"):
        assert whole.read(f"SELECT * FROM {table}") == [], table


async def test_silence_and_wrong_keys_say_the_menu_again_and_end_the_call(whole: Whole) -> None:
    call = await called(whole, "*#", "9", "")
    assert call.text.count("What would you like?") == 3
    assert "Sorry, we could not read that" in call.text
    assert "We did not hear an answer." in call.text
    assert [text for _, text in call.said[-2:]] == ["Thank you for your time.", "Goodbye."]
    assert whole.read("SELECT opted_out_at, paused_until FROM contact") == [(None, None)]


async def test_who_calls_without_a_question_hears_the_menu_and_comes_back(whole: Whole) -> None:
    await called(whole, "9#", "4", Spoken("https://api.example/RE1"))
    stopped = await calls_us(whole, "1")
    assert "Stop questions from Acme: press 1." in stopped.text
    back = await calls_us(whole, "1")
    assert "Ask me again: press 1." in back.text
    assert "End the call: press 0." in back.text
    assert "What do you know about me" not in back.text, "a caller's number can be forged"
    assert "Delete my data" not in back.text
    assert "We may ask you for feedback again" in back.text
    assert whole.read("SELECT opted_out_at FROM contact") == [(None,)]
    stranger = await calls_us(whole, number="+358401119999")
    assert "nothing to answer right now" in stranger.text


async def test_the_same_key_three_times_is_one_wish(whole: Whole) -> None:
    await called(whole, "*#", "2", "9#")
    url, fields = next((u, f) for u, f in whole.provider.asked_of_us if "/wish/" in u)
    for _ in range(2):
        assert "will get in touch" in await whole.provider.call(url, fields)
    assert await whole.count("cards") == 1, "nobody on duty: it is kept as a card, once"


# The keys themselves


def page(*payloads: str, language: str = "en") -> Message:
    buttons = tuple(Button(label=f"{p}?", payload=p) for p in payloads)
    return Message(address="1", text="Sure?", language=language, buttons=buttons)


def pressed(message: Message, *, behind: str = "", sure: bool = True) -> dict[str, str]:
    menu = make_menu(message, BANKS, behind=behind, asked=True, sure=sure)
    return {choice.press: choice.value for choice in menu.choices}


def test_each_wish_has_its_own_key_whatever_else_is_offered() -> None:
    everything = page(
        "stop", "resume", "pause", "only.email", "only.sms", "know", "person", "forget",
        "language.fi", "language.pt-br",
    )  # fmt: skip
    assert pressed(everything) == {
        "1": "stop", "2": "person", "3": "pause", "4": "more_language", "5": "more_only",
        "6": "know", "7": "forget", "8": "resume", "0": "back",
    }  # fmt: skip
    assert pressed(everything, behind="more_language") == {
        "1": "language~fi", "2": "language~pt_br", "0": "back",
    }  # fmt: skip
    assert pressed(page("resume", "person", "language.fi"), sure=False) == {
        "1": "resume", "2": "person", "4": "language~fi", "0": "back",
    }  # fmt: skip
    assert pressed(page("forget.yes", "stop", "pause")) == {"1": "forget~yes", "0": "back"}


@pytest.mark.parametrize(
    ("value", "kind", "about"),
    [
        ("resume", RequestKind.START, ""),
        ("stop", RequestKind.STOP, ""),
        ("only~email", RequestKind.ONLY, "email"),
        ("language~pt_br", RequestKind.LANGUAGE, "pt-br"),
    ],
)
def test_what_a_key_asks(value: str, kind: RequestKind, about: str) -> None:
    found = read_wish(value)
    assert found is not None
    request, confirmed = found
    assert (request.kind, request.channel or request.language, confirmed) == (kind, about, False)


def test_keys_that_ask_nothing() -> None:
    for value in ("back", "more_language", "", "MENU", "7"):
        assert read_wish(value) is None
    found = read_wish("forget~yes")
    assert found is not None
    assert found[1]


def test_a_question_mark_is_not_read_out_before_the_key() -> None:
    menu = make_menu(page("know"), BANKS, behind="", asked=False, sure=True)
    wanted = Choice(press="6", value="know", label="know", language="en")
    assert menu.choices[0] == wanted
    assert menu.choices[-1].label == "End the call"
