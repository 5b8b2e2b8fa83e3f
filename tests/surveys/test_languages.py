import dataclasses
import re
from itertools import combinations
from pathlib import Path

import pytest

from surveys.folding import own_words
from surveys.language import COUNTED, TEXT_KEYS, Language
from surveys.metric import METRICS
from surveys.plural import plural_forms
from surveys.preset import PRESETS, VARIANTS
from surveys.question import Kind, Question
from surveys.scale import SCALES
from surveys.template import names
from surveys.wording import bank_text, value_ends, value_words
from tests.surveys.bank import CODES, FOLDER, language, raw

ROOT = Path(__file__).parents[2]
OTHERS = CODES[1:]
WORDS = ("yes", "no", "skip", "stop", "start")
DRIVERS = [q.wording for q in PRESETS.values() if q.metric_id == "driver"]
ALLOWED = {
    "colleague_says": {"colleague", "company"},
    "choice_pause": {"days"}, "choice_only": {"channel"}, "forget_sure": {"company"},
    "stop": {"company"}, "stop_confirm": {"company"}, "stopped": {"company"},
    "stopped_here": {"company"}, "paused_here": {"date"},
    "know_here": {"company", "name", "addresses", "answers", "since"},
    "linked": {"company"}, "hello": {"company"}, "subject": {"company"},
    "mail_reason": {"company"}, "progress": {"step", "steps"}, "recorded": {"answer"},
    "changed": {"answer"}, "too_late": {"answer"}, "greeting": {"first_name"},
    "scale_hint": {"low", "high"}, "skip_hint": {"word"}, "paused": {"date"}, "only_set": {"channel"},
    "only_unknown": {"channels"}, "language_set": {"language"}, "language_unknown": {"languages"},
    "know": {"company", "name", "addresses", "answers", "since"}, "know_nothing": {"company"},
    "forget_confirm": {"company", "word"}, "person_called": {"company"},
    "thanks_promise": {"respond_within"},
    "link_ask": {"company"}, "link_subject": {"company"}, "link_code": {"code", "company"},
    "link_wrong": {"left"}, "link_taken": {"company"}, "link_used": {"company"},
    "help_requests": {"company"}, "answers_one": {"count"}, "answers_other": {"count"},
    **{f"within_{unit}_{form}": {"count"} for unit in ("minutes", "hours", "days")
       for form in ("one", "other")},
}  # fmt: skip


def _rating(wording: str, metric: str, scale: str) -> Question:
    return Question(id="q", kind=Kind.RATING, wording=wording, metric_id=metric, scale_id=scale)


def _askable() -> list[Question]:
    """Every scored question a survey can take from the bank, on every scale it may have."""
    return [
        _rating(wording, preset.metric_id, scale)
        for name, preset in PRESETS.items()
        if preset.metric_id
        for wording in (name, *(f"{name}.{v}" for v in VARIANTS.get(name, ())))
        for scale in METRICS[preset.metric_id].scales
    ]


def _strings(found: Language) -> list[str]:
    return [
        *found.questions.values(),
        *found.texts.values(),
        *(end for ends in found.ends.values() for end in ends),
        *(label for labels in found.labels.values() for label in labels.values()),
    ]


def test_every_file_is_a_listed_language() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(CODES)


def test_every_text_is_said_somewhere() -> None:
    """No translator is asked for words that nobody ever reads."""
    made = ("thanks_", "channel_")  # their keys are put together from what they are about
    rooms = [ROOT / room for room in ("surveys", "channels", "scheduler", "bot")]
    files = (f for room in rooms for kind in ("*.py", "*.html") for f in room.rglob(kind))
    code = " ".join(f.read_text("utf-8") for f in files if f.name != "language.py")
    said = set(re.findall(r"\w+", code))
    assert {key for key in TEXT_KEYS if not key.startswith(made)} <= said


