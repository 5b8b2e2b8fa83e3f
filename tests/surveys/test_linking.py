"""Linking, pure: what is an address, what is a code, and what gives nothing away."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.linking import (
    CODE_LIVES,
    MOST_TRIES,
    Linking,
    asks_to_link,
    code_mark,
    is_code,
    link_mark,
    place_mark,
    read_code,
    read_place,
)
from tests.banks import BANKS

KEY, OTHER = b"k" * 32, b"o" * 32
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Anna@Example.com", ("email", "anna@example.com")),
        (" <anna@example.com>. ", ("email", "anna@example.com")),
        ("anna.virtanen+x@mail.example.co.uk", ("email", "anna.virtanen+x@mail.example.co.uk")),
        ("+358 40 123 4567", ("sms", "+358401234567")),
        ("00358-40-1234567", ("sms", "+358401234567")),
        ("+44 (0) 7700 900123", ("sms", "+447700900123")),
        ("+44 7700", None),  # too short
        ("+1 (212) 555-0100", ("sms", "+12125550100")),
        ("040 1234567", None),  # which country?
        ("9", None),
        ("123456", None),
        ("it was great, write me at anna@example.com", None),
        ("anna@example", None),
        ("@anna", None),
        ("+" + "1" * 16, None),
        ("a" * 400 + "@example.com", None),
        ("", None),
    ],
)
def test_which_words_are_an_address(text: str, place: tuple[str, str] | None) -> None:
    assert read_place(text) == place


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123-456", "123456"),
        ("١٢٣٤٥٦", "123456"),
        ("000000", "000000"),
        ("12345", ""),
        ("1234567", ""),
        ("code 123456", ""),
        ("9", ""),
        ("", ""),
    ],
)
def test_which_words_are_a_code(text: str, code: str) -> None:
    assert read_code(text) == code


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("link", "en"), ("/link", "en"), ("LINK!", "en"), ("Liitä", "fi"), ("/liita", "fi"),
        ("Verbinden", "de"), ("poveži", "hr"), ("Saistīt.", "lv"), ("the link does not work", ""),
        ("9", ""), ("", ""),
    ],
)  # fmt: skip
def test_who_asks_to_be_linked(text: str, language: str) -> None:
    assert asks_to_link(text, BANKS.values()) == language


def test_words_that_link_mean_nothing_else() -> None:
    for bank in BANKS.values():
        others = {w for key, words in bank.requests.items() if key != "link" for w in words}
        taken = others | bank.stop | bank.start | bank.yes | bank.no | bank.skip
        assert not bank.requests["link"] & taken, bank.code


def test_marks_are_of_one_thing_and_one_key() -> None:
    marks = {
        place_mark(KEY, "telegram", "1"),
        place_mark(KEY, "telegram1", ""),
        place_mark(KEY, "slack", "1"),
        place_mark(OTHER, "telegram", "1"),
        link_mark(KEY, "1", "telegram"),
        code_mark(KEY, "telegram", 1, ""),
    }
    assert len(marks) == 6 and all(len(mark) == 40 for mark in marks)
    assert place_mark(KEY, "telegram", "1") in marks


def test_a_code_is_good_for_its_chat_its_person_and_its_time() -> None:
    mark = code_mark(KEY, "chat", 7, "123456")
    linking = Linking(chat="chat", until=NOW, known_id=7, code=mark, expires_at=NOW + CODE_LIVES)
    assert is_code(KEY, linking, "123456") and not is_code(KEY, linking, "123457")
    assert not is_code(OTHER, linking, "123456")
    assert linking.is_good(NOW) and not linking.is_good(NOW + CODE_LIVES)
    tried = Linking(
        chat="chat", until=NOW, code=mark, expires_at=NOW + timedelta(1), tries=MOST_TRIES
    )
    assert not tried.is_good(NOW) and not Linking(chat="chat", until=NOW).is_good(NOW)


def test_the_right_code_of_an_address_that_is_nobodys_is_wrong() -> None:
    linking = Linking(chat="chat", until=NOW, known_id=0, code=code_mark(KEY, "chat", 0, "123456"))
    assert not is_code(KEY, linking, "123456")


@given(st.text())
def test_anything_may_be_written(text: str) -> None:
    read_place(text), read_code(text), asks_to_link(text, BANKS.values())
