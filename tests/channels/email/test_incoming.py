"""What becomes of a mail: answers, stops, and nothing at all."""

import logging
import random
import time
from dataclasses import replace
from datetime import UTC
from email.utils import parseaddr

import pytest

from channels.email import CAPABILITIES, to_payload
from channels.email.body import ARROW, MARKER
from channels.email.incoming import Reader
from channels.email.mime import Letterhead, envelope_sender, message_id
from channels.email.settings import Mailbox, Plus
from channels.email.tags import Tag, TagKind, read_tag, tag_bounce, tag_reply, tag_stop
from surveys.inbound import OptedOut, Replied
from tests.banks import BANKS
from tests.channels.email.arrived import ACME, OURS, READER, letter, names, read, recorded
from tests.channels.email.messages import (
    ANNA,
    LETTERHEAD,
    LINK,
    MESSAGES,
    NOW,
    NPS,
    REPORT,
    STOP,
    TOKEN,
)
from tests.channels.email.reading import body, page
from tests.channels.email.reading import read as read_ours
from tests.channels.reading import assert_storable
from tests.channels.rig import read_page

HEADS = {plus: Letterhead(company="Acme", sender=LETTERHEAD.sender, plus=plus) for plus in Plus}


# Answers


def test_nobody_writes_automatically_and_answers() -> None:
    assert len(names("automatic")) >= 14
    for name in names("automatic"):
        assert read(recorded("automatic", name)) == [], name


@pytest.mark.parametrize(
    "head",
    ["Auto-Submitted: auto-replied", "Auto-Submitted: auto-notified; x", "Precedence: bulk",
     "Precedence: Junk", "X-Autoreply: yes", "Return-Path: <>", "X-Afterword-Delivery: 1"],
)  # fmt: skip
def test_one_mark_is_enough(head: str) -> None:
    assert read(letter("9")), "without it, it is an answer"
    assert read(letter("9", head)) == []


@pytest.mark.parametrize(
    "head", ["Auto-Submitted: no", "Precedence: first-class", "X-Auto-Response-Suppress: All",
             "Subject: Autos sind toll", "Subject: Re: Out of office?"]
)  # fmt: skip
def test_a_person_is_not_taken_for_a_program(head: str) -> None:
    assert len(read(letter("9", head))) == 1


@pytest.mark.parametrize(
    ("heads", "answered"),
    [
        ((f"In-Reply-To: {OURS}",), OURS),
        ((f"References: <a@b.example>\r\n {OURS}\r\n <c@d.example>",), OURS),
        ((f"In-Reply-To: <theirs@customer.example>\r\nReferences: {OURS}",), OURS),
        (("In-Reply-To: <4711.0123456789abcdef01234567@other.example>",), ""),
        (("In-Reply-To: <4711@acme.example>",), ""),
        ((), ""),
    ],
)
def test_which_mail_is_answered(heads: tuple[str, ...], answered: str) -> None:
    (reply,) = read(letter("9", *heads))
    assert isinstance(reply, Replied)
    assert reply.external_id == answered


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("Anna <Anna.V@Customer.Example>", "anna.v@customer.example"),
        ("anna@xn--bcher-kva.example", "anna@bücher.example"),
        ('"a, b" <anna@customer.example>', "anna@customer.example"),
        ("=?utf-8?q?=C3=84nna?= <anna@customer.example>, ben@x.example", "anna@customer.example"),
    ],
)
def test_who_answers(sender: str, address: str) -> None:
    (reply,) = read(letter("9", sender=sender))
    assert reply.address == address


@pytest.mark.parametrize("sender", ["", "nobody", "<>", "Anna <anna>", "a b@c.example d"])
def test_mails_from_nobody_say_nothing(sender: str) -> None:
    assert read(letter("9", sender=sender)) == []


def test_the_message_id_is_the_event() -> None:
    (first,) = read(letter("9"))
    assert first.event_id == "<1@customer.example>"
    for raw in (letter("9").replace(b"Message-ID: <1@customer.example>\r\n", b""),
                letter("9").replace(b"<1@customer.example>", b"<" + b"1" * 300 + b"@x>")):  # fmt: skip
        (one,), (two,) = read(raw), read(raw)
        (other,) = read(raw.replace(b"9", b"8"))
        assert one.event_id == two.event_id != other.event_id
        assert one.event_id.startswith("sha256:")


def test_files_and_mails_inside_are_no_words() -> None:
    raw = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n1\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@d.example\r\n\r\n2\r\n"
        b"--x\r\nContent-Type: text/plain\r\n\r\n3\r\n--x--\r\n"
    )
    (reply,) = read(raw)
    assert isinstance(reply, Replied)
    assert reply.text == "3"


# Stopping


