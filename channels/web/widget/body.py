"""Reading what the widget sends: JSON in, values out. Pure; nothing here is believed yet."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from channels.base import Request
from channels.web.card import EMAIL
from channels.web.form import MAX_TEXT, Kind, Submission
from channels.web.wording import clean
from surveys.entrance import SOURCE, WIDGET

MAX_BODY = 65_536
"""Bytes. 4,000 characters take at most 24,000 as JSON escapes, and a little around them."""

_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_VISITOR = re.compile(r"[A-Za-z0-9_-]{16,64}")
_LANGUAGE = re.compile(r"[A-Za-z0-9,-]{0,100}")
_QUESTION = re.compile(r"[a-z][a-z0-9_]{0,15}")
_VALUE = re.compile(r"-?[A-Za-z0-9_]{1,32}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{0,64}")  # a form is as long at most


class BodyError(ValueError):
    """The body is not what the script sends. Only programs send such a thing."""


class AddressError(BodyError):
    """What a person gave as their e-mail address is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """One press in the widget, or a look at a survey that was begun (no ``submission``).

    ``token`` is that of the invitation once there is one; ``question_id`` is the question a look
    is for, "" for the one that is open. ``form`` is what was drawn before it.
    """

    visitor: str
    source: str
    language: str
    token: str = ""
    question_id: str = ""
    form: str = ""
    submission: Submission | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A comment card that was filled in. ``praise`` is None where they did not say."""

    visitor: str
    source: str
    language: str
    nonce: str
    form: str
    text: str = field(repr=False)
    email: str = field(default="", repr=False)
    praise: bool | None = None


def read_pressed(request: Request) -> Pressed:
    """Give the press.

    :raises BodyError: where the body is none of ours.
    """
    given = _read(request)
    token = _matching(_TOKEN, _text(given, "token"))
    question = _text(given, "question")
    if question:
        _matching(_QUESTION, question)
    submission = _submission(given, question) if given.get("do") in ("send", "skip") else None
    if submission is None and given.get("do") != "show":
        raise BodyError("do is neither send, skip nor show")
    about = {"token": token, "question_id": question, "form": _form(given)}
    return Pressed(**_who(given), **about, submission=submission)


def read_written(request: Request) -> Written:
    """Give the comment card.

    :raises BodyError: where the body is none of ours or has no words.
    :raises AddressError: where the e-mail address is none.
    """
    given = _read(request)
    text, email = clean(_text(given, "text")).strip(), clean(_text(given, "email")).strip()
    praise = given.get("praise")
    if not text or len(text) > MAX_TEXT:
        raise BodyError("the card is empty or too long")
    if email and not EMAIL.fullmatch(email):
        raise AddressError("the address is none")
    if praise is not None and not isinstance(praise, bool):
        raise BodyError("praise is true, false or null")
    nonce = _matching(_NONCE, _text(given, "n"))
    form = _form(given)
    return Written(**_who(given), nonce=nonce, form=form, text=text, email=email, praise=praise)


def read_source(text: str) -> str:
    """Give the source a page names, the widget's own where it names none.

    :raises BodyError: where nothing can be called so.
    """
    return _matching(SOURCE, text or WIDGET)


def read_language(text: str) -> str:
    """Give the languages wished for, best first, separated by commas.

    :raises BodyError: where it is no list of codes.
    """
    return _matching(_LANGUAGE, text)


def read_wish(request: Request) -> str:
    """Give the languages wished for in a body, "" where there is none or it cannot be read."""
    try:
        return read_language(_text(_read(request), "language"))
    except BodyError:
        return ""


def _submission(given: dict[str, Any], question: str) -> Submission:
    values = given.get("values", [])
    if not isinstance(values, list) or len(values) > 100:
        raise BodyError("values is no list")
    kind, text = _kind(given), clean(_text(given, "text")).strip()
    if len(text) > MAX_TEXT or (len(values) > 1 and kind is not Kind.MANY):
        raise BodyError("more than was asked for")
    sent = given["do"] == "send"
    made = Submission(
        form=_form(given),
        nonce=_matching(_NONCE, _text(given, "n")),
        question_id=_matching(_QUESTION, question),
        kind=kind,
        do=given["do"],
        values=tuple(dict.fromkeys(_matching(_VALUE, value) for value in values)),
        text=text if kind in (Kind.WORDS, Kind.OPTIONAL) and sent else "",
    )
    if made.is_empty or (sent and kind is Kind.WORDS and not text):
        raise BodyError("nothing was chosen or written")
    return made


def _read(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or len(request.body) > MAX_BODY:
        raise BodyError("the body is no JSON, or too long")
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BodyError("the body is no JSON") from error
    if not isinstance(given, dict):
        raise BodyError("the body is no object")
    return given


def _who(given: dict[str, Any]) -> dict[str, str]:
    return {
        "visitor": _matching(_VISITOR, _text(given, "visitor")),
        "source": read_source(_text(given, "source")),
        "language": read_language(_text(given, "language")),
    }


def _form(given: dict[str, Any]) -> str:
    return _matching(_TOKEN, _text(given, "form"))


def _kind(given: dict[str, Any]) -> Kind:
    try:
        return Kind(_text(given, "kind"))
    except ValueError as error:
        raise BodyError("there is no such kind") from error


def _text(given: dict[str, Any], name: str) -> str:
    found = given.get(name, "")
    if not isinstance(found, str):
        raise BodyError(f"{name} is no text")
    return found


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BodyError("a field is not as the script makes it")
    return value
