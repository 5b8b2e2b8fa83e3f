"""What a person sees in a mail, in both bodies."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from channels.email import CAPABILITIES
from surveys.message import Button, Entry
from tests.channels.email.messages import (
    CHOICE,
    COMMENT,
    FACES,
    LINK,
    NPS,
    REPORT,
    STOP,
    TOKEN,
)
from tests.channels.email.reading import body, page, read
from tests.channels.trouble import PIXEL, fill_up

PAYLOADS = Path(__file__).parent / "payloads"


def test_every_answer_is_a_link_in_both_bodies() -> None:
    mail = read(NPS)
    want = [f"{LINK}?q=nps&v={n}" for n in range(11)]
    taps = page(mail).cssselect("a.tap")
    assert [a.get("href") for a in taps] == want
    assert [a.text_content() for a in taps] == [str(n) for n in range(11)]
    assert taps[0].get("aria-label") == "0, not at all likely"
    plain = body(mail, "plain")
    assert [f"{n}: {url}" for n, url in enumerate(want)] == re.findall(
        r"^\d+: \S+$", plain, re.MULTILINE
    )
    assert "0 = not at all likely, 10 = extremely likely" in plain


def test_the_plain_body_says_it_all() -> None:
    text = body(read(NPS), "plain")
    for part in (NPS.greeting, NPS.text, NPS.reason, f"Answer on a page: {LINK}",
                 "Privacy: https://acme.example/privacy", f"No more questions from Acme: {STOP}"):  # fmt: skip
        assert part in text
    assert "\ue000" not in text
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    ("count", "rows"), [(2, [2]), (5, [5]), (6, [6]), (7, [4, 3]), (11, [6, 5]), (13, [5, 5, 3])]
)
def test_scales_stand_in_rows_that_fit_a_phone(count: int, rows: list[int]) -> None:
    buttons = tuple(Button(label=str(n), payload=f"t.q.{n}", value=n) for n in range(count))
    tree = page(read(replace(NPS, buttons=buttons)))
    scales = tree.cssselect("table.scale")
    assert [len(s.cssselect("a")) for s in scales] == rows
    assert len({len(s.cssselect("td")) for s in scales}) == 1, "columns stand under each other"


def test_faces_have_words() -> None:
    tree = page(read(FACES))
    assert [a.text_content() for a in tree.cssselect("a.face")] == [
        "🙁Dissatisfied",
        "😐Neither satisfied nor dissatisfied",
        "🙂Satisfied",
    ]
    assert [a.text_content() for a in tree.cssselect(".quiet")] == ["Answer on a page", "Skip"]
    assert f"🙁 Dissatisfied: {LINK}?q=faces&v=1" in body(read(FACES), "plain")


def test_the_recorded_face_is_marked() -> None:
    buttons = tuple(replace(b, chosen=b.value == 3) for b in FACES.buttons)
    picked = page(read(replace(FACES, buttons=buttons))).cssselect("td.picked")
    assert [cell.text_content() for cell in picked] == ["🙂Satisfied"]


def test_choices_stand_below_each_other_and_are_escaped() -> None:
    tree = page(read(CHOICE))
    assert [a.text_content() for a in tree.cssselect("a.choice")] == [
        b.label for b in CHOICE.buttons
    ]
    assert not tree.cssselect("broken")


def test_a_comment_is_written_on_the_page() -> None:
    tree = page(read(COMMENT))
    (open_page,) = tree.cssselect("a.open")
    assert open_page.get("href") == LINK
    assert tree.cssselect(".notice")[0].text_content() == COMMENT.notice
    bare = page(read(replace(COMMENT, footer=(), buttons=(), entry=Entry.TEXT)))
    assert bare.cssselect("a.open")[0].text_content() == LINK


def test_the_recorded_answer_is_marked() -> None:
    buttons = tuple(replace(b, chosen=b.value == 9) for b in NPS.buttons)
    mail = read(replace(NPS, buttons=buttons))
    assert [a.text_content() for a in page(mail).cssselect(".picked")] == ["9"]
    assert f"9 *: {LINK}?q=nps&v=9" in body(mail, "plain")


def test_buttons_without_a_page_are_words() -> None:
    mail = read(replace(REPORT, buttons=(Button(label="/results", payload="any thing"),)))
    assert "/results" in body(mail, "plain")
    assert "/results" in page(mail).text_content()


def test_the_page_is_accessible_and_hides_its_preview() -> None:
    tree = page(read(replace(NPS, language="lv")))
    assert tree.get("lang") == "lv"
    assert all(t.get("role") == "presentation" for t in tree.cssselect("table"))
    assert "display: none" in tree.cssselect(".preheader")[0].get("style")
    assert tree.cssselect(".preheader")[0].text_content() == NPS.text
    assert not tree.cssselect("script, link, form, iframe")
    assert all("line-height: 46px" in a.get("style") for a in tree.cssselect("a.tap"))
    assert "prefers-color-scheme: dark" in body(read(NPS), "html")


def test_a_picture_comes_inline() -> None:
    mail = read(REPORT)
    (img,) = page(mail).cssselect("img")
    assert img.get("alt") == "NPS by week, rising from 30 to 42"
    picture = next(p for p in mail.walk() if p.get_content_type() == "image/png")
    assert img.get("src") == "cid:" + picture["Content-ID"].strip("<>")
    assert picture.get_content() == PIXEL
    assert "[NPS by week, rising from 30 to 42]" in body(mail, "plain")


def test_the_fullest_mail_is_not_clipped() -> None:
    """Gmail clips HTML above 102 kB."""
    full = replace(
        NPS,
        text=fill_up(CAPABILITIES.max_text),
        buttons=tuple(
            Button(
                label="Ä" * CAPABILITIES.button_text,
                payload=f"{TOKEN}.{'q' * 16}.{'v' * 14}",
                value=n,
            )
            for n in range(CAPABILITIES.max_buttons)
        ),
    )
    mail = read(full)
    assert len(body(mail, "html").encode()) < 100_000
    assert full.text in body(mail, "plain")
