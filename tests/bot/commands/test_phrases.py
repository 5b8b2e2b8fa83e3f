"""Numbers and other people's words, fitted for a chat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.phrases import clean, count, decimal, fold, listing, percent, signed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\r\nand\ttab", "two lines and tab"),
        ("line\u2028and\u2029paragraph\u0085next", "line and paragraph next"),
        ("bell\x07 null\x00 esc\x1b[31m", "bell null esc[31m"),
        ("\u202eevil\u202c", "evil"),
        ("half \ud83d pair", "half pair"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("👩\u200d👧 family", "👩\u200d👧 family"),
        ("   ", ""),
    ],
)
def test_text_is_cleaned_to_one_line(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text", ["@channel", "hey @here", "(@everyone)", "<!channel>", "<@U123>", "<#C1>", "@@all"]
)
def test_nobody_is_mentioned(text: str) -> None:
    folded = fold(text, 100)
    for mention in ("@channel", "@here", "@everyone", "<!", "<@", "<#", "@all"):
        assert mention not in folded
    assert folded.replace("\u200b", "") == text


def test_an_address_stays_whole() -> None:
    assert fold("write to anna@acme.example", 100) == "write to anna@acme.example"


def test_what_is_too_long_is_cut_with_an_ellipsis() -> None:
    assert fold("abcdef", 6) == "abcdef"
    assert fold("abcdefg", 6) == "abcde…"
    assert fold("abcd efg", 6) == "abcd…"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_folded_text_is_one_short_line_that_can_be_sent(text: str, limit: int) -> None:
    folded = fold(text, limit)
    assert len(folded) <= limit
    assert len(folded.splitlines()) <= 1
    folded.encode()


@pytest.mark.parametrize(
    ("n", "shown"), [(0, "0 answers"), (1, "1 answer"), (2, "2 answers"), (1204, "1,204 answers")]
)
def test_plurals_are_right(n: int, shown: str) -> None:
    assert count(n, "answer") == shown


def test_a_plural_of_its_own() -> None:
    assert count(2, "reply", "replies") == "2 replies"


@pytest.mark.parametrize(
    ("score", "shown"),
    [(42.4, "+42"), (42.5, "+43"), (0, "0"), (0.4, "0"), (-0.4, "0"), (-7.5, "−8"), (100, "+100")],
)
def test_a_net_score_has_its_sign(score: float, shown: str) -> None:
    assert signed(score) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(5.84, "5.8"), (5.85, "5.9"), (4, "4"), (3.96, "4"), (0, "0"), (-1.25, "-1.3")],
)
def test_a_decimal_is_short(number: float, shown: str) -> None:
    assert decimal(number) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0.285, "29 %"), (0, "0 %"), (1, "100 %"), (2 / 3, "67 %")]
)
def test_a_share_is_whole_percent(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_a_list_reads_as_a_sentence() -> None:
    assert listing(()) == ""
    assert listing(("a",)) == "a"
    assert listing(("a", "b")) == "a or b"
    assert listing(("a", "b", "c"), "and") == "a, b and c"
