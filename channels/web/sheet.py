"""Sheets: what a message looks like to whoever draws it, the page or the widget. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.web.form import Kind
from channels.web.wording import clean, split_picture
from surveys.compose import DONE, split_payload
from surveys.language import Language
from surveys.message import Button, Entry, Link, Message
from surveys.reading import SKIP
from surveys.template import fill

_STAR = "★"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefill:
    """An answer named in a link, or one just sent and not taken: it is filled in on the page, and
    a person still presses Send.
    """

    question_id: str = ""
    values: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One radio button or checkbox. ``spoken`` is its name where the words do not say enough."""

    id: str
    value: str
    picture: str
    words: str
    spoken: str
    checked: bool


def layout_of(message: Message) -> str:
    """Give how the question is laid out; "note" for a message that asks nothing."""
    if not message.question_id:
        return "note"
    if message.entry is Entry.MANY:
        return "many"
    answers = [b for b in message.buttons if is_answer(b)]
    if message.entry is not Entry.NONE or not answers:
        return "words"
    if answers[0].value is None:
        return "choices"
    return "scale" if all(clean(b.label).isdigit() for b in answers) else "pictures"


def kind_of(message: Message) -> Kind:
    """Give how the question may be answered."""
    layout = layout_of(message)
    if layout == "words":
        skippable = any(value_of(button) == SKIP for button in message.buttons)
        return Kind.OPTIONAL if skippable else Kind.WORDS
    return Kind.MANY if layout == "many" else Kind.ONE


def options_of(message: Message, prefill: Prefill) -> list[Option]:
    """Give what may be chosen, in order; what is prefilled is ticked, else what was recorded."""
    answers = [b for b in message.buttons if is_answer(b)]
    ticked = {value_of(b) for b in answers} & set(prefill.values)
    star = _STAR if message.scale_id == "stars" else ""
    return [_option(n, button, ticked, star) for n, button in enumerate(answers)]


def _option(number: int, button: Button, ticked: set[str], star: str) -> Option:
    label = clean(button.label)
    picture, words = split_picture(label) if button.value is not None else ("", label)
    spoken = clean(button.spoken)
    if picture and not words:
        words = split_picture(spoken)[1]
    return Option(
        id=f"v{number}",
        value=value_of(button),
        picture=picture or star,
        words=words,
        spoken=spoken if spoken not in (label, words) else "",
        checked=value_of(button) in ticked if ticked else button.chosen,
    )


def ends_of(message: Message) -> tuple[str, str] | None:
    """Give what the two ends mean, each with its value: a wrapped row has no left and right."""
    answers = [b for b in message.buttons if b.value is not None]
    if message.ends is None or not answers:
        return None
    low, high = (clean(end) for end in message.ends)
    return f"{answers[0].value} – {low}", f"{answers[-1].value} – {high}"


def where_of(language: Language, message: Message) -> str:
    """Give how far the survey is in words, "" where that says nothing."""
    if message.steps < 2:
        return ""
    return fill(language.texts["progress"], {"step": message.step, "steps": message.steps})


def value_of(button: Button) -> str:
    """Give what a button says, without its token and question."""
    parts = split_payload(button.payload)
    return parts[2] if parts else button.payload


def is_answer(button: Button) -> bool:
    """Whether a button answers, rather than skips or ends."""
    return value_of(button) not in (SKIP, DONE)


def skip_of(message: Message) -> str:
    """Give the words that skip the question, "" where it must be answered."""
    return next((clean(b.label) for b in message.buttons if value_of(b) == SKIP), "")


def send_of(language: Language, message: Message) -> str:
    """Give the words that send the answer."""
    return language.texts["next" if message.step < message.steps else "send"]


def direction_of(code: str) -> str:
    """Give which way a language is written, as HTML says it."""
    return "rtl" if code.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def notices_of(messages: Sequence[Message], notice: str = "") -> list[str]:
    """Give what is said first: ours, what earlier messages say, the last message's own notice."""
    earlier = [part for m in messages[:-1] for part in (m.notice, m.text)]
    return [clean(n) for n in (notice, *earlier, messages[-1].notice) if n]


def links_of(links: Sequence[Link]) -> list[Link]:
    """Give the links that lead to pages, and nowhere else."""
    web = [link for link in links if link.url.startswith(("https://", "http://"))]
    return [Link(label=clean(link.label), url=link.url) for link in web]
