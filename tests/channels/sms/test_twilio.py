"""The dialect itself: signatures against Twilio's library, error codes, numbers."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from channels import errors
from channels.base import Request
from channels.errors import Throttled, Unreachable, Untrusted
from channels.http import Reply
from channels.phone import country_of
from channels.twilio import Webhook, dialled, read_refusal, read_status
from surveys.invitation import DeliveryState

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TOKEN = "12345-auth-token"
ERRORS = json.loads((Path(__file__).parent / "payloads" / "errors.json").read_text())

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def call(url: str, fields: dict[str, str], path: str = "", **more: Any) -> Request:
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    headers = {"x-twilio-signature": signature}
    body = urlencode(fields).encode()
    return Request(method="POST", path=path, body=body, headers=headers, **more)


@given(st.dictionaries(text, text, max_size=6))
def test_what_twilio_signs_is_trusted(fields: dict[str, str]) -> None:
    hook = Webhook(TOKEN, "https://f.example/sms")
    found = hook.open(call("https://f.example/sms/status", fields, "/status"))
    assert found == {name: value.replace("\0", "") for name, value in fields.items()}


@given(st.dictionaries(text, text, min_size=1, max_size=4), st.data())
def test_what_was_changed_is_not(fields: dict[str, str], data: st.DataObject) -> None:
    honest = call("https://f.example/sms", fields)
    changed = dict(fields)
    changed[data.draw(st.sampled_from(sorted(fields)))] += "0"
    forged = Request(
        method="POST", path="", headers=honest.headers, body=urlencode(changed).encode()
    )
    with pytest.raises(Untrusted):
        Webhook(TOKEN, "https://f.example/sms").open(forged)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("https://f.example", "https://f.example:443"),
        ("https://f.example:443", "https://f.example"),
        ("http://f.example", "http://f.example:80"),
        ("https://f.example:8443", "https://f.example:8443"),
        ("https://f.example/survey", "https://f.example/survey"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_address_is_the_public_one_however_it_is_spelt(ours: str, theirs: str) -> None:
    hook = Webhook(TOKEN, f"{ours}/sms/")
    assert hook.open(call(f"{theirs}/sms", {"a": "1"}))
    with pytest.raises(Untrusted):
        hook.open(call("https://other.example/sms", {"a": "1"}))
    with pytest.raises(Untrusted):
        Webhook("another-token", f"{ours}/sms").open(call(f"{theirs}/sms", {"a": "1"}))


def test_a_query_is_signed_with_the_rest() -> None:
    hook = Webhook(TOKEN, "https://f.example/sms")
    assert hook.open(call("https://f.example/sms?line=1", {"a": "1"}, query={"line": "1"}))
    with pytest.raises(Untrusted):
        hook.open(call("https://f.example/sms?line=1", {"a": "1"}, query={"line": "2"}))


def test_fields_sent_twice_are_signed_as_twilio_does() -> None:
    pairs = [("Media", "b"), ("Media", "a"), ("A", "")]
    signed = RequestValidator(TOKEN).compute_signature("https://f.example/sms", _Many(pairs))
    body = urlencode(pairs).encode()
    headers = {"x-twilio-signature": signed}
    hook = Webhook(TOKEN, "https://f.example/sms")
    found = hook.open(Request(method="POST", path="", body=body, headers=headers))
    assert found == {"Media": "b", "A": ""}


class _Many(dict[str, str]):
    """As the multi-dictionaries that the library knows."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def getall(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: str(case["body"]["code"]))
def test_recorded_refusals(case: dict[str, Any]) -> None:
    found = read_refusal(Reply(status=case["status"], body=case["body"]), now=NOW)
    assert type(found) is getattr(errors, case["kind"])
    assert str(case["body"]["code"]) in str(found)
    assert "+358" not in str(found)
    if isinstance(found, Throttled):
        assert found.retry_after == 5.0
        assert found.account is (case["body"]["code"] != 14107)


def test_a_wait_that_is_named_is_heeded() -> None:
    body = {"code": 20429}
    found = read_refusal(Reply(status=429, body=body, headers={"retry-after": "17"}), now=NOW)
    assert isinstance(found, Throttled)
    assert found.retry_after == 17


@pytest.mark.parametrize("body", [None, [], {"code": "21610"}, {"code": 21610.5}, "21610"])
def test_what_has_no_code_is_read_by_its_status(body: Any) -> None:
    assert read_refusal(Reply(status=400, body=body), now=NOW) is None


@pytest.mark.parametrize("code", ["", "x", "-1", "9" * 400, "²"])
def test_a_report_without_a_known_code_is_a_plain_failure(code: str) -> None:
    assert read_status(code)[0] is DeliveryState.FAILED


@pytest.mark.parametrize(
    ("written", "number", "country"),
    [
        ("+358401112233", "+358401112233", "FI"),
        ("+358 (0)40 111 2233", "+358401112233", "FI"),
        (" 00358 40-1112233", "+358401112233", "FI"),
        ("tel:+385912345678", "+385912345678", "HR"),
        ("+371 2012 3456", "+37120123456", "LV"),
        ("+44 7400 123456", "+447400123456", "GB"),
        ("+1 212 234 5678", "+12122345678", "US"),
        ("+1 242 345 6789", "+12423456789", "BS"),
    ],
)
def test_numbers_are_written_as_the_provider_does(written: str, number: str, country: str) -> None:
    assert dialled(written) == number
    assert country_of(number) == country


@pytest.mark.parametrize(
    "written", ["", "040 111 2233", "+358", "+99", "alice", "+3584011122334455"]
)
def test_what_is_no_number_is_unreachable(written: str) -> None:
    with pytest.raises(Unreachable) as caught:
        dialled(written)
    assert "111" not in str(caught.value)
