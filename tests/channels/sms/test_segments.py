"""Segments, against samples whose sizes are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.segments import BASIC, EXTENDED, Segments, segments

SAMPLES = [
    ("nothing", "", "GSM-7", 0, 0),
    ("one letter", "a", "GSM-7", 1, 1),
    ("a full one", "a" * 160, "GSM-7", 160, 1),
    ("one more", "a" * 161, "GSM-7", 161, 2),
    ("two full parts", "a" * 306, "GSM-7", 306, 2),
    ("three parts", "a" * 307, "GSM-7", 307, 3),
    ("ten parts", "a" * 1530, "GSM-7", 1530, 10),
    ("eleven parts", "a" * 1531, "GSM-7", 1531, 11),
    ("euro signs, full", "€" * 80, "GSM-7", 160, 1),
    ("euro signs, one more", "€" * 81, "GSM-7", 162, 2),
    ("an escape is not torn apart", "a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
    ("and fits where there is room", "a" * 151 + "€" + "a" * 153, "GSM-7", 306, 2),
    ("every extended one", "\f^{}\\[~]|€", "GSM-7", 20, 1),
    ("western letters", "äöüßåÄÖÜÅéèùìòàñÑæÆøØÇ§¿¡", "GSM-7", 25, 1),
    ("greek capitals", "ΔΦΓΛΩΠΨΣΘΞ", "GSM-7", 10, 1),
    ("a small c with cedilla", "ç", "UCS-2", 1, 1),
    ("a backtick", "`", "UCS-2", 1, 1),
    ("a tab", "\t", "UCS-2", 1, 1),
    ("the escape itself", "\x1b", "UCS-2", 1, 1),
    ("croatian, full", "č" * 70, "UCS-2", 70, 1),
    ("croatian, one more", "č" * 71, "UCS-2", 71, 2),
    ("croatian, two parts", "č" * 134, "UCS-2", 134, 2),
    ("croatian, three parts", "č" * 135, "UCS-2", 135, 3),
    ("one letter turns all", "a" * 160 + "š", "UCS-2", 161, 3),
    ("surrogate pairs, full", "👍" * 35, "UCS-2", 70, 1),
    ("surrogate pairs, one more", "👍" * 36, "UCS-2", 72, 2),
    ("a pair is not torn apart", "👍" * 66, "UCS-2", 132, 2),
    ("so 33 go into a part", "👍" * 67, "UCS-2", 134, 3),
    ("an en dash", "0–10", "UCS-2", 4, 1),
]


@pytest.mark.parametrize(
    ("text", "encoding", "characters", "count"),
    [pytest.param(*sample[1:], id=sample[0]) for sample in SAMPLES],
)
def test_known_samples(text: str, encoding: str, characters: int, count: int) -> None:
    found = segments(text)
    assert (found.encoding, found.characters, found.count) == (encoding, characters, count)


def test_the_alphabet_has_its_size() -> None:
    assert len(BASIC) == 127, "128 places, one of them the escape"
    assert len(EXTENDED) == 10
    assert not BASIC & EXTENDED


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=700))
def test_parts_hold_what_they_hold(text: str) -> None:
    found = segments(text)
    most, part = (160, 153) if found.encoding == "GSM-7" else (70, 67)
    if found.encoding == "UCS-2":
        assert found.characters == len(text.encode("utf-16-le")) // 2
    if found.characters <= most:
        assert found.count == min(found.characters, 1)
    else:
        assert found.count * part >= found.characters
        assert (found.count - 1) * (part - 1) < found.characters


@given(st.text(max_size=300), st.text(max_size=300))
def test_more_text_never_takes_fewer(one: str, more: str) -> None:
    assert segments(one).count <= segments(one + more).count


def test_it_is_a_value() -> None:
    assert segments("9") == Segments(encoding="GSM-7", characters=1, count=1)
