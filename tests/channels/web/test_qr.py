"""QR codes: a reader that is not ours reads back what was written."""

import pytest
from lxml import etree

from channels.web.qr import QUIET_ZONE, draw_qr
from tests.channels.web.barcode import grid, read_png, read_svg

LINKS = (
    "http://127.0.0.1:8080/p/visit",
    "https://feedback.acme.example/p/visit?s=door",
    "https://feedback.very-long-company-name.example/reviews/p/" + "a" * 40 + "?s=" + "b" * 40,
)


@pytest.mark.parametrize("link", LINKS)
def test_both_kinds_read_as_the_link(link: str) -> None:
    assert read_png(draw_qr(link, "png")) == link
    assert read_svg(draw_qr(link, "svg")) == link


def test_it_is_black_on_white_with_room_around_it() -> None:
    rows = grid(draw_qr(LINKS[1], "png"))
    room = 16 * QUIET_ZONE
    assert {v for row in rows for v in row} == {0, 255}
    edge = [*rows[:room], *rows[-room:], *[r[:room] for r in rows], *[r[-room:] for r in rows]]
    assert {v for row in edge for v in row} == {255}
    assert rows[room][room] == 0
    assert len(rows) >= 590  # 5 cm at 300 dots an inch


def test_the_svg_scales_and_runs_nothing() -> None:
    svg = etree.fromstring(draw_qr(LINKS[1], "svg"))
    assert svg.get("viewBox")
    assert svg.get("width") is None
    names = {etree.QName(e).localname for e in svg.iter()}
    assert names <= {"svg", "path", "title", "g"}


def test_it_reads_with_a_corner_torn_off() -> None:
    grey = [bytearray(row) for row in grid(draw_qr(LINKS[1], "png"))]
    size = len(grey)
    for y in range(int(size * 0.72), size):
        for x in range(int(size * 0.72), size):
            grey[y][x] = 255
    import zxingcpp

    torn = memoryview(b"".join(grey)).cast("B", (size, size))
    assert zxingcpp.read_barcodes(torn)[0].text == LINKS[1]


def test_there_are_no_other_kinds() -> None:
    with pytest.raises(ValueError, match="gif"):
        draw_qr(LINKS[0], "gif")
