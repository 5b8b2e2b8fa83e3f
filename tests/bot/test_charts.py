"""Pictures: what is drawn, that it can be read, and that it is the same everywhere."""

import re
import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bot.charts import (
    Bar,
    Distribution,
    Dot,
    Groups,
    Heading,
    Part,
    distribution_chart,
    groups_chart,
)
from bot.charts.canvas import MARGIN, PALETTES, SCALE, WIDTH
from bot.charts.distribution import distribution_canvas
from bot.charts.font import fit, load_face
from bot.charts.groups import groups_canvas
from surveys.metric import Band
from tests.bot.drawn import HEADING, shapes, texts

COUNTS = (3, 0, 1, 2, 1, 5, 8, 12, 19, 33, 44)


def band_of(value: int) -> Band:
    return Band.LOW if value <= 6 else Band.MIDDLE if value <= 8 else Band.HIGH


NPS = Distribution(
    heading=HEADING,
    bars=tuple(
        Bar(label=str(v), n=n, share=n / 128, band=band_of(v)) for v, n in enumerate(COUNTS)
    ),
    parts=(
        Part(label="Detractors", share=20 / 128, band=Band.LOW),
        Part(label="Passives", share=31 / 128, band=Band.MIDDLE),
        Part(label="Promoters", share=77 / 128, band=Band.HIGH),
    ),
)
TEAMS = Groups(
    heading=replace(HEADING, title="NPS by team"),
    dots=(
        Dot(label="support", n=80, score=50, low=25, high=75, spelled="+50"),
        Dot(label="sales", hidden=True),
        Dot(label="one answer", n=1, score=0, spelled="0"),
    ),
    low=-100,
    high=100,
    total=0,
    ticks=((-100, "−100"), (0, "0"), (100, "+100")),
)


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_is_a_png_of_phone_size(theme: str) -> None:
    image = distribution_chart(NPS, "light" if theme == "light" else "dark")
    assert image.png.startswith(b"\x89PNG\r\n\x1a\n")
    assert size(image.png)[0] == 1280
    assert 1100 < size(image.png)[1] < 1400
    assert size(groups_chart(TEAMS).png)[0] == 1280


def test_the_same_picture_is_the_same_bytes() -> None:
    assert distribution_chart(NPS).png == distribution_chart(NPS).png
    assert distribution_chart(NPS).png != distribution_chart(NPS, "dark").png
    assert distribution_chart(NPS).png != distribution_chart(replace(NPS, bars=NPS.bars[:-1])).png


def test_bars_are_as_tall_as_their_counts_and_coloured_by_band() -> None:
    palette = PALETTES["light"]
    bars = [
        box
        for box in shapes(distribution_canvas(NPS), "rect")
        if float(box.get("width")) == pytest.approx(504 / 11 * 0.8, abs=0.1)
    ]
    drawn = [n for n in COUNTS if n]
    assert len(bars) == len(drawn)
    tallest = max(float(bar.get("height")) for bar in bars)
    for bar, n in zip(bars, drawn, strict=True):
        assert float(bar.get("height")) == pytest.approx(tallest * n / 44, abs=0.1)
    colors = [bar.get("fill") for bar in bars]
    assert colors == [palette.low] * 6 + [palette.middle] * 2 + [palette.high] * 2


def test_values_counts_score_and_legend_are_written() -> None:
    written = texts(distribution_canvas(NPS))
    for words in (
        "NPS",
        "after_call · 1–30 Nov 2026",
        "+44",
        *HEADING.facts,
        "Detractors 16 %",
        "Promoters 60 %",
    ):
        assert words in written
    for value, n in enumerate(COUNTS):
        assert str(value) in written
        assert str(n) in written


def test_bars_are_counts_even_where_shares_are_weighted() -> None:
    bars = (Bar(label="0", n=10, share=0.9), Bar(label="1", n=5, share=0.1))
    drawn = shapes(distribution_canvas(Distribution(heading=HEADING, bars=bars)), "rect")[1:]
    assert float(drawn[1].get("height")) == pytest.approx(
        float(drawn[0].get("height")) / 2, abs=0.1
    )


