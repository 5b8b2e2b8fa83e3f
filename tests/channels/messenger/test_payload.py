"""Translation, by recorded payloads: one file a case, beside this one."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Rejected
from channels.messenger import CAPABILITIES, Settings, from_payload, to_payload
from channels.messenger.feedback import read_id, write_id
from channels.messenger.update import find_warnings
from surveys import inbound
from surveys.compose import Setting, compose_invitation
from surveys.language import Language
from surveys.link import Purpose, seal
from surveys.message import Button, Entry, Image, Message
from surveys.preset import PRESETS
from surveys.survey import Survey
from tests.channels.messenger.conftest import HOUSE, NOW
from tests.providers.graph import PAGE_ID
from tests.providers.graph_api import check_kind, check_message

PAYLOADS = Path(__file__).parent / "payloads"
LANGUAGES = sorted(HOUSE.languages)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
SECRETS = {"page_token": "EAAB-token", "app_secret": "0ff1ce", "verify_token": "hush-hush"}


def recorded(prefix: str) -> list[Any]:
    files = sorted(PAYLOADS.glob(f"{prefix}_*.json"))
    assert files
    return [pytest.param(json.loads(f.read_text("utf-8")), id=f.stem) for f in files]


@pytest.mark.parametrize("case", recorded("in"))
def test_calls_are_read_as_recorded(case: dict[str, Any]) -> None:
    found = from_payload(case["body"], page_id=PAGE_ID, now=LATER)
    assert len(found) == len(case["inbound"])
    for value, wanted in zip(found, case["inbound"], strict=True):
        expected = dict(wanted)
        assert type(value) is getattr(inbound, expected.pop("kind"))
        expected["at"] = datetime.fromisoformat(expected["at"])
        if "payloads" in expected:
            expected["payloads"] = tuple(expected["payloads"])
        for name, one in expected.items():
            assert getattr(value, name) == one, name
        assert value.channel == "messenger"
        assert value.raw["sender"]["id"] == value.address


@pytest.mark.parametrize("case", recorded("out"))
def test_messages_are_said_as_recorded(case: dict[str, Any]) -> None:
    message = _message(case["message"])
    if "refused" in case:
        with pytest.raises(Rejected, match=case["refused"]):
            to_payload(message, HOUSE, now=NOW)
        return
    payload = to_payload(message, HOUSE, now=NOW)
    assert payload == case["payload"]
    check_kind(payload)
    check_message(payload["message"])


def _message(recorded: dict[str, Any]) -> Message:
    given = dict(recorded)
    given["buttons"] = tuple(Button(**button) for button in given.get("buttons", ()))
    given["entry"] = Entry(given.get("entry", "none"))
    if "ends" in given:
        given["ends"] = tuple(given["ends"])
    if "heard_at" in given:
        given["heard_at"] = datetime.fromisoformat(given["heard_at"])
    return Message(**given)


def test_metas_measures_are_found() -> None:
    body = json.loads((PAYLOADS / "in_policy.json").read_text("utf-8"))["body"]
    assert find_warnings(body, page_id=PAGE_ID) == ["block"]
    assert find_warnings(body, page_id="222222222222222") == []


def test_a_call_without_a_time_is_dated_by_our_clock() -> None:
    message = {"mid": "m1", "text": "ok"}
    event = {"sender": {"id": "7"}, "message": message, "timestamp": -5}
    [value] = from_payload(
        {"object": "page", "entry": [{"messaging": [event]}]}, page_id=PAGE_ID, now=LATER
    )
    assert value.at == LATER


# What a survey composes, as a template, in every language


def ask(language: str, preset: str, **change: Any) -> Message:
    """Compose a survey's first question as the dispatcher does."""
    question = replace(PRESETS[preset], **change)
    survey = Survey(id="s", questions=(question,), languages=(language,), version="1")
    token = seal(b"k" * 32, Purpose.ANSWER, 4711, LATER)
    setting = Setting(
        survey=survey,
        languages=HOUSE.languages,
        language=language,
        address="7210",
        token=token,
        facts={"company": "Acme"},
    )
    message = compose_invitation(setting, question, CAPABILITIES, steps=1)
    return replace(message, heard_at=NOW - timedelta(days=3))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("preset", ["nps", "csat", "ces"])
def test_a_template_says_what_the_bank_says(language: str, preset: str) -> None:
    own = {language: "Kysymys / Pitanje / Frage?"}
    payload = to_payload(ask(language, preset, text=own), HOUSE, now=NOW)
    check_kind(payload)
    check_message(payload["message"])
    template = payload["message"]["attachment"]["payload"]
    [question] = template["feedback_screens"][0]["questions"]
    assert (question["type"], question["title"]) == (preset, own[language])
    bank: Language = HOUSE.languages[language]
    for end in bank.ends[preset]:
        assert end in template["subtitle"]
    assert template["button_title"] == bank.texts["answer_here"]


def test_no_template_without_a_privacy_notice() -> None:
    message = replace(ask("en", "nps"), heard_at=NOW)
    secretive = replace(HOUSE, privacy_url="")
    assert "attachment" in to_payload(message, HOUSE, now=NOW)["message"]
    assert "quick_replies" in to_payload(message, secretive, now=NOW)["message"]


