from dataclasses import replace
from datetime import UTC, datetime

import pytest

from surveys.compose import (
    Setting,
    answer_label,
    choose_language,
    compose_invitation,
    compose_question,
    compose_recorded,
    payload,
    split_payload,
)
from surveys.message import Capabilities, Entry
from surveys.metric import Band
from surveys.preset import PRESETS, VARIANTS
from surveys.question import Choice, Kind, Question
from surveys.response import Answer
from surveys.survey import Survey
from surveys.thanks import compose_thanks
from tests.banks import BANKS

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOKEN = "t" * 32
CHAT = Capabilities(
    max_text=4096, max_buttons=100, button_text=64, payload_bytes=64, edits=True, subject=True
)
SURVEY = Survey(
    id="call",
    questions=(PRESETS["nps"],),
    languages=("en", "fi"),
    version="v",
    thanks={Band.LOW: {"en": "Sorry, {first_name}. {owner|We} will call."}},
)
SETTING = Setting(
    survey=SURVEY,
    languages=BANKS,
    language="en",
    address="777",
    token=TOKEN,
    link="https://x/s/t",
    stop_link="https://x/u/t",
    privacy_url="https://x/p",
    facts={"company": "Acme", "first_name": "Anna"},
)
CHOICES = Question(
    id="problem",
    kind=Kind.CHOICES,
    wording="problem",
    text={"en": "What went wrong?"},
    choices=(Choice(id="late", label={"en": "Late", "fi": "Myöhässä"}),),
)


def answered(question: Question, **given: object) -> Answer:
    about = {"question_id": question.id, "wording": question.wording, "language": "en"}
    more = {"channel": "telegram", "at": NOW, "scale_id": question.scale_id or ""}
    return Answer(**about, **more, **given)  # type: ignore[arg-type]


def test_nps_has_eleven_buttons_with_opaque_payloads_that_fit_any_chat() -> None:
    message = compose_question(SETTING, PRESETS["nps"], CHAT)
    assert [b.label for b in message.buttons] == [str(n) for n in range(11)]
    assert message.buttons[9].payload == f"{TOKEN}.nps.9"
    assert max(len(b.payload.encode()) for b in message.buttons) <= 64
    assert "Acme" in message.text
    assert message.ends
    assert message.buttons[0].spoken == f"0, {message.ends[0]}"


def test_the_longest_payload_the_file_allows_is_64_bytes() -> None:
    assert len(payload(TOKEN, "q" * 16, "c" * 14)) == 64
    assert split_payload(payload(TOKEN, "q", "c")) == (TOKEN, "q", "c")


@pytest.mark.parametrize("text", ["", ".", "a.b", "a.b.c.d", "..c", "a..c"])
def test_what_is_not_ours_is_not_split(text: str) -> None:
    assert split_payload(text) is None


@pytest.mark.parametrize("language", sorted(BANKS))
@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_speaks_every_language_on_every_scale(name: str, language: str) -> None:
    question = PRESETS[name]
    scales = question.metric.scales if question.metric else (None,)
    variants = [name, *(f"{name}.{v}" for v in VARIANTS.get(name, ()))]
    for wording in variants:
        for scale in scales:
            asked = replace(question, wording=wording, scale_id=scale)
            setting = replace(SETTING, language=language)
            message = compose_question(setting, asked, CHAT)
            assert message.text
            assert "{" not in message.text
            assert all(b.label and b.spoken != "" for b in message.buttons if b.value is not None)


def test_a_channel_without_buttons_is_told_in_words() -> None:
    message = compose_question(SETTING, PRESETS["nps"], replace(CHAT, max_buttons=0))
    assert message.buttons == ()
    assert "0" in message.text.splitlines()[-1]
    assert "10" in message.text.splitlines()[-1]


def test_choices_without_buttons_are_numbered() -> None:
    message = compose_question(SETTING, CHOICES, replace(CHAT, max_buttons=0))
    assert message.text == "What went wrong?\n1. Late"


def test_long_texts_are_cut_at_a_word_never_beyond_the_limit() -> None:
    long = replace(CHOICES, text={"en": "word " * 100})
    message = compose_question(SETTING, long, replace(CHAT, max_text=50, button_text=3))
    assert len(message.text) <= 50
    assert message.text.endswith("word…")
    assert message.buttons[0].label == "La…"


def test_an_optional_question_may_be_skipped_until_it_is_answered() -> None:
    comment = PRESETS["comment"]
    message = compose_question(SETTING, comment, CHAT)
    assert [b.payload for b in message.buttons] == [f"{TOKEN}.comment.-"]
    assert message.entry is Entry.TEXT
    again = compose_question(SETTING, comment, CHAT, answer=answered(comment, text="Hi"))
    assert again.buttons == ()


def test_several_choices_have_a_done_button() -> None:
    message = compose_question(
        SETTING, CHOICES, CHAT, answer=answered(CHOICES, choices=("late",), draft=True)
    )
    assert [(b.payload[-5:], b.chosen) for b in message.buttons] == [
        (".late"[-5:], True),
        ("lem.!", False),
    ]
    assert message.entry is Entry.MANY


def test_the_recorded_answer_is_shown_in_place_and_can_be_changed() -> None:
    nps = PRESETS["nps"]
    message = compose_recorded(SETTING, nps, CHAT, answered(nps, value=9.0), "m1")
    assert message.replaces == "m1"
    assert "9" in message.notice
    assert [b.label for b in message.buttons if b.chosen] == ["9"]


def test_the_first_message_brings_what_a_mail_needs() -> None:
    message = compose_invitation(SETTING, PRESETS["nps"], CHAT, steps=3)
    assert message.subject
    assert "Anna" in message.greeting
    assert "Acme" in message.reason
    assert (message.step, message.steps) == (1, 3)
    assert [link.url for link in message.footer] == ["https://x/p", "https://x/u/t"]
    nameless = replace(SETTING, facts={"company": "Acme"})
    assert "Anna" not in compose_invitation(nameless, PRESETS["nps"], CHAT, steps=1).greeting


def test_thanks_are_the_marketers_words_where_there_are_some() -> None:
    assert compose_thanks(SETTING, Band.LOW, CHAT).text == "Sorry, Anna. We will call."
    ours = compose_thanks(SETTING, Band.HIGH, CHAT).text
    assert ours == BANKS["en"].texts["thanks_high"]
    assert compose_thanks(SETTING, None, CHAT).text == BANKS["en"].texts["thanks_plain"]


@pytest.mark.parametrize(
    ("question", "given", "label"),
    [
        (PRESETS["nps"], {"value": 9.0}, "9"),
        (PRESETS["thumbs"], {"value": 1.0}, "👍"),
        (CHOICES, {"choices": ("late",)}, "Late"),
        (PRESETS["comment"], {"text": "Fine"}, "Fine"),
        (PRESETS["comment"], {"skipped": True}, "Skip"),
    ],
)
def test_an_answer_is_named_in_the_customers_words(
    question: Question, given: dict[str, object], label: str
) -> None:
    assert answer_label(SETTING, question, answered(question, **given)) == label


@pytest.mark.parametrize(
    ("wished", "chosen"),
    [("fi", "fi"), ("fi-FI", "fi"), ("FI", "fi"), ("de", "en"), (None, "en"), ("", "en")],
)
def test_the_language_is_the_persons_or_else_the_services(wished: str | None, chosen: str) -> None:
    assert choose_language(SURVEY, wished, "en") == chosen
