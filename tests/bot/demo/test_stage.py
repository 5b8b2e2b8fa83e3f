"""The demo's page over HTTP, against the real service."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.config import load_config
from bot.demo.pages import read_question
from bot.demo.play import CONFIG, find_port, make_environ
from bot.demo.stage import HERE, Stage
from bot.service import Service

State = dict[str, Any]


class Visitor:
    """A browser on the stage's page."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url, self.http = url, http

    async def do(self, name: str, **body: str) -> dict[str, bool]:
        async with self.http.post(f"{self.url}/demo/{name}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, bool] = await answer.json()
            return found

    async def read(self, path: str, status: int = 200) -> tuple[str, aiohttp.ClientResponse]:
        async with self.http.get(path if "://" in path else self.url + path) as answer:
            assert answer.status == status
            return await answer.text(errors="replace"), answer

    async def see(self, true: Callable[[State], Any]) -> State:
        """Look until something is so."""
        for _ in range(500):
            async with self.http.get(f"{self.url}/demo/state") as answer:
                state: State = await answer.json()
            if true(state):
                return state
            await asyncio.sleep(0.01)
        raise AssertionError(f"it never came to be so: {state}")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    environ = make_environ(str(tmp_path), find_port(0))
    stage = Stage(environ["DEMO_WRITE_KEY"])
    async with Service(load_config(CONFIG, environ), extend=stage.add_routes) as started:
        stage.service = started
        yield started


@pytest.fixture
async def visitor(service: Service) -> AsyncIterator[Visitor]:
    async with aiohttp.ClientSession() as http:
        yield Visitor(service.url, http)


def chat_has(count: int) -> Callable[[State], bool]:
    return lambda state: len(state["chat"]) == count


def payload(line: dict[str, Any], label: str) -> str:
    keys = [key for row in line["rows"] for key in row]
    return str(next(key["payload"] for key in keys if key["label"].endswith(label)))


async def press(visitor: Visitor, line: dict[str, Any], label: str) -> None:
    await visitor.do("press", who="sam", line=line["id"], payload=payload(line, label))


async def test_a_bad_answer_in_the_chat_reaches_the_leader(visitor: Visitor) -> None:
    assert await visitor.do("call", language="en") == {"stopped": False}
    state = await visitor.see(lambda s: s["chat"] and s["mail"])
    asked = state["chat"][0]
    assert [len(row) for row in asked["rows"]] == [6, 5]
    assert asked["rows"][0][0]["spoken"].startswith("0, ")
    await press(visitor, asked, "2")
    state = await visitor.see(lambda s: len(s["chat"]) == 2 and s["staff"])
    shown = state["chat"][0]
    assert shown["id"] == asked["id"]
    assert shown["edited"]
    assert [k["label"] for row in shown["rows"] for k in row if k["chosen"]] == ["✓ 2"]
    assert "NPS 2 of 10" in state["staff"][0]["text"]
    assert "Sam" in state["staff"][0]["text"]
    await press(visitor, state["chat"][1], "1")
    await visitor.see(chat_has(3))
    await visitor.do("write", who="sam", text="<b>Nobody</b> called & asked")
    state = await visitor.see(chat_has(5))
    assert state["chat"][3]["text"] == "<b>Nobody</b> called & asked"
    assert not state["chat"][3]["us"]
    await visitor.see(lambda s: "called & asked" in s["staff"][-1]["text"])


async def test_a_mail_opens_the_survey_page_in_the_language_chosen(visitor: Visitor) -> None:
    await visitor.do("call", language="fi")
    state = await visitor.see(lambda s: s["mail"])
    mail = state["mail"][0]
    assert mail["subject"] == "Soittosi meille"
    page, answer = await visitor.read(f"/demo/mail/{mail['id']}")
    assert '<base target="_blank">' in page
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "script" not in answer.headers["Content-Security-Policy"]
    link = re.findall(r'href="(http[^"]+/s/[^"]+)"', page)[3].replace("&amp;", "&")
    assert link.startswith(f"{visitor.url}/s/")
    survey, _ = await visitor.read(link)
    assert 'lang="fi"' in survey
    assert read_question(survey)


async def test_the_leader_asks_for_results_and_sees_the_picture(visitor: Visitor) -> None:
    for n in range(5):  # fewer answers than this are hidden
        await visitor.do("call", language="en")
        state = await visitor.see(chat_has(2 * n + 1))
        await press(visitor, state["chat"][-1], "9")
        await visitor.see(chat_has(2 * n + 2))
    await visitor.do("write", who="maija", text="/results")
    state = await visitor.see(lambda s: len(s["staff"]) >= 2)
    answer = state["staff"][1]
    assert "NPS +100" in answer["text"]
    assert "NPS" in answer["picture"]
    async with visitor.http.get(f"{visitor.url}/demo/picture/{answer['id']}") as picture:
        assert (await picture.read()).startswith(b"\x89PNG")
    await visitor.read(f"/demo/picture/{state['staff'][0]['id']}", 404)


async def test_who_said_stop_is_asked_no_more_and_the_page_says_so(visitor: Visitor) -> None:
    await visitor.do("call", language="de")
    await visitor.see(lambda s: s["chat"])
    await visitor.do("write", who="sam", text="/stop")
    await visitor.see(chat_has(3))
    assert await visitor.do("call", language="de") == {"stopped": True}
    await visitor.do("write", who="sam", text="/start")
    await visitor.see(chat_has(5))
    assert await visitor.do("call", language="de") == {"stopped": False}
    await visitor.see(chat_has(6))


async def test_what_did_not_change_is_not_sent_again(visitor: Visitor) -> None:
    url = f"{visitor.url}/demo/state"
    async with visitor.http.get(url) as first:
        tag = first.headers["ETag"]
    async with visitor.http.get(url, headers={"If-None-Match": tag}) as second:
        assert second.status == 304
    await visitor.do("write", who="sam", text="hello")
    async with visitor.http.get(url, headers={"If-None-Match": tag}) as third:
        assert third.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8080"},
    ],
)
async def test_another_site_cannot_act(visitor: Visitor, headers: dict[str, str]) -> None:
    body = {"who": "sam", "text": "hello"}
    url = f"{visitor.url}/demo/write"
    async with visitor.http.post(url, json=body, headers=headers) as answer:
        assert answer.status == 403
    state = await visitor.see(lambda _s: True)
    assert state["chat"] == []


