"""What a server's words mean to the caller, as a table."""

import pytest

from channels.email.refusal import FULL, GREYLISTED, SLOW_DOWN, Reply, Stage, error_for, scrub
from channels.errors import (
    BadResponse,
    ChannelError,
    Misconfigured,
    Rejected,
    Retryable,
    Throttled,
    Unavailable,
    Unreachable,
)

TO, DATA, FROM = Stage.RECIPIENT, Stage.CONTENT, Stage.SENDER

TABLE = [
    (TO, 550, "5.1.1 <anna@x.example>: Recipient address rejected: User unknown", Unreachable, None),
    (TO, 550, "5.1.2 Bad destination system", Unreachable, None),
    (TO, 501, "5.1.3 Bad recipient address syntax", Unreachable, None),
    (TO, 550, "5.1.6 Mailbox has moved", Unreachable, None),
    (TO, 550, "5.1.10 Recipient not found", Unreachable, None),
    (TO, 550, "5.2.1 Mailbox disabled", Unreachable, None),
    (DATA, 550, "5.4.4 Unable to route", Unreachable, None),
    (TO, 550, "No such user here", Unreachable, None),
    (TO, 550, "Requested action not taken: mailbox unavailable", Unreachable, None),
    (TO, 551, "User not local", Unreachable, None),
    (TO, 550, "Rejected by policy", Rejected, None),
    (DATA, 550, "No such user, says a content filter", Rejected, None),
    (TO, 550, "5.1.11 something near 5.1.1", Rejected, None),
    (TO, 552, "5.2.2 Mailbox full", Unavailable, FULL),
    (TO, 552, "over quota", Unavailable, FULL),
    (TO, 452, "4.2.2 Mailbox full", Unavailable, FULL),
    (DATA, 552, "5.3.4 Message too big", Rejected, None),
    (DATA, 554, "5.6.0 Message content rejected", Rejected, None),
    (TO, 550, "5.7.1 Relaying denied", Misconfigured, None),
    (DATA, 550, "5.7.26 Unauthenticated mail is blocked", Misconfigured, None),
    (DATA, 550, "5.7.515 Access denied", Misconfigured, None),
    (TO, 530, "Authentication required", Misconfigured, None),
    (FROM, 553, "Sender address not owned by user", Misconfigured, None),
    (FROM, 550, "5.1.8 Sender's domain not found", Misconfigured, None),
    (TO, 550, "5.1.7 Bad sender", Misconfigured, None),
    (Stage.LOGIN, 535, "5.7.8 Bad credentials", Misconfigured, None),
    (Stage.LOGIN, 454, "4.7.0 Temporary authentication failure", Unavailable, SLOW_DOWN),
    (Stage.CONNECT, 554, "No SMTP service for you", Misconfigured, None),
    (Stage.CONNECT, 421, "Too busy", Unavailable, None),
    (TO, 421, "4.7.28 Unusual rate of mail", Throttled, SLOW_DOWN),
    (TO, 450, "4.7.28 Unusual rate of mail", Throttled, SLOW_DOWN),
    (FROM, 421, "4.7.0 [TSS04] Messages temporarily deferred", Throttled, SLOW_DOWN),
    (TO, 451, "4.7.500 Server busy", Throttled, SLOW_DOWN),
    (TO, 450, "4.2.1 receives mail at a rate that prevents more", Throttled, SLOW_DOWN),
    (TO, 450, "4.7.1 Greylisted, please try again", Unavailable, GREYLISTED),
    (TO, 451, "Greylisting in action", Unavailable, GREYLISTED),
    (DATA, 451, "4.3.0 Local error", Unavailable, None),
    (TO, 421, "Service not available", Unavailable, None),
    (TO, 354, "Go ahead", BadResponse, None),
    (DATA, 299, "", BadResponse, None),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "code", "text", "kind", "wait"), TABLE)
def test_each_reply_has_its_kind(
    stage: Stage, code: int, text: str, kind: type[ChannelError], wait: float | None
) -> None:
    error = error_for(stage, Reply(code=code, text=text), address="anna@x.example")
    assert type(error) is kind
    assert str(code) in str(error)
    assert "anna" not in str(error)
    if isinstance(error, Retryable):
        assert error.retry_after == wait
    if isinstance(error, Throttled):
        assert error.account


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("5.1.1 <anna.v@x.example>: unknown", "5.1.1 […] unknown"),
        ("User Anna.V unknown", "User […] unknown"),
        ("no anna.v+tag@x.example here", "no […] here"),
        ("see\r\nhttps://x.example/?id=77 now", "see […] now"),
        ("a\0b\x1b[31m\udcff", "a b [31m"),
        ("savannah.v is a place", "savannah.v is a place"),
    ],
)
def test_nobody_is_named(text: str, left: str) -> None:
    assert scrub(text, "anna.v@x.example") == left


def test_long_words_are_cut() -> None:
    assert len(scrub("word " * 100)) == 200