@pytest.mark.parametrize("code", CODES)
def test_file_has_the_shape_of_a_language(code: str) -> None:
    assert list(raw(code)) == [field.name for field in dataclasses.fields(Language)]
    assert language(code).code == code
    assert all(isinstance(key, int) for part in raw(code)["labels"].values() for key in part)
    assert all(isinstance(w, str) for part in WORDS for w in raw(code)[part])
    assert all(type(n) is int for n in raw(code)["numbers"].values())


@pytest.mark.parametrize("code", CODES)
def test_no_text_is_missing_or_unknown(code: str) -> None:
    forms = {f"{key}_{form}" for key in COUNTED for form in plural_forms(code)}
    assert set(language(code).texts) == {*TEXT_KEYS, *forms}
    assert set(language(code).questions) == set(language("en").questions)
    assert set(language(code).ends) == set(language("en").ends)
    assert set(language(code).labels) == set(language("en").labels)
    assert all(text and text == text.strip() for text in _strings(language(code)))


@pytest.mark.parametrize("code", CODES)
def test_every_preset_and_variant_has_words(code: str) -> None:
    wordings = {q.wording for q in PRESETS.values()} | {
        f"{name}.{variant}" for name, variants in VARIANTS.items() for variant in variants
    }
    assert wordings <= set(language(code).questions)


@pytest.mark.parametrize("code", OTHERS)
def test_names_in_braces_are_those_of_english(code: str) -> None:
    for part in ("questions", "texts"):
        ours, english = getattr(language(code), part), getattr(language("en"), part)
        for key, text in ours.items():
            same = english.get(key) or english[f"{key.rpartition('_')[0]}_other"]
            assert set(names(text)) == set(names(same)), key


def test_english_uses_the_names_its_keys_promise() -> None:
    assert {k: set(names(t)) for k, t in language("en").texts.items() if names(t)} == ALLOWED
    used = {name for text in language("en").questions.values() for name in names(text)}
    assert used == {"company"}


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_was_left_in_english(code: str) -> None:
    for part in ("questions", "texts"):
        ours, english = getattr(language(code), part), getattr(language("en"), part)
        same = {key for key in english if ours.get(key) == english[key]}
        same -= {"within_minutes_one"}  # "1 minute" is Croatian, too
        assert same <= {"progress", "channel_telegram", "channel_slack", "channel_messenger"}


def test_finnish_phone_wordings_are_the_given_ones() -> None:
    questions = language("fi").questions
    assert questions["nps.phone"] == (
        "Perustuen äskeiseen puheluun, kuinka todennäköisesti suosittelisit palvelua ystävällesi "
        "tai työtoverillesi?"
    )
    assert questions["ces.phone"] == "Kuinka helppoa oli saada asiasi hoidettua kuntoon?"
    assert questions["csat.phone"] == (
        "Kuinka tyytyväinen olit asiaasi käsitelleeseen asiakaspalvelijaan?"
    )


def test_english_headline_wordings_are_the_published_ones() -> None:
    questions = language("en").questions
    assert questions["nps"] == (
        "How likely is it that you would recommend {company} to a friend or colleague?"
    )
    assert questions["ces"] == "{company} made it easy for me to handle my issue."
    assert questions["ces.question"] == "Overall, how easy was it to solve your problem today?"
    assert questions["ces1"] == (
        "How much effort did you personally have to put forth to handle your request?"
    )


@pytest.mark.parametrize("code", CODES)
def test_every_question_can_be_asked_on_every_scale_it_may_have(code: str) -> None:
    for question in _askable():
        assert bank_text(language(code), question), question
        words = value_words(language(code), question)
        if question.scale_id != "0-10":
            assert set(words) == set(SCALES[question.scale_id or ""].values), question
            assert len(set(words.values())) == len(words), question
        if len(SCALES[question.scale_id or ""].values) > 3:
            ends = value_ends(language(code), question)
            assert ends is not None
            assert ends[0] != ends[1]


