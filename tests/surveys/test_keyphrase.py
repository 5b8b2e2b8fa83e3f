"""Keyphrases: what many people write alike, each counted once, and which side writes it more."""

import time

import pytest

from bot.config.lexicons import load_themes
from surveys.keyphrase import Keyphrase, Written, find_keyphrases

STOP = {code: one.stop for code, one in load_themes().lexicons.items()}


def find(
    *texts: str, language: str = "en", least: int = 2, unhappy: bool | None = None
) -> dict[str, int]:
    written = [Written(who, text, unhappy) for who, text in enumerate(texts)]
    found = find_keyphrases(written, STOP[language], language, least=least, most=10)
    return {one.text: one.people for one in found}


def test_phrases_are_those_of_several_people_without_empty_words() -> None:
    assert find("The long queue was awful", "a long queue again", "Long queue!", "nice shop") == {
        "long queue": 3
    }


def test_each_person_counts_once() -> None:
    written = [Written(1, "long queue"), Written(1, "long queue"), Written(2, "long queue")]
    [only] = find_keyphrases(written, STOP["en"], "en", least=2, most=10)
    assert only == Keyphrase(text="long queue", people=2)
    assert find_keyphrases(written, STOP["en"], "en", least=3, most=10) == ()


def test_a_part_goes_unless_many_more_wrote_it() -> None:
    texts = ["long queue"] * 2 + ["queue at the till"] * 4
    assert find(*texts)["queue"] == 6
    assert "long" not in find(*texts)


def test_a_phrase_does_not_reach_across_a_stop_or_a_number() -> None:
    assert find("good, staff", "good, staff", "good 2 staff") == {"good": 3, "staff": 3}


@pytest.mark.parametrize(
    ("language", "texts", "phrase"),
    [
        ("fi", ("pitkä jonotus", "pitkän jonotuksen", "pitkä jonotus"), "pitkä jonotus"),
        ("de", ("lange Wartezeit", "langen Wartezeiten", "lange Wartezeit"), "lange wartezeit"),
        ("hr", ("ljubazno osoblje", "ljubaznog osoblja", "ljubazno osoblje"), "ljubazno osoblje"),
        ("lv", ("ilga gaidīšana", "ilgas gaidīšanas", "ilga gaidīšana"), "ilga gaidīšana"),
        ("en", ("phone line", "phone lines", "phone line"), "phone line"),
    ],
)
def test_forms_of_a_word_are_one_shown_as_most_write_it(
    language: str, texts: tuple[str, ...], phrase: str
) -> None:
    assert find(*texts, language=language, least=3) == {phrase: 3}


def test_what_unhappy_people_write_more_is_told() -> None:
    written = [Written(n, "long queue", n < 20) for n in range(22)]
    written += [Written(100 + n, "lovely staff", n >= 20) for n in range(22)]
    written += [Written(200 + n, "green door", n % 2 == 0) for n in range(20)]
    found = find_keyphrases(written, STOP["en"], "en", least=5, most=10)
    assert {one.text: one.lean for one in found} == {
        "long queue": "unhappy",
        "lovely staff": "happy",
        "green door": "",
    }
    assert next(one.unhappy for one in found if one.text == "long queue") == 20


def test_without_scores_nothing_leans() -> None:
    written = [Written(n, "long queue") for n in range(9)]
    assert [one.lean for one in find_keyphrases(written, STOP["en"], "en", least=5, most=9)] == [""]


def test_thousands_of_comments_take_no_second() -> None:
    words = [
        "queue",
        "staff",
        "price",
        "phone",
        "app",
        "delivery",
        "parcel",
        "shop",
        "door",
        "friend",
        "week",
        "money",
        "help",
    ]
    texts = [" ".join(words[(i * k) % 13] for k in range(1, 16)) for i in range(3000)]
    begun = time.process_time()
    find(*texts, least=5)
    assert time.process_time() - begun < 1.5
