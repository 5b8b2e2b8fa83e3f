"""Requests: every phrase is heard as what it asks, and nothing else is heard as a request."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.folding import own_words
from surveys.language import NAMED_CHANNELS, SLOTS, UNITS, Language
from surveys.metric import METRICS
from surveys.reading import (
    also_asking_in,
    also_understanding,
    is_start,
    is_stop,
    read_answer,
)
from surveys.request import (
    CONFIRM,
    LONGEST,
    LONGEST_PAUSE,
    Request,
    RequestKind,
    channel_name,
    is_confirmation,
    read_request,
)
from surveys.template import fill
from surveys.wording import value_names
from tests.surveys.bank import CODES, language, raw, spoken
from tests.surveys.questions import rating

EN = spoken("en")
ASKED = [kind for kind in RequestKind if kind not in (RequestKind.STOP, RequestKind.START)]
RATINGS = [rating(m.id, scale) for m in METRICS.values() for scale in m.scales]


def _pause(days: int) -> Request:
    return Request(kind=RequestKind.PAUSE, days=days)


def _only(channel: str) -> Request:
    return Request(kind=RequestKind.ONLY, channel=channel)


def _in(code: str) -> Request:
    return Request(kind=RequestKind.LANGUAGE, language=code)


def _times(bank: Language, *, last: bool) -> Iterator[tuple[str, Request]]:
    """What may be said for a time, and what it means; figures alone only at the end."""
    for unit, words in bank.units.items():
        for word, count in product(words, (2, 3)):
            yield f"{count} {word}", _pause(count * UNITS[unit])
        yield from ((word, _pause(UNITS[unit])) for word in words)
        for number, count in bank.numbers.items():
            if " " not in number:
                yield f"{number} {min(words)}", _pause(max(count * UNITS[unit], 1))
    if last:
        yield from ((str(count), _pause(max(count, 1))) for count in (0, 1, 14))
        yield from ((n, _pause(max(count, 1))) for n, count in bank.numbers.items() if " " not in n)


def _slot_values(phrase: str, slot: str, bank: Language) -> Iterator[tuple[str, Request]]:
    if slot == "time":
        yield from _times(bank, last=phrase.endswith(" {time}"))
    elif slot == "channel":
        yield from ((word, _only(c)) for c, words in bank.channels.items() for word in words)
    elif slot == "language":
        yield from ((word, _in(c)) for c, words in bank.languages.items() for word in words)
    else:
        yield from ((code, _in(code)) for code in bank.languages)


@cache
def _sayings(code: str) -> list[tuple[str, Request]]:
    """Every phrase a language understands, with all it may be said with, and the request it is."""
    bank, found = spoken(code), []
    for key, phrases in bank.requests.items():
        name, _, asked = key.partition(".")
        if name == CONFIRM:
            continue
        days = 30 if name == "pause" else None
        for phrase in phrases:
            slot = phrase.partition("{")[2].partition("}")[0]
            if not slot:
                found.append((phrase, Request(kind=RequestKind(name), language=asked, days=days)))
                continue
            for said, meant in _slot_values(phrase, slot, bank):
                assert meant.kind == name
                found.append((phrase.replace(f"{{{slot}}}", said), meant))
    return found


@cache
def _words(code: str) -> frozenset[str]:
    return frozenset(word for said, _ in _sayings(code) for word in own_words(said).split())


def _phrases(bank: Language) -> list[str]:
    """Every phrase once, its slot filled with something likely."""
    likely = {"{time}": f"2 {min(bank.units['week'])}", "{channel}": "email", "{code}": "fi"}
    likely["{language}"] = min(bank.languages["fi"])
    found = []
    for phrase in (p for key, phrases in bank.requests.items() if key != CONFIRM for p in phrases):
        filled = phrase
        for slot, said in likely.items():
            filled = filled.replace(slot, said)
        found.append(filled)
    return found


# Every phrase


@pytest.mark.parametrize("code", CODES)
def test_every_phrase_is_heard_as_what_it_asks(code: str) -> None:
    bank = spoken(code)
    heard = set()
    for said, meant in _sayings(code):
        assert len(said) <= LONGEST, said
        assert read_request(said, bank) == meant, said
        heard.add(meant.kind)
    assert heard == set(ASKED)


@pytest.mark.parametrize("code", CODES)
def test_no_phrase_has_two_meanings(code: str) -> None:
    """Of all that may be written, in the language and in what is understood besides."""
    meanings: dict[str, Request] = {}
    for said, meant in _sayings(code):
        assert meanings.setdefault(own_words(said), meant) == meant, said
    confirming = {own_words(word) for word in spoken(code).requests[CONFIRM]}
    assert confirming.isdisjoint(meanings)


@pytest.mark.parametrize("code", CODES)
def test_case_accents_and_punctuation_do_not_matter(code: str) -> None:
    bank = spoken(code)
    for phrase in _phrases(bank):
        meant = read_request(phrase, bank)
        assert meant
        for said in (phrase.upper(), f" {phrase}. ", f"“{phrase}”!!", f"/{phrase}", f"{phrase}\n"):
            assert read_request(said, bank) == meant, said
        assert read_request(own_words(phrase), bank) == meant


@pytest.mark.parametrize("code", CODES)
def test_a_phrase_inside_a_sentence_is_no_request(code: str) -> None:
    bank = spoken(code)
    for phrase in _phrases(bank):
        for said in (f"the shop {phrase} xyz", f"{phrase} xyz abc", f"xyz {phrase}"):
            assert read_request(said, bank) is None, said


@pytest.mark.parametrize("code", CODES)
def test_phrases_are_no_words_of_another_kind(code: str) -> None:
    """Yes, no, skip, numbers, stop and start, in the language and in English."""
    bank = spoken(code)
    words = {*bank.yes, *bank.no, *bank.skip, *bank.numbers, *bank.stop, *bank.start}
    taken = {own_words(word) for word in words}
    said = {own_words(said) for said, _ in _sayings(code)} | {
        own_words(word) for word in bank.requests[CONFIRM]
    }
    assert said.isdisjoint(taken)
    assert not any(is_stop(s, bank) or is_start(s, bank) for s in said)


@pytest.mark.parametrize("code", CODES)
def test_what_answers_a_rating_is_no_request(code: str) -> None:
    bank = spoken(code)
    answers = {*bank.yes, *bank.no, *bank.skip, *bank.numbers, *map(str, range(-1, 101))}
    for question in RATINGS:
        answers |= {name for _, name in value_names(bank, question)}
        if question.scale:
            answers |= {f"{n}/{question.scale.high}" for n in question.scale.values}
    for answer in answers:
        assert read_request(answer, bank) is None, answer
    for question, phrase in product(RATINGS, _phrases(language(code))):
        assert read_answer(question, phrase, bank) is None, phrase


@pytest.mark.parametrize("code", CODES)
def test_what_answers_a_rating_with_a_comment_is_no_request(code: str) -> None:
    bank = spoken(code)
    for phrase, answer in product(_phrases(bank), ("9", "0", "yes", min(bank.yes), min(bank.no))):
        for said in (f"{answer}, {phrase}", f"{answer}. {phrase.capitalize()}"):
            assert read_request(said, bank) is None, said


@pytest.mark.parametrize("code", CODES)
def test_words_are_written_as_the_contract_says(code: str) -> None:
    for part in ("requests", "channels", "units", "languages"):
        for key, words in raw(code)[part].items():
            assert len(set(words)) == len(words), (part, key)
            for word in words:
                assert word == word.strip().lower()
                assert own_words(word)
    assert set(NAMED_CHANNELS) <= set(language(code).channels)
    assert set(UNITS) == set(language(code).units)
    assert set(CODES) <= set(language(code).languages)
    assert set(SLOTS) <= set(language(code).requests)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("part", ["channels", "units", "languages"])
def test_no_name_is_given_twice(code: str, part: str) -> None:
    names: dict[str, str] = {}
    for key, words in getattr(spoken(code), part).items():
        for word in words:
            assert names.setdefault(own_words(word), key) == key, word


# What is said about them


@pytest.mark.parametrize("code", CODES)
def test_help_lists_words_that_are_heard(code: str) -> None:
    """Everything but help itself, in an order and in the language's own words."""
    _, *lines = fill(language(code).texts["help_requests"], {"company": "Acme"}).splitlines()
    asked = [read_request(line.partition(": ")[0], language(code)) for line in lines]
    kinds = ["stop", "pause", "only", "language", "know", "forget", "person"]
    assert [found and found.kind for found in asked] == kinds
    assert asked[1] == _pause(14)
    assert asked[2] == _only("email")