def test_no_template_where_the_companys_name_is_too_long_for_it() -> None:
    message = replace(ask("en", "nps", text={"en": "Would you?"}), heard_at=NOW)
    wordy = replace(HOUSE, company="A" * 66)
    assert "quick_replies" in to_payload(message, wordy, now=NOW)["message"]


def test_a_language_of_ones_own_borrows_english_words() -> None:
    english = ask("en", "csat")
    said = to_payload(replace(english, language="tlh"), HOUSE, now=NOW)["message"]
    assert said["attachment"]["payload"]["button_title"] == "Answer here"


# The question's id


@given(st.from_regex(r"[A-Za-z0-9_-]{32}", fullmatch=True), st.from_regex(r"[a-z][a-z0-9_]{0,15}", fullmatch=True))  # fmt: skip
def test_a_question_id_brings_its_payload_back(token: str, question: str) -> None:
    buttons = [Button(label=str(v), payload=f"{token}.{question}.{v}", value=v) for v in (1, 2)]
    written = write_id(buttons)
    if not written:
        assert sum(sign in "_-" for sign in token + question) > 80 - 50
        return
    assert len(written) <= 80
    assert written.replace("_", "").isalnum()
    assert f"{read_id(written)}.2" == buttons[1].payload


@pytest.mark.parametrize(
    "payloads",
    [("t.q.1", "t.r.2"), ("t.q.1", "t.q.-"), ("t.q.1", "t.q.3"), ("t q.1", "t q.2"), ("1", "2")],
)
def test_buttons_that_are_no_scale_have_no_question_id(payloads: tuple[str, str]) -> None:
    buttons = [Button(label="x", payload=p, value=v) for v, p in enumerate(payloads, 1)]
    assert write_id(buttons) == ""


def test_buttons_without_values_have_no_question_id() -> None:
    assert write_id([Button(label="Skip", payload="t.q.-")]) == ""
    assert write_id([]) == ""


@pytest.mark.parametrize("foreign", ["order_42", "a-b", "a b", "é", "_", "a_"])
def test_an_id_that_is_not_ours_is_not_read(foreign: str) -> None:
    assert read_id(foreign) == ""


# What cannot be said, and garbage


def test_a_picture_is_refused_rather_than_left_out() -> None:
    with pytest.raises(Rejected):
        to_payload(Message(address="7", text="x", image=Image(png=b"png", alt="c")), HOUSE, now=NOW)


def test_half_a_surrogate_pair_is_not_sent() -> None:
    button = Button(label="\udc00!", payload="p")
    said = to_payload(Message(address="7", text="ok \ud83d", buttons=(button,)), HOUSE, now=NOW)
    assert said["message"]["text"] == "ok ?"
    assert said["message"]["quick_replies"][0]["title"] == "?!"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["sender", "id", "timestamp", "message", "mid", "text", "quick_reply", "payload",
                 "postback", "referral", "ref", "optin", "messaging_feedback", "feedback_screens",
                 "questions", "a", "delivery", "mids", "read", "watermark", "attachments", "time",
                 "sticker_id", "reply_to", "policy_enforcement", "action"]
            ),
            inner,
        )
    ),
    max_leaves=20,
)  # fmt: skip


@given(_json, _json)
def test_garbage_never_raises(part: object, event: object) -> None:
    kinds = ("message", "postback", "messaging_feedback", "delivery", "read", "referral")
    known = [{"sender": {"id": "7"}, kind: part} for kind in kinds]
    body = {"object": "page", "entry": [{"messaging": [event, *known]}, part]}
    for value in from_payload(body, page_id=PAGE_ID, now=NOW):
        assert value.address
        assert 0 < len(value.event_id) <= 300
    find_warnings(body, page_id=PAGE_ID)
    from_payload(part, page_id=PAGE_ID, now=NOW)


# Settings


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"page_id": "acme.page"}, "page_id is the page's number"),
        ({"page_id": ""}, "in quotes"),
        ({"page_token": ""}, "page_token must be one word"),
        ({"page_token": "two words"}, "copy it again"),
        ({"app_secret": "line\nbreak"}, "app_secret must be one word"),
        ({"verify_token": "päss"}, "verify_token must be one word"),
        ({"api_base": "graph.facebook.com"}, "api_base must be an address"),
        ({"api_base": "https://graph.facebook.com/v25.0?x=1"}, "api_base must be an address"),
        ({"api_base": "https://[::1"}, "api_base must be an address"),
        ({"privacy_url": "acme.example/privacy"}, "privacy_url must be an address"),
        ({"rate": "fast"}, "40/s"),
        ({"rate": 301}, "at most 300"),
        ({"rate": 0}, "more than 0"),
    ],
)
def test_a_faulty_block_is_refused_in_plain_words(block: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        Settings(**{"page_id": "123", **SECRETS, **block})
    for secret in SECRETS.values():
        assert secret not in str(caught.value)


@pytest.mark.parametrize(("rate", "wanted"), [("40/s", 40), (" 7.5 / s", 7.5), (30, 30), ("3", 3)])
def test_rates_are_read(rate: float | str, wanted: float) -> None:
    assert Settings(page_id="123", **SECRETS, rate=rate).per_second == wanted


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings(page_id="123", **SECRETS))
    for secret in SECRETS.values():
        assert secret not in shown
