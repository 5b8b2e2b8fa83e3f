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
from channels.web.sheet import (
    Prefill,
    direction_of,
    ends_of,
    kind_of,
    layout_of,
    links_of,
    notices_of,
    options_of,
    send_of,
    skip_of,
    where_of,
)
from channels.web.wording import clean, split_heading
from surveys.compose import split_payload
from surveys.language import Language
from surveys.message import Button, Entry, Link, Message

_HERE = Path(__file__).parent
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
    notices = notices_of(messages, notice)
    layout = layout_of(message)
    filled = prefill if prefill and prefill.question_id == message.question_id else Prefill()
    shared = _shared(look, language, message.language, message.footer)
    if layout == "note":
        presses = [_press(button, session) for button in message.buttons]
        return _note(
            shared,
            message.text,
            notices,
            presses,
            session,
            change=message.changes,
            offers=message.links,
        )
    return _TEMPLATES.get_template("question.html").render(
        shared,
        notices=notices,
        change=message.changes,
        title=clean(message.text),
        session=session,
        question_id=message.question_id,
        layout=layout,
        kind=kind_of(message),
        options=options_of(message, filled),
        written=clean(filled.text),
        ends=ends_of(message),
        skip=skip_of(message),
        send=send_of(language, message),
        where=where_of(language, message),
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
    offers: Sequence[Link] = (),
) -> str:
    heading, rest = split_heading(clean(text))
    return _TEMPLATES.get_template("note.html").render(
        shared,
        notices=notices,
        change=change,
        title=heading,
        rest=rest,
        offers=links_of(offers),
        presses=presses,
        session=session,
    )


def _shared(
    look: Look, language: Language, code: str, footer: Sequence[Link]
) -> Mapping[str, object]:
    ours = Link(label=language.texts["privacy"], url=look.privacy_url)
    return {
        "texts": language.texts,
        "code": code,
        "direction": direction_of(code),
        "company": look.company,
        "style": Markup(look.style),  # noqa: S704 - our own file and a checked colour
        "links": links_of(footer or (ours,)),
    }


def _press(button: Button, session: Session) -> Press:
    parts = split_payload(button.payload)
    if parts is None:
        return Press(label=clean(button.label), fields={"n": session.nonce, "do": button.payload})
    sent = {"form": session.form, "n": session.nonce, "q": parts[1], "v": parts[2]}
    return Press(label=clean(button.label), fields={**sent, "kind": Kind.ONE, "do": "send"})
