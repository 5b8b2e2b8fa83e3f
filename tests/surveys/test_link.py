from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.link import TOKEN_LENGTH, Purpose, seal, unseal

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = b"k" * 32
TOKEN = seal(KEY, Purpose.ANSWER, 7, NOW + timedelta(days=3))


@given(st.integers(0, 2**48 - 1), st.sampled_from(Purpose))
def test_a_token_gives_its_subject_back(subject: int, purpose: Purpose) -> None:
    token = seal(KEY, purpose, subject, NOW)
    assert unseal(KEY, purpose, token, NOW) == subject
    assert len(token) == TOKEN_LENGTH
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.ANSWER])
def test_a_token_is_worthless_for_another_purpose(purpose: Purpose) -> None:
    assert unseal(KEY, purpose, TOKEN, NOW) is None


def test_a_token_dies_with_its_day_and_its_key() -> None:
    assert unseal(KEY, Purpose.ANSWER, TOKEN, NOW + timedelta(days=3)) == 7
    assert unseal(KEY, Purpose.ANSWER, TOKEN, NOW + timedelta(days=4)) is None
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=4)
    assert unseal(KEY, Purpose.ANSWER, TOKEN, midnight - timedelta(microseconds=1)) == 7
    assert unseal(KEY, Purpose.ANSWER, TOKEN, midnight) is None
    assert unseal(b"x" * 32, Purpose.ANSWER, TOKEN, NOW) is None


def test_no_single_changed_character_is_accepted() -> None:
    for place in range(TOKEN_LENGTH):
        other = "A" if TOKEN[place] != "A" else "B"
        forged = TOKEN[:place] + other + TOKEN[place + 1 :]
        assert unseal(KEY, Purpose.ANSWER, forged, NOW) is None


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    assert unseal(KEY, Purpose.ANSWER, text, NOW) is None
