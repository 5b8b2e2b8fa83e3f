"""Calls as the script of a widget makes them."""

import json
from datetime import timedelta
from typing import Any

from channels.base import Ack, Request
from channels.web import Settings, Web
from channels.web.press import make_form, survey_number
from surveys.link import Purpose
from tests.channels.web.stage import FORM, KEY, NOW, make_web

SITE = "https://www.acme.example"


SURVEY, CARD = "/w/v1/surveys/helpful", "/w/v1/card"


VISITOR = "visitor-word-of-24-chars"


HELPFUL = survey_number("helpful")


def widget_web(*origins: str) -> Web:
    return make_web(settings=Settings(origins=origins or (SITE,)))


def get(path: str = SURVEY, *, origin: str = SITE, method: str = "GET", **query: str) -> Request:
    headers = {"origin": origin} if origin else {}
    return Request(method=method, path=path, headers=headers, query=query)


def post(path: str = SURVEY, *, origin: str = SITE, remote: str = "", **given: Any) -> Request:
    body = {"visitor": VISITOR, "source": "docs", "language": "fi,en", "n": "nonce-000001", **given}
    headers = {"content-type": "application/json"} | ({"origin": origin} if origin else {})
    return Request(
        method="POST", path=path, headers=headers, body=json.dumps(body).encode(), remote=remote
    )


def form(seconds: float = 60, subject: int = HELPFUL, purpose: Purpose = Purpose.ENTER) -> str:
    """The form of a question drawn so long ago."""
    return make_form(KEY, subject, NOW - timedelta(seconds=seconds), purpose=purpose)


def thumb(value: str = "1", **more: Any) -> Request:
    drawn = FORM if more.get("token") else form()
    said = {"do": "send", "kind": "one", "question": "thumbs", "values": [value], "form": drawn}
    return post(**{**said, **more})


def card(**more: Any) -> Request:
    return post(CARD, **{"text": "Nice people", "form": form(60, 0, Purpose.CARD), **more})


def told(ack: Ack) -> dict[str, Any]:
    assert ack.headers["Content-Type"] == "application/json; charset=utf-8"
    found: dict[str, Any] = json.loads(ack.body)
    return found
