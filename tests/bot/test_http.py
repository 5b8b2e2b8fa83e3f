import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from bot import http
from bot.doorkeeper import Doorkeeper
from storage.store import DiskNearlyFull, StoreUnavailable
from tests.bot.door_house import EVENT, NOW, House, a_house
from tests.bot.small import KEY, small_service


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with a_house() as made:
        yield made


# Who may


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Authorization": aiohttp.encode_basic_auth(KEY, "")}, {}, 200),
        ({"Authorization": f"Bearer {KEY}"}, {}, 200),
        ({}, {"writeKey": KEY}, 200),
        ({}, {}, 401),
        ({}, {"writeKey": KEY + "x"}, 401),
        ({"Authorization": f"Bearer {KEY[:-1]}"}, {"writeKey": ""}, 401),
        ({"Authorization": "Basic !!!"}, {}, 401),
        ({"Authorization": "Bearer ä"}, {}, 401),
    ],
)
async def test_a_write_key_is_taken_three_ways_and_no_other(
    house: House, headers: dict[str, str], body: dict[str, str], status: int
) -> None:
    async with (
        aiohttp.ClientSession(headers=headers) as client,
        client.post(f"{house.url}/v1/track", json={**EVENT, **body}) as answer,
    ):
        assert answer.status == status
        said = await answer.json()
        assert said == {"success": True} or said["code"] == "invalid_write_key"
    assert len(house.events) == (status == 200)


async def test_bytes_that_are_no_text_in_a_key_are_a_wrong_key(house: House) -> None:
    head = b"GET /v1/unusable HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n"
    assert (await house.raw(head + b"Connection: close\r\n\r\n")).startswith(b"HTTP/1.1 401")


async def test_a_strangers_body_is_not_read(house: House) -> None:
    head = b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer no\r\n"
    said = await house.raw(head + b"Content-Length: 400000\r\n\r\n", seconds=1)
    assert said.startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("path", ["/v1/unusable", "/v1/link?userId=u1"])
async def test_what_tells_about_people_needs_the_key(house: House, path: str) -> None:
    async with aiohttp.ClientSession() as stranger, stranger.get(house.url + path) as answer:
        assert answer.status == 401


# Events


async def test_an_event_is_kept_before_it_is_acknowledged(house: House) -> None:
    assert await house.post("/v1/track", json=EVENT) == (200, {"success": True})
    assert [(e.message_id, e.name) for e in house.events] == [("m1", "Call Ended")]
    house.store["error"] = StoreUnavailable("away")
    async with house.client.post(f"{house.url}/v1/track", json=EVENT) as answer:
        assert answer.status == 503 and answer.headers["Retry-After"]
        assert (await answer.json())["code"] == "unavailable"


async def test_a_disk_that_is_nearly_full_takes_no_events(house: House) -> None:
    house.store["room"] = DiskNearlyFull("free 3 MB")
    async with house.client.post(f"{house.url}/v1/track", json=EVENT) as answer:
        assert answer.status == 507 and answer.headers["Retry-After"] == "60"
        assert (await answer.json())["code"] == "disk_nearly_full"
    assert house.events == []


async def test_a_batch_may_be_packed(house: House) -> None:
    items = [{"type": "identify", "userId": f"u{n}", "messageId": f"m{n}"} for n in range(3)]
    body = gzip.compress(orjson.dumps({"batch": items}))
    headers = {"Content-Encoding": "gzip"}
    assert (await house.post("/v1/batch", data=body, headers=headers))[0] == 200
    assert len(house.events) == 3


