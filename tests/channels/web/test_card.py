"""The comment card's page: what a call means, what is refused, and what the visitor gets."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from channels.base import Ack, Request
from channels.errors import Untrusted
from channels.web import Settings, Web
from channels.web.card import BURST, RATE
from channels.web.press import make_form
from channels.web.widget.drawing import draw_message
from surveys.inbound import Commented
from surveys.link import Purpose, read_stamp, seal
from surveys.message import Link, Message
from tests.channels.web.stage import ENGLISH, FINNISH, FORM_TYPE, KEY, NOW, fields_of, page_of

WORDS = "The queue was long"
RECEIPT = Message(address="", text="Thank you. It is passed on.", language="en")


class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def make(clock: Clock | None = None, **settings: Any) -> Web:
    numbers = iter(range(1, 10_000))
    return Web(
        Settings(**settings),
        key=KEY,
        company="Acme",
        privacy_url="https://acme.example/privacy",
        languages={"en": ENGLISH, "fi": FINNISH},
        default_language="en",
        clock=clock or Clock(),
        nonce=lambda: f"nonce-{next(numbers):06d}",
        public_url="https://feedback.acme.example",
    )


def look(path: str = "/c", headers: Mapping[str, str] | None = None, **query: str) -> Request:
    return Request(method="GET", path=path, query=query, remote="192.0.2.7", headers=headers or {})


def press(channel: Web, *, headers: Mapping[str, str] | None = None, **fields: Any) -> Request:
    """Write on a card that was looked at a minute ago, and send it."""
    page = page_of(channel.ack(look(), ()).body)
    seen = {**fields_of(page), "form": form()}
    data = {**seen, "text": WORDS, "kind": "", "email": "", "do": "send", **fields}
    return post(data, headers=headers)


def form(seconds: float = 60, key: bytes = KEY, purpose: Purpose = Purpose.CARD) -> str:
    """The form of a card that was looked at so long ago."""
    return make_form(key, 0, NOW - timedelta(seconds=seconds), purpose=purpose)


def post(data: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Request:
    return Request(
        method="POST",
        path="/c",
        headers={"content-type": FORM_TYPE, **(headers or {})},
        body=urlencode(data).encode(),
        remote="192.0.2.7",
    )


async def one(channel: Web, request: Request) -> Commented:
    (item,) = await channel.receive(request)
    assert isinstance(item, Commented)
    return item


def notices(ack: Ack) -> list[str]:
    return [str(text) for text in page_of(ack.body).xpath("//*[@role='status']/p/text()")]


# Looking


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_look_records_nothing_whatever_the_link_says(method: str) -> None:
    channel = make()
    request = replace(look(text=WORDS, kind="praise", do="send", s="till"), method=method)
    assert await channel.receive(request) == ()
    ack = channel.ack(request, ())
    assert ack.status == 200
    assert (ack.body == b"") is (method == "HEAD")
    assert "Set-Cookie" not in ack.headers


def test_the_card_is_a_form_without_script() -> None:
    page = page_of(make().ack(look(s="till", l="fi"), ()).body)
    assert page.get("lang") == "fi"
    assert page.xpath("//script") == []
    [form] = page.forms
    assert form.get("method") == "post"
    assert form.get("action") == "?s=till&l=fi"
    assert [i.get("value") for i in page.xpath("//input[@type='radio']")] == [
        "praise",
        "complaint",
        "",
    ]
    assert page.xpath("//h1/label[@for='text']/text()") == ["card_ask suomeksi"]
    assert page.xpath("//label[@for='email']")
    assert page.xpath("//footer//a/@href") == ["https://acme.example/privacy"]


@pytest.mark.parametrize(
    ("header", "query", "language"),
    [("fi-FI,fi;q=0.9", {}, "fi"), ("fi", {"l": "en"}, "en"), ("sv", {"l": "xx"}, "en")],
)
def test_the_language_is_the_links_else_the_browsers(
    header: str, query: dict[str, str], language: str
) -> None:
    ack = make().ack(look(headers={"accept-language": header}, **query), ())
    assert ack.headers["Content-Language"] == language


@pytest.mark.parametrize("path", ["/c", "/c/"])
async def test_without_cards_there_is_no_such_page(path: str) -> None:
    channel = make(cards=False)
    assert await channel.receive(look(path)) == ()
    assert channel.ack(look(path), ()).status == 404
    assert make().ack(look(path), ()).status == 200
    assert make().ack(look("/c/more"), ()).status == 404


# Sending


async def test_a_press_is_a_card() -> None:
    channel = make()
    request = press(channel, kind="complaint", email=" anna@x.example ", text=f"  {WORDS}\r\n\0 ")
    card = await one(channel, replace(request, query={"s": "till", "l": "fi"}))
    assert (card.text, card.praise, card.email) == (WORDS, False, "anna@x.example")
    assert (card.source, card.language, card.address) == ("till", "fi", "")
    ack = channel.ack(request, (RECEIPT,))
    assert ack.status == 200
    assert "Thank you" in page_of(ack.body).text_content()
    assert not page_of(ack.body).forms


@pytest.mark.parametrize(("kind", "praise"), [("praise", True), ("complaint", False), ("", None)])
async def test_the_thumb_is_the_visitors_choice(kind: str, praise: bool | None) -> None:
    channel = make()
    assert (await one(channel, press(channel, kind=kind))).praise is praise


async def test_the_same_page_sent_again_is_the_same_event() -> None:
    channel = make()
    request = press(channel)
    first, again = await one(channel, request), await one(channel, request)
    assert first.event_id == again.event_id
    other = await one(channel, press(channel))
    assert other.event_id != first.event_id
    data = dict(pair.split("=") for pair in request.body.decode().split("&"))
    changed = await one(channel, post({**data, "text": "Something else"}))
    assert changed.event_id != first.event_id


@pytest.mark.parametrize(
    ("fields", "notice"),
    [
        ({"text": "   "}, "<card_empty>"),
        ({"email": "anna"}, "<card_email_unclear>"),
        ({"email": "a@b.c d"}, "<card_email_unclear>"),
        ({"form": ""}, "<try_again>"),
        ({"form": "A" * 32}, "<try_again>"),
        ({"form": form(purpose=Purpose.FORM)}, "<try_again>"),
        ({"form": form(key=b"x" * 32)}, "<try_again>"),
        ({"form": form(13 * 3600)}, "<try_again>"),
        ({"form": form(1.1)}, "<press_again>"),
        ({"form": form(-3600)}, "<press_again>"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_lost(
    fields: dict[str, Any], notice: str
) -> None:
    channel = make()
    request = press(channel, **{"kind": "praise", **fields})
    assert await channel.receive(request) == ()
    ack = channel.ack(request, ())
    assert notices(ack) == [notice]
    page = page_of(ack.body)
    assert page.xpath("string(//textarea)").strip() == fields.get("text", WORDS).strip()
    assert page.xpath("//input[@checked]/@value") == ["praise"]
    assert page.xpath("string(//input[@id='email']/@value)") == fields.get("email", "")


async def test_who_was_quick_presses_again_and_has_written_it_once() -> None:
    clock = Clock()
    channel = make(clock)
    request = press(channel, form=form(0))
    assert await channel.receive(request) == ()
    page = page_of(channel.ack(request, ()).body)
    again = {**fields_of(page), "text": WORDS, "do": "send"}
    assert read_stamp(KEY, Purpose.CARD, 0, again["form"]) == (NOW, 0)
    assert await channel.receive(post(again)) == ()
    clock.now += timedelta(seconds=2)
    assert (await one(channel, post(again))).text == WORDS


@pytest.mark.parametrize("fields", [{"n": "<"}, {"n": ""}, {"kind": "shout"}, {"text": "x" * 4001}])
async def test_what_the_page_did_not_make_is_refused(fields: dict[str, Any]) -> None:
    channel = make()
    request = press(channel, **fields)
    assert await channel.receive(request) == ()
    assert channel.ack(request, ()).status == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_other_methods_are_not_allowed(method: str) -> None:
    channel = make()
    request = replace(press(channel), method=method)
    assert await channel.receive(request) == ()
    assert channel.ack(request, ()).status == 405


@pytest.mark.parametrize(
    "mark", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example", "host": "a"}]
)
async def test_a_card_sent_by_another_site_is_refused(mark: dict[str, str]) -> None:
    channel = make()
    with pytest.raises(Untrusted):
        await channel.receive(press(channel, headers=mark))


async def test_hostile_words_stay_words() -> None:
    channel = make()
    request = press(channel, text="<script>alert(1)</script>", email='"><b>')
    assert await channel.receive(request) == ()
    body = channel.ack(request, ()).body.decode()
    assert "<script>" not in body
    assert "<b>" not in body


async def test_one_place_sends_so_many_and_then_waits() -> None:
    clock = Clock()
    channel = make(clock)
    for _ in range(BURST):
        assert await channel.receive(press(channel))
    request = press(channel)
    assert await channel.receive(request) == ()
    ack = channel.ack(request, ())
    assert ack.status == 429
    assert notices(ack) == ["<card_slow>"]
    assert page_of(ack.body).xpath("string(//textarea)").strip() == WORDS
    assert await channel.receive(replace(press(channel), remote="192.0.2.8"))
    clock.now += timedelta(seconds=1 / RATE)
    assert await channel.receive(request)


async def test_a_strange_source_is_none() -> None:
    channel = make()
    for source in ("<b>", "x" * 99, "A b"):
        assert (await one(channel, replace(press(channel), query={"s": source}))).source == ""


# Where thanks lead


def test_thanks_lead_on_from_the_page_and_from_the_widget() -> None:
    links = (
        Link(label="Write a <review>", url="https://acme.example/review"),
        Link(label="Trap", url="javascript:alert(1)"),
    )
    thanks = Message(address="", text="Thank you!", links=links)
    token = seal(KEY, Purpose.ANSWER, 17, NOW + timedelta(days=1))
    request = Request(method="GET", path=f"/s/{token}")
    page = page_of(make().ack(request, (thanks,)).body)
    [offer] = page.xpath("//a[@class='offer']")
    assert (offer.get("href"), offer.text) == ("https://acme.example/review", "Write a <review>")
    drawn = draw_message(ENGLISH, (thanks,), token="", privacy_url="")
    assert drawn["offers"] == [{"label": "Write a <review>", "url": "https://acme.example/review"}]
