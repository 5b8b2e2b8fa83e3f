"""The entrance page: what a call means, what is refused, and what the browser gets."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from channels.base import Request
from channels.errors import Untrusted
from channels.web.adapter import Web
from channels.web.allowance import Allowance, place_of
from channels.web.entrance import BURST
from channels.web.press import make_form
from surveys.inbound import Entered
from surveys.link import Purpose
from surveys.message import Message
from tests.channels.web.stage import (
    COMMENT,
    ENGLISH,
    FINNISH,
    FORM_TYPE,
    KEY,
    NOW,
    NPS,
    TOKEN,
    fields_of,
    page_of,
)

URL = "https://feedback.acme.example"
LINK = f"{URL}/s/{TOKEN}"
NEXT = replace(COMMENT, link=LINK)


def make(url: str = URL, now: datetime = NOW) -> Web:
    numbers = iter(range(1, 10_000))
    return Web(
        settings(),
        key=KEY,
        company="Acme",
        privacy_url="",
        languages={"en": ENGLISH, "fi": FINNISH},
        default_language="en",
        clock=lambda: now,
        nonce=lambda: f"nonce-{next(numbers):06d}",
        public_url=url,
    )


def settings() -> Any:
    from channels.web import Settings

    return Settings()


def look(path: str = "/p/visit", **query: str) -> Request:
    return Request(method="GET", path=path, query=query, remote="192.0.2.7")


def press(channel: Web, *, fields: Mapping[str, Any] | None = None, **query: str) -> Request:
    """Press on a page that was looked at a moment ago."""
    page = page_of(channel.ack(look(**query), (NPS,)).body)
    old = fields_of(page_of(make(now=NOW - timedelta(seconds=2)).ack(look(), (NPS,)).body))
    data = {**fields_of(page), "form": old["form"], "v": "9", "do": "send", **(fields or {})}
    return Request(
        method="POST",
        path="/p/visit",
        query=query,
        headers={"content-type": FORM_TYPE},
        body=urlencode(data, doseq=True).encode(),
        remote="192.0.2.7",
    )


async def one(channel: Web, request: Request) -> Entered:
    (item,) = await channel.receive(request)
    assert isinstance(item, Entered)
    return item


def cookie_of(channel: Web, request: Request, message: Message = NEXT) -> str:
    return channel.ack(request, (message,)).headers.get("Set-Cookie", "")


async def test_a_look_is_a_look_whatever_the_link_says() -> None:
    channel = make()
    query = {"s": "door", "q": "nps", "v": "9", "do": "send", "text": "x", "c": "listmonk:abcd"}
    for method in ("GET", "HEAD"):
        item = await one(channel, replace(look(**query), method=method))
        assert item.is_look
        assert (item.survey, item.source, item.question_id) == ("visit", "door", "nps")
        assert item.contact == "listmonk:abcd"
        assert item.visitor == ""


async def test_a_look_ticks_the_links_answer_and_sets_no_cookie() -> None:
    channel = make()
    ack = channel.ack(look(q="nps", v="9"), (NPS,))
    assert ack.status == 200
    assert "Set-Cookie" not in ack.headers
    page = page_of(ack.body)
    assert page.xpath("//input[@checked]/@value") == ["9"]
    assert page.forms[0].get("method") == "post"


async def test_the_form_goes_back_where_it_stands_with_its_source() -> None:
    page = page_of(make().ack(look(s="door", c="listmonk:ab cd", l="fi", q="nps"), (NPS,)).body)
    assert page.forms[0].get("action") == "visit?s=door&c=listmonk%3Aab+cd&l=fi"


async def test_a_press_is_an_answer_of_a_browser_with_a_word_of_its_own() -> None:
    channel = make()
    item = await one(channel, press(channel, s="door"))
    assert not item.is_look
    assert (item.question_id, item.value, item.source) == ("nps", "9", "door")
    assert len(item.visitor) == 24


async def test_a_double_click_is_one_event_of_one_visitor() -> None:
    channel = make()
    call = press(channel)
    first, second = await one(channel, call), await one(channel, call)
    assert (first.event_id, first.visitor) == (second.event_id, second.visitor)


async def test_two_pages_are_two_visitors_and_a_cookie_makes_them_one() -> None:
    channel = make()
    first, other = press(channel), press(channel)
    assert (await one(channel, first)).visitor != (await one(channel, other)).visitor
    word = cookie_of(channel, first).partition("=")[2].partition(";")[0]
    known = replace(other, headers={**other.headers, "cookie": f"a=b; visit={word}"})
    assert (await one(channel, known)).visitor == (await one(channel, first)).visitor


async def test_the_cookie_is_for_this_survey_alone_and_for_a_day() -> None:
    channel = make("https://acme.example/feedback")
    parts = cookie_of(channel, press(channel)).split("; ")
    assert parts[1:] == [
        "Path=/feedback/p/visit",
        "Max-Age=86400",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
    ]
    plain = make("http://127.0.0.1:8080")
    assert "Secure" not in cookie_of(plain, press(plain))


async def test_no_cookie_without_something_kept_nor_for_a_subscriber() -> None:
    channel = make()
    assert cookie_of(channel, press(channel), NPS) == ""
    assert cookie_of(channel, press(channel, c="listmonk:abcd")) == ""


@pytest.mark.parametrize("word", ["", "short", "x" * 65, "a b" * 10, '"', "<script>" * 3])
async def test_a_cookie_that_is_none_of_ours_is_not_read(word: str) -> None:
    call = replace(look(), headers={"cookie": f"visit={word}"})
    assert (await one(make(), call)).visitor == ""


async def test_after_a_press_the_visitor_goes_on_at_their_own_page() -> None:
    channel = make()
    page = page_of(channel.ack(press(channel), (NEXT,)).body)
    assert page.forms[0].get("action") == f"../s/{TOKEN}"
    data = urlencode({**fields_of(page), "text": "Kiitos", "do": "send"}).encode()
    headers = {"content-type": FORM_TYPE}
    call = Request(method="POST", path=f"/s/{TOKEN}", headers=headers, body=data)
    (item,) = await channel.receive(call)
    assert type(item).__name__ == "Replied"


@pytest.mark.parametrize(
    "fields",
    [
        {"form": ""},
        {"form": "A" * 32},
        {"form": make_form(KEY, 1, NOW, purpose=Purpose.ENTER)},
        {"form": make_form(KEY, 17, NOW)},
        {"v": []},
    ],
)
async def test_a_press_on_no_page_of_ours_is_a_look_that_asks_again(fields: dict[str, Any]) -> None:
    channel = make()
    call = press(channel, fields=fields)
    assert (await one(channel, call)).is_look
    page = page_of(channel.ack(call, (NPS,)).body)
    wanted = "<choose_one>" if fields == {"v": []} else "<try_again>"
    assert page.xpath("//*[@role='status']/p/text()") == [wanted]
    assert page.xpath("//input[@checked]/@value") == ([] if fields == {"v": []} else ["9"])


async def test_what_is_wrong_is_said_beside_the_promise_of_anonymity() -> None:
    channel = make()
    asked = replace(NPS, notice="<anonymous>")
    page = page_of(channel.ack(press(channel, fields={"v": []}), (asked,)).body)
    said = page.xpath("//*[@role='status']/p/text()")
    assert said == ["<choose_one>", "<anonymous>"]
    page = page_of(channel.ack(look(), (asked,)).body)
    assert page.xpath("//*[@role='status']/p/text()") == ["<anonymous>"]


@pytest.mark.parametrize(
    ("path", "answers"),
    [("/p/visit", ()), ("/p/nosuch", ()), ("/p/visit/qr.png", ()), ("/p/visit/qr.svg", ())],
)
async def test_where_nobody_may_enter_it_is_the_page_of_every_bad_link(
    path: str, answers: tuple[Message, ...]
) -> None:
    channel = make()
    expected = channel.ack(Request(method="GET", path="/s/x"), ())
    assert channel.ack(look(path), answers) == expected
    assert expected.status == 404


@pytest.mark.parametrize(
    "path",
    ["/p/", "/p/Visit", "/p/visit/", "/p/visit/qr.gif", "/p/" + "a" * 41, "/p/../s/x", "/p/vi sit"],
)
async def test_other_paths_are_no_entrance(path: str) -> None:
    channel = make()
    assert await channel.receive(look(path)) == ()
    assert channel.ack(look(path), ()).status == 404


async def test_another_sites_form_is_untrusted() -> None:
    channel = make()
    call = press(channel)
    call = replace(call, headers={**call.headers, "sec-fetch-site": "cross-site"})
    with pytest.raises(Untrusted):
        await channel.receive(call)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(method: str) -> None:
    channel, call = make(), replace(look(), method=method)
    assert await channel.receive(call) == ()
    assert channel.ack(call, ()).status == 405


async def test_a_body_that_is_no_form_is_refused_kindly() -> None:
    channel = make()
    call = replace(press(channel), body=b"\xff")
    assert await channel.receive(call) == ()
    assert channel.ack(call, ()).status == 400


async def test_languages_are_handed_on_by_preference() -> None:
    wishes = {"accept-language": "sv;q=0.5, fi-FI, de;q=0, en;q=0.8"}
    call = replace(look(l="hr"), headers=wishes)
    assert (await one(make(), call)).language == "hr,fi-fi,en,sv"


@pytest.mark.parametrize("source", ["?", "Door", "<b>", "a" * 41, "door\n"])
async def test_a_source_that_is_no_name_is_not_handed_on(source: str) -> None:
    assert (await one(make(), look(s=source))).source == "?"


async def test_one_place_cannot_stuff_the_ballot() -> None:
    channel = make()
    for _ in range(BURST):
        assert not (await one(channel, press(channel))).is_look
    call = press(channel)
    assert (await one(channel, call)).is_look
    ack = channel.ack(call, (NPS,))
    assert ack.status == 429
    assert page_of(ack.body).xpath("//input[@checked]/@value") == ["9"]
    elsewhere = replace(press(channel), remote="192.0.2.8")
    assert not (await one(channel, elsewhere)).is_look


class TestAllowances:
    def test_an_empty_bucket_fills_again(self) -> None:
        now = [NOW]
        allowance = Allowance(lambda: now[0], burst=2, rate=0.5)
        assert [allowance.take("a") for _ in range(3)] == [True, True, False]
        assert allowance.is_spent("a")
        now[0] += timedelta(seconds=2)
        assert [allowance.take("a") for _ in range(2)] == [True, False]
        now[0] += timedelta(days=1)
        assert [allowance.take("a") for _ in range(3)] == [True, True, False]

    def test_memory_is_bounded(self) -> None:
        allowance = Allowance(lambda: NOW, burst=1, rate=1, most=3)
        for place in "abcde":
            allowance.take(place)
        assert len(allowance) == 3
        assert not allowance.take("e")
        assert allowance.take("a")

    @pytest.mark.parametrize(
        ("remote", "forwarded", "place"),
        [
            ("192.0.2.7", "", "192.0.2.7"),
            ("8.8.8.8", "1.1.1.1", "8.8.8.8"),
            ("127.0.0.1", "8.8.4.4", "8.8.4.4"),
            ("127.0.0.1", "6.6.6.6, 8.8.4.4", "8.8.4.4"),
            ("10.0.0.2", "8.8.4.4", "8.8.4.4"),
            ("::1", "2001:4860:1:2:3:4:5:6", "2001:4860:1:2::"),
            ("127.0.0.1", "rubbish", "127.0.0.1"),
            ("::ffff:8.8.8.8", "", "8.8.8.8"),
            ("", "8.8.8.8", ""),
        ],
    )
    def test_where_a_call_comes_from(self, remote: str, forwarded: str, place: str) -> None:
        headers = {"x-forwarded-for": forwarded} if forwarded else {}
        call = Request(method="GET", path="/", headers=headers, remote=remote)
        assert place_of(call) == place
