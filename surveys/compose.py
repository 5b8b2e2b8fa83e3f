"""Composing: from a question and a channel's capabilities to one fitted message.

Texts are fitted, never dropped: what a channel cannot show as buttons is said as words, and a
text longer than the channel takes is cut at a word with an ellipsis.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from surveys.language import Language, Languages
from surveys.message import Button, Capabilities, Entry, Link, Message
from surveys.question import Kind, Question, Text
from surveys.reading import SKIP
from surveys.response import Answer
from surveys.scale import Scale
from surveys.survey import Survey
from surveys.template import fill
from surveys.wording import bank_text, value_ends, value_words

DONE = "!"
WORDS = "="
"""Payload values that are not answers: done ticking, see the text. (`surveys.reading.SKIP` too.)"""

WORDED_SCALES = ("faces", "yes-no", "thumbs")
"""Scales whose values are shown as words or pictures instead of numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What stays the same for all messages of one invitation to one address.

    ``facts`` fill the ``{names}`` in texts. ``token`` opens every button payload.
    ``link`` and ``stop_link`` are the pages of this invitation and contact.
    """

    survey: Survey
    languages: Languages
    language: str
    address: str
    token: str
    link: str = ""
    stop_link: str = ""
    privacy_url: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bank(self) -> Language:
        """The language's own texts; a language given by YAML alone borrows English buttons."""
        return self.languages.get(self.language) or self.languages["en"]

    def say(self, key: str, **more: object) -> str:
        """Give one fixed text, filled."""
        return fill(self.bank.texts[key], {**self.facts, **more})


def choose_language(survey: Survey, wished: str | None, fallback: str) -> str:
    """Give the language to ask in: the person's, its base (``de`` for ``de-AT``), the service's,
    else the survey's first.
    """
    for code in (wished, (wished or "").replace("_", "-").split("-")[0], fallback):
        if code and code.lower() in survey.languages:
            return code.lower()
    return survey.languages[0]


def question_text(setting: Setting, question: Question) -> str:
    """Give the question's words: the marketer's, else the bank's."""
    own = pick(question.text, setting)
    return fill(own or bank_text(setting.bank, question), setting.facts)


def compose_question(
    setting: Setting,
    question: Question,
    capabilities: Capabilities,
    *,
    answer: Answer | None = None,
    notice: str = "",
    step: int = 0,
    steps: int = 0,
) -> Message:
    """Give the message that asks one question, with ``answer`` marked where there is one. The first
    of an anonymous survey says that it is.
    """
    text = question_text(setting, question)
    if setting.survey.anonymous and step == 1 and answer is None:
        notice = " ".join(words for words in (notice, setting.say("anonymous")) if words)
    buttons = _buttons(setting, question, answer)
    if capabilities.links:  # each press opens the page, where ticking ends by sending
        buttons = tuple(b for b in buttons if not b.payload.endswith(f".{DONE}"))
    if len(buttons) > capabilities.max_buttons and not capabilities.links:
        text, buttons = "\n".join((text, *_spelled_out(setting, question, buttons))), ()
    return Message(
        address=setting.address,
        text=_cut(text, _room(capabilities, notice, _ends(setting, question))),
        language=setting.language,
        question_id=question.id,
        scale_id=question.scale_id or "",
        notice=notice,
        ends=_ends(setting, question),
        buttons=tuple(_fit(b, capabilities) for b in buttons),
        entry=_entry(question),
        link=setting.link,
        stop_link=setting.stop_link,
        footer=_footer(setting, page=capabilities.links),
        step=step,
        steps=steps,
    )


def compose_invitation(
    setting: Setting, question: Question, capabilities: Capabilities, *, steps: int
) -> Message:
    """Give the first message of a survey: the first question with what a mail needs around it."""
    first = compose_question(setting, question, capabilities, step=1, steps=steps)
    named = "greeting" if setting.facts.get("first_name") else "greeting_plain"
    return replace(
        first,
        subject=compose_subject(setting) if capabilities.subject else "",
        greeting=setting.say(named),
        reason=setting.say("mail_reason"),
    )


def compose_reminder(setting: Setting, message: Message, own: Text) -> Message:
    """Give an invitation's message as a reminder, in the marketer's ``own`` words if there are any:
    as the line before the question, and in a mail's subject.
    """
    words = fill(pick(own, setting), setting.facts) or setting.say("reminder")
    subject = f"{setting.say('reminder_subject')} {message.subject}" if message.subject else ""
    notice = f"{words} {message.notice}" if message.notice else words
    return replace(message, notice=notice, subject=subject)


def compose_subject(setting: Setting) -> str:
    """Give the subject of a survey's mails: the marketer's title, else ours."""
    title = fill(pick(setting.survey.title, setting), setting.facts)
    return title or setting.say("subject")


def compose_recorded(
    setting: Setting, question: Question, capabilities: Capabilities, answer: Answer, replaces: str
) -> Message:
    """Give the sent question anew, showing the recorded answer and letting it be changed."""
    notice = setting.say("recorded", answer=answer_label(setting, question, answer))
    asked = compose_question(setting, question, capabilities, answer=answer, notice=notice)
    return replace(asked, replaces=replaces, entry=Entry.NONE)


def compose_note(
    setting: Setting, text: str, capabilities: Capabilities, *, notice: str = ""
) -> Message:
    """Give a message that asks nothing."""
    return Message(
        address=setting.address,
        text=_cut(text, capabilities.max_text),
        language=setting.language,
        notice=notice,
        stop_link=setting.stop_link,
        footer=_footer(setting),
    )


