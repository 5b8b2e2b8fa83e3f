"""The one mapping of statuses to errors, and Retry-After; no wire needed."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from channels.errors import (
    BadResponse,
    ChannelError,
    Misconfigured,
    Rejected,
    Retryable,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from channels.http import WAIT_CAP, WAIT_DEFAULT, Reply, outcome, retry_after

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Misconfigured),
        (400, Rejected),
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Misconfigured),
        (405, Misconfigured),
        (408, Unavailable),
        (410, Unreachable),
        (413, Rejected),
        (422, Rejected),
        (425, Unavailable),
        (429, Throttled),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Uncertain),
        (599, Unavailable),
        (101, BadResponse),
    ],
)
def test_each_status_means_one_thing(status: int, kind: type[ChannelError]) -> None:
    assert type(outcome(Reply(status=status), now=NOW)) is kind


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_success_is_no_error(status: int) -> None:
    assert outcome(Reply(status=status), now=NOW) is None


def test_a_gateway_that_heard_nothing_is_certain_for_a_question() -> None:
    assert type(outcome(Reply(status=504), now=NOW, wrote=False)) is Unavailable


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("12", 12.0),
        ("0.5", 1.0),
        ("0", 1.0),
        (" 7 ", 7.0),
        ("1.25", 1.25),
        ("999999999", WAIT_CAP),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), 1.0),
        (format_datetime(NOW + timedelta(days=400), usegmt=True), WAIT_CAP),
    ],
)
def test_retry_after_is_read(value: str, wait: float) -> None:
    assert retry_after({"retry-after": value}, NOW) == wait


@pytest.mark.parametrize("value", ["", "-5", "soon", "nan", "inf", "1e9", "٣", "9" * 4000])
def test_a_senseless_retry_after_is_none(value: str) -> None:
    assert retry_after({"retry-after": value}, NOW) is None


def test_a_date_is_counted_from_the_providers_own_clock() -> None:
    theirs = NOW + timedelta(hours=3)
    headers = {
        "retry-after": format_datetime(theirs + timedelta(seconds=20), usegmt=True),
        "date": format_datetime(theirs, usegmt=True),
    }
    assert retry_after(headers, NOW) == 20.0


def test_throttled_waits_the_default_where_none_is_given() -> None:
    error = outcome(Reply(status=429), now=NOW)
    assert isinstance(error, Throttled)
    assert error.retry_after == WAIT_DEFAULT


def test_a_broken_provider_may_say_when_to_come_back() -> None:
    error = outcome(Reply(status=503, headers={"retry-after": "40"}), now=NOW)
    assert isinstance(error, Retryable)
    assert error.retry_after == 40.0
    assert Unavailable.retry_after is None


def test_a_reply_keeps_its_body_out_of_its_repr() -> None:
    assert "ada@example.org" not in repr(Reply(status=200, body={"to": "ada@example.org"}))
