"""Mails as bytes: against golden files, and read back by the standard library and lxml."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email import Letterhead, to_payload
from channels.email.body import quote
from channels.email.frame import frame_of
from channels.email.mime import envelope_address, message_id
from channels.email.settings import Mailbox
from channels.errors import Unreachable
from surveys.message import Button, Image, Link
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
from tests.channels.email.reading import body, page, read
from tests.channels.trouble import PIXEL

PAYLOADS = Path(__file__).parent / "payloads"


@pytest.mark.parametrize("name", MESSAGES)
def test_golden(name: str) -> None:
    golden = (PAYLOADS / f"{name}.eml").read_bytes()
    assert to_payload(MESSAGES[name], LETTERHEAD, NOW) == golden, (
        "the mail changed; if you meant it: python -m tests.channels.email.write_payloads"
    )


@pytest.mark.parametrize("name", MESSAGES)
def test_every_mail_is_well_formed_and_small(name: str) -> None:
    mail = read(MESSAGES[name])
    assert mail.get_content_type() == "multipart/alternative"
    assert next(mail.iter_parts()).get_content_type() == "text/plain"
    assert len(to_payload(MESSAGES[name], LETTERHEAD, NOW)) < 20_000


def test_headers() -> None:
    mail = read(NPS)
    assert mail["From"] == "Acme <feedback@acme.example>"
    assert mail["To"] == ANNA
    assert mail["Subject"] == "Your call with us"
    assert mail["Date"].datetime == NOW
    assert re.fullmatch(r"<4711\.[0-9a-f]{24}@acme\.example>", mail["Message-ID"])
    assert mail["List-Unsubscribe"] == f"<{STOP}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Afterword-Delivery"] == "4711"
    assert mail["Reply-To"] is None


def test_reply_to_and_names_with_accents_and_quotes() -> None:
    head = Letterhead(
        company="Acme",
        sender=Mailbox(name='Åsa "A" \\ Acme, Oy', address="a@acme.example"),
        reply_to=Mailbox(name="Acme, Inc.", address="help@acme.example"),
    )
    mail = read(NPS, head)
    assert mail["From"].addresses[0].display_name == 'Åsa "A" \\ Acme, Oy'
    assert mail["From"].addresses[0].addr_spec == "a@acme.example"
    assert mail["Reply-To"].addresses[0].display_name == "Acme, Inc."


def test_mail_to_staff_has_no_unsubscribe() -> None:
    mail = read(REPORT)
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None
    assert mail["Subject"] == "Results: after_call"


@pytest.mark.parametrize(
    "subject",
    [
        "Soittosi – kuinka meni?",
        "ļ" * 200,
        "word " * 60,
        "=?utf-8?q?a=0D=0ABcc:_x?=",
        "👍",
        "x" * 150,
    ],
)
def test_subjects_come_through(subject: str) -> None:
    mail = read(replace(NPS, subject=subject))
    assert " ".join(mail["Subject"].split()) == " ".join(subject.split())
    assert mail["Bcc"] is None


def test_a_mail_without_subject_says_whose_it_is() -> None:
    assert read(replace(NPS, subject=""))["Subject"] == "Acme"


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x85", "\u2028"])
def test_no_field_can_add_a_header_or_a_part(ending: str) -> None:
    evil = (
        f"x{ending}Bcc: eve@evil.example{ending}{ending}--=_afterword_alternative{ending}<script>"
    )
    mail = read(
        replace(
            NPS,
            text=evil,
            subject=evil,
            greeting=evil,
            notice=evil,
            reason=evil,
            language=evil,
            ends=(evil, evil),
            buttons=(Button(label=evil, payload=f"{TOKEN}.q.1", value=1, spoken=evil),),
            footer=(Link(label=evil, url=evil),),
            stop_link=f"https://x.example/{evil}",
            image=Image(png=PIXEL, alt=evil),
        ),
        Letterhead(company=evil, sender=Mailbox(name=evil, address="a@acme.example")),
    )
    assert mail["Bcc"] is None
    assert len(mail.keys()) == len(read(NPS).keys())
    assert [p.get_content_type() for p in mail.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"
    ]  # fmt: skip
    assert not page(mail).cssselect("script")


def test_message_id_is_the_same_for_the_same_attempt_only() -> None:
    again = message_id(NPS, "acme.example", NOW + timedelta(hours=3))
    assert again == message_id(NPS, "acme.example", NOW)
    others = [
        replace(NPS, delivery_id=4712),
        replace(NPS, address="bo@customer.example"),
        replace(NPS, link=LINK + "x"),
    ]
    assert len({again, *(message_id(m, "acme.example", NOW) for m in others)}) == 4


def test_messages_without_delivery_differ_by_their_moment() -> None:
    note = replace(REPORT, delivery_id=0)
    later = NOW + timedelta(microseconds=1)
    assert message_id(note, "a.example", NOW) != message_id(note, "a.example", later)


@pytest.mark.parametrize(
    ("payload", "suffix"), [("T.nps.9", "?q=nps&v=9"), ("T.n.!", "?q=n&v=%21")]
)
def test_a_button_leads_to_the_page_with_its_answer(payload: str, suffix: str) -> None:
    frame = frame_of(replace(NPS, buttons=(Button(label="x", payload=payload),)))
    assert [tap.suffix for tap in (*frame.choices, *frame.asides)] == [suffix]


@pytest.mark.parametrize(
    ("address", "ascii_form"),
    [("a@b.example", "a@b.example"), (" a@bücher.example ", "a@xn--bcher-kva.example")],
)
def test_envelope_addresses(address: str, ascii_form: str) -> None:
    assert envelope_address(address) == ascii_form


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a b@c.example", "ä@c.example", "a@b.c>\r\nDATA", "a@.ü", "a@" + "ü" * 80],
)
def test_addresses_nobody_can_write_to(address: str) -> None:
    with pytest.raises(Unreachable) as caught:
        to_payload(replace(NPS, address=address), LETTERHEAD, NOW)
    assert not address or address not in str(caught.value)


def test_no_text_can_pass_for_a_slot() -> None:
    mark = "\ue000stop\ue001"
    buttons = (Button(label=f"1{mark}", payload=f"{TOKEN}.q.1", value=1),)
    mail = read(replace(NPS, buttons=buttons, notice=mark, footer=()), LETTERHEAD)
    assert STOP not in body(mail, "html")
    assert STOP not in body(mail, "plain")


@pytest.mark.parametrize("letter", ["a", "ä", "=", "€"])
def test_a_soft_break_never_takes_a_77th_column(letter: str) -> None:
    for count in range(90):
        lines = (quote(letter * count) + b"=").split(b"\r\n")
        assert max(map(len, lines)) <= 76


any_text = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=300)


@settings(max_examples=200, deadline=None)
@given(text=any_text, greeting=any_text)
def test_any_text_comes_through(text: str, greeting: str) -> None:
    def seen(words: str) -> str:
        return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ue000-\uf8ff]", "", words)

    mail = read(replace(NPS, text=text, greeting=greeting))
    plain = body(mail, "plain")
    assert seen(text) in plain
    assert seen(greeting) in plain


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=160)))
def test_quoted_parts_join_by_soft_breaks(parts: list[str]) -> None:
    import quopri

    quoted = b"=\r\n".join(q for q in map(quote, parts) if q)
    assert quopri.decodestring(quoted).decode() == "".join(parts).replace("\n", "\r\n")
    assert all(len(line) <= 76 for line in (quoted + b"=").split(b"\r\n"))
