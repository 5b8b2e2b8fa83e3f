"""Stems: words of a text as they are compared, and lists of words looked for in it."""

import pytest

from surveys.stems import BREAK, FROWN, LONGEST, SMILE, Stems, clauses, fold, split_words


@pytest.mark.parametrize(
    ("word", "language", "folded"),
    [
        ("Hyvää", "fi", "hyvaa"),
        ("DON'T", "en", "dont"),
        ("don’t", "en", "dont"),
        ("čekanje", "hr", "cekanje"),
        ("Đurđa", "hr", "durda"),
        ("Straße", "de", "strasse"),
        ("zurück", "de", "zuruck"),
        ("zurueck", "de", "zuruck"),
        ("Frequenz", "de", "frequenz"),
        ("ātri", "lv", "atri"),
        ("queue", "en", "queue"),
    ],
)
def test_words_are_compared_without_capitals_and_accents(
    word: str, language: str, folded: str
) -> None:
    assert fold(word, language) == folded


def test_a_text_is_split_into_words_faces_and_clauses() -> None:
    assert split_words("Slow, but OK :) 👎 …really?") == (
        "slow", BREAK, "but", "ok", SMILE, FROWN, "really", BREAK,
    )  # fmt: skip
    assert split_words("e-mail - late") == ("e", "mail", BREAK, "late")


def test_no_text_is_too_long() -> None:
    assert len(split_words("a " * 10 * LONGEST)) == LONGEST / 2


@pytest.mark.parametrize(
    ("entry", "text", "found"),
    [
        ("wait", "I wait", True),
        ("wait", "the waiter", False),
        ("wait*", "the waiter", True),
        ("*preis*", "Die Grundpreise steigen", True),
        ("*preis", "Grundpreise", False),
        ("*preis", "der Grundpreis", True),
        ("call back", "please call back", True),
        ("call back", "call me back", False),
        ("call back", "call. back", False),
        ("log in*", "log into it", True),
        ("jonot*", "Jonotin tunnin", True),
        ("kanta-asiak*", "Kanta-asiakkaana", True),
        ("čeka*", "cekao sam", True),
        ("pysäköi*", "PYSÄKÖINTI", True),
    ],
)
def test_an_entry_is_found(entry: str, text: str, found: bool) -> None:
    assert bool(Stems({"x": [entry]}).find(split_words(text))) is found


def test_the_longest_entry_of_a_name_is_found_at_a_place() -> None:
    stems = Stems({"a": ["not good", "not"], "b": ["not"]})
    found = {(one.name, one.size) for one in stems.find(split_words("not good"))}
    assert found == {("a", 2), ("b", 1)}


def test_a_clause_ends_at_a_stop_or_a_breaking_word() -> None:
    assert clauses(("a", BREAK, "b", "but", "c"), frozenset({"but"})) == [0, 1, 1, 2, 2]
