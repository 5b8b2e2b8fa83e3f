"""A web channel with a fixed key and clock, questions to show on it, and a server on loopback."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from lxml import html

from channels.base import Request
from channels.errors import Untrusted
from channels.web import Settings, Web
from channels.web.press import make_form
from surveys.inbound import Inbound, Replied
from surveys.language import TEXT_KEYS, Language
from surveys.link import Purpose, seal
from surveys.message import Button, Entry, Link, Message

KEY = bytes(range(32))
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TOKEN = seal(KEY, Purpose.ANSWER, 17, NOW + timedelta(days=30))
STOP_TOKEN = seal(KEY, Purpose.STOP, 5, NOW + timedelta(days=400))
FORM = make_form(KEY, 17, NOW - timedelta(minutes=1))
HERE = Path(__file__).parent
FORM_TYPE = "application/x-www-form-urlencoded"
PAGE, STOP_PAGE = f"/s/{TOKEN}", f"/u/{STOP_TOKEN}"

ENGLISH = Language(
    code="en",
    name="English",
    questions={},
    ends={},
    labels={},
    texts={key: f"<{key}>" for key in TEXT_KEYS} | {"progress": "Question {step} of {steps}"},
)
FINNISH = Language(
    code="fi",
    name="suomi",
    questions={},
    ends={},
    labels={},
    texts={key: f"{key} suomeksi" for key in TEXT_KEYS} | {"progress": "Kysymys {step}/{steps}"},
)
FOOTER = (
    Link(label="Privacy notice", url="https://acme.example/privacy"),
    Link(label="Stop", url=f"https://feedback.acme.example/u/{STOP_TOKEN}"),
)


def make_web(
    *,
    settings: Settings | None = None,
    company: str = "Acme",
    now: datetime = NOW,
    languages: Mapping[str, Language] | None = None,
) -> Web:
    numbers = count(1)
    return Web(
        settings or Settings(),
        key=KEY,
        company=company,
        privacy_url="https://acme.example/privacy",
        languages=languages or {"en": ENGLISH, "fi": FINNISH},
        default_language="en",
        clock=lambda: now,
        nonce=lambda: f"nonce-{next(numbers):06d}",
    )


def button(question_id: str, told: str, label: str, **more: Any) -> Button:
    return Button(label=label, payload=f"{TOKEN}.{question_id}.{told}", **more)


def message(text: str, **more: Any) -> Message:
    return Message(**{"address": "", "text": text, "footer": FOOTER, **more})


def scale(question_id: str, values: range, chosen: int | None = None) -> tuple[Button, ...]:
    return tuple(
        button(question_id, str(v), str(v), value=v, spoken=f"{v} of it", chosen=v == chosen)
        for v in values
    )


NPS = message(
    "How likely is it that you would recommend Acme?",
    question_id="nps",
    buttons=scale("nps", range(11)),
    ends=("not at all likely", "extremely likely"),
    step=1,
    steps=3,
)
THUMBS = message(
    "Was this helpful?",
    question_id="thumbs",
    buttons=(
        button("thumbs", "1", "👍 Yes", value=1),
        button("thumbs", "0", "👎", value=0, spoken="No"),
    ),
)
PROBLEM = message(
    "What went wrong?",
    question_id="problem",
    buttons=(
        button("problem", "late", "It came late"),
        button("problem", "broken", "It was broken", chosen=True),
        button("problem", "-", "Skip"),
    ),
)
PROBLEMS = message(
    "What went wrong?",
    question_id="problems",
    entry=Entry.MANY,
    buttons=(
        button("problems", "late", "It came late"),
        button("problems", "broken", "It was broken"),
        button("problems", "rude", "Somebody was rude"),
        button("problems", "!", "Done"),
        button("problems", "-", "Skip"),
    ),
)
COMMENT = message(
    "Would you like to tell us more?",
    question_id="comment",
    notice="Your answer 9 was recorded.",
    entry=Entry.TEXT,
    buttons=(button("comment", "-", "Skip"),),
    step=3,
    steps=3,
)
REASON = message("What is the reason?", question_id="reason", entry=Entry.TEXT)
CALLS = message("How many calls did it take?", question_id="calls", entry=Entry.NUMBER)
THANKS = message("Thank you!", notice="Your words were recorded.")
STOP = message("Shall Acme stop asking you?", buttons=(Button(label="Stop", payload="stop"),))
STOPPED = message("Acme stops.", buttons=(Button(label="Take it back", payload="resume"),))
QUESTIONS = (NPS, THUMBS, PROBLEM, PROBLEMS, COMMENT, REASON, CALLS)

Reply = Callable[[Sequence[Inbound]], Sequence[Message]]


@asynccontextmanager
async def serving(
    channel: Web, reply: Reply, heard: list[Inbound]
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """Serve the channel over a real socket: call, receive, reply, ack. ``heard`` collects."""

    async def handle(call: web.Request) -> web.Response:
        request = Request(
            method=call.method,
            path=call.path,
            headers={name.lower(): value for name, value in call.headers.items()},
            query=dict(call.query),
            body=await call.read(),
        )
        try:
            values = await channel.receive(request)
        except Untrusted:
            return web.Response(status=403)
        heard.extend(values)
        ack = channel.ack(request, reply(values) if values else ())
        return web.Response(status=ack.status, headers=ack.headers, body=ack.body)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handle)
    async with TestClient(TestServer(app)) as client:
        yield client


def answering(shown: Message, after: Message) -> Reply:
    """Reply with one message, and with another once something was answered."""
    return lambda values: (after,) if isinstance(values[0], Replied) else (shown,)


def page_of(body: bytes | str) -> html.HtmlElement:
    text = body.decode() if isinstance(body, bytes) else body
    return html.document_fromstring(text)


def fields_of(page: html.HtmlElement, form: int = 0) -> dict[str, str]:
    """Give the hidden fields of a form, as a browser would send them."""
    return {
        i.get("name"): i.get("value")
        for i in page.forms[form].iter("input")
        if i.get("type") == "hidden"
    }


def recorded(name: str) -> Request:
    data = json.loads((HERE / "payloads" / f"{name}.json").read_text(encoding="utf-8"))
    return Request(
        method=data["method"],
        path=data["path"],
        headers=data["headers"],
        query=data["query"],
        body=data["body"].encode(),
    )


def filled(**fields: Any) -> dict[str, Any]:
    return {
        "form": FORM,
        "n": "nonce-000077",
        "q": "nps",
        "kind": "one",
        "do": "send",
        "v": "9",
        **fields,
    }


def press(
    fields: Mapping[str, Any] | None = None,
    *,
    path: str = PAGE,
    headers: Mapping[str, str] | None = None,
) -> Request:
    body = urlencode(filled() if fields is None else fields, doseq=True).encode()
    return Request(
        method="POST", path=path, headers={"content-type": FORM_TYPE, **(headers or {})}, body=body
    )


async def only(channel: Web, request: Request) -> Inbound:
    (value,) = await channel.receive(request)
    assert value.channel == "web"
    assert value.at == NOW
    return value


def assert_error(channel: Web, call: Request, status: int, words: str) -> None:
    ack = channel.ack(call, ())
    assert ack.status == status
    page = page_of(ack.body)
    assert page.xpath("string(//h1)") == words
    assert not page.forms
