"""What the widget draws: a message as JSON. Pure. Every text is text; the script makes no HTML."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.web.form import MAX_TEXT
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
from surveys.language import Language
from surveys.message import Entry, Message

_WORDS = ("close", "change", "optional", "choose_many", "try_again")
_CARD = (
    *("card_ask", "card_open", "card_good", "card_bad", "card_email", "card_privacy"),
    *("close", "send", "try_again"),
)


def draw_message(
    bank: Language, messages: Sequence[Message], *, token: str, privacy_url: str, form: str = ""
) -> Mapping[str, Any]:
    """Give the last message as the script draws it; those before it are notices.

    ``token`` is that of the visitor's own invitation, "" while nothing was kept; ``form`` is the
    sealed session an answer comes back with.
    """
    message = messages[-1]
    layout = layout_of(message)
    title = clean(message.text)
    heading, rest = split_heading(title) if layout == "note" else (title, "")
    return {
        **_shared(bank, message.language, _WORDS, privacy_url),
        "token": token,
        "form": form,
        "notices": notices_of(messages),
        "title": heading,
        "rest": rest,
        "layout": layout,
        "over": layout == "note",
        "change": message.changes,
        "offers": [{"label": link.label, "url": link.url} for link in links_of(message.links)],
        **({} if layout == "note" else _question(bank, message)),
    }


def draw_card(bank: Language, *, privacy_url: str, form: str = "") -> Mapping[str, Any]:
    """Give the empty comment card."""
    return {
        **_shared(bank, bank.code, _CARD, privacy_url),
        "form": form,
        "title": bank.texts["card_ask"],
        "max": MAX_TEXT,
    }


def _question(bank: Language, message: Message) -> Mapping[str, Any]:
    options = [
        {
            "value": option.value,
            "picture": option.picture,
            "words": option.words,
            "spoken": option.spoken,
            "checked": option.checked,
        }
        for option in options_of(message, Prefill())
    ]
    return {
        "question": message.question_id,
        "kind": kind_of(message),
        "options": options,
        "ends": ends_of(message),
        "skip": skip_of(message),
        "send": send_of(bank, message),
        "where": where_of(bank, message),
        "numeric": message.entry is Entry.NUMBER,
        "max": MAX_TEXT,
    }


def _shared(bank: Language, code: str, keys: Sequence[str], privacy_url: str) -> Mapping[str, Any]:
    privacy = {"label": bank.texts["privacy"], "url": privacy_url}
    return {
        "language": code,
        "direction": direction_of(code),
        "texts": {key: bank.texts[key] for key in keys},
        "privacy": privacy if privacy_url.startswith(("https://", "http://")) else None,
    }
