"""The shared client against real loopback servers that answer, stall and hang up at each point."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from channels.errors import (
    BadResponse,
    Misconfigured,
    Throttled,
    Unavailable,
    Uncertain,
)
from channels.http import BODY_CAP, Http
from tests.providers.certificate import server_context

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TOKEN = "s3cret-t0ken"

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def client(url: str, **options: Any) -> AsyncIterator[Http]:
    http = Http(url, headers={"authorization": f"Bearer {TOKEN}"}, clock=lambda: NOW, **options)
    try:
        yield http
    finally:
        await http.close()


async def read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
    return first, headers, await reader.readexactly(int(headers.get("content-length", "0")))


def saying(raw: bytes, seen: list[tuple[str, dict[str, str], bytes]] | None = None) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await read_request(reader)
        if seen is not None:
            seen.append(request)
        writer.write(raw)
        await writer.drain()

    return handler


def answer(status: int, body: bytes = b"{}", *headers: str, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {size}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def assert_tells_nothing(error: BaseException) -> None:
    said = f"{error!r} {error} {error.__cause__!r}"
    assert error.__cause__ is None
    assert error.__suppress_context__
    for secret in (TOKEN, "bot123", "ada@example.org", "path-secret"):
        assert secret not in said


# What goes over the wire


async def test_post_json_sends_json_and_reads_json() -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []
    raw = answer(200, b'{"ok": true, "id": 7}', "X-Kind: plain")
    async with serving(saying(raw, seen)) as url, client(url + "/api/") as http:
        reply = await http.post_json("/send", {"to": "kyllä"}, headers={"x-more": "1"})
    first, headers, body = seen[0]
    assert first == "POST /api/send HTTP/1.1"
    assert headers["content-type"] == "application/json"
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["x-more"] == "1"
    assert orjson.loads(body) == {"to": "kyllä"}
    assert (reply.status, reply.body, reply.headers["x-kind"]) == (
        200,
        {"ok": True, "id": 7},
        "plain",
    )


async def test_post_form_and_get_encode_their_fields() -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []
    async with serving(saying(answer(200), seen)) as url, client(url) as http:
        await http.post_form("form", {"text": "a b&c"})
        await http.get("facts", {"q": "a b&c"})
    assert seen[0][2] == b"text=a+b%26c"
    assert seen[0][1]["content-type"].startswith("application/x-www-form-urlencoded")
    assert seen[1][0] in ("GET /facts?q=a+b%26c HTTP/1.1", "GET /facts?q=a%20b%26c HTTP/1.1")


async def test_an_empty_answer_has_no_body() -> None:
    async with serving(saying(answer(204, b""))) as url, client(url) as http:
        assert (await http.post_json("x", {})).body is None


async def test_a_redirect_is_not_followed_and_is_ours_to_mend() -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []
    raw = answer(302, b"", "Location: http://127.0.0.1:1/elsewhere")
    async with serving(saying(raw, seen)) as url, client(url) as http:
        reply = await http.post_json("x", {})
        with pytest.raises(Misconfigured):
            http.checked(reply)
    assert len(seen) == 1


async def test_cookies_are_not_kept() -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []
    raw = answer(200, b"{}", "Set-Cookie: a=1")
    by_name = ("127.0.0.1", "localhost")  # cookies of bare addresses are never kept anyway
    async with serving(saying(raw, seen)) as url, client(url.replace(*by_name)) as http:
        await http.get("x")
        await http.get("x")
    assert len(seen) == 2
    assert "cookie" not in seen[1][1]


# Statuses and bodies


async def test_checked_raises_what_the_wire_said() -> None:
    raw = answer(429, b"<html>slow down</html>", "Retry-After: 17")
    async with serving(saying(raw)) as url, client(url) as http:
        reply = await http.post_json("bot123/send", {})
        assert reply.body is None
        with pytest.raises(Throttled) as caught:
            http.checked(reply)
    assert caught.value.retry_after == 17.0
    assert "bot123" not in str(caught.value)


@pytest.mark.parametrize("body", [b"<html>", b"\xff\xfe", b"[" * 200_000, b'{"a": NaN}', b"\0"])
async def test_a_success_without_json_is_a_bad_response(body: bytes) -> None:
    async with serving(saying(answer(200, body))) as url, client(url) as http:
        with pytest.raises(BadResponse) as caught:
            await http.post_json("bot123/send", {"to": "ada@example.org"})
    assert_tells_nothing(caught.value)


async def test_the_body_is_capped() -> None:
    fits = b'"' + b"x" * (BODY_CAP - 2) + b'"'
    async with serving(saying(answer(200, fits))) as url, client(url) as http:
        assert len((await http.get("x")).body) == BODY_CAP - 2
    async with serving(saying(answer(200, fits + b" "))) as url, client(url) as http:
        with pytest.raises(BadResponse, match="1048576"):
            await http.get("x")


async def test_an_endless_error_page_still_has_its_status() -> None:
    async with serving(saying(answer(401, b"x" * (BODY_CAP + 9)))) as url, client(url) as http:
        assert (await http.get("x")).status == 401


async def test_a_cut_error_page_still_has_its_status() -> None:
    async with serving(saying(answer(401, b"x", length=99))) as url, client(url) as http:
        assert (await http.post_json("x", {})).status == 401


# Connections that do not come about


async def test_a_refused_connection_is_unavailable() -> None:
    async with client(f"http://127.0.0.1:{free_port()}") as http:
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1") as caught:
            await http.post_json("bot123/path-secret", {"to": "ada@example.org"})
    assert_tells_nothing(caught.value)


async def test_an_unknown_host_is_unavailable() -> None:
    async with client("http://provider.invalid") as http:
        with pytest.raises(Unavailable) as caught:
            await http.post_json("bot123/send", {})
    assert_tells_nothing(caught.value)


async def test_a_connection_that_is_never_taken_up_is_unavailable() -> None:
    with socket.socket() as sock:  # listens, and its queue of one is full
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        port = sock.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
            async with client(f"http://127.0.0.1:{port}", connect=0.3) as http:
                with pytest.raises(Unavailable):
                    await http.post_json("x", {})
        finally:
            for filler in fillers:
                filler.close()


async def test_a_certificate_nobody_vouches_for_is_ours_to_mend() -> None:
    tls = server_context()
    async with serving(saying(answer(200)), tls) as url, client(url) as http:
        with pytest.raises(Misconfigured, match="TLS"):
            await http.post_json("bot123/send", {})


async def test_tls_to_a_plain_port_is_ours_to_mend() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(20)
        writer.write(answer(400))
        await writer.drain()

    async with serving(plain) as url, client(url.replace("http:", "https:")) as http:
        with pytest.raises(Misconfigured, match="TLS"):
            await http.post_json("x", {})


# Connections that break once something was written


async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await reader.read()  # until the client gives up


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    linger = b"\x01\0\0\0\0\0\0\0"
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


async def hang_up_unread(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(20)


BREAKS: list[Handler] = [
    stall,
    hang_up,
    reset,
    hang_up_unread,
    saying(b"HTTP/1.1 200 OK\r\nContent-Le"),
    saying(b"not http at all\r\n\r\n"),
    saying(answer(200, b'{"ok":', length=99)),
]
NAMES = ["stall", "hang_up", "reset", "hang_up_unread", "cut_head", "no_http", "cut_body"]


@pytest.mark.parametrize("handler", BREAKS, ids=NAMES)
async def test_no_verdict_after_a_post_is_uncertain(handler: Handler) -> None:
    async with serving(handler) as url, client(url, total=0.5) as http:
        with pytest.raises(Uncertain) as caught:
            await http.post_json("bot123/path-secret", {"to": "ada@example.org"})
    assert_tells_nothing(caught.value)


@pytest.mark.parametrize("handler", BREAKS, ids=NAMES)
async def test_no_answer_to_a_question_is_unavailable(handler: Handler) -> None:
    async with serving(handler) as url, client(url, total=0.5) as http:
        with pytest.raises(Unavailable) as caught:
            await http.get("bot123/path-secret", {"to": "ada@example.org"})
    assert_tells_nothing(caught.value)


async def test_a_cancelled_call_leaves_the_client_usable() -> None:
    handlers = iter([stall, saying(answer(200, b"1"))])

    async def first_stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await next(handlers)(reader, writer)

    async with serving(first_stalls) as url, client(url) as http:
        call = asyncio.create_task(http.post_json("x", {}))
        await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await http.post_json("x", {})).body == 1


# The client itself


async def test_a_closed_client_says_so_and_closes_twice() -> None:
    async with serving(saying(answer(200))) as url:
        http = Http(url)
        await http.get("x")
        await http.close()
        await http.close()
        with pytest.raises(Unavailable, match="closed"):
            await http.post_json("x", {})


@pytest.mark.parametrize(
    "url", ["", "api.example.org", "ftp://example.org", "http://", "http://[::1", "/path"]
)
def test_a_base_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured, match="https://"):
        Http(url)


async def test_closing_what_was_never_used() -> None:
    http = Http("http://127.0.0.1:1")
    await http.close()
    await http.close()


async def test_a_good_reply_is_given_back() -> None:
    async with serving(saying(answer(202))) as url, client(url) as http:
        reply = await http.post_json("x", {})
        assert http.checked(reply) is reply