async def test_a_useless_event_does_not_spoil_the_others_and_is_listed(house: House) -> None:
    batch = [1, {"type": "shout"}, {"type": "track", "userId": "u"}, {**EVENT, "type": "track"}]
    assert (await house.post("/v1/batch", json={"batch": batch}))[0] == 200
    assert [e.message_id for e in house.events] == ["m1"]
    async with house.client.get(f"{house.url}/v1/unusable") as answer:
        reasons = [u["reason"] for u in (await answer.json())["unusable"]]
    assert len(reasons) == 3 and "event (its name) is required" in reasons[0]


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"not json", {}, 400, "invalid_json"),
        (b"[]", {}, 400, "invalid_json"),
        (b"{" + b'"a":{' * 40 + b"}" * 41, {}, 400, "too_deep"),
        (b'{"batch": 1}', {}, 400, "no_batch"),
        (b'{"batch": [' + b"1," * 2500 + b"1]}", {}, 413, "too_many"),
        (b'"' + b"x" * 500_001 + b'"', {}, 413, "too_large"),
        (b"not packed", {"Content-Encoding": "gzip"}, 400, "invalid_encoding"),
        (gzip.compress(b" " * 30_000_000), {"Content-Encoding": "gzip"}, 413, "too_large"),
    ],
)
async def test_a_bad_body_is_refused_with_a_reason(
    house: House, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    said = await house.post("/v1/batch", data=body, headers=headers)
    assert (said[0], said[1]["code"]) == (status, code) and said[1]["message"]
    assert house.events == []


@pytest.mark.parametrize(
    "times",
    [
        {"timestamp": "0001-01-01T00:00:00Z", "sentAt": "9999-12-31T23:59:59Z"},
        {"timestamp": "9999-12-31T23:59:59Z", "sentAt": "0001-01-01T00:00:00+14:00"},
        {"timestamp": "9999-12-31T23:59:59-12:00"},
        {"timestamp": "yesterday", "sentAt": 5},
    ],
)
async def test_mad_clocks_are_no_reason_to_refuse(house: House, times: dict[str, Any]) -> None:
    assert (await house.post("/v1/track", json={**EVENT, **times}))[0] == 200
    assert house.events[0].occurred_at <= NOW


async def test_too_many_waiting_are_asked_to_slow_down(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MOST_WAITING", -1)
    async with house.client.post(f"{house.url}/v1/track", json=EVENT) as answer:
        assert answer.status == 429 and answer.headers["Retry-After"]


async def test_a_slow_body_is_not_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.1)
    head = f"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n".encode()
    said = await house.raw(head + b"Content-Length: 50\r\n\r\n{", seconds=1)
    assert said.startswith(b"HTTP/1.1 408") and b"too_slow" in said


async def test_the_link_of_a_person(house: House) -> None:
    async with house.client.get(f"{house.url}/v1/link?userId=u1") as answer:
        assert await answer.json() == {"link": "https://t.me/bot?start=u1"}
    async with house.client.get(f"{house.url}/v1/link?userId=u1&via=sms") as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, "no_link")


# Pages and webhooks


async def test_a_call_reaches_its_channel_as_it_came(house: House) -> None:
    async with house.client.post(
        f"{house.url}/s/abc?q=nps&v=9", data=b"\x00raw", headers={"X-Odd": "Yes"}
    ) as answer:
        assert await answer.read() == b"hello"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    [request] = house.page.requests
    assert (request.method, request.path, request.body) == ("POST", "/s/abc", b"\x00raw")
    assert request.query == {"q": "nps", "v": "9"} and request.headers["x-odd"] == "Yes"
    assert request.remote == "127.0.0.1"


