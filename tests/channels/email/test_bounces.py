"""Delivery reports and complaints, as mail servers and providers write them."""

import pytest

from channels.email.bounces import OUR_REPUTATION
from channels.email.incoming import Reader
from channels.email.settings import Mailbox
from surveys.inbound import Fault, OptedOut, StatusChanged
from surveys.invitation import DeliveryState
from tests.channels.email.arrived import ACME, AT, OURS, names, read, recorded
from tests.channels.email.messages import TOKEN

ANNA = "anna.virtanen@customer.example"
BOUNCED, DEFERRED, FAILED = DeliveryState.BOUNCED, DeliveryState.DEFERRED, DeliveryState.FAILED

VERDICTS = {
    "postfix_user_unknown": (BOUNCED, "550 5.1.1"),
    "bad_destination": (BOUNCED, "550 5.1.2"),
    "postfix_bad_address": (BOUNCED, "501 5.1.3"),
    "mailbox_moved": (BOUNCED, "550 5.1.6"),
    "null_mx": (BOUNCED, "556 5.1.10"),
    "exchange_online": (BOUNCED, "550 5.1.10"),
    "mailbox_disabled": (BOUNCED, "550 5.2.1"),
    "postfix_no_such_domain": (BOUNCED, "550 5.4.4"),
    "general_user_unknown": (BOUNCED, "550 Requested action not taken"),
    "verp_without_original": (BOUNCED, "550 5.1.1"),
    "exim_words": (BOUNCED, "550 5.1.1 User unknown"),
    "qmail_words": (BOUNCED, "550 5.1.1 Sorry, no mailbox here by that name."),
    "mailbox_full": (FAILED, "552 5.2.2"),
    "postfix_delayed": (DEFERRED, "450 4.4.1"),
    "exchange_expired": (FAILED, "450 4.4.7"),
    "greylisted_for_ever": (FAILED, f"{OUR_REPUTATION}: 450 4.7.1"),
    "too_large": (FAILED, "552 5.3.4"),
    "general_spam": (FAILED, "554 Message rejected"),
    "gmail_unauthenticated": (FAILED, f"{OUR_REPUTATION}: 550 5.7.26"),
    "outlook_blocklist": (FAILED, f"{OUR_REPUTATION}: 550 5.7.1"),
    "sender_rejected": (FAILED, f"{OUR_REPUTATION}: 550 5.1.8"),
    "delivered_on_request": (DeliveryState.DELIVERED, ""),
}
"""Recorded report -> what it says of the mail, and how the reason begins."""

PASSING = {"mailbox_full", "exchange_expired"}
OURS_TO_MEND = {
    "gmail_unauthenticated", "outlook_blocklist", "sender_rejected", "greylisted_for_ever"
}  # fmt: skip

SILENT = {"relayed_on_request", "not_of_ours", "forged", "daemon_chat"}
APART = {"two_recipients", "international"}


def test_every_recorded_report_is_judged() -> None:
    assert set(names("bounces")) == {*VERDICTS, *SILENT, *APART}


@pytest.mark.parametrize("name", VERDICTS)
def test_reports_are_judged_by_the_table(name: str) -> None:
    (said,) = read(recorded("bounces", name))
    assert isinstance(said, StatusChanged)
    status, reason = VERDICTS[name]
    assert said.status is status
    assert said.reason.startswith(reason)
    assert said.external_id == OURS
    assert said.at == AT
    assert said.address == (ANNA if name != "qmail_words" else "unknown"), "never who reports it"
    ours, passing = name in OURS_TO_MEND, name in PASSING
    assert said.fault is (Fault.OURS if ours else Fault.PASSING if passing else Fault.UNSAID)


@pytest.mark.parametrize("name", VERDICTS)
def test_reasons_name_nobody(name: str) -> None:
    (said,) = read(recorded("bounces", name))
    assert isinstance(said, StatusChanged)
    assert "@" not in said.reason
    assert "anna" not in said.reason.lower()
    assert "http" not in said.reason
    assert "\n" not in said.reason
    assert len(said.reason) < 250


@pytest.mark.parametrize("name", sorted(SILENT))
def test_what_says_nothing_of_our_mails_changes_nothing(name: str) -> None:
    assert read(recorded("bounces", name)) == []


def test_a_report_on_two_recipients_is_two_events() -> None:
    first, second = read(recorded("bounces", "two_recipients"))
    assert isinstance(first, StatusChanged)
    assert isinstance(second, StatusChanged)
    assert (first.status, second.status) == (BOUNCED, FAILED)
    assert (first.address, second.address) == (ANNA, "ben@customer.example")
    assert first.event_id != second.event_id
    again = read(recorded("bounces", "two_recipients"))
    assert [v.event_id for v in again] == [first.event_id, second.event_id]


def test_what_is_still_being_tried_is_never_final() -> None:
    raw = recorded("bounces", "postfix_user_unknown").replace(b"Action: failed", b"Action: delayed")
    (said,) = read(raw)
    assert isinstance(said, StatusChanged)
    assert said.status is DEFERRED


def test_a_warning_in_plain_words_is_not_the_last_word() -> None:
    said = b"\r\n\r\nThe message has not been delivered yet: 450 4.4.1 no answer\r\n"
    warning = b"From: MAILER-DAEMON@mx.example\r\nMessage-ID: <1@mx.example>" + said
    (found,) = read(warning + OURS.encode())
    assert isinstance(found, StatusChanged)
    assert (found.status, found.fault) == (DEFERRED, Fault.UNSAID)


def test_an_international_domain_is_told_as_contacts_have_it() -> None:
    (said,) = read(recorded("bounces", "international"))
    assert said.address == "anna@bücher.example"


def test_reports_on_mails_of_another_domain_are_not_ours() -> None:
    other = Mailbox(name="", address="feedback@other.example")
    reader = Reader(sender=other, answers_to=other, company="Other")
    for name in VERDICTS:
        assert read(recorded("bounces", name), reader) == []


# Complaints


def test_a_complaint_opts_out_by_the_stop_link_in_the_mail() -> None:
    for name in ("abuse", "abuse_redacted"):
        (said,) = read(recorded("complaints", name))
        assert isinstance(said, OptedOut)
        assert said.token == TOKEN
        assert said.external_id == OURS
        assert said.silent, "who complained is not written to once more"
    (said,) = read(recorded("complaints", "abuse"))
    assert said.address == ANNA


def test_a_complaint_without_a_link_opts_out_whom_the_mail_went_to() -> None:
    (said,) = read(recorded("complaints", "abuse_by_original"))
    assert isinstance(said, OptedOut)
    assert (said.address, said.token) == (ANNA, "")


@pytest.mark.parametrize("name", ["not_spam", "not_of_ours"])
def test_what_is_no_complaint_about_us_changes_nothing(name: str) -> None:
    assert read(recorded("complaints", name)) == []


def test_every_recorded_complaint_is_read() -> None:
    assert len(names("complaints")) == 5
    assert ACME.address == "feedback@acme.example"
