"""Translation, by recorded payloads: one file a case, beside this one."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram import CAPABILITIES, Call, Settings, from_payload, to_payload
from surveys import inbound
from surveys.message import Button, Entry, Image, Message

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
TOKEN = "123456789:TEST-abcdefghijklmnopqrstuvwxyz0123"


def recorded(prefix: str) -> list[Any]:
    files = sorted(PAYLOADS.glob(f"{prefix}_*.json"))
    assert files
    return [pytest.param(json.loads(f.read_text("utf-8")), id=f.stem) for f in files]


@pytest.mark.parametrize("case", recorded("in"))
def test_updates_are_read_as_recorded(case: dict[str, Any]) -> None:
    found = from_payload(case["update"], now=NOW, username="acme_bot")
    if case["inbound"] is None:
        assert found == []
        return
    expected = dict(case["inbound"])
    kind = getattr(inbound, expected.pop("kind"))
    expected["at"] = datetime.fromisoformat(expected["at"])
    if "payloads" in expected:
        expected["payloads"] = tuple(expected["payloads"])
    [value] = found
    assert type(value) is kind
    for name, wanted in expected.items():
        assert getattr(value, name) == wanted, name
    assert value.event_id == str(case["update"]["update_id"])
    assert (value.channel, value.raw) == ("telegram", case["update"])


@pytest.mark.parametrize("case", recorded("out"))
def test_messages_are_said_as_recorded(case: dict[str, Any]) -> None:
    given = dict(case["message"])
    given["buttons"] = tuple(Button(**button) for button in given.get("buttons", ()))
    given["entry"] = Entry(given.get("entry", "none"))
    if "ends" in given:
        given["ends"] = tuple(given["ends"])
    if "image" in given:
        given["image"] = Image(png=b"png", alt=given["image"])
    wanted = case["call"]
    photo = b"png" if wanted.get("photo") else b""
    assert to_payload(Message(**given)) == Call(
        method=wanted["method"], params=wanted["params"], photo=photo
    )


def test_a_group_command_needs_no_username_before_we_know_our_own() -> None:
    case = json.loads((PAYLOADS / "in_group_command.json").read_text("utf-8"))
    assert from_payload(case["update"], now=NOW)


def test_half_a_surrogate_pair_is_made_harmless() -> None:
    chat = {"id": 7, "type": "private"}
    update = {"update_id": 1, "message": {"chat": chat, "date": 5, "text": "ok \ud83d"}}
    [value] = from_payload(update, now=NOW)
    assert isinstance(value, inbound.Replied)
    assert value.text.encode() == b"ok ?"


def test_half_a_surrogate_pair_is_not_sent() -> None:
    button = Button(label="\udc00!", payload="p")
    call = to_payload(Message(address="7", text="ok \ud83d", buttons=(button,)))
    assert call.params["text"] == "ok ?"
    assert call.params["reply_markup"]["inline_keyboard"][0][0]["text"] == "?!"


def test_a_number_no_database_holds_is_no_update() -> None:
    assert from_payload({"update_id": 10**5000, "message": {}}, now=NOW) == []
    chat = {"id": 10**5000, "type": "private"}
    assert from_payload({"update_id": 1, "message": {"chat": chat, "text": "x"}}, now=NOW) == []


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["update_id", "message", "callback_query", "my_chat_member", "chat", "from", "id",
                 "type", "text", "date", "data", "new_chat_member", "status", "reply_to_message"]
            ),
            inner,
        )
    ),
    max_leaves=20,
)  # fmt: skip


@given(_json, _json)
def test_garbage_never_raises(update: object, part: object) -> None:
    for shaped in (
        update,
        {"update_id": 1, "message": part},
        {"update_id": 1, "callback_query": part},
    ):
        for value in from_payload(shaped, now=NOW):
            assert value.address
            assert value.event_id


@given(st.integers(1, 30))
def test_no_button_is_lost_and_rows_are_balanced(count: int) -> None:
    buttons = tuple(Button(label=str(v), payload=f"p{v}", value=v) for v in range(count))
    call = to_payload(Message(address="7", text="?", buttons=buttons))
    rows = call.params["reply_markup"]["inline_keyboard"]
    assert [key["callback_data"] for row in rows for key in row] == [b.payload for b in buttons]
    assert max(map(len, rows)) <= 6


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"token": "acme_bot"}, "@BotFather"),
        ({"token": "123: x"}, "@BotFather"),
        ({"token": TOKEN, "mode": "webhook"}, "needs a secret"),
        ({"token": TOKEN, "mode": "push"}, "polling or webhook"),
        ({"token": TOKEN, "secret": "päss word"}, "only the letters"),
        ({"token": TOKEN, "secret": "x" * 257}, "at most 256"),
        ({"token": TOKEN, "api_base": "api.telegram.org"}, "https://api.telegram.org"),
        ({"token": TOKEN, "rate": "fast"}, "25/s"),
        ({"token": TOKEN, "rate": 0}, "more than 0"),
    ],
)
def test_a_faulty_block_is_refused_in_plain_words(block: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        Settings(**block)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(("rate", "wanted"), [("25/s", 25), (" 7.5 / s", 7.5), (30, 30), ("3", 3)])
def test_rates_are_read(rate: float | str, wanted: float) -> None:
    assert Settings(token=TOKEN, rate=rate).per_second == wanted


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings(token=TOKEN, mode="webhook", secret="hush-hush"))
    assert TOKEN not in shown
    assert "hush" not in shown


def test_what_intake_makes_fits_a_button() -> None:
    assert CAPABILITIES.payload_bytes == 32 + 1 + 16 + 1 + 14
