"""What a call says, what its recorded steps mean, and the block in config.yaml."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from channels.voice import Settings
from channels.voice.inbound import from_payload
from channels.voice.keypad import make_keypad
from channels.voice.phrases import LOCALES, PHRASES, locale_of, phrases_for
from channels.voice.place import read_place
from channels.voice.twiml import Prompt, Speech, ask, hang_up, to_payload
from surveys.message import Button, Entry, Link, Message

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CASES = sorted(Path(__file__).parent.glob("payloads/in_*.json"))
TOKEN = "A" * 32
STOP = f"https://f.example/u/{'B' * 32}"
SPEECH = Speech(company="Acme & Sons", voices={"fi": "Polly.Suvi-Neural"})


def scale(low: int, high: int, *spoken: str, **more: Any) -> Message:
    buttons = tuple(
        Button(
            label=str(value),
            payload=f"{TOKEN}.q.{value}",
            value=value,
            spoken=spoken[value - low] if spoken else "",
        )
        for value in range(low, high + 1)
    )
    ends = None if spoken else ("not at all", "very much")
    fields: dict[str, Any] = {"address": "1", "text": "How?", "question_id": "q", "ends": ends}
    return Message(buttons=buttons, **{**fields, **more})


def said(message: Message, ten: Any = "#", **more: Any) -> list[str]:
    document = ask(
        Prompt(message=message, keypad=make_keypad(message, ten), action="/a", **more), SPEECH
    )
    return [say.text or "" for say in fromstring(document).iter("Say")]


def test_nought_to_ten_by_the_hash_key() -> None:
    assert said(scale(0, 10), notice="Thanks.") == [
        "Thanks.",
        "How?",
        "0, not at all.",
        "10, very much.",
        "Press a number from 0 to 10.",
        "Then press the hash key.",
    ]


def test_nought_to_ten_by_the_star_key() -> None:
    assert said(scale(0, 10), "*")[3:] == [
        "Press a number from 0 to 9.",
        "10: press the star key.",
    ]


def test_one_to_five_needs_one_key() -> None:
    assert said(scale(1, 5))[-1] == "Press a number from 1 to 5."


def test_a_scale_of_words_names_its_keys() -> None:
    faces = scale(0, 1, "Not helpful", "Helpful")
    assert said(faces) == ["How?", "Not helpful: press 0.", "Helpful: press 1."]


def test_it_opens_with_who_is_calling_and_which_key_leads_to_the_menu() -> None:
    stoppable = scale(1, 5, stop_link=STOP, footer=(Link(label="No more", url=STOP),))
    opening = said(stoppable, opens=True)
    assert opening[0] == "Hello. This is a short survey from Acme & Sons."
    assert opening[-1] == "No more questions, or another wish: press the star key."
    assert "No more" not in "".join(said(stoppable))
    to_ten = replace(stoppable, buttons=scale(0, 10).buttons)
    assert "No more" in "".join(said(to_ten, "#", opens=True))
    assert "No more" not in "".join(said(to_ten, "*", opens=True)), "the star means 10 there"


def test_a_comment_is_recorded_or_skipped() -> None:
    skip = Button(label="Skip", payload=f"{TOKEN}.q.-")
    comment = Message(address="1", text="Why?", question_id="q", buttons=(skip,), entry=Entry.TEXT)
    document = ask(Prompt(message=comment, keypad=make_keypad(comment, "#"), action="/a"), SPEECH)
    root = fromstring(document)
    assert [verb.tag for verb in root] == ["Say", "Say", "Say", "Record", "Redirect"]
    record = root.find("Record")
    assert record is not None
    wanted = {"maxLength": "120", "playBeep": "true", "finishOnKey": "#", "action": "/a"}
    assert wanted.items() <= record.attrib.items()
    assert "recorded" in str(root[1].text)
    assert root[2].text == "Skip: press the hash key."


def test_what_gather_waits_for() -> None:
    def gather(message: Message, ten: Any = "#") -> dict[str, str]:
        document = ask(
            Prompt(message=message, keypad=make_keypad(message, ten), action="/a"), SPEECH
        )
        root = fromstring(document)
        assert [verb.tag for verb in root] == ["Gather", "Redirect"]
        return dict(root[0].attrib)

    two, one = gather(scale(0, 10)), gather(scale(0, 10), "*")
    assert (two["numDigits"], two["finishOnKey"]) == ("2", "#")
    assert (one["numDigits"], one["finishOnKey"]) == ("1", "")
    number = gather(Message(address="1", text="?", question_id="q", entry=Entry.NUMBER))
    assert "numDigits" not in number
    assert two["input"] == "dtmf"
    assert two["actionOnEmptyResult"] == "true"


def test_text_is_escaped_and_never_markup() -> None:
    hostile = Message(address="1", text='</Say><Dial>+1</Dial> & "', notice="a\0b\x0b\ud800c")
    root = fromstring(to_payload(hostile, SPEECH))
    assert [verb.tag for verb in root] == ["Say", "Say", "Say", "Hangup"]
    assert root[0].text == "abc"
    assert root[1].text == '</Say><Dial>+1</Dial> & "'


def test_hanging_up_says_nothing() -> None:
    assert [verb.tag for verb in fromstring(hang_up())] == ["Hangup"]


@pytest.mark.parametrize("language", ["fi", "de", "hr", "lv", "en"])
def test_every_shipped_language_is_spoken(language: str) -> None:
    asked = scale(0, 10, language=language, stop_link=STOP)
    document = ask(
        Prompt(message=asked, keypad=make_keypad(asked, "#"), action="/a", opens=True), SPEECH
    )
    says = list(fromstring(document).iter("Say"))
    assert {say.get("language") for say in says} == {LOCALES[language]}
    assert {say.get("voice") for say in says} == {SPEECH.voices.get(language)}
    assert "{" not in "".join(say.text or "" for say in says)
    phrases = PHRASES[language]
    assert len({getattr(phrases, name) for name in phrases.__slots__}) == len(phrases.__slots__)


def test_another_language_borrows_english_prompts() -> None:
    asked = replace(scale(1, 5), language="sv", text="Hur?")
    document = ask(Prompt(message=asked, keypad=make_keypad(asked, "#"), action="/a"), SPEECH)
    found = [(say.get("language"), say.text) for say in fromstring(document).iter("Say")]
    assert found[0] == ("sv-SE", "Hur?")
    assert found[-1] == ("en-GB", "Press a number from 1 to 5.")


def test_languages_with_a_region() -> None:
    assert locale_of("de-at") == "de-AT"
    assert locale_of("xx") == "xx"
    assert phrases_for("de-at")[1] is PHRASES["de"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_recorded_calls(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    place = read_place(case["path"])
    assert place is not None
    found = from_payload(place, case["fields"], now=NOW)
    assert len(found) == len(case["inbound"])
    for value, wanted in zip(found, case["inbound"], strict=True):
        assert type(value).__name__ == wanted["kind"]
        for name in wanted.keys() - {"kind"}:
            given = getattr(value, name)
            assert (list(given) if isinstance(given, tuple) else given) == wanted[name], name
        assert value.address == "+358401112233"
        assert value.event_id.startswith(case["fields"]["CallSid"])


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"sender": "ACME"}, "'from'"),
        ({"sender": "0401234567"}, "'from'"),
        ({"ten": "0"}, "ten"),
        ({"voices": {"Finnish": "x"}}, "voices"),
        ({"voices": {"fi": " "}}, "voices"),
        ({"rate": "-1/s"}, "rate"),
        ({"auth_token": ""}, "auth_token"),
    ],
)
def test_faults_are_in_plain_words(block: dict[str, Any], words: str) -> None:
    good: dict[str, Any] = {
        "account_sid": "AC1",
        "auth_token": "sesame-open",
        "sender": "+358401234567",
    }
    assert Settings(**good).capabilities.rate == 1.0
    with pytest.raises(ValueError, match=words):
        Settings(**{**good, **block})
