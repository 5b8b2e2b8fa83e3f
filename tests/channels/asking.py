"""What every channel must do with what the core composes for it: each kind of question, in each
shipped language, and what an answer leads to.
"""

import pytest

from surveys.compose import DONE, Setting, compose_invitation, compose_question
from surveys.message import Message
from surveys.metric import Band
from surveys.preset import PRESETS
from surveys.question import Choice, Kind, Question
from surveys.response import Answer
from surveys.survey import Survey
from surveys.thanks import compose_thanks
from tests.banks import BANKS
from tests.channels.rig import AROUND, NOW, TOKEN, Rig
from tests.channels.trouble import squeeze

OWN = dict.fromkeys(sorted(BANKS), "Čemu je ļoti äiti groß?")
CHOICES = tuple(
    Choice(id=i, label=dict.fromkeys(sorted(BANKS), label))
    for i, label in (("late", "Myöhässä"), ("rude", "Neljubazan"), ("lost", "Pazudis"))
)
KINDS = {
    "nps": PRESETS["nps"],
    "csat": PRESETS["csat"],
    "ces": PRESETS["ces"],
    "thumbs": PRESETS["thumbs"],
    "faces": Question(
        id="faces", kind=Kind.RATING, wording="csat", metric_id="csat", scale_id="faces"
    ),
    "choice": Question(id="why", kind=Kind.CHOICE, wording="why", text=OWN, choices=CHOICES),
    "choices": Question(id="whys", kind=Kind.CHOICES, wording="whys", text=OWN, choices=CHOICES),
    "number": Question(id="n", kind=Kind.NUMBER, wording="n", text=OWN, minimum=0, maximum=60),
    "text": Question(id="words", kind=Kind.TEXT, wording="words", text=OWN),
    "comment": PRESETS["comment"],
}
"""A question of each kind and of each scale that looks different."""

QUESTIONS = tuple(KINDS.values())


class Asking:
    """Questions of every kind, in every language; changes, thanks."""

    @pytest.mark.parametrize("language", sorted(BANKS))
    @pytest.mark.parametrize("kind", KINDS)
    async def test_it_asks_every_kind_of_question(self, rig: Rig, kind: str, language: str) -> None:
        can, question = rig.channel.capabilities, KINDS[kind]
        setting = setting_for(rig, question, language)
        message = compose_invitation(setting, question, can, steps=2)
        await rig.say(message)
        shown = rig.shown()[-1]
        for line in message.text.split("\n"):
            assert plain(line) in plain(shown.text), "the question, in full"
        for end in message.ends or ():
            assert plain(end) in plain(shown.text)
        assert_answerable(message, question, plain(" ".join((shown.text, *shown.labels))))

    async def test_a_change_of_mind_is_seen(self, rig: Rig) -> None:
        """In place where it edits, else said with what comes next."""
        can, nps = rig.channel.capabilities, KINDS["nps"]
        setting = setting_for(rig, nps, "en")
        for value in (9, 3):
            answer = given(nps, value)
            notice = setting.say("recorded", answer=value)
            await rig.say(
                compose_question(setting, nps, can, answer=answer, notice=notice, step=1, steps=2)
            )
            assert squeeze(notice) in squeeze(rig.shown()[-1].text)

    @pytest.mark.parametrize("language", sorted(BANKS))
    async def test_it_thanks_in_every_language(self, rig: Rig, language: str) -> None:
        setting = setting_for(rig, KINDS["nps"], language)
        for band in Band:
            thanks = compose_thanks(setting, band, rig.channel.capabilities)
            await rig.say(thanks)
            assert squeeze(thanks.text) in squeeze(rig.shown()[-1].text)


def setting_for(rig: Rig, question: Question, language: str) -> Setting:
    survey = Survey(id="s", questions=QUESTIONS, languages=tuple(sorted(BANKS)), version="v")
    return Setting(
        survey=survey,
        languages=BANKS,
        language=language,
        address=rig.address,
        token=TOKEN,
        link=f"{AROUND.public_url}/s/{TOKEN}",
        stop_link=f"{AROUND.public_url}/u/{TOKEN}",
        privacy_url=AROUND.privacy_url,
        facts={"company": AROUND.company, "first_name": "Ada"},
    )


def given(question: Question, value: int) -> Answer:
    return Answer(
        question_id=question.id,
        wording=question.wording,
        language="en",
        channel="",
        at=NOW,
        value=value,
        scale_id=question.scale_id or "",
    )


def assert_answerable(message: Message, question: Question, said: str) -> None:
    """Each answer is a button, by its words or by its picture, or the words say how to give it."""
    for button in message.buttons:
        if not button.payload.endswith(f".{DONE}"):  # on a page, ticking ends by sending
            words = filter(None, (button.label, button.spoken))
            assert any(plain(word) in said for word in words), button.label
    if not message.buttons:
        if not question.required:
            assert plain(BANKS[message.language].texts["skip"]) in said
        if question.scale:
            assert str(question.scale.high) in said
        for number, choice in enumerate(question.choices, 1):
            assert f"{number}. {choice.label['en']}" in said


def plain(text: str) -> str:
    """Write as a text message may: GSM-7 has no long dashes, and a channel may leave them out."""
    return squeeze(text.translate({ord("–"): "-", ord("—"): "-", ord("’"): "'"}))
