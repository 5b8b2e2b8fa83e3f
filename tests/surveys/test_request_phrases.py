"""Requests: every phrase is heard as what it asks, and as nothing else."""

from itertools import product

import pytest

from surveys.folding import own_words
from surveys.language import NAMED_CHANNELS, SLOTS, UNITS
from surveys.metric import METRICS
from surveys.reading import is_start, is_stop, read_answer
from surveys.request import (
    CONFIRM,
    LONGEST,
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
from tests.surveys.sayings import asks_in, asks_only, asks_pause, phrases_of, sayings

ASKED = [kind for kind in RequestKind if kind not in (RequestKind.STOP, RequestKind.START)]


RATINGS = [rating(m.id, scale) for m in METRICS.values() for scale in m.scales]


@pytest.mark.parametrize("code", CODES)
def test_every_phrase_is_heard_as_what_it_asks(code: str) -> None:
    bank = spoken(code)
    heard = set()
    for said, meant in sayings(code):
        assert len(said) <= LONGEST, said
        assert read_request(said, bank) == meant, said
        heard.add(meant.kind)
    assert heard == set(ASKED)


@pytest.mark.parametrize("code", CODES)
def test_no_phrase_has_two_meanings(code: str) -> None:
    """Of all that may be written, in the language and in what is understood besides."""
    meanings: dict[str, Request] = {}
    for said, meant in sayings(code):
        assert meanings.setdefault(own_words(said), meant) == meant, said
    confirming = {own_words(word) for word in spoken(code).requests[CONFIRM]}
    assert confirming.isdisjoint(meanings)


@pytest.mark.parametrize("code", CODES)
def test_case_accents_and_punctuation_do_not_matter(code: str) -> None:
    bank = spoken(code)
    for phrase in phrases_of(bank):
        meant = read_request(phrase, bank)
        assert meant
        for said in (phrase.upper(), f" {phrase}. ", f"“{phrase}”!!", f"/{phrase}", f"{phrase}\n"):
            assert read_request(said, bank) == meant, said
        assert read_request(own_words(phrase), bank) == meant


@pytest.mark.parametrize("code", CODES)
def test_a_phrase_inside_a_sentence_is_no_request(code: str) -> None:
    bank = spoken(code)
    for phrase in phrases_of(bank):
        for said in (f"the shop {phrase} xyz", f"{phrase} xyz abc", f"xyz {phrase}"):
            assert read_request(said, bank) is None, said


@pytest.mark.parametrize("code", CODES)
def test_phrases_are_no_words_of_another_kind(code: str) -> None:
    """Yes, no, skip, numbers, stop and start, in the language and in English."""
    bank = spoken(code)
    words = {*bank.yes, *bank.no, *bank.skip, *bank.numbers, *bank.stop, *bank.start}
    taken = {own_words(word) for word in words}
    said = {own_words(said) for said, _ in sayings(code)} | {
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
    for question, phrase in product(RATINGS, phrases_of(language(code))):
        assert read_answer(question, phrase, bank) is None, phrase


@pytest.mark.parametrize("code", CODES)
def test_what_answers_a_rating_with_a_comment_is_no_request(code: str) -> None:
    bank = spoken(code)
    for phrase, answer in product(phrases_of(bank), ("9", "0", "yes", min(bank.yes), min(bank.no))):
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


@pytest.mark.parametrize("code", CODES)
def test_help_lists_words_that_are_heard(code: str) -> None:
    """Everything but help itself, in an order and in the language's own words."""
    _, *lines = fill(language(code).texts["help_requests"], {"company": "Acme"}).splitlines()
    asked = [read_request(line.partition(": ")[0], language(code)) for line in lines]
    kinds = ["stop", "pause", "only", "language", "know", "forget", "person"]
    assert [found and found.kind for found in asked] == kinds
    assert asked[1] == asks_pause(14)
    assert asked[2] == asks_only("email")


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
    assert read_request(f"{head} {channel_name(bank, channel)}", bank) == asks_only(channel)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("other", CODES)
def test_languages_may_be_asked_for_by_the_names_we_list(code: str, other: str) -> None:
    bank = spoken(code)
    head = next(w for w in bank.texts["language_unknown"].split() if w.isupper())
    assert read_request(f"{head} {language(other).name}", bank) == asks_in(other)
    assert read_request(f"{head} {other}", bank) == asks_in(other)


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
