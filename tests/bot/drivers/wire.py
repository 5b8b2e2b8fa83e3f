"""A wire with an ear: a relay on loopback that notes every HTTP call and passes it on as it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

import aiohttp
from aiohttp import web

_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
"""Headers that belong to one connection and not to the call."""


@dataclass(slots=True, kw_only=True)
class Call:
    """One call as it went over the wire. ``status`` is 0 until it was answered; ``remark``
    is what a transcript should add."""

    wire: "Wire"
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int = 0
    kind: str = ""
    answer: bytes = b""
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""


class Wire:
    """``called`` is the name it goes by in a transcript, ``target`` where calls are passed on to;
    ``note`` is told of each as it begins.
    """

    def __init__(self, called: str, note: Callable[[Call], None], target: str = "") -> None:
        self.called, self.target, self.url = called, target, ""
        self._note, self._remark = note, ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/{rest:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._client = aiohttp.ClientSession(auto_decompress=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        await self._runner.cleanup()

    async def make(self, call: Call) -> int:
        """Make a call, again or for the first time; gives the status."""
        return (await self.fetch(call))[0]

    async def fetch(self, call: Call) -> tuple[int, bytes]:
        """Make a call; gives the status, and what it was answered."""
        self._remark = call.remark
        async with self._client.request(
            call.method, self.url + call.path, data=call.body, headers=call.headers
        ) as answer:
            return answer.status, await answer.read()

    async def _pass_on(self, request: web.Request) -> web.Response:
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _HOP}
        call = Call(
            wire=self,
            method=request.method,
            path=request.path_qs,
            headers=headers,
            body=await request.read(),
            remark=self._remark,
        )
        self._remark = ""
        self._note(call)
        async with self._client.request(
            call.method,
            self.target + call.path,
            data=call.body,
            headers=headers,
            allow_redirects=False,
        ) as answer:
            call.answer, call.status = await answer.read(), answer.status
            call.kind = answer.content_type
            call.answer_headers = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP}
        return web.Response(body=call.answer, status=call.status, headers=call.answer_headers)
