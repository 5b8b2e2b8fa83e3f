"""Requests: single cases, and anything at all that may be said."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.folding import own_words
from surveys.language import NAMED_CHANNELS, Language
from surveys.reading import also_asking_in, also_understanding
from surveys.request import LONGEST_PAUSE, Request, RequestKind, is_confirmation, read_request
from tests.surveys.bank import CODES, language, spoken
from tests.surveys.sayings import asks_in, asks_only, asks_pause, phrases_of, words_of

EN = spoken("en")
# Single cases


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("stop", Request(kind=RequestKind.STOP)),
        ("STOP!", Request(kind=RequestKind.STOP)),
        ("/stop", Request(kind=RequestKind.STOP)),
        ("start", Request(kind=RequestKind.START)),
        ("pause", asks_pause(30)),
        ("Pause.", asks_pause(30)),
        ("pause 30 days", asks_pause(30)),
        ("pause 2 weeks", asks_pause(14)),
        ("pause for two weeks", asks_pause(14)),
        ("pause 2w", asks_pause(14)),
        ("pause a month", asks_pause(30)),
        ("pause one month", asks_pause(30)),
        ("pause week", asks_pause(7)),
        ("pause: 9", asks_pause(9)),
        ("pause ٣ weeks", asks_pause(21)),
        ("pause 0", asks_pause(1)),
        ("pause 1000 days", asks_pause(LONGEST_PAUSE)),
        ("pause 12 months", asks_pause(360)),
        ("pause 99999999999999999999 weeks", asks_pause(LONGEST_PAUSE)),
        ("2 week break", asks_pause(14)),
        ("/pause 7", asks_pause(7)),
        ("/pause@our_bot 7", asks_pause(7)),
        ("/pause until monday", asks_pause(30)),
        ("/stop right now", Request(kind=RequestKind.STOP)),
        ("only email", asks_only("email")),
        ("Only by e-mail, please", None),
        ("Only e-mail, please", asks_only("email")),
        ("email only", asks_only("email")),
        ("only text messages", asks_only("sms")),
        ("only voice", asks_only("voice")),
        ("/only", asks_only("")),
        ("/only carrier pigeon", asks_only("")),
        ("/only phone", asks_only("voice")),
        ("language fi", asks_in("fi")),
        ("language: Finnish", asks_in("fi")),
        ("in English please", asks_in("en")),
        ("language", asks_in("")),
        ("/language", asks_in("")),
        ("/language klingon", asks_in("")),
        ("/language de", asks_in("de")),
        ("language swedish", asks_in("sv")),
        ("по-русски", None),
        ("what do you know about me?", Request(kind=RequestKind.KNOW)),
        ("/know", Request(kind=RequestKind.KNOW)),
        ("forget me", Request(kind=RequestKind.FORGET)),
        ("/forget", Request(kind=RequestKind.FORGET)),
        ("talk to a person", Request(kind=RequestKind.PERSON)),
        ("/person", Request(kind=RequestKind.PERSON)),
        ("help", Request(kind=RequestKind.HELP)),
        ("HELP!!!", Request(kind=RequestKind.HELP)),
        ("/help", Request(kind=RequestKind.HELP)),
    ],
)
def test_english(said: str, meant: Request | None) -> None:
    assert read_request(said, EN) == meant


@pytest.mark.parametrize(
    ("code", "said", "meant"),
    [
        ("fi", "tauko 2 viikkoa", asks_pause(14)),
        ("fi", "2 viikon tauko, kiitos", None),
        ("fi", "Kahden viikon tauko", asks_pause(14)),
        ("fi", "tauko viikko", asks_pause(7)),
        ("fi", "pidä yksi tauko", None),
        ("fi", "pidä yhden viikon tauko", asks_pause(7)),
        ("fi", "tauko 30 pv", asks_pause(30)),
        ("fi", "/tauko banaani", asks_pause(30)),
        ("fi", "vain sahkoposti", asks_only("email")),
        ("fi", "Vain sähköpostilla!", asks_only("email")),
        ("fi", "vain puhelimitse", asks_only("voice")),
        ("fi", "kieli suomi", asks_in("fi")),
        ("fi", "suomeksi", asks_in("fi")),
        ("fi", "auf Deutsch", asks_in("de")),
        ("fi", "/kieli klingon", asks_in("")),
        ("fi", "Mitä tiedätte minusta?", Request(kind=RequestKind.KNOW)),
        ("fi", "unohda minut", Request(kind=RequestKind.FORGET)),
        ("fi", "ihminen", Request(kind=RequestKind.PERSON)),
        ("fi", "soittakaa minulle", Request(kind=RequestKind.PERSON)),
        ("fi", "forget me", Request(kind=RequestKind.FORGET)),
        ("fi", "apua", Request(kind=RequestKind.HELP)),
        ("de", "Pause für einen Monat", asks_pause(30)),
        ("de", "2 Wochen Pause", asks_pause(14)),
        ("de", "Bitte nur per E-Mail.", asks_only("email")),
        ("de", "auf Finnisch bitte", asks_in("fi")),
        ("de", "suomeksi", asks_in("fi")),
        ("de", "Was wissen Sie über mich?", Request(kind=RequestKind.KNOW)),
        ("de", "Meine Daten löschen", Request(kind=RequestKind.FORGET)),
        ("de", "Mit einem Menschen sprechen", Request(kind=RequestKind.PERSON)),
        ("hr", "pauza na dva tjedna", asks_pause(14)),
        ("hr", "samo e-poštom", asks_only("email")),
        ("hr", "na hrvatskom", asks_in("hr")),
        ("hr", "Sto znate o meni", Request(kind=RequestKind.KNOW)),
        ("hr", "zaboravite me", Request(kind=RequestKind.FORGET)),
        ("lv", "pauze uz 2 nedelam", asks_pause(14)),
        ("lv", "tikai pa e-pastu", asks_only("email")),
        ("lv", "latviski", asks_in("lv")),
        ("lv", "aizmirstiet mani", Request(kind=RequestKind.FORGET)),
        ("lv", "runāt ar cilvēku", Request(kind=RequestKind.PERSON)),
    ],
)
def test_other_languages(code: str, said: str, meant: Request | None) -> None:
    assert read_request(said, spoken(code)) == meant


@pytest.mark.parametrize(
    "said",
    [
        "", " ", "/", "//", "?", "-", "9", "10", "9/10", "yes", "no", "👍", "9, pause", "9 pause",
        "9. Pause", "ten break", "9 - break", "3 breaks", "please help my neighbour stop smoking",
        "they paused my order for 2 weeks", "pause 2-3 weeks", "pause 1.5 weeks",
        "pause 2 bananas", "only 3 days late", "only complaints", "only", "Language barrier",
        "language klingon", "English", "fi", "in time", "no please", "the person was rude",
        "forget it", "I forgot", "know", "I know", "email", "a week", "2 weeks", "/thanks", "/9",
        "the help was great", "x" * 10_000, "help " * 30, "pause" + " " * 100 + "abc",
        "/pause until " + "the end of " * 5, "/help " + "me " * 19,
    ],
)  # fmt: skip
def test_other_words_are_no_request(said: str) -> None:
    for code in CODES:
        assert read_request(said, spoken(code)) is None, code


# Anything at all

WORDS = st.one_of(
    st.sampled_from([*phrases_of(EN), *phrases_of(spoken("fi"))]),
    st.sampled_from(["/", "@bot", "pause", "only", "language", "in", "9", "0", "weeks", "²", "½"]),
    st.text(max_size=8),
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=5).map(" ".join)), st.sampled_from(CODES))
def test_anything_at_all_is_a_request_in_its_bounds_or_none(said: str, code: str) -> None:
    found = read_request(said, spoken(code))
    assert is_confirmation(said, spoken(code)) in (True, False)
    if found is None:
        return
    assert (found.days is not None) is (found.kind is RequestKind.PAUSE)
    assert found.days is None or 1 <= found.days <= LONGEST_PAUSE
    assert not found.channel or (found.kind is RequestKind.ONLY and found.channel in NAMED_CHANNELS)
    assert not found.language or found.kind is RequestKind.LANGUAGE
    assert found.language in {"", *spoken(code).languages}


@settings(deadline=None)  # the first of a language gathers all that may be said in it
@given(
    st.sampled_from(CODES),
    st.data(),
    st.text(st.characters(categories=["Ll"]), min_size=1, max_size=9),
)
def test_one_more_word_makes_it_no_request(code: str, data: st.DataObject, word: str) -> None:
    """Unless that word is one of ours: then it is a phrase of its own."""
    bank = spoken(code)
    phrase = data.draw(st.sampled_from(phrases_of(bank)))
    if own_words(word) and own_words(word) not in words_of(code):
        assert read_request(f"{phrase} {word}", bank) is None
        assert read_request(f"{word} {phrase}", bank) is None


def test_a_language_without_phrases_hears_stop_and_commands_only() -> None:
    bare = Language(
        code="xx", name="xx", questions={}, ends={}, labels={}, texts={}, stop=frozenset({"stop"})
    )
    assert read_request("stop", bare) == Request(kind=RequestKind.STOP)
    assert read_request("help", bare) is None
    assert read_request("/help", bare) == Request(kind=RequestKind.HELP)
    assert read_request("/pause 7", bare) == asks_pause(30)
    assert not is_confirmation("delete", bare)


# What else is understood


def test_a_language_keeps_its_own_meaning_of_a_word_that_english_has_too() -> None:
    odd = replace(
        language("fi"),
        requests={"pause": frozenset({"tauko"}), "help": frozenset({"pause", "apua"})},
        channels={"email": frozenset({"posti"}), "sms": frozenset({"mail"})},
        units={"week": frozenset({"viikko"}), "day": frozenset({"week"})},
        languages={"en": frozenset({"englanti"}), "sv": frozenset({"english"})},
    )
    bank = also_understanding(odd, language("en"))
    assert read_request("pause", bank) == Request(kind=RequestKind.HELP)
    assert read_request("pause 2 weeks", bank) == asks_pause(14)
    assert read_request("pause 2 week", bank) == asks_pause(2)
    assert read_request("only mail", bank) == asks_only("sms")
    assert read_request("only email", bank) == asks_only("email")
    assert read_request("in english", bank) == asks_in("sv")


def test_only_asking_for_a_language_is_understood_in_languages_one_does_not_speak() -> None:
    bank = also_asking_in(language("en"), [language("fi")])
    assert read_request("kieli suomi", bank) == asks_in("fi")
    assert read_request("saksaksi", bank) == asks_in("de")
    assert read_request("apua", bank) is None
    assert read_request("kieli suomi", language("en")) is None