async def test_a_page_that_fails_says_so_in_words_and_a_program_gets_a_code(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.page.error = RuntimeError("secret of anna@example.com")
    async with house.client.get(f"{house.url}/s/x", headers={"Accept": "text/html"}) as answer:
        assert answer.status == 503 and "our fault" in await answer.text()
        assert answer.content_type == "text/plain"
    async with house.client.post(f"{house.url}/s/x") as answer:
        assert (await answer.json())["code"] == "unavailable"
    assert "could not answer GET" in caplog.text and "/s/x" not in caplog.text


@pytest.mark.parametrize("path", ["/s/x", "/u/x", "/hook", "/hook/deeper"])
async def test_a_body_too_large_for_a_page_is_refused(house: House, path: str) -> None:
    async with house.client.post(house.url + path, data=b"x" * 300_000) as answer:
        assert answer.status == 413

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 10_000

    async with house.client.post(house.url + path, data=in_pieces()) as answer:
        assert answer.status == 413
    assert house.page.requests == []


@pytest.mark.parametrize("path", ["/", "/nothing", "//evil.example/", "/v1/track/", "/telegram"])
async def test_what_is_not_there_leads_nowhere(house: House, path: str) -> None:
    async with house.client.get(house.url + path, allow_redirects=False) as answer:
        assert answer.status == 404 and "Location" not in answer.headers


async def test_a_wrong_method_names_the_right_one(house: House) -> None:
    async with house.client.get(f"{house.url}/v1/track") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")


# Operators


async def test_health_and_readiness_differ_while_the_store_is_away(house: House) -> None:
    async def status(path: str) -> int:
        async with house.client.get(house.url + path) as answer:
            return answer.status

    assert (await status("/health"), await status("/ready")) == (200, 200)
    house.store["error"] = StoreUnavailable("away")
    assert (await status("/health"), await status("/ready")) == (200, 503)


async def test_metrics_are_not_counted_for_everybody_who_asks(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> str:
        async with house.client.get(f"{house.url}/metrics") as answer:
            return await answer.text()

    assert await asyncio.gather(*[ask() for _ in range(10)]) == ["afterword_rows 1\n"] * 10
    assert house.store["metrics"] == 1
    monkeypatch.setattr(http, "METRICS_SECONDS", 0.0)
    await ask()
    assert house.store["metrics"] == 2


async def test_the_document_names_every_path_of_the_intake(house: House) -> None:
    async with house.client.get(f"{house.url}/openapi.json") as answer:
        document = await answer.json()
    assert document["openapi"].startswith("3.1")
    paths = {r.resource.canonical for r in house.app.router.routes() if r.resource}
    described = {path for path in paths if path.startswith("/v1/")} - {"/v1/b"}  # a second name
    assert set(document["paths"]) == described


# Connections


async def test_a_silent_connection_is_shown_out_and_a_talking_one_is_not() -> None:
    async with a_house(Doorkeeper(head_seconds=0.2)) as house:
        assert await house.raw(b"GET /health HTTP/1.1\r\nHost: x\r\n", seconds=2) == b""
        said = await house.raw(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", seconds=0.8)
        assert said.startswith(b"HTTP/1.1 200") and said.endswith(b"<still open>")


async def test_there_is_room_for_so_many_and_for_others_once_they_leave() -> None:
    async with a_house(Doorkeeper(most=5, head_seconds=0.3)) as house:
        host, port = house.url.removeprefix("http://").split(":")
        mute = [await asyncio.open_connection(host, int(port)) for _ in range(5)]
        await asyncio.sleep(0.05)
        assert (await house.raw(b"")).startswith(b"HTTP/1.1 503")
        await asyncio.sleep(0.7)  # the silent ones have been shown out
        async with house.client.get(f"{house.url}/health") as answer:
            assert answer.status == 200
        for _, writer in mute:
            writer.close()


async def test_rubbish_on_the_wire_is_refused(house: House) -> None:
    assert (await house.raw(b"\x16\x03\x01 hello\r\n\r\n")).startswith(b"HTTP/1.0 400")
    assert (await house.raw(b"GET / HTTP/1.1\r\nA: " + b"a" * 9000 + b"\r\n\r\n")).startswith(
        b"HTTP/1.0 400"
    )


# The whole


async def test_the_real_service_opens_the_same_door(tmp_path: Path, unused_tcp_port: int) -> None:
    async with (
        small_service(tmp_path, unused_tcp_port) as service,
        aiohttp.ClientSession() as client,
    ):
        for path, status in (("/health", 200), ("/ready", 200), ("/metrics", 200), ("/s/x", 404)):
            async with client.get(service.url + path) as answer:
                assert answer.status == status
                if path == "/metrics":
                    assert "afterword_rows" in await answer.text()


async def test_erasing_goes_by_its_own_token_and_by_no_write_key(house: House) -> None:
    async with house.client.post(f"{house.url}/erase", json={"token": "good"}) as answer:
        assert (answer.status, await answer.json()) == (200, {"erased": {"contact_id": 7}})
    for bad in ({"token": "bad"}, {"token": 7}, {}):
        async with house.client.post(f"{house.url}/erase", json=bad) as answer:
            assert answer.status == 404
