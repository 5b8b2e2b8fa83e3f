"""A report as mail programs show it: what may be in it, how large it is, and what it says."""

import re

import pytest
from lxml.html import HtmlElement, fromstring

from bot.reports.blocks import Block, Head, Line, Picture, Quote, Score, Table
from bot.reports.page import LARGEST, fit_page, render_page
from surveys.message import Image

IMAGE = Picture(image=Image(png=b"", alt="NPS +40; 0: 3, 10: 44"))
GROUPS = Table(
    header=("Team", "Score", "n", "Against the others"),
    rows=(
        ("support", "+50", "80", "clearly better"),
        ("sales", "+10", "20", ""),
        ("night", "hidden: too few answers", "", ""),
        ("day", "hidden: too few answers", "", ""),
    ),
    title="Your call: NPS",
)
VALUES = Table(header=("Answer", "Number", "Share"), rows=(("0", "3", "6 %"),))
BLOCKS: tuple[Block, ...] = (
    Head(text="Acme: weekly", level=1),
    Line(text="1–7 Nov"),
    Score(name="NPS +40", facts=("95 %: +31 to +53", "answers: 47"), change="clearly better (+9)"),
    IMAGE,
    VALUES,
    GROUPS,
    VALUES,
    Quote(text="<b>Too slow</b>", about="NPS 3 of 10"),
)


def page(*blocks: Block) -> HtmlElement:
    return fromstring(render_page(blocks or BLOCKS, "en", lambda n, _: f"cid:{n}"))


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_nothing_is_fetched_from_outside() -> None:
    html = render_page(BLOCKS, "en", lambda n, _: f"cid:{n}")
    assert not re.findall(r"https?:|url\(|@import|<link|<script", html)
    assert [image.get("src") for image in page().iter("img")] == ["cid:0"]
    assert [image.get("alt") for image in page().iter("img")] == [IMAGE.image.alt]


def test_styles_stand_with_their_elements() -> None:
    """Some programs drop the style sheet: without it the page must look the same by day."""
    sheet = "".join(style.text for style in page().iter("style"))
    assert sheet.startswith("@media (prefers-color-scheme:dark){")
    assert sheet.endswith("}}")
    for tag in ("h1", "p", "th", "blockquote", "img"):
        assert all(one.get("style") for one in page().iter(tag)), tag
    layout = [one for one in page().iter("table") if one.get("role") == "presentation"]
    assert len(layout) == 2
    assert "max-width:640px" in layout[1].get("style")


def test_values_stand_in_the_picture_or_in_a_table() -> None:
    tables = [one for one in page().iter("table") if one.get("role") != "presentation"]
    heads = [
        [words(cell) for cell in one.iter("th") if cell.get("scope") == "col"] for one in tables
    ]
    assert heads == [["Team", "Score", "n"], ["Answer", "Number", "Share"]]


def test_groups_have_their_verdict_below_their_name_and_hidden_ones_share_a_line() -> None:
    (table,) = page(GROUPS).xpath("//table[caption]")
    assert words(table.find("caption")) == "Your call: NPS"
    rows = [[words(cell) for cell in row] for row in table.iter("tr")]
    assert rows[1:] == [["supportclearly better", "+50", "80"], ["sales", "+10", "20"]]
    assert [row[0].get("scope") for row in table.iter("tr")] == ["col", "row", "row"]
    assert words(table.getnext()) == "night, day: hidden: too few answers"


def test_what_customers_wrote_is_text() -> None:
    assert "<b>Too slow</b>" in words(page())
    assert not list(page().iter("b"))


def test_a_number_and_its_per_cent_sign_stay_together() -> None:
    assert "95\u00a0%: +31" in page().text_content()


@pytest.mark.parametrize("groups", [3, 60])
def test_a_page_is_never_longer_than_a_mail_may_be(groups: int) -> None:
    large = Table(
        header=GROUPS.header,
        rows=tuple((f"team {n} " + "ä" * 40, "+1", "9", "clearly better") for n in range(20)),
    )
    html = fit_page((*BLOCKS, *[large] * groups), "en", lambda n, _: f"cid:{n}", "There is more.")
    assert len(html.encode()) <= LARGEST
    assert html.count("There is more.") == (groups == 60)
    assert html.count("team 19") == 3 if groups == 3 else 3 < html.count("team 19") < 60