@pytest.mark.parametrize("subject", ["unsubscribe", "Unsubscribe", " unsubscribe "])
def test_a_mail_to_the_unsubscribe_address_opts_out(subject: str) -> None:
    tagged = f"To: {tag_stop(ACME, STOP)}"
    (stop,) = read(letter("", tagged, f"Subject: {subject}"))
    assert isinstance(stop, OptedOut)
    assert (stop.address, stop.token) == ("anna@customer.example", TOKEN)
    assert stop.silent
    (stop,) = read(letter("", "Auto-Submitted: auto-generated", tagged, f"Subject: {subject}"))
    assert isinstance(stop, OptedOut), "a mail program wrote it for the person"
    (plain,) = read(letter("", "To: feedback@acme.example", f"Subject: {subject}"))
    assert isinstance(plain, OptedOut)
    assert (plain.address, plain.token) == ("anna@customer.example", "")
    assert not plain.silent, "it proves nothing, so the person is told and can take it back"


def test_unsubscribe_in_a_sentence_is_words() -> None:
    (reply,) = read(letter("please", "Subject: Re: unsubscribe from your survey?"))
    assert isinstance(reply, Replied)


# Tags


def test_tags_come_back() -> None:
    reply, stop = tag_reply(ACME, LINK, "nps"), tag_stop(ACME, STOP)
    bounce = tag_bounce(ACME, OURS)
    assert read_tag(reply, ACME) == Tag(kind=TagKind.REPLY, token=TOKEN, question_id="nps")
    assert read_tag(stop.upper(), ACME) == Tag(kind=TagKind.STOP, token=TOKEN)
    assert read_tag(bounce, ACME) == Tag(kind=TagKind.BOUNCE, message_name=OURS[1:-1].split("@")[0])
    for address in (reply, stop, bounce):
        assert len(address.partition("@")[0]) <= 64
        assert read_tag(address.replace("acme", "other"), ACME) is None
        assert read_tag(address.replace("+", "+x"), ACME) is None
        assert read_tag(f"x{address}", ACME) is None


def test_a_tag_that_does_not_fit_is_left_out() -> None:
    longest = Mailbox(name="", address="a" * 23 + "@acme.example")
    assert read_tag(tag_reply(longest, LINK, "nps"), longest) == Tag(
        kind=TagKind.REPLY, token=TOKEN
    )
    too_long = Mailbox(name="", address="a" * 24 + "@acme.example")
    assert tag_reply(too_long, LINK, "nps") == too_long.address
    assert tag_reply(ACME, "https://feedback.acme.example/s/short", "nps") == ACME.address
    assert tag_reply(ACME, "", "") == ACME.address


def test_an_address_with_a_plus_of_its_own() -> None:
    own = Mailbox(name="", address="a+b@acme.example")
    assert read_tag(tag_reply(own, LINK, "nps"), own) == Tag(
        kind=TagKind.REPLY, token=TOKEN, question_id="nps"
    )
    assert read_tag(own.address, own) is None


# What our mails carry where replies are read


@pytest.mark.parametrize("plus", [Plus.REPLIES, Plus.ALL])
def test_a_question_says_where_answers_go(plus: Plus) -> None:
    mail = read_ours(NPS, HEADS[plus])
    assert mail["Reply-To"].addresses[0].display_name == "Acme"
    assert read_tag(mail["Reply-To"].addresses[0].addr_spec, ACME) == Tag(
        kind=TagKind.REPLY, token=TOKEN, question_id="nps"
    )
    link, _, mailto = mail["List-Unsubscribe"].partition(",")
    assert link == f"<{STOP}>", "the link comes first"
    assert mailto.strip() == f"<mailto:{tag_stop(ACME, STOP)}?subject=unsubscribe>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_where_plus_addresses_bounce_none_are_used() -> None:
    mail = read_ours(NPS, HEADS[Plus.NEVER])
    assert mail["Reply-To"] is None
    assert "+" not in mail["List-Unsubscribe"]
    assert "mailto:feedback@acme.example?subject=unsubscribe" in mail["List-Unsubscribe"]
    assert envelope_sender(NPS, HEADS[Plus.REPLIES], NOW) == ACME.address
    assert envelope_sender(NPS, LETTERHEAD, NOW) == ACME.address


def test_bounces_come_back_to_their_mail_where_that_is_wished() -> None:
    tag = read_tag(envelope_sender(NPS, HEADS[Plus.ALL], NOW), ACME)
    assert tag is not None
    assert f"<{tag.message_name}@acme.example>" == message_id(NPS, "acme.example", NOW)


@pytest.mark.parametrize("name", MESSAGES)
def test_the_marker_stands_above_questions_only(name: str) -> None:
    message = MESSAGES[name]
    mail = read_ours(message, replace(HEADS[Plus.REPLIES], languages=BANKS))
    asked = bool(message.question_id)
    marker = MARKER.format(BANKS[message.language].texts["write_above"])
    assert body(mail, "plain").startswith(marker) == asked
    shown = read_page(body(mail, "html").encode(), "a")
    assert shown.text.strip().startswith(marker) == asked
    [div] = page(mail).cssselect(".marker") or [None]
    assert (div is not None and div.text_content() == marker) == asked
    plain = read_ours(message, HEADS[Plus.REPLIES])
    assert body(plain, "plain").startswith(MARKER.format(ARROW)) == asked, "without the words"
    without = read_ours(message)
    assert ARROW not in body(without, "plain") + body(without, "html")


