"""Pictures in every language, at the size of a phone: nothing too small, cut off or overlapping, and
numbers and days as the language writes them.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from lxml import etree

from bot.charts.canvas import WIDTH, Canvas
from bot.charts.font import load_face, wrap
from bot.words import words_of
from bot.words.words import FILES
from surveys.plural import plural_forms
from tests.bot.gallery.drawings import extremes
from tests.bot.gallery.year import LANGUAGES

PHONE = 345  # CSS pixels of a picture in a chat on a phone of 375
LEAST = 11.0


def texts(canvas: Canvas) -> list[etree._Element]:
    return list(etree.fromstring(canvas.svg().encode()).iter("{*}text"))


def extent(shape: etree._Element) -> tuple[float, float]:
    width = load_face(bold=shape.get("font-weight") == "bold").width(
        shape.text or "", float(shape.get("font-size"))
    )
    x = float(shape.get("x"))
    start = x - {"start": 0, "middle": width / 2, "end": width}[shape.get("text-anchor")]
    return start, start + width


def strained() -> list[tuple[str, str, Canvas]]:
    return [(code, name, one) for code in LANGUAGES for name, one in extremes(code).items()]


@pytest.mark.parametrize(
    ("code", "name", "canvas"), strained(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_words_are_large_enough_inside_and_apart(code: str, name: str, canvas: Canvas) -> None:
    lines: dict[float, list[tuple[float, float, str]]] = {}
    for shape in texts(canvas):
        assert float(shape.get("font-size")) * PHONE / WIDTH >= LEAST, shape.text
        left, right = extent(shape)
        assert left >= 0, shape.text
        assert right <= WIDTH - 4, shape.text
        assert float(shape.get("y")) <= canvas.height - 6, shape.text
        lines.setdefault(float(shape.get("y")), []).append((left, right, shape.text or ""))
    for line in lines.values():
        for (_, right, one), (left, _, two) in pairwise(sorted(line)):
            assert right + 2 < left, (one, two)


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_strains_a_picture_is_said(code: str) -> None:
    words, drawn = words_of(code), extremes(code)
    said = {name: [shape.text for shape in texts(canvas)] for name, canvas in drawn.items()}
    assert words.say("empty") in said["empty"]
    assert words.count("n_answers", 1) in said["one"]
    assert "−100" in said["one"]
    many = words.whole(912_345).replace("\u00a0", " ")
    assert f"{many} · 44 %" in said["many"]
    assert words.say("hidden") in said["ends"]
    assert "n " + words.whole(128_204).replace("\u00a0", " ") in said["ends"]
    assert {"+100", "−100", "0"} <= set(said["ends"])
    assert f"* {words.say('hidden')}" in said["step"]


def test_long_names_take_two_lines() -> None:
    name = "Kundendienst Deutschland, Österreich und Schweiz"
    lines = wrap(name, 300, 19)
    assert lines == ["Kundendienst Deutschland,", "Österreich und Schweiz"]
    assert wrap(name * 3, 300, 19)[1].endswith("…")
    assert wrap("antwortete 38 %", 130, 19)[-1] == "38 %"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_language_has_the_same_texts_with_the_same_names(file: object) -> None:
    known = read(file)
    assert tuple(known) == LANGUAGES or set(known) == set(LANGUAGES)
    english = known["en"]
    for code, spoken in known.items():
        assert bases(spoken, code) == bases(english, "en"), code
        for key, text in spoken.items():
            assert text.strip(), (code, key)
            like = english.get(key) or english[f"{key.rpartition('_')[0]}_other"]
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", like)), (code, key)


def read(file: object) -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(file.read_text("utf-8"))  # type: ignore[attr-defined]
    return found


def bases(texts: Mapping[str, str], code: str) -> set[str]:
    """Give the keys, those with a count once; every plural form of the language must be there."""
    found = set()
    for key in texts:
        base, _, form = key.rpartition("_")
        counted = form in ("zero", "one", "few", "other") and {
            f"{base}_one",
            f"{base}_other",
        } <= set(texts)
        found.add(base if counted else key)
        if counted:
            assert {f"{base}_{one}" for one in plural_forms(code)} <= set(texts), (code, base)
    return found


@pytest.mark.parametrize(
    ("code", "four", "many", "half", "share", "below"),
    [
        ("en", "1,204", "128,204", "5.5", "12 %", "−3.5"),
        ("fi", "1\u00a0204", "128\u00a0204", "5,5", "12 %", "−3,5"),
        ("de", "1.204", "128.204", "5,5", "12 %", "−3,5"),
        ("hr", "1.204", "128.204", "5,5", "12 %", "−3,5"),
        ("lv", "1204", "128\u00a0204", "5,5", "12 %", "−3,5"),
    ],
)
def test_numbers(code: str, four: str, many: str, half: str, share: str, below: str) -> None:
    words = words_of(code)
    assert (words.whole(1204), words.whole(128_204)) == (four, many)
    assert (words.number(5.5), words.percent(0.12), words.number(-3.5)) == (half, share, below)
    assert words.number(-0.01) == "0"


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        ("en", ("0 answers", "1 answer", "2 answers", "5 answers", "21 answers")),
        ("fi", ("0 vastausta", "1 vastaus", "2 vastausta", "5 vastausta", "21 vastausta")),
        ("de", ("0 Antworten", "1 Antwort", "2 Antworten", "5 Antworten", "21 Antworten")),
        ("hr", ("0 odgovora", "1 odgovor", "2 odgovora", "5 odgovora", "21 odgovor")),
        ("lv", ("0 atbilžu", "1 atbilde", "2 atbildes", "5 atbildes", "21 atbilde")),
    ],
)
def test_counts_are_inflected(code: str, counts: tuple[str, ...]) -> None:
    assert tuple(words_of(code).count("n_answers", n) for n in (0, 1, 2, 5, 21)) == counts


@pytest.mark.parametrize(
    ("code", "month", "months", "years", "day", "moment"),
    [
        ("en", "1–30 Nov 2026", "28 Oct – 3 Nov 2026", "28 Dec 2025 – 3 Jan 2026", "3 Nov", "3 Nov 2026, 14:05"),
        ("fi", "1.–30.11.2026", "28.10.–3.11.2026", "28.12.2025 – 3.1.2026", "3.11.", "3.11.2026 klo 14.05"),
        ("de", "1.–30.11.2026", "28.10.–3.11.2026", "28.12.2025 – 3.1.2026", "3.11.", "3.11.2026, 14:05"),
        ("hr", "1. – 30. 11. 2026.", "28. 10. – 3. 11. 2026.", "28. 12. 2025. – 3. 1. 2026.", "3.\u00a011.", "3. 11. 2026., 14:05"),
        ("lv", "01.–30.11.2026", "28.10.–03.11.2026", "28.12.2025 – 03.01.2026", "03.11.", "03.11.2026, 14:05"),
    ],
)  # fmt: skip
def test_days(code: str, month: str, months: str, years: str, day: str, moment: str) -> None:
    words = words_of(code)
    assert words.span(date(2026, 11, 1), date(2026, 11, 30)) == month
    assert words.span(date(2026, 10, 28), date(2026, 11, 3)) == months
    assert words.span(date(2025, 12, 28), date(2026, 1, 3)) == years
    assert words.axis(date(2026, 11, 3)) == day
    assert words.moment(datetime(2026, 11, 3, 14, 5, tzinfo=UTC)) == moment