def test_choices_lie_down_with_their_shares() -> None:
    bars = (
        Bar(label="It came late", n=30, share=0.75),
        Bar(label="Other", n=10, share=0.25),
        Bar(label="None", n=0, share=0),
    )
    canvas = distribution_canvas(Distribution(heading=HEADING, bars=bars, wide=True))
    written = texts(canvas)
    for words in ("It came late", "30 · 75 %", "10 · 25 %", "0 · 0 %"):
        assert words in written
    lengths = [float(box.get("width")) for box in shapes(canvas, "rect")[1:]]
    assert len(lengths) == 2
    assert lengths[1] == pytest.approx(lengths[0] / 3, abs=0.1)


def test_many_choices_are_cut_with_a_count() -> None:
    bars = tuple(Bar(label=f"choice {i}", n=20 - i, share=0.05) for i in range(14))
    canvas = distribution_canvas(Distribution(heading=HEADING, bars=bars, wide=True))
    assert "choice 10" in texts(canvas)
    assert "choice 11" not in texts(canvas)
    assert "and 3 more" in texts(canvas)


def test_a_dot_stands_at_its_score_with_its_interval() -> None:
    canvas = groups_canvas(TEAMS)
    axis = {
        float(line.get("x1"))
        for line in shapes(canvas, "line")
        if line.get("stroke-width") == "1.5"
    }
    left, middle, right = sorted(axis)
    dots = [float(dot.get("cx")) for dot in shapes(canvas, "circle")]
    assert dots == [
        pytest.approx(left + 0.75 * (right - left), abs=0.1),
        pytest.approx(middle, abs=0.1),
    ]
    (whisker,) = [w for w in shapes(canvas, "line") if w.get("stroke-width") == "4"]
    assert float(whisker.get("x1")) == pytest.approx(left + 0.625 * (right - left), abs=0.1)
    assert float(whisker.get("x2")) == pytest.approx(left + 0.875 * (right - left), abs=0.1)


def test_a_count_is_never_cut() -> None:
    bars = tuple(Bar(label=str(v), n=1234567 + v, share=1 / 11) for v in range(11))
    written = texts(distribution_canvas(replace(NPS, bars=bars)))
    assert "1,234,567 · 9 %" in written  # lying down, where there is room for it
    assert "1,234,577 · 9 %" in written


def test_hidden_groups_are_named_and_not_drawn() -> None:
    canvas = groups_canvas(TEAMS)
    assert "sales" in texts(canvas)
    assert "hidden: too few answers" in texts(canvas)
    assert len(shapes(canvas, "circle")) == 2


def test_many_groups_are_cut_with_a_count() -> None:
    dots = tuple(Dot(label=f"agent {i}", n=9, score=0, spelled="0") for i in range(13))
    written = texts(groups_canvas(replace(TEAMS, dots=dots)))
    assert "agent 11" in written
    assert "agent 12" not in written
    assert "and 1 more" in written


@pytest.mark.parametrize("bars", [(), (Bar(label="0", n=0, share=0),)])
def test_no_data_is_said_in_the_middle(bars: tuple[Bar, ...]) -> None:
    image = distribution_chart(replace(NPS, bars=bars, parts=()))
    assert image.alt.endswith("No answers yet.")
    assert "No answers yet" in texts(distribution_canvas(replace(NPS, bars=bars, parts=())))
    assert "No answers yet" in texts(groups_canvas(replace(TEAMS, dots=())))
    assert groups_chart(replace(TEAMS, dots=())).alt.endswith("No answers yet.")


def test_the_words_that_stand_for_a_picture_have_its_numbers() -> None:
    assert distribution_chart(NPS).alt == (
        "NPS +44; after_call · 1–30 Nov 2026; 95 %: +31…+53; 128 answers · response rate 38 %; "
        "Goal +50: not met. Answers by value: 0: 3, 1: 0, 2: 1, 3: 2, 4: 1, 5: 5, 6: 8, 7: 12, 8: 19, "
        "9: 33, 10: 44. Detractors 16 %, Passives 24 %, Promoters 60 %."
    )
    assert groups_chart(TEAMS).alt.endswith(
        "By group: support +50 (95 % interval 25 to 75), n 80; sales hidden: too few answers; one answer 0, n 1."
    )


