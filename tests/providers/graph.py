"""A small Graph API over a real socket, for tests, demos of failure and load runs.

It takes messages for one page as Messenger's Send API does: token and appsecret_proof are checked,
the 24-hour and 7-day windows are kept by its own record of who wrote when, and everything it took
stands in ``ledger``. It calls the page's webhook with signed batches, each until it is answered
200. People are played by ``say``, ``tap``, ``rate``, ``follow``, ``begin``, ``read`` and ``block``;
trouble is scripted by ``fail`` and ``refuse``.

    async with GraphServer() as graph:
        Settings(page_id=graph.page_id, api_base=graph.url, ...)
        await graph.set_up(hook_url)
"""

import asyncio
import hmac
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from typing import Any, Self

import aiohttp
import orjson
from aiohttp import web

from tests.providers.graph_api import (
    Accepted,
    Fault,
    GraphError,
    check_kind,
    check_message,
    check_window,
    escaped,
    milliseconds,
    scores,
    sign,
)

__all__ = ["Accepted", "Fault", "GraphError", "GraphServer"]

PAGE_ID = "109876543210987"
PAGE_TOKEN = "EAABsbCS1iHgBO-TEST-page-token-abcdefghijklmnop"
APP_SECRET = "0123456789abcdef0123456789abcdef"
VERIFY_TOKEN = "a-word-of-our-own-choice"
THUMB = 369239263222822
BATCH = 50