def answer_label(setting: Setting, question: Question, answer: Answer) -> str:
    """Give an answer in the customer's words."""
    if answer.skipped:
        return setting.say("skip")
    if answer.choices:
        labels = {c.id: pick(c.label, setting) for c in question.choices}
        return ", ".join(labels.get(c, c) for c in answer.choices)
    if answer.value is None:
        return _cut(answer.text, 100)
    value = int(answer.value) if answer.value == int(answer.value) else answer.value
    if answer.scale_id in WORDED_SCALES:
        return setting.bank.labels[answer.scale_id][int(answer.value)]
    return str(value)


def payload(token: str, question_id: str, value: str) -> str:
    """Give a button's payload; `split_payload` reads it back."""
    return f"{token}.{question_id}.{value}"


def split_payload(text: str) -> tuple[str, str, str] | None:
    """Give token, question id and value, or None where it is not one of ours."""
    parts = text.split(".")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and all(parts) else None


def pick(text: Text, setting: Setting) -> str:
    """Give a text in the invitation's language, else in the survey's first that has it; "" for
    none.
    """
    return text.get(setting.language) or next(
        (text[code] for code in setting.survey.languages if code in text), ""
    )


def _ends(setting: Setting, question: Question) -> tuple[str, str] | None:
    if question.kind is not Kind.RATING or question.scale_id in WORDED_SCALES:
        return None
    return value_ends(setting.bank, question)


def _entry(question: Question) -> Entry:
    return {
        Kind.CHOICES: Entry.MANY,
        Kind.NUMBER: Entry.NUMBER,
        Kind.TEXT: Entry.TEXT,
        Kind.COMMENT: Entry.TEXT,
    }.get(question.kind, Entry.NONE)


def _buttons(setting: Setting, question: Question, answer: Answer | None) -> tuple[Button, ...]:
    made = [*_scale_buttons(setting, question, answer), *_choice_buttons(setting, question, answer)]
    if question.kind is Kind.CHOICES:
        made.append(_button(setting, question, DONE, setting.say("done")))
    if not question.required and answer is None:
        made.append(_button(setting, question, SKIP, setting.say("skip")))
    return tuple(made)


def _button(setting: Setting, question: Question, value: str, label: str) -> Button:
    return Button(label=label, payload=payload(setting.token, question.id, value))


def _scale_buttons(
    setting: Setting, question: Question, answer: Answer | None
) -> tuple[Button, ...]:
    scale = question.scale
    if scale is None:
        return ()
    words, ends = value_words(setting.bank, question), _ends(setting, question)
    shown = setting.bank.labels.get(scale.id, {}) if scale.id in WORDED_SCALES else {}
    return tuple(
        Button(
            label=shown.get(value, str(value)),
            payload=payload(setting.token, question.id, str(value)),
            chosen=answer is not None and answer.value == value,
            value=value,
            spoken=_spoken(scale, value, words, ends),
        )
        for value in scale.values
    )


def _spoken(
    scale: Scale, value: int, words: Mapping[int, str], ends: tuple[str, str] | None
) -> str:
    word = words.get(value, "")
    if ends and value in (scale.low, scale.high):
        word = ends[0] if value == scale.low else ends[1]
    if not word or word[0].isdigit():  # "4 stars" says its number already
        return word or str(value)
    return f"{value}, {word}" if ends else word


def _choice_buttons(
    setting: Setting, question: Question, answer: Answer | None
) -> tuple[Button, ...]:
    chosen = answer.choices if answer else ()
    return tuple(
        Button(
            label=fill(pick(choice.label, setting), setting.facts) or choice.id,
            payload=payload(setting.token, question.id, choice.id),
            chosen=choice.id in chosen,
        )
        for choice in question.choices
    )


def _spelled_out(
    setting: Setting, question: Question, buttons: tuple[Button, ...]
) -> Iterator[str]:
    """Give, line by line, how to answer without buttons."""
    if question.scale is not None:
        yield setting.say("scale_hint", low=question.scale.low, high=question.scale.high)
    choices = filter(_is_choice, buttons) if question.scale is None else ()
    yield from (f"{number}. {button.label}" for number, button in enumerate(choices, 1))
    if any(button.payload.endswith(f".{SKIP}") for button in buttons):
        yield setting.say("skip_hint", word=setting.say("skip"))


def _is_choice(button: Button) -> bool:
    parts = split_payload(button.payload)
    return parts is not None and parts[2] not in (SKIP, DONE)


def _footer(setting: Setting, *, page: bool = False) -> tuple[Link, ...]:
    links = []
    if page:
        links.append(Link(label=setting.say("answer_here"), url=setting.link))
    if setting.privacy_url:
        links.append(Link(label=setting.say("privacy"), url=setting.privacy_url))
    if setting.stop_link:
        links.append(Link(label=setting.say("stop"), url=setting.stop_link))
    return tuple(links)


def _room(capabilities: Capabilities, notice: str, ends: tuple[str, str] | None) -> int:
    """Give how many characters the text may take beside what stands around it (the notice, the
    ends, lines between): never less than half of all.
    """
    around = len(notice) + sum(map(len, ends or ())) + 40
    return max(capabilities.max_text - around, capabilities.max_text // 2)


def _fit(button: Button, capabilities: Capabilities) -> Button:
    if len(button.label) <= capabilities.button_text:
        return button
    return replace(button, label=_cut(button.label, capabilities.button_text))


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head) + "…"