@pytest.mark.parametrize("code", CODES)
def test_the_ends_say_what_the_end_labels_say(code: str) -> None:
    """A customer who hears "5, very satisfied" must see the same words at the end of the scale."""
    for question in _askable():
        scale, ends = question.scale, value_ends(language(code), question)
        words = value_words(language(code), question)
        if scale and ends and words and question.scale_id in ("1-5", "1-7"):
            said = (words[scale.low].casefold(), words[scale.high].casefold())
            assert said == (ends[0].casefold(), ends[1].casefold()), question


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("wording", ["csat", "csat.phone", *DRIVERS])
def test_yes_no_is_asked_as_a_yes_no_question(code: str, wording: str) -> None:
    asked = language(code).questions
    metric = "csat" if wording.startswith("csat") else "driver"
    assert (
        bank_text(language(code), _rating(wording, metric, "yes-no")) == asked[f"{wording}.yes-no"]
    )
    assert bank_text(language(code), _rating(wording, metric, "1-5")) == asked[wording]


@pytest.mark.parametrize("code", CODES)
def test_effort_is_never_named_by_satisfaction(code: str) -> None:
    ces1 = value_words(language(code), _rating("ces1", "ces1", "1-5"))
    assert set(ces1.values()).isdisjoint(language(code).labels["csat.1-5"].values())
    asked = _rating("ces.phone", "ces", "1-7")
    assert value_ends(language(code), asked) == language(code).ends["ces.phone"]
    assert value_ends(language(code), _rating("ces", "ces", "1-7")) == language(code).ends["ces"]


@pytest.mark.parametrize("code", CODES)
def test_all_numbers_to_ten_are_spelled(code: str) -> None:
    assert set(language(code).numbers.values()) == set(range(11))


@pytest.mark.parametrize("code", CODES)
def test_words_are_written_as_the_contract_says(code: str) -> None:
    found = language(code)
    for word in {w for part in WORDS for w in getattr(found, part)} | set(found.numbers):
        assert word == word.strip().lower()
        assert word == "-" or own_words(word)


@pytest.mark.parametrize("code", CODES)
def test_no_word_means_two_things(code: str) -> None:
    """Within a language, and between it and English, which is understood everywhere."""
    for one, two in combinations(WORDS, 2):
        mine = {own_words(w) for c in (code, "en") for w in getattr(language(c), one)} - {""}
        other = {own_words(w) for c in (code, "en") for w in getattr(language(c), two)} - {""}
        assert mine.isdisjoint(other), (one, two, mine & other)


@pytest.mark.parametrize("code", CODES)
def test_no_number_is_another_one_or_a_word(code: str) -> None:
    spelled: dict[str, int] = {}
    for c in (code, "en"):
        for word, value in language(c).numbers.items():
            assert spelled.setdefault(own_words(word), value) == value, word
    words = {
        own_words(w) for c in (code, "en") for part in WORDS for w in getattr(language(c), part)
    }
    assert words.isdisjoint(spelled)


@pytest.mark.parametrize("code", CODES)
def test_words_phone_networks_act_on_are_never_answers(code: str) -> None:
    carrier = {
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "end",
        "quit",
        "cancel",
        "revoke",
        "optout",
    }
    found = language(code)
    answers = {
        own_words(w) for part in ("yes", "no", "skip", "start") for w in getattr(found, part)
    }
    assert answers.isdisjoint(carrier)
    assert carrier <= {own_words(w) for w in language("en").stop}
    assert "stop" in found.stop
    assert "start" in found.start
    assert "STOP" in found.texts["linked"]
    assert "START" in found.texts["stopped"]


@pytest.mark.parametrize(
    ("code", "informal"),
    [("de", {"du", "dir", "dich", "dein", "deine"}), ("hr", {"ti", "tebi", "tvoj", "tvoje"}),
     ("lv", {"tu", "tev", "tavs", "tava"}), ("fi", {"te", "teille", "teidän", "olitteko"})],
)  # fmt: skip
def test_one_form_of_address_throughout(code: str, informal: set[str]) -> None:
    found = language(code)
    texts = (*found.questions.values(), *found.texts.values())
    said = {word for text in texts for word in own_words(text).split()}
    assert said.isdisjoint({own_words(word) for word in informal})