class GraphServer:
    """See the module. ``clock`` is Meta's clock, ``redelivery`` the seconds before a call to the
    webhook that was not answered 200 is made again.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        redelivery: float = 0.02,
    ) -> None:
        self.page_id, self.token, self.secret = PAGE_ID, PAGE_TOKEN, APP_SECRET
        self.verify_token, self.url, self.hook = VERIFY_TOKEN, "", ""
        self.ledger: list[Accepted] = []
        self.calls: list[str] = []  # path and query of every call, refused ones too
        self.profile: dict[str, Any] = {}
        self.actions: list[tuple[str, str]] = []  # typing_on, mark_seen: (person, action)
        self.hook_calls: list[tuple[dict[str, str], bytes, int]] = []  # headers, body, answer
        self._clock, self._redelivery = clock, redelivery
        self._heard: dict[str, datetime] = {}
        self._refused: dict[str, GraphError] = {}
        self._faults: deque[Fault] = deque()
        self._news: deque[dict[str, Any]] = deque()
        self._stirred, self._numbers = asyncio.Event(), count(1)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/{version:v[0-9.]+}/{page}/{edge}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v25.0"
        self._client = aiohttp.ClientSession()
        self._pusher = asyncio.create_task(self._push())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._pusher.cancel()
        await asyncio.gather(self._pusher, return_exceptions=True)
        await self._client.close()
        await self._runner.cleanup()

    async def set_up(self, hook: str) -> bool:
        """Set up the webhook as the app's dashboard does: call it only if it echoes a challenge."""
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": self.verify_token,
            "hub.challenge": "1158201444",
        }
        async with self._client.get(hook, params=query) as answer:
            echoed = answer.status == 200 and await answer.text() == query["hub.challenge"]
        if echoed:
            self.hook = hook
            self._stirred.set()
        return echoed

    # People

    def say(self, psid: str, text: str, *, reply_to: str = "") -> str:
        """Write something; gives the message's id."""
        return self._write(psid, {"text": text, **_replying(reply_to)})

    def thumb(self, psid: str) -> str:
        """Send the thumb beside the text field."""
        sticker = {"url": "https://scontent.example/thumb.png", "sticker_id": THUMB}
        return self._write(
            psid, {"sticker_id": THUMB, "attachments": [{"type": "image", "payload": sticker}]}
        )

    def tap(self, psid: str, mid: str, title: str) -> str:
        """Tap the quick reply with that title (a tick mark aside) under a message."""
        replies = {t.removeprefix("✓ "): p for t, p in self._message(mid).replies.items()}
        assert title in replies, f"no quick reply {title!r}; there are {list(replies)}"
        return self._write(psid, {"text": title, "quick_reply": {"payload": replies[title]}})

    def rate(self, psid: str, mid: str, score: int, *, words: str = "") -> None:
        """Choose a score on a feedback template's sheet and send it."""
        question = self._message(mid).question
        assert score in scores(question), f"the sheet has no {score}"
        answer: dict[str, Any] = {"type": question["type"], "payload": str(score)}
        if words:
            answer["follow_up"] = {"type": "free_form", "payload": words}
        screen = {"screen_id": 0, "questions": {question["id"]: answer}}
        self._hear(psid)
        self.tell(psid, {"messaging_feedback": {"feedback_screens": [screen]}})

    def begin(self, psid: str, ref: str = "") -> None:
        """Press Get Started, after an m.me link where there is a ``ref``."""
        assert "get_started" in self.profile, "the page has no Get Started button"
        postback = {"title": "Get Started", "payload": self.profile["get_started"]["payload"]}
        self._hear(psid)
        self.tell(psid, {"postback": {**postback, "mid": self._mid(), **_referred(ref)}})

    def follow(self, psid: str, ref: str) -> None:
        """Follow an m.me link into a conversation there is already."""
        self._hear(psid)
        self.tell(psid, _referred(ref))

    def read(self, psid: str) -> None:
        """See everything there is."""
        self.tell(psid, {"read": {"watermark": milliseconds(self._clock())}})

    def block(self, psid: str) -> None:
        """Block the page: it is not told, and every later send is refused."""
        self.refuse(
            psid, GraphError(551, "This person isn't available right now.", subcode=1545041)
        )

    def unblock(self, psid: str) -> None:
        self._refused.pop(psid, None)

    def tell(self, psid: str, event: Mapping[str, Any]) -> None:
        """Have the webhook called with an event of a person's."""
        now = milliseconds(self._clock())
        who = {"sender": {"id": psid}, "recipient": {"id": self.page_id}}
        self._news.append({**who, "timestamp": now, **event})
        self._stirred.set()

    # Trouble

    def refuse(self, psid: str, error: GraphError) -> None:
        """Refuse everything to one person from now on."""
        self._refused[psid] = error

    def fail(self, fault: Fault, *, times: int = 1) -> None:
        """Let the next calls fail."""
        self._faults.extend([fault] * times)

    # The record

    def sent(self, psid: str) -> list[Accepted]:
        return [entry for entry in self.ledger if entry.psid == psid]

    async def until(self, true: Callable[[], Any], *, seconds: float = 5.0) -> None:
        """Wait until something holds; TimeoutError where it does not in time."""
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.005)

    # The Send API

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(request.path_qs)
        fault = self._faults.popleft() if self._faults else None
        if fault and not fault.after:
            return await self._break(request, fault)
        try:
            self._check_caller(request)
            result = self._carry_out(request.match_info["edge"], await request.json())
        except GraphError as error:
            return web.json_response(error.body, status=error.status)
        if fault:
            return await self._break(request, fault)
        return web.json_response(result)

    async def _break(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.hang)
        if fault.cut and request.transport:
            request.transport.abort()
        return web.Response(body=fault.body, status=fault.status, headers=fault.headers)

    def _check_caller(self, request: web.Request) -> None:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = request.query.get("access_token", bearer)
        if token != self.token:
            raise GraphError(190, "Invalid OAuth access token.", status=401)
        proof = hmac.new(self.secret.encode(), token.encode(), "sha256").hexdigest()
        if request.query.get("appsecret_proof") != proof:
            raise GraphError(100, "Invalid appsecret_proof provided in the API argument")
        if request.match_info["page"] not in (self.page_id, "me"):
            raise GraphError(100, "Unsupported post request. Object does not exist", subcode=33)

    def _carry_out(self, edge: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        match edge:
            case "messages":
                return self._take(body)
            case "messenger_profile":
                self.profile.update(body)
                return {"result": "success"}
            case _:
                raise GraphError(100, "Unsupported post request.", subcode=33)

    def _take(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        psid = str(body.get("recipient", {}).get("id", ""))
        if psid in self._refused:
            raise self._refused[psid]
        if psid not in self._heard:
            raise GraphError(100, "No matching user found", subcode=2018001)
        if "sender_action" in body:
            self.actions.append((psid, body["sender_action"]))
            return {"recipient_id": psid}
        check_kind(body)
        check_message(body.get("message"))
        check_window(body, self._heard[psid], self._clock())
        mid, now = self._mid(), self._clock()
        self.ledger.append(Accepted(mid=mid, psid=psid, at=now, body=body))
        self.tell(psid, {"delivery": {"mids": [mid], "watermark": milliseconds(now)}})
        return {"recipient_id": psid, "message_id": mid}

    # The webhook

    def _write(self, psid: str, message: Mapping[str, Any]) -> str:
        mid = self._mid()
        self._hear(psid)
        self.tell(psid, {"message": {"mid": mid, **message}})
        return mid

    def _hear(self, psid: str) -> None:
        self._heard[psid] = self._clock()

    def _message(self, mid: str) -> Accepted:
        return next(entry for entry in self.ledger if entry.mid == mid)

    def _mid(self) -> str:
        return f"m_TESTxQ{next(self._numbers):06}"

    async def _push(self) -> None:
        """Call the webhook with what there is, the same bytes again until it answers 200."""
        while True:
            if not self.hook or not self._news:
                self._stirred.clear()
                await self._stirred.wait()
                continue
            events = [self._news.popleft() for _ in range(min(BATCH, len(self._news)))]
            body = escaped({"object": "page", "entry": [self._entry(e) for e in events]})
            while not await self._call(body):
                await asyncio.sleep(self._redelivery)

    def _entry(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        time = milliseconds(self._clock())
        return {"id": self.page_id, "time": time, "messaging": [event]}

    async def _call(self, body: bytes) -> bool:
        headers, status = sign(self.secret, body), 0
        with suppress(aiohttp.ClientError, TimeoutError):
            async with self._client.post(self.hook, data=body, headers=headers) as answer:
                await answer.read()
                status = answer.status
        self.hook_calls.append((headers, body, status))
        return status == 200


def _referred(ref: str) -> Mapping[str, Any]:
    if not ref:
        return {}
    return {"referral": {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}}


def _replying(mid: str) -> Mapping[str, Any]:
    return {"reply_to": {"mid": mid}} if mid else {}


def events(body: bytes) -> list[dict[str, Any]]:
    """Give the events of a call to the webhook."""
    return [event for entry in orjson.loads(body)["entry"] for event in entry["messaging"]]
