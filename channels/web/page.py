"""Rendering the pages. Pure: a message in, HTML out; no clock, no randomness, no network.

Every text goes through `clean` and through jinja2's escaping; the stylesheet is the one string
put into the page as it is, and the Content-Security-Policy names it by its hash.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from channels.web.form import MAX_TEXT, Kind
from channels.web.settings import Settings
from channels.web.wording import clean, split_heading, split_picture
from surveys.compose import DONE, split_payload
from surveys.language import Language
from surveys.message import Button, Entry, Link, Message
from surveys.reading import SKIP
from surveys.template import fill

_HERE = Path(__file__).parent
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What all pages of one service share. ``style`` is the whole stylesheet."""

    company: str
    privacy_url: str
    style: str

    @property
    def policy(self) -> str:
        """The Content-Security-Policy: this one stylesheet, forms to ourselves, nothing else."""
        digest = base64.b64encode(sha256(self.style.encode()).digest()).decode()
        return (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:;"
            " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What ties a posted form to the page it stands on. All of it is the adapter's to make.

    ``token`` is the last part of the page's own path, so that forms post to where they stand.
    ``canary`` is a link on the page that no person can see or reach, "" for none.
    """

    token: str
    form: str = ""
    nonce: str = ""
    canary: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One button that is a form of its own, with the hidden fields it sends."""

    label: str
    fields: Mapping[str, str] = field(default_factory=dict)


def make_look(settings: Settings, company: str, privacy_url: str) -> Look:
    """Give the look of a service: its name, its privacy notice and the stylesheet in its colour."""
    style = (_HERE / "style.css").read_text(encoding="utf-8")
    for name, colour in (("#0f6b5c", settings.accent), ("#7fc9bb", settings.night_accent)):
        style = style.replace(name, colour)
    return Look(company=clean(company), privacy_url=privacy_url, style=style)


def render_message(
    look: Look,
    language: Language,
    messages: Sequence[Message],
    session: Session,
    *,
    prefill: Prefill | None = None,
    notice: str = "",
) -> str:
    """Give the page that says the last message; those before it are shown as notices.

    ``notice`` is ours, about the call itself, and stands before what the core has to say.
    """
    message = messages[-1]
    earlier = [part for m in messages[:-1] for part in (m.notice, m.text)]
    notices = [clean(n) for n in (notice, *earlier, message.notice) if n]
    layout = _layout(message)
    filled = prefill if prefill and prefill.question_id == message.question_id else Prefill()
    shared = _shared(look, language, message.language, message.footer)
    if layout == "note":
        presses = [_press(button, session) for button in message.buttons]
        return _note(shared, message.text, notices, presses, session, change=message.changes)
    return _TEMPLATES.get_template("question.html").render(
        shared,
        notices=notices,
        change=message.changes,
        title=clean(message.text),
        session=session,
        question_id=message.question_id,
        layout=layout,
        kind=_kind(message),
        options=_options(message, filled),
        written=clean(filled.text),
        ends=_ends(message),
        skip=next((clean(b.label) for b in message.buttons if _value(b) == SKIP), ""),
        send=language.texts["next" if message.step < message.steps else "send"],
        where=_where(language, message),
        step=message.step,
        steps=message.steps,
        numeric=message.entry is Entry.NUMBER,
        max_text=MAX_TEXT,
    )


def render_note(look: Look, language: Language, text: str) -> str:
    """Give a page that only says something: a link that is not valid, a call we cannot read."""
    return _note(_shared(look, language, language.code, ()), text, [], [], Session(token=""))


def render_page(look: Look, language: Language, template: str, **given: object) -> str:
    """Give a page of a template of its own, within the frame that all pages share."""
    shared = _shared(look, language, language.code, ())
    return _TEMPLATES.get_template(template).render(shared, change="", **given)


def _note(
    shared: Mapping[str, object],
    text: str,
    notices: Sequence[str],
    presses: Sequence[Press],
    session: Session,
    *,
    change: str = "",
) -> str:
    heading, rest = split_heading(clean(text))
    return _TEMPLATES.get_template("note.html").render(
        shared,
        notices=notices,
        change=change,
        title=heading,
        rest=rest,
        presses=presses,
        session=session,
    )


def _shared(
    look: Look, language: Language, code: str, footer: Sequence[Link]
) -> Mapping[str, object]:
    ours = Link(label=language.texts["privacy"], url=look.privacy_url)
    links = [link for link in footer or (ours,) if link.url.startswith(("https://", "http://"))]
    return {
        "texts": language.texts,
        "code": code,
        "direction": "rtl" if code.partition("-")[0] in _RIGHT_TO_LEFT else "ltr",
        "company": look.company,
        "style": Markup(look.style),  # noqa: S704 - our own file and a checked colour
        "links": [Link(label=clean(link.label), url=link.url) for link in links],
    }


def _layout(message: Message) -> str:
    """Give how the question is laid out; "note" for a message that asks nothing."""
    if not message.question_id:
        return "note"
    if message.entry is Entry.MANY:
        return "many"
    answers = [b for b in message.buttons if _is_answer(b)]
    if message.entry is not Entry.NONE or not answers:
        return "words"
    if answers[0].value is None:
        return "choices"
    return "scale" if all(clean(b.label).isdigit() for b in answers) else "pictures"


def _kind(message: Message) -> Kind:
    layout = _layout(message)
    if layout == "words":
        skippable = any(_value(button) == SKIP for button in message.buttons)
        return Kind.OPTIONAL if skippable else Kind.WORDS
    return Kind.MANY if layout == "many" else Kind.ONE


def _options(message: Message, prefill: Prefill) -> list[Option]:
    answers = [b for b in message.buttons if _is_answer(b)]
    ticked = {_value(b) for b in answers} & set(prefill.values)
    return [_option(n, button, ticked) for n, button in enumerate(answers)]


def _option(number: int, button: Button, ticked: set[str]) -> Option:
    label = clean(button.label)
    picture, words = split_picture(label) if button.value is not None else ("", label)
    spoken = clean(button.spoken)
    if picture and not words:
        words = split_picture(spoken)[1]
    return Option(
        id=f"v{number}",
        value=_value(button),
        picture=picture,
        words=words,
        spoken=spoken if spoken not in (label, words) else "",
        checked=_value(button) in ticked if ticked else button.chosen,
    )


def _ends(message: Message) -> tuple[str, str] | None:
    """Give what the two ends mean, each with its value: a wrapped row has no left and right."""
    answers = [b for b in message.buttons if b.value is not None]
    if message.ends is None or not answers:
        return None
    low, high = (clean(end) for end in message.ends)
    return f"{answers[0].value} – {low}", f"{answers[-1].value} – {high}"


def _where(language: Language, message: Message) -> str:
    if message.steps < 2:
        return ""
    return fill(language.texts["progress"], {"step": message.step, "steps": message.steps})


def _press(button: Button, session: Session) -> Press:
    parts = split_payload(button.payload)
    if parts is None:
        return Press(label=clean(button.label), fields={"n": session.nonce, "do": button.payload})
    sent = {"form": session.form, "n": session.nonce, "q": parts[1], "v": parts[2]}
    return Press(label=clean(button.label), fields={**sent, "kind": Kind.ONE, "do": "send"})


def _value(button: Button) -> str:
    parts = split_payload(button.payload)
    return parts[2] if parts else button.payload


def _is_answer(button: Button) -> bool:
    return _value(button) not in (SKIP, DONE)