@pytest.mark.parametrize("code", BANKS)
def test_what_the_marker_says_is_no_part_of_an_answer(code: str) -> None:
    words = BANKS[code].texts["write_above"]
    assert len(MARKER.format(words)) <= 76, "fits one line of a mail, behind a quotation mark too"
    mail = body(
        read_ours(NPS, replace(HEADS[Plus.REPLIES], languages={"en": BANKS[code]})), "plain"
    )
    for quoted in (
        mail,
        mail.replace(ARROW, "?"),
        mail.replace(f" {ARROW} --", f"\n{ARROW} --"),
        f"> {mail}",
    ):
        (reply,) = read(letter(f"9, great\n\n{quoted}"))
        assert isinstance(reply, Replied)
        assert reply.text == "9, great"


def test_a_reply_to_a_real_mail_of_ours_is_read() -> None:
    """Round the whole way: our mail, quoted by a program we never saw, comes back."""
    sent = read_ours(NPS, HEADS[Plus.REPLIES])
    quoted = "\n".join(f"| {line}" for line in body(sent, "plain").splitlines())
    back = letter(f"9, great\n\n{quoted}", f"In-Reply-To: {sent['Message-ID']}", sender=ANNA)
    (reply,) = read(back)
    assert isinstance(reply, Replied)
    assert (reply.text, reply.external_id) == ("9, great", sent["Message-ID"])
    assert read(to_payload(NPS, HEADS[Plus.ALL], NOW)) == [], "our own mail is no answer"


def test_mail_to_staff_answers_to_nobody_in_particular() -> None:
    mail = read_ours(REPORT, HEADS[Plus.ALL])
    assert mail["Reply-To"] is None
    assert mail["List-Unsubscribe"] is None
    assert CAPABILITIES.replies is False


def test_another_reply_address_carries_the_tags() -> None:
    help_desk = Mailbox(name="Acme Help", address="help@acme.example")
    head = Letterhead(company="Acme", sender=ACME, reply_to=help_desk, plus=Plus.REPLIES)
    mail = read_ours(NPS, head)
    assert mail["Reply-To"].addresses[0].display_name == "Acme Help"
    assert read_tag(parseaddr(mail["Reply-To"])[1], help_desk) is not None
    reader = Reader(sender=ACME, answers_to=help_desk, company="Acme")
    (stop,) = read(letter("", f"To: {tag_stop(help_desk, STOP)}"), reader)
    assert isinstance(stop, OptedOut)
    quote = "9\n\nOn 21.11.2026 at 9:30 Acme Help <help@acme.example> wrote:\nx"
    (reply,) = read(letter(quote), reader)
    assert isinstance(reply, Replied)
    assert reply.text == "9"


# Mails that nobody should send


def test_bent_mails_are_borne(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    dice = random.Random(20261121)
    for folder in ("replies", "bounces", "complaints", "automatic"):
        for name in names(folder):
            raw = recorded(folder, name)
            for _ in range(4):
                bent = bytearray(raw[: dice.randint(1, len(raw))])
                for _ in range(dice.randint(1, 30)):
                    bent[dice.randrange(len(bent))] = dice.randrange(256)
                for value in read(bytes(bent)):
                    assert value.event_id
                    assert value.channel == "email"
                    assert value.address
                    assert value.at.tzinfo is UTC
                    assert_storable(value)
    assert "@" not in caplog.text


HOSTILE = {
    "nested": b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3000)),
    "parts": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n9\r\n" * 30_000,
    "words": b"Subject: " + b"=?a?q?" * 80_000 + b"\r\n\r\n9",
    "addresses": b"To: " + b'("<,;' * 80_000 + b"\r\n\r\n9",
    "references": b"References: " + b"<4711." * 80_000 + b"\r\n\r\n9",
    "headers": b"To: a@b.example\r\n" * 20_000 + b"\r\n9",
    "digits": b"Content-Type: text/html\r\n\r\n&#" + b"1" * 400_000,
    "mails": b"Content-Type: message/rfc822\r\n\r\n" * 10_000,
    "codes": b"From: mailer-daemon@x\r\nX-Failed-Recipients: a@b\r\n\r\n" + b"5.1.1.1 450 " * 40_000 + OURS.encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_mail_takes_long(name: str) -> None:
    start = time.process_time()
    READER.read(b"From: a@b.example\r\n" + HOSTILE[name], NOW)
    assert time.process_time() - start < 3.0