async def test_a_rebound_name_reads_nothing(visitor: Visitor) -> None:
    for path in ("/demo", "/demo/state"):
        headers = {"Host": "evil.example"}
        async with visitor.http.get(visitor.url + path, headers=headers) as answer:
            assert answer.status == 403


async def test_the_page_itself_may_act(visitor: Visitor) -> None:
    headers = {"Origin": visitor.url, "Sec-Fetch-Site": "same-origin"}
    body = {"who": "sam", "text": "hello"}
    async with visitor.http.post(f"{visitor.url}/demo/write", json=body, headers=headers) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", b"{}", 415),
        ("application/json", b"{", 400),
        ("application/json", b"[]", 400),
        ("application/json", b'{"who": "ana", "text": "/results"}', 400),
        ("application/json", b'{"who": 7}', 400),
        ("application/json", b'"' + b"x" * 70_000 + b'"', 413),
    ],
)
async def test_an_unusable_call_is_refused(
    visitor: Visitor, kind: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": kind}
    async with visitor.http.post(f"{visitor.url}/demo/write", data=body, headers=headers) as answer:
        assert answer.status == status


async def test_every_file_is_served_and_nothing_else(visitor: Visitor) -> None:
    page, answer = await visitor.read("/demo")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<style|<script>|\bstyle=|\bon[a-z]+=", page)
    for path in re.findall(r'(?:href|src)="(/demo/[^"]+)"', page):
        await visitor.read(path)
    await visitor.read("/favicon.ico")
    for path in ("/demo/stage.html", "/demo/..%2Fstage.py", "/demo/mail/1", "/demo/picture/1"):
        await visitor.read(path, 404)
    assert "innerHTML" not in (HERE / "stage.js").read_text(encoding="utf-8")
