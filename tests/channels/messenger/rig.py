"""Messenger's rig: the adapter and a Graph API server."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import orjson

from channels.base import Request
from channels.errors import (
    BadResponse,
    Misconfigured,
    Rejected,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from channels.messenger import House, Settings
from channels.messenger.adapter import Messenger
from tests.channels.rig import AROUND, NOW, Failure, Rig, Shown, payloads
from tests.providers.graph import Accepted, Fault, GraphError, GraphServer
from tests.providers.graph_api import escaped, fault, sign

RECORDED = (
    "in_text",
    "in_tap",
    "in_thumb",
    "in_get_started_link",
    "in_link",
    "in_feedback",
    "in_delivered",
    "in_read",
    "in_batch",
)
HOUSE = House(company=AROUND.company, privacy_url=AROUND.privacy_url, languages=AROUND.languages)


def settings_for(graph: GraphServer, **more: Any) -> Settings:
    block: dict[str, Any] = {
        "page_id": graph.page_id,
        "page_token": graph.token,
        "app_secret": graph.secret,
        "verify_token": graph.verify_token,
        "api_base": graph.url,
        **more,
    }
    return Settings(**block)


def recorded(stem: str) -> Any:
    """Give one recorded case: what it is about, the body, and what it must be read as."""
    [body] = payloads("messenger", [stem])
    return orjson.loads(body)


class MessengerRig(Rig):
    """The page against `GraphServer`."""

    name = "messenger"
    address = "7210987654321098"
    failures = (
        Unavailable,
        Throttled,
        Rejected,
        Unreachable,
        Misconfigured,
        BadResponse,
        Uncertain,
    )

    def __init__(self, graph: GraphServer) -> None:
        self.graph, self._away = graph, False
        self.settings = settings_for(graph)
        self.channel = Messenger(self.settings, house=HOUSE, clock=lambda: NOW, seconds=3.0)
        self.secrets = (graph.token, graph.secret, graph.verify_token, "appsecret_proof")
        graph.say(self.address, "Hello there")  # nobody can be written to before

    def shown(self) -> Sequence[Shown]:
        return [_shown(accepted) for accepted in self.graph.ledger]

    async def fail(self, kind: Failure) -> None:
        self.graph.fail(FAULTS[kind])

    async def go_away(self) -> None:
        self._away = True
        await self.graph.__aexit__()

    async def close(self) -> None:
        await self.channel.close()
        if not self._away:
            await self.graph.__aexit__()

    def calls(self) -> Sequence[Request]:
        return [self.call_with(escaped(recorded(stem)["body"])) for stem in RECORDED]

    def call_with(self, body: bytes) -> Request:
        return Request(method="POST", path="", headers=sign(self.graph.secret, body), body=body)

    def forged(self) -> Sequence[Request]:
        good = self.calls()[0]
        signature = good.headers["x-hub-signature-256"]
        only_old = {"x-hub-signature": good.headers["x-hub-signature"]}
        question = {"hub.mode": "subscribe", "hub.verify_token": "guessed", "hub.challenge": "1"}
        return [
            replace(good, headers={}),
            replace(good, headers=only_old),
            replace(good, headers={"x-hub-signature-256": ""}),
            replace(good, headers={"x-hub-signature-256": signature[:-1]}),
            replace(good, headers={"x-hub-signature-256": signature.removeprefix("sha256=")}),
            replace(good, headers={"x-hub-signature-256": "sha256=ä\0"}),
            replace(good, headers=sign("f" * 32, good.body)),
            replace(good, body=good.body.replace(b"page", b"pages")),
            Request(method="GET", path="", query=question),
            Request(method="GET", path="", query={"hub.mode": "subscribe"}),
        ]

    def foreign(self) -> Sequence[Request]:
        return [self.call_with(b'{"object":"instagram","entry":[]}')]


def _shown(accepted: Accepted) -> Shown:
    return Shown(
        external_id=accepted.mid,
        text=accepted.text,
        labels=tuple(accepted.replies),
        payloads=tuple(accepted.replies.values()),
    )


FAULTS: Mapping[Failure, Fault] = {
    Unavailable: fault(GraphError(2, "An unexpected error has occurred.", status=500)),
    Throttled: fault(GraphError(613, "Calls to this API have exceeded the rate limit.")),
    Rejected: fault(GraphError(100, "Invalid parameter")),
    Unreachable: fault(GraphError(551, "This person isn't available right now.")),
    Misconfigured: fault(GraphError(190, "Error validating access token.", status=401)),
    BadResponse: Fault(status=418, body=b"a teapot"),
    Uncertain: Fault(cut=True, after=True),
}


@asynccontextmanager
async def messenger_rig() -> AsyncIterator[Rig]:
    graph = await GraphServer(clock=lambda: NOW).__aenter__()
    rig = MessengerRig(graph)
    try:
        await rig.channel.start()
        yield rig
    finally:
        await rig.close()


RIGS = {"messenger": messenger_rig}
SECRETS = {
    "MESSENGER_PAGE_TOKEN": "EAABsbCS1iHgBO-TEST",
    "MESSENGER_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "MESSENGER_VERIFY_TOKEN": "a-word-of-our-own-choice",
}
