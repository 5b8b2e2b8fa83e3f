from datetime import UTC, datetime, timedelta

import pytest

from surveys.card import (
    BURST,
    JOINS,
    LONGEST,
    MARKS,
    WAITS,
    WINDOW,
    Card,
    Opening,
    is_small_talk,
    join,
    joins,
    pace,
    read_opening,
    read_praise,
    window_end,
)
from surveys.folding import own_words
from surveys.reading import is_start, is_stop
from surveys.request import read_request
from tests.surveys.bank import CODES, language, spoken

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CARD = Card(channel="telegram", text="The queue was long", at=NOW)


@pytest.mark.parametrize(
    ("said", "text", "praise"),
    [
        ("feedback the queue was long", "the queue was long", None),
        ("Feedback: the queue was long", "the queue was long", None),
        ("FEEDBACK - slow", "slow", None),
        ("feedback\nslow\nand cold", "slow\nand cold", None),
        ("/feedback slow", "slow", None),
        ("/feedback@our_bot slow", "slow", None),
        ("comment card: slow", "slow", None),
        ("I have a complaint. Nobody called back.", "Nobody called back.", False),
        ("praise for Pekka", "for Pekka", True),
        ("feedback", "", None),
        ("Feedback!", "", None),
        ("/complaint", "", False),
    ],
)
def test_an_opening_is_read(said: str, text: str, praise: bool | None) -> None:
    found = read_opening(said, language("en"))
    assert found == Opening(text=text, praise=praise, is_command=said.startswith("/"))


@pytest.mark.parametrize(
    "said",
    [
        "",
        "feedbacks are bad",
        "my feed back",
        "no comment",
        "I want to give feedback",
        "9",
        "…" * 99,
    ],
)
def test_other_words_open_nothing(said: str) -> None:
    assert read_opening(said, language("en")) is None


@pytest.mark.parametrize(
    ("code", "said", "text"),
    [
        ("fi", "Palaute: jono oli pitkä", "jono oli pitkä"),
        ("de", "Rückmeldung die Schlange war lang", "die Schlange war lang"),
        ("hr", "Povratna informacija: red je bio dug", "red je bio dug"),
        ("hr", "primjedba dugo sam cekao", "dugo sam cekao"),
        ("lv", "atsauksme rinda bija gara", "rinda bija gara"),
        ("lv", "feedback rinda bija gara", "rinda bija gara"),
    ],
)
def test_every_language_has_openings_and_understands_english_ones(
    code: str, said: str, text: str
) -> None:
    found = read_opening(said, spoken(code))
    assert found
    assert found.text == text


@pytest.mark.parametrize("code", CODES)
def test_every_word_of_a_file_opens_its_kind(code: str) -> None:
    for kind, words in language(code).cards.items():
        for word in words:
            found = read_opening(f"{word}: 12", language(code))
            assert found == Opening(text="12", praise=MARKS[kind]), word


@pytest.mark.parametrize("code", CODES)
def test_no_opening_and_no_small_talk_means_anything_else(code: str) -> None:
    own = spoken(code)
    openings = {word for words in language(code).cards.values() for word in words}
    for word in (*openings, *language(code).small_talk):
        assert read_request(word, own) is None, word
        assert not is_stop(word, own), word
        assert not is_start(word, own), word
    known = {own_words(word) for word in (*own.yes, *own.no, *own.skip)}
    assert not known & {own_words(word) for word in (*openings, *language(code).small_talk)}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "hi"),
        ("en", "Thanks!!"),
        ("en", "OK, thank you very much"),
        ("en", "hi there, thanks a lot. bye"),
        ("en", "🙂"),
        ("en", "👍👍"),
        ("en", ":wave: :+1:"),
        ("en", "thanks :slightly_smiling_face:"),
        ("en", "..."),
        ("fi", "Kiitos!"),
        ("fi", "moikka ja kiitos".replace("ja ", "")),
        ("de", "Vielen Dank, schönen Tag noch!"),
        ("hr", "hvala lijepa, dovidjenja".replace("dj", "đ")),
        ("lv", "Liels paldies!"),
        ("lv", "ok thanks"),
    ],
)
def test_small_talk_is_known(code: str, said: str) -> None:
    assert is_small_talk(said, spoken(code))


@pytest.mark.parametrize(
    "said",
    ["thanks for nothing", "hi, my order is late", "9", "no", "great", "ok but the queue was long"],
)
def test_what_somebody_has_to_say_is_no_small_talk(said: str) -> None:
    assert not is_small_talk(said, language("en"))


def test_long_lists_of_small_talk_are_not_pored_over() -> None:
    assert not is_small_talk("ok " * 2000, language("en"))


@pytest.mark.parametrize(
    ("said", "praise"),
    [
        ("👍 quick and kind", True),
        ("slow 👎", False),
        ("👎👎", False),
        ("👍 but 👎", None),
        ("quick", None),
        ("", None),
    ],
)
def test_a_thumb_says_whether_it_is_praise(said: str, praise: bool | None) -> None:
    assert read_praise(said) is praise


def test_what_is_written_soon_after_joins() -> None:
    waiting = Card(channel="telegram", text="", at=NOW)
    assert joins(CARD, NOW + JOINS)
    assert not joins(CARD, NOW + JOINS + timedelta(seconds=1))
    assert joins(waiting, NOW + WAITS)
    assert not joins(waiting, NOW + WAITS + timedelta(seconds=1))
    assert not joins(None, NOW)


def test_joined_words_are_lines_of_one_card_and_are_cut() -> None:
    joined = join(CARD, "and cold", None, NOW + JOINS)
    assert joined.text == "The queue was long\nand cold"
    assert joined.at == NOW
    assert len(join(CARD, "x" * 9999, None, NOW).text) == LONGEST
    begun = join(Card(channel="sms", text="", at=NOW, praise=False), "Late", None, NOW + JOINS)
    assert (begun.text, begun.at, begun.praise) == ("Late", NOW + JOINS, False)


def test_cards_are_numbered_in_their_window() -> None:
    counter, numbers = 0, []
    for _ in range(BURST + 2):
        counter, number = pace(counter, NOW)
        numbers.append(number)
    assert numbers == list(range(1, BURST + 3))
    _, number = pace(counter, NOW + WINDOW)
    assert number == 1
    assert NOW < window_end(NOW) <= NOW + WINDOW
    assert window_end(window_end(NOW)) == window_end(NOW) + WINDOW
