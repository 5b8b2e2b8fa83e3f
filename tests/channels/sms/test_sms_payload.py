"""The words of a text message, its form, and what the recorded calls mean."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.sms import CAPABILITIES, LINK_ROOM, Settings
from channels.sms.inbound import STOP_WORDS, from_payload
from channels.sms.payload import sms_text, to_payload
from channels.sms.segments import segments
from surveys.inbound import Inbound, OptedOut
from surveys.message import Link, Message

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CASES = sorted(Path(__file__).parent.glob("payloads/in_*.json"))
ACCOUNT = {"account_sid": "AC1", "auth_token": "sesame-open"}
LINK, STOP = "https://f.example/s/" + "A" * 32, "https://f.example/u/" + "B" * 32
NPS = Message(
    address="+358401112233",
    text="How likely is it that you would recommend us?\nAnswer with a number from 0 to 10.",
    ends=("not at all likely", "extremely likely"),
    question_id="nps",
    link=LINK,
    stop_link=STOP,
    footer=(
        Link(label="Answer here", url=LINK),
        Link(label="Privacy", url="https://acme.example/privacy"),
        Link(label="Stop", url=STOP),
    ),
)


def settings(**more: Any) -> Settings:
    return Settings(**{**ACCOUNT, "sender": "+358401234567", **more})


def test_a_question_is_its_words_and_how_to_answer() -> None:
    assert sms_text(NPS) == (
        "How likely is it that you would recommend us?\n"
        "Answer with a number from 0 to 10.\n"
        "(not at all likely - extremely likely)"
    )
    assert segments(sms_text(NPS)).count == 1


def test_what_just_happened_comes_first() -> None:
    noted = Message(address="+358401112233", text="Next question?", notice="Your answer: 9")
    assert sms_text(noted) == "Your answer: 9\nNext question?"


def test_the_first_message_says_whose_it_is() -> None:
    def text(**more: Any) -> str:
        first = Message(**{"address": "1", "text": "How was it?", "greeting": "Hello,", **more})
        return sms_text(first, company="Acme")

    assert text() == "Acme: How was it?"
    assert text(text="How was Acme?") == "How was Acme?"
    assert text(greeting="") == "How was it?"


def test_a_name_cannot_be_answered_so_the_links_follow() -> None:
    text = sms_text(NPS, company="Acme", named=True)
    assert text.endswith(f"\nAnswer here: {LINK}\nStop: {STOP}")
    assert "privacy" not in text
    assert len(text) - len(sms_text(NPS)) < LINK_ROOM


def test_a_note_keeps_its_link() -> None:
    note = Message(address="+358401112233", text="Hello", link=LINK)
    assert sms_text(note) == f"Hello\n{LINK}"


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Vastaa 0–10 … “kyllä”\u00a0’ei’", "Vastaa 0-10 ... \"kyllä\" 'ei'"),
        ("Odgovorite 0–10, može?", "Odgovorite 0–10, može?"),
        ("a\0b\x1bc\r\nd\ud800", "abc\nd?"),
    ],
)
def test_typography_is_plain_where_that_saves_half(written: str, sent: str) -> None:
    assert sms_text(Message(address="1", text=written)) == sent


def test_the_form() -> None:
    def form(sender: str) -> dict[str, str]:
        made = to_payload(
            NPS,
            settings(sender=sender),
            number="+358401112233",
            status_url="https://f.example/sms/status",
            company="Acme",
        )
        return dict(made)

    number = form("+358401234567")
    assert number["To"] == "+358401112233"
    assert number["From"] == "+358401234567"
    assert number["StatusCallback"] == "https://f.example/sms/status"
    service = form("MG" + "0" * 32)
    assert service["MessagingServiceSid"] == "MG" + "0" * 32
    assert "From" not in service
    assert LINK in form("ACME")["Body"]
    assert LINK not in number["Body"]


def test_a_name_narrows_what_can_be_done() -> None:
    can = settings(sender="ACME", rate="5/s", daily_max=100).capabilities
    assert (can.replies, can.links, can.rate, can.daily_max) == (False, True, 5.0, 100)
    assert can.max_text == CAPABILITIES.max_text - LINK_ROOM
    for sender in ("+358401234567", "18144", "MG" + "a" * 32):
        two_way = settings(sender=sender).capabilities
        assert (two_way.replies, two_way.links) == (True, False), sender


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"account_sid": "AC/../x"}, "account_sid"),
        ({"auth_token": ""}, "auth_token"),
        ({"auth_token": "two words"}, "auth_token"),
        ({"sender": "A name much too long"}, "'from'"),
        ({"sender": ""}, "'from'"),
        ({"sender": "040 123 4567"}, "'from'"),
        ({"api_base": "api.twilio.com"}, "api_base"),
        ({"daily_max": 0}, "daily_max"),
        ({"countries": ("Finland",)}, "countries"),
        ({"rate": "fast"}, "rate"),
        ({"rate": 0}, "rate"),
    ],
)
def test_faults_are_in_plain_words(block: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        settings(**block)
    assert "two words" not in str(caught.value)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_recorded_calls(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    found = from_payload(case["path"], case["fields"], now=NOW)
    assert [_brief(value, wanted) for value, wanted in _pairs(found, case["inbound"])] == case[
        "inbound"
    ]
    for value in found:
        assert (value.channel, value.at, value.address) == ("sms", NOW, "+358401112233")
        assert value.event_id.startswith(case["fields"]["MessageSid"])
    assert len({value.event_id for value in found}) == len(found)


def test_the_last_report_is_about_the_address() -> None:
    case = json.loads(next(p for p in CASES if p.stem == "in_failed_30006").read_text())
    message, address = from_payload(case["path"], case["fields"], now=NOW)
    assert getattr(message, "external_id", "") == case["fields"]["MessageSid"]
    assert getattr(address, "external_id", "none") == ""


@pytest.mark.parametrize("word", sorted(STOP_WORDS))
def test_every_word_that_carriers_stop_on(word: str) -> None:
    for written in (word, word.lower(), f" {word.title()}! "):
        fields = {"MessageSid": "SM1", "From": "+358401112233", "Body": written}
        [stop] = from_payload("", fields, now=NOW)
        assert isinstance(stop, OptedOut)
        assert stop.silent, "the provider confirms it, and takes no message of ours any more"


def test_a_sentence_with_stop_in_it_is_an_answer() -> None:
    fields = {"MessageSid": "SM1", "From": "+358401112233", "Body": "The bus did not stop"}
    assert [type(v).__name__ for v in from_payload("", fields, now=NOW)] == ["Replied"]


def _pairs(found: list[Inbound], wanted: list[dict[str, Any]]) -> list[tuple[Inbound, Any]]:
    assert len(found) == len(wanted), found
    return list(zip(found, wanted, strict=True))


def _brief(value: Inbound, wanted: dict[str, Any]) -> dict[str, Any]:
    told = {name: getattr(value, name) for name in wanted if name != "kind"}
    return {"kind": type(value).__name__, **told}