def test_markup_in_names_is_text() -> None:
    nasty = '</text><image href="file:///etc/passwd"/>&"'
    bars = (Bar(label=nasty, n=3, share=1),)
    canvas = distribution_canvas(
        Distribution(heading=Heading(title=nasty, subtitle=nasty), bars=bars, wide=True)
    )
    assert shapes(canvas, "image") == []
    assert nasty in texts(canvas)
    assert canvas.png()


@given(st.text(max_size=60), st.integers(min_value=0, max_value=10**9))
@settings(max_examples=25, deadline=None)
def test_any_name_and_count_can_be_drawn(name: str, n: int) -> None:
    heading = Heading(title=name, subtitle=name, score=name, facts=(name,) * 5)
    bars = (Bar(label=name, n=n, share=0.5), Bar(label="x", n=1, share=0.5))
    for wide in (True, False):
        canvas = distribution_canvas(Distribution(heading=heading, bars=bars, wide=wide))
        etree.fromstring(canvas.svg().encode())
    assert groups_chart(replace(TEAMS, heading=heading, dots=(Dot(label=name, n=n, score=0),))).png


@pytest.mark.parametrize(
    "label", ["W" * 80, "customer care for the largest accounts of all", "ÄÖ" * 40]
)
def test_no_text_runs_off_the_picture(label: str) -> None:
    heading = Heading(title=label, subtitle=label * 3, score="+100", facts=(label, label, label))
    wide = Distribution(heading=heading, bars=(Bar(label=label, n=1234567, share=1),), wide=True)
    for canvas in (
        distribution_canvas(wide),
        distribution_canvas(
            replace(NPS, heading=heading, parts=(Part(label=label, share=1, band=Band.LOW),) * 3)
        ),
        groups_canvas(
            replace(
                TEAMS,
                heading=heading,
                dots=(Dot(label=label, n=1234567, score=99, spelled="+100"),),
            )
        ),
    ):
        for shape in shapes(canvas, "text"):
            left, right = extent(shape)
            assert left >= MARGIN - 30
            assert right <= WIDTH - 8, shape.text


def extent(shape: etree._Element) -> tuple[float, float]:
    face = load_face(bold=shape.get("font-weight") == "bold")
    width = face.width(shape.text or "", float(shape.get("font-size")))
    x = (
        float(shape.get("x"))
        - {"start": 0, "middle": width / 2, "end": width}[shape.get("text-anchor")]
    )
    return x, x + width


def test_text_is_cut_to_its_room() -> None:
    assert fit("short", 500, 20) == "short"
    cut = fit("a rather long label", 100, 20)
    assert cut.endswith("…")
    assert load_face().width(cut, 20) <= 100
    assert load_face().width(cut[:-1] + "xx", 20) > 80
    assert fit("\n spaced\tout ", 500, 20) == "spaced out"


def test_what_the_font_cannot_draw_is_a_box() -> None:
    assert fit("ok 他", 500, 20) == "ok □"
    assert fit("Žščř ÄÖÕ кириллица ā", 500, 20) == "Žščř ÄÖÕ кириллица ā"


def test_widths_are_those_of_the_font() -> None:
    # DejaVu Sans: digits 1303, "i" 569 of 2048 units an em; bold digits 1425.
    assert load_face().width("0", 2048) == pytest.approx(1303, abs=0.5)
    assert load_face().width("i", 2048) == pytest.approx(569, abs=0.5)
    assert load_face(bold=True).width("00", 2048) == pytest.approx(2850, abs=1)


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", PALETTES)
def test_contrast_meets_wcag(theme: str) -> None:
    palette = PALETTES["light" if theme == "light" else "dark"]
    assert contrast(palette.ink, palette.ground) >= 7
    assert contrast(palette.muted, palette.ground) >= 4.5
    for color in (palette.low, palette.high):
        assert contrast(color, palette.ground) >= 3
    assert contrast(palette.middle, palette.ground) >= 2.5


def test_the_canvas_names_no_outside_thing() -> None:
    svg = distribution_canvas(NPS).svg()
    assert re.findall(r"https?://\S+?(?=\")", svg) == ["http://www.w3.org/2000/svg"]
    assert "href" not in svg
    assert SCALE * WIDTH == 1280