@pytest.mark.parametrize("code", CODES)
def test_texts_name_words_that_are_heard(code: str) -> None:
    bank = language(code)
    assert is_confirmation(bank.texts["forget_word"], bank)
    assert "START" in bank.texts["paused"]
    last = bank.texts["know"].splitlines()[-1]
    written = " ".join(word for word in last.split() if word.isupper())
    assert read_request(written, bank) == Request(kind=RequestKind.FORGET)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("channel", NAMED_CHANNELS)
def test_the_names_we_give_channels_may_be_written_back(code: str, channel: str) -> None:
    bank = language(code)
    head = next(word for word in bank.texts["only_unknown"].split() if word.isupper())
    assert read_request(f"{head} {channel_name(bank, channel)}", bank) == _only(channel)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("other", CODES)
def test_languages_may_be_asked_for_by_the_names_we_list(code: str, other: str) -> None:
    bank = spoken(code)
    head = next(w for w in bank.texts["language_unknown"].split() if w.isupper())
    assert read_request(f"{head} {language(other).name}", bank) == _in(other)
    assert read_request(f"{head} {other}", bank) == _in(other)


def test_a_channel_without_a_name_keeps_its_own() -> None:
    assert channel_name(language("fi"), "email") == "sähköposti"
    assert channel_name(language("fi"), "pigeon") == "pigeon"


