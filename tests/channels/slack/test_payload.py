"""Translation, by recorded payloads: one file a case, beside this one."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import errors
from channels.http import Reply
from channels.slack import CAPABILITIES, Call, Settings, from_payload, to_payload
from channels.slack.payload import to_form
from channels.slack.refusal import read_refusal
from channels.slack.update import WritePress, challenge, decode, is_revoked, read_write
from channels.slack.wording import read_text
from surveys import inbound
from surveys.message import Button, Entry, Message
from tests.channels.slack.rig import KINDS
from tests.channels.trouble import HOSTILE
from tests.providers.slack import encode
from tests.providers.slack_api import check_blocks, check_view, shown, texts

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)
BOT, APP = "xoxb-1-2-abcDEF", "xapp-1-A0-abcDEF"


def recorded(prefix: str) -> list[Any]:
    files = sorted(PAYLOADS.glob(f"{prefix}_*.json"))
    assert files
    return [pytest.param(json.loads(f.read_text("utf-8")), id=f.stem) for f in files]


def body_of(stem: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"{stem}.json").read_text("utf-8"))["body"]
    return found


@pytest.mark.parametrize("case", recorded("in"))
def test_news_is_read_as_recorded(case: dict[str, Any]) -> None:
    body = decode(encode(KINDS[case["encoding"]], case["body"])[0])
    assert body == case["body"]
    found = from_payload(body, now=NOW, commands=["results", "help"])
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
    assert value.channel == "slack"
    assert not {"token", "response_url", "trigger_id"} & set(value.raw), (
        "what acts for us is not kept"
    )


@pytest.mark.parametrize("case", recorded("out"))
def test_messages_are_said_as_recorded(case: dict[str, Any]) -> None:
    given = dict(case["message"])
    given["buttons"] = tuple(Button(**button) for button in given.get("buttons", ()))
    given["entry"] = Entry(given.get("entry", "none"))
    if "ends" in given:
        given["ends"] = tuple(given["ends"])
    call = to_payload(Message(**given), write="Write your answer here")
    assert call == Call(method=case["call"]["method"], params=case["call"]["params"])
    check_blocks(call.params["blocks"], most=50)


def test_a_press_to_write_is_read() -> None:
    assert read_write(body_of("in_press_write")) == WritePress(
        trigger_id="9.trigger",
        external_id="D0ADA7CUSTOMER:1763715600.000200",
        question="What went wrong?",
        language="fi",
    )
    assert read_write(body_of("in_press")) is None


def test_the_end_of_a_token_is_read() -> None:
    assert is_revoked(body_of("in_revoked"))
    assert is_revoked(body_of("in_removed"))
    assert not is_revoked(body_of("in_left"))
    person = body_of("in_revoked")
    person["event"]["tokens"] = {"oauth": ["U0ADA7CUSTOMER"], "bot": []}
    assert not is_revoked(person), "a person's own token is none of ours"


def test_the_challenge_is_read() -> None:
    assert challenge(body_of("in_challenge")).startswith("3eZb")
    assert challenge(body_of("in_press")) == ""


@pytest.mark.parametrize("case", sorted(HOSTILE))
def test_nothing_is_ever_mrkdwn(case: str) -> None:
    text = HOSTILE[case]
    button = Button(label=text[:70], payload="p", value=1, spoken=text)
    message = Message(
        address="C0CX", text=text, notice=text, ends=(text, text), buttons=(button, button),
        entry=Entry.TEXT,
    )  # fmt: skip
    call = to_payload(message, write=text[:70])
    assert all(found["type"] == "plain_text" for found in texts(call.params["blocks"]))
    assert "<" not in call.params["text"]
    press = WritePress(trigger_id="1", external_id="D1:1.1", question=text, language="en")
    view = to_form(press, title=text, label=text, send=text).params["view"]
    assert all(found["type"] == "plain_text" for found in texts(view))
    check_view(view)


@given(st.text(alphabet="ab \n", min_size=1, max_size=9000))
def test_no_part_of_a_long_text_is_lost(text: str) -> None:
    blocks = to_payload(Message(address="D1", text=text)).params["blocks"]
    check_blocks(blocks, most=50)
    assert shown(blocks).split() == (text.split() or ["…"])


@given(st.integers(1, 120))
def test_no_button_is_lost(count: int) -> None:
    for value in (1, None):
        buttons = tuple(Button(label=str(n), payload=f"p{n}", value=value) for n in range(count))
        blocks = to_payload(Message(address="D1", text="?", buttons=buttons)).params["blocks"]
        check_blocks(blocks, most=50)
        keys = [key for row in blocks[1:] for key in row["elements"]]
        assert [key["value"] for key in keys] == [b.payload for b in buttons]


def test_half_a_surrogate_pair_is_not_sent() -> None:
    call = to_payload(Message(address="D1", text="ok \ud83d", notice="\udc00"))
    assert "ok ?" in json.dumps(call.params, ensure_ascii=False).encode().decode()


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (":+1:", "👍"),
        (":thumbsdown::skin-tone-6:", "👎"),
        (":nine:", "9"),
        (":keycap_ten:", "10"),
        ("10:30:45", "10:30:45"),
        ("&amp;lt;", "&lt;"),
        ("<!subteam^S1|@support> <!channel>", "@support @channel"),
        ("<@U0ADA|ada> <#C0CX>", "@ada #C0CX"),
        ("<tel:+358401234567|+358 40 123 4567>", "+358 40 123 4567"),
        ("ok \ud83d\0", "ok ?"),
        (None, ""),
        (5, ""),
    ],
)
def test_words_come_out_of_slacks_way_of_writing(said: object, wanted: str) -> None:
    assert read_text(said) == wanted


def test_the_same_form_again_is_the_same_event_and_a_changed_one_is_not() -> None:
    body = body_of("in_form")
    [first], [again] = from_payload(body, now=NOW), from_payload(body, now=NOW)
    body["view"]["state"]["values"]["words"]["words"]["value"] = "On second thoughts, fine."
    [changed] = from_payload(body, now=NOW)
    assert first.event_id == again.event_id != changed.event_id


REFUSALS = json.loads((PAYLOADS / "refusals.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("code", "kind"), [(code, kind) for kind, codes in REFUSALS.items() for code in codes]
)
def test_every_code_has_its_kind(code: str, kind: str) -> None:
    reply = Reply(status=200, body={"ok": False, "error": code})
    error = read_refusal(reply, method="chat.postMessage", shows=True, now=NOW)
    assert type(error).__name__ == kind
    assert isinstance(error, errors.Throttled) == (kind == "Throttled")


@pytest.mark.parametrize(
    ("status", "body", "shows", "kind"),
    [
        (200, None, True, errors.Uncertain),
        (200, {"ok": 1}, True, errors.Uncertain),
        (200, None, False, errors.BadResponse),
        (504, None, True, errors.Uncertain),
        (504, None, False, errors.Unavailable),
        (500, {"ok": False, "error": "who_knows"}, True, errors.Unavailable),
        (302, None, True, errors.Misconfigured),
        (404, "no such page", True, errors.Misconfigured),
        (418, {"error": "with spaces and <b>"}, True, errors.BadResponse),
        (429, None, True, errors.Throttled),
    ],
)
def test_answers_that_are_not_slacks_have_their_kind(
    status: int, body: object, shows: bool, kind: type[errors.ChannelError]
) -> None:
    error = read_refusal(Reply(status=status, body=body), method="m", shows=shows, now=NOW)
    assert type(error) is kind


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "event", "event_id", "user", "id", "channel", "channel_type", "text", "ts",
                 "actions", "action_id", "value", "action_ts", "container", "view", "state",
                 "values", "words", "message", "blocks", "tokens", "trigger_id", "deleted"]
            ),
            inner,
        )
    ),
    max_leaves=20,
)  # fmt: skip
_kinds = st.sampled_from(["event_callback", "block_actions", "view_submission", "", None])


@given(_json, _kinds, _json)
def test_garbage_never_raises(body: object, kind: str | None, part: object) -> None:
    given = body if isinstance(body, dict) else {}
    shaped = {
        "event_id": "Ev1", "command": "/x", **given, "type": kind, "event": part, "view": part,
        "actions": part, "user": given.get("user", {"id": "U0ADA"}), "message": part,
    }  # fmt: skip
    for candidate in (body, shaped, part):
        for value in from_payload(candidate, now=NOW, commands=["results"]):
            assert value.address
            assert value.event_id
        read_write(candidate)
        is_revoked(candidate)
        challenge(candidate)


@given(st.binary(max_size=200))
def test_any_bytes_decode_to_something(body: bytes) -> None:
    for raw in (body, b"{" + body, b"payload=" + body):
        assert isinstance(decode(raw), dict)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"bot_token": "xoxp-1", "app_token": APP}, "bot_token must begin with xoxb-"),
        ({"bot_token": "xoxb-1 2", "app_token": APP}, "OAuth & Permissions"),
        ({"bot_token": BOT, "app_token": "1234"}, "app_token must begin with xapp-"),
        ({"bot_token": BOT}, "app_token for Socket Mode, or signing_secret"),
        ({"bot_token": BOT, "signing_secret": "two words"}, "copy it again"),
        ({"bot_token": BOT, "app_token": APP, "api_base": "slack.com"}, "https://slack.com/api/"),
        ({"bot_token": BOT, "app_token": APP, "rate": "fast"}, "5/s"),
        ({"bot_token": BOT, "app_token": APP, "rate": 0}, "more than 0"),
    ],
)
def test_a_faulty_block_is_refused_in_plain_words(block: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        Settings(**block)
    assert BOT not in str(caught.value)


def test_secrets_are_not_shown() -> None:
    said = repr(Settings(bot_token=BOT, app_token=APP, signing_secret="hush"))
    assert not [secret for secret in (BOT, APP, "hush") if secret in said]


def test_a_question_fits() -> None:
    assert CAPABILITIES.button_text + len("✓ ") <= 75
    assert CAPABILITIES.max_text <= 40_000
