"""Reading what a browser or a mail provider sent. Pure: bytes in, values out.

Nothing here decides whether a call may be believed; `channels.web.adapter` does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Part
from enum import StrEnum
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from channels.base import Request
from channels.web.wording import clean
from surveys.compose import DONE, WORDS, payload
from surveys.link import TOKEN_LENGTH
from surveys.reading import SKIP

MAX_BODY = 65_536
"""Bytes of a posted page. 4,000 characters take at most 36,000 once percent-encoded."""

MAX_TEXT = 4_000
"""Characters of one written answer: the page's own ``maxlength``, checked again here."""

_MAX_FIELDS = 200
_PATH = re.compile(rf"/([su])/([A-Za-z0-9_-]{{{TOKEN_LENGTH}}})")
_QUESTION = re.compile(r"[a-z][a-z0-9_]{0,15}")
_VALUE = re.compile(r"-?[A-Za-z0-9_]{1,32}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


class FormError(ValueError):
    """The body is no form of ours. Only programs send such a thing."""


class Place(StrEnum):
    """Which page a path names."""

    SURVEY = "s"
    STOP = "u"


class Kind(StrEnum):
    """How the page let the question be answered."""

    ONE = "one"  # one of the buttons
    MANY = "many"  # any number of them
    WORDS = "words"  # a text field that must be filled
    OPTIONAL = "optional"  # a text field that may stay empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One pressed button on the survey page.

    ``form`` is the sealed form session and ``nonce`` names this rendering of the page; ``do`` is
    ``send`` or ``skip``.
    """

    form: str
    nonce: str
    question_id: str
    kind: Kind
    do: str
    values: tuple[str, ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether Send was pressed with nothing chosen where one must be."""
        return self.do == "send" and self.kind is Kind.ONE and not self.values

    @property
    def digest(self) -> str:
        """The same for the same answer sent again; another one for a change of mind."""
        said = "\0".join((self.do, *self.values, self.text))
        return sha256(said.encode()).hexdigest()[:12]

    def payloads(self, token: str) -> tuple[str, ...]:
        """Give the button payloads that say the same as this form."""
        skipped = self.kind is Kind.OPTIONAL and not self.text
        if self.do == "skip" or skipped:
            return (payload(token, self.question_id, SKIP),)
        if self.kind in (Kind.WORDS, Kind.OPTIONAL):
            return (payload(token, self.question_id, WORDS),)
        last = (DONE,) if self.kind is Kind.MANY else ()
        return tuple(payload(token, self.question_id, v) for v in (*self.values, *last))


def read_path(path: str) -> tuple[Place, str] | None:
    """Give which page is meant and the token, or None for any other path."""
    found = _PATH.fullmatch(path)
    return (Place(found[1]), found[2]) if found else None


def read_fields(request: Request) -> Mapping[str, tuple[str, ...]]:
    """Give every field of a posted form with its values in order.

    :raises FormError: for a body that is too long, not UTF-8, or no form.
    """
    if len(request.body) > MAX_BODY:
        raise FormError("the body is too long for a form")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        pairs = _read_multipart(request)
    elif kind in ("application/x-www-form-urlencoded", ""):
        pairs = _read_urlencoded(request.body)
    else:
        raise FormError("the body is no form")
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), value)
    return fields


def read_submission(fields: Mapping[str, tuple[str, ...]]) -> Submission:
    """Give the pressed button.

    :raises FormError: where a field is missing or is not what the page puts there.
    """
    values = tuple(dict.fromkeys(fields.get("v", ())))
    text = clean(_one(fields, "text")).strip()
    kind, do = _kind(_one(fields, "kind")), _one(fields, "do")
    read = Submission(
        form=_one(fields, "form"),
        nonce=_matching(_NONCE, _one(fields, "n")),
        question_id=_matching(_QUESTION, _one(fields, "q")),
        kind=kind,
        do=do,
        values=tuple(_matching(_VALUE, value) for value in values),
        text=text if kind in (Kind.WORDS, Kind.OPTIONAL) and do == "send" else "",
    )
    if read.do not in ("send", "skip") or len(text) > MAX_TEXT:
        raise FormError("the form is not as the page made it")
    if len(read.values) > 1 and read.kind is not Kind.MANY:
        raise FormError("several answers where one was asked for")
    return read


def read_nonce(fields: Mapping[str, tuple[str, ...]]) -> str:
    """Give which rendering of the stop page was pressed, or "" where the call names none."""
    nonce = _one(fields, "n")
    return nonce if _NONCE.fullmatch(nonce) else ""


def is_one_click(fields: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a mail provider unsubscribes for its user (RFC 8058)."""
    return fields.get("List-Unsubscribe") == ("One-Click",)


def is_cross_site(headers: Mapping[str, str]) -> bool:
    """Whether another site made the visitor's browser send this.

    Sec-Fetch-Site is the browser's own word. Browsers without it send Origin, which is "null" from
    our pages because they ask for no referrer (Fetch standard, "append a request Origin header").
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin", "null")
    return origin != "null" and _host(origin) != headers.get("host", "").lower()


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _read_urlencoded(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError as error:  # not UTF-8, or too many fields
        raise FormError("the body is no form in UTF-8") from error


def _read_multipart(request: Request) -> list[tuple[str, str]]:
    head = request.headers["content-type"].encode("utf-8", "replace").split(b"\n")[0]
    whole = message_from_bytes(b"Content-Type: " + head + b"\n\n" + request.body)
    parts = whole.get_payload()
    if not isinstance(parts, list):
        raise FormError("the body is no form in parts")
    return [_read_part(part) for part in parts[:_MAX_FIELDS] if isinstance(part, Part)]


def _read_part(part: Part) -> tuple[str, str]:
    name = part.get_param("name", "", header="content-disposition")
    body = part.get_payload(decode=True)
    if not isinstance(name, str) or not isinstance(body, bytes):
        raise FormError("a part of the form has no name")
    try:
        return name, body.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise FormError("a part of the form is not UTF-8") from error


def _one(fields: Mapping[str, tuple[str, ...]], name: str) -> str:
    return fields.get(name, ("",))[0]


def _matching(pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise FormError("the form is not as the page made it")
    return value


def _kind(value: str) -> Kind:
    try:
        return Kind(value)
    except ValueError as error:
        raise FormError("the form is not as the page made it") from error