@pytest.mark.parametrize("code", CODES)
def test_confirming_takes_the_very_word(code: str) -> None:
    bank = spoken(code)
    word = bank.texts["forget_word"]
    for said in (word, word.lower(), f" {word}! ", "DELETE"):
        assert is_confirmation(said, bank)
        assert read_request(said, bank) is None
    for said in ("", "yes", "stop", f"do not {word}", f"{word} it", min(bank.requests["forget"])):
        assert not is_confirmation(said, bank)


# Single cases


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("stop", Request(kind=RequestKind.STOP)),
        ("STOP!", Request(kind=RequestKind.STOP)),
        ("/stop", Request(kind=RequestKind.STOP)),
        ("start", Request(kind=RequestKind.START)),
        ("pause", _pause(30)),
        ("Pause.", _pause(30)),
        ("pause 30 days", _pause(30)),
        ("pause 2 weeks", _pause(14)),
        ("pause for two weeks", _pause(14)),
        ("pause 2w", _pause(14)),
        ("pause a month", _pause(30)),
        ("pause one month", _pause(30)),
        ("pause week", _pause(7)),
        ("pause: 9", _pause(9)),
        ("pause ٣ weeks", _pause(21)),
        ("pause 0", _pause(1)),
        ("pause 1000 days", _pause(LONGEST_PAUSE)),
        ("pause 12 months", _pause(360)),
        ("pause 99999999999999999999 weeks", _pause(LONGEST_PAUSE)),
        ("2 week break", _pause(14)),
        ("/pause 7", _pause(7)),
        ("/pause@our_bot 7", _pause(7)),
        ("/pause until monday", _pause(30)),
        ("/stop right now", Request(kind=RequestKind.STOP)),
        ("only email", _only("email")),
        ("Only by e-mail, please", None),
        ("Only e-mail, please", _only("email")),
        ("email only", _only("email")),
        ("only text messages", _only("sms")),
        ("only voice", _only("voice")),
        ("/only", _only("")),
        ("/only carrier pigeon", _only("")),
        ("/only phone", _only("voice")),
        ("language fi", _in("fi")),
        ("language: Finnish", _in("fi")),
        ("in English please", _in("en")),
        ("language", _in("")),
        ("/language", _in("")),
        ("/language klingon", _in("")),
        ("/language de", _in("de")),
        ("language swedish", _in("sv")),
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
        ("fi", "tauko 2 viikkoa", _pause(14)),
        ("fi", "2 viikon tauko, kiitos", None),
        ("fi", "Kahden viikon tauko", _pause(14)),
        ("fi", "tauko viikko", _pause(7)),
        ("fi", "pidä yksi tauko", None),
        ("fi", "pidä yhden viikon tauko", _pause(7)),
        ("fi", "tauko 30 pv", _pause(30)),
        ("fi", "/tauko banaani", _pause(30)),
        ("fi", "vain sahkoposti", _only("email")),
        ("fi", "Vain sähköpostilla!", _only("email")),
        ("fi", "vain puhelimitse", _only("voice")),
        ("fi", "kieli suomi", _in("fi")),
        ("fi", "suomeksi", _in("fi")),
        ("fi", "auf Deutsch", _in("de")),
        ("fi", "/kieli klingon", _in("")),
        ("fi", "Mitä tiedätte minusta?", Request(kind=RequestKind.KNOW)),
        ("fi", "unohda minut", Request(kind=RequestKind.FORGET)),
        ("fi", "ihminen", Request(kind=RequestKind.PERSON)),
        ("fi", "soittakaa minulle", Request(kind=RequestKind.PERSON)),
        ("fi", "forget me", Request(kind=RequestKind.FORGET)),
        ("fi", "apua", Request(kind=RequestKind.HELP)),
        ("de", "Pause für einen Monat", _pause(30)),
        ("de", "2 Wochen Pause", _pause(14)),
        ("de", "Bitte nur per E-Mail.", _only("email")),
        ("de", "auf Finnisch bitte", _in("fi")),
        ("de", "suomeksi", _in("fi")),
        ("de", "Was wissen Sie über mich?", Request(kind=RequestKind.KNOW)),
        ("de", "Meine Daten löschen", Request(kind=RequestKind.FORGET)),
        ("de", "Mit einem Menschen sprechen", Request(kind=RequestKind.PERSON)),
        ("hr", "pauza na dva tjedna", _pause(14)),
        ("hr", "samo e-poštom", _only("email")),
        ("hr", "na hrvatskom", _in("hr")),
        ("hr", "Sto znate o meni", Request(kind=RequestKind.KNOW)),
        ("hr", "zaboravite me", Request(kind=RequestKind.FORGET)),
        ("lv", "pauze uz 2 nedelam", _pause(14)),
        ("lv", "tikai pa e-pastu", _only("email")),
        ("lv", "latviski", _in("lv")),
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
    st.sampled_from([*_phrases(EN), *_phrases(spoken("fi"))]),
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
    phrase = data.draw(st.sampled_from(_phrases(bank)))
    if own_words(word) and own_words(word) not in _words(code):
        assert read_request(f"{phrase} {word}", bank) is None
        assert read_request(f"{word} {phrase}", bank) is None


def test_a_language_without_phrases_hears_stop_and_commands_only() -> None:
    bare = Language(
        code="xx", name="xx", questions={}, ends={}, labels={}, texts={}, stop=frozenset({"stop"})
    )
    assert read_request("stop", bare) == Request(kind=RequestKind.STOP)
    assert read_request("help", bare) is None
    assert read_request("/help", bare) == Request(kind=RequestKind.HELP)
    assert read_request("/pause 7", bare) == _pause(30)
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
    assert read_request("pause 2 weeks", bank) == _pause(14)
    assert read_request("pause 2 week", bank) == _pause(2)
    assert read_request("only mail", bank) == _only("sms")
    assert read_request("only email", bank) == _only("email")
    assert read_request("in english", bank) == _in("sv")


def test_only_asking_for_a_language_is_understood_in_languages_one_does_not_speak() -> None:
    bank = also_asking_in(language("en"), [language("fi")])
    assert read_request("kieli suomi", bank) == _in("fi")
    assert read_request("saksaksi", bank) == _in("de")
    assert read_request("apua", bank) is None
    assert read_request("kieli suomi", language("en")) is None
