"""Slack's rigs: the adapter and a Slack server, once by Socket Mode and once called."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

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
from channels.slack import Settings
from tests.channels.rig import AROUND, NOW, Failure, Rig, Shown, payloads
from tests.providers.slack import Accepted, Fault, SlackServer, encode
from tests.providers.slack_api import event, sign

RECORDED = (
    "in_press", "in_text", "in_text_thread", "in_text_stop", "in_form", "in_command_slash",
    "in_command_named", "in_left",
)  # fmt: skip
KINDS: Mapping[str, Any] = {
    "json": "events_api",
    "payload": "interactive",
    "form": "slash_commands",
}


class SlackRig(Rig):
    """The app against `SlackServer`."""

    name = "slack"
    address = "U0ADA7CUSTOMER"

    def __init__(self, server: SlackServer, *, by_socket: bool) -> None:
        from channels.slack.adapter import Slack  # imports slack_sdk
        from channels.slack.socket_mode import Pace

        self.server, self.by_socket, self._away = server, by_socket, False
        self.secrets = [server.bot_token, server.app_token, server.signing_secret, "ticket"]
        self.failures = tuple(FAULTS)
        self.settings = Settings(
            bot_token=server.bot_token,
            app_token=server.app_token if by_socket else "",
            signing_secret=server.signing_secret,
            api_base=server.url,
        )
        self.channel = Slack(
            self.settings,
            company=AROUND.company,
            languages=AROUND.languages,
            commands=["results"],
            clock=lambda: NOW,
            pace=Pace(call=3.0, heartbeat=2.0, first_wait=0.05, longest_wait=0.1),
        )

    def shown(self) -> Sequence[Shown]:
        now: dict[str, Accepted] = {}
        for accepted in self.server.ledger:
            now[accepted.external_id] = accepted  # an edit keeps the place of what it edits
        return [_shown(accepted) for accepted in now.values()]

    async def fail(self, kind: Failure) -> None:
        self.server.fail("chat.postMessage", FAULTS[kind])

    async def go_away(self) -> None:
        self._away = True
        await self.server.__aexit__()

    async def close(self) -> None:
        await self.channel.close()
        if not self._away:
            await self.server.__aexit__()

    def call_with(self, body: bytes) -> Request:
        secret = "" if self.by_socket else self.server.signing_secret
        headers = sign(secret, body, NOW.timestamp()) if secret else {}
        lower = {name.lower(): value for name, value in headers.items()}
        return Request(method="POST", path="/", headers=lower, body=body)


class SocketRig(SlackRig):
    async def speak(self, text: str) -> None:
        self.server.say(self.address, text)

    async def speak_nonsense(self) -> None:
        nonsense: Sequence[dict[str, Any]] = (
            {},
            {"type": "event_callback", "event": 5, "event_id": []},
            {"type": "block_actions", "actions": {"0": 1}, "user": "U1"},
            {"type": "view_submission", "view": None},
            event(900, {"type": "reaction_added", "user": self.address}),
        )
        for body in nonsense:
            self.server.feed("events_api", body)


class CalledRig(SlackRig):
    def calls(self) -> Sequence[Request]:
        cases = [json.loads(body) for body in payloads("slack", RECORDED)]
        return [self.call_with(encode(KINDS[c["encoding"]], c["body"])[0]) for c in cases]

    def forged(self) -> Sequence[Request]:
        good = self.calls()[0]
        stamp, signature = "x-slack-request-timestamp", "x-slack-signature"
        old = sign(self.server.signing_secret, good.body, NOW.timestamp() - 301)
        early = sign(self.server.signing_secret, good.body, NOW.timestamp() + 301)
        other = sign("another-secret", good.body, NOW.timestamp())
        headers: Sequence[Mapping[str, str]] = (
            {},
            {stamp: good.headers[stamp]},
            {**good.headers, signature: good.headers[signature][:-1]},
            {**good.headers, signature: "v0="},
            {**good.headers, signature: "ä\0\ud800"},
            {**good.headers, stamp: "now"},
            {**good.headers, stamp: "١٢٣"},
            {**good.headers, stamp: str(int(good.headers[stamp]) + 1)},
            *({name.lower(): value for name, value in h.items()} for h in (old, early, other)),
        )
        bodies = [(h, good.body) for h in headers]
        bodies += [(good.headers, good.body + b" "), (good.headers, self.calls()[1].body)]
        return [Request(method="POST", path="/", headers=h, body=body) for h, body in bodies]


def refused(code: str, **headers: str) -> Fault:
    """Give what Slack answers where it refuses."""
    body = json.dumps({"ok": False, "error": code}).encode()
    return Fault(status=429 if headers else 200, body=body, headers=headers)


FAULTS: Mapping[Failure, Fault] = {
    Unavailable: Fault(status=503, body=b"<html>Service Unavailable</html>"),
    Throttled: refused("ratelimited", **{"Retry-After": "7"}),
    Rejected: refused("msg_too_long"),
    Unreachable: refused("user_disabled"),
    Misconfigured: refused("token_revoked"),
    BadResponse: Fault(status=418, body=b"a teapot"),
    Uncertain: Fault(cut=True, after=True),
}
"""Nobody can block an app in Slack, and nothing is renamed: no Blocked, no Relocated."""


def _shown(accepted: Accepted) -> Shown:
    keys = [key for key in accepted.buttons if key["action_id"].startswith(("answer-", "link-"))]
    return Shown(
        external_id=accepted.external_id,
        text=accepted.text,
        labels=tuple(key["text"]["text"] for key in keys),
        payloads=tuple(key["value"] for key in keys if "value" in key),
        picture=bool(accepted.png),
    )


@asynccontextmanager
async def _joined(kind: type[SlackRig], *, by_socket: bool) -> AsyncIterator[Rig]:
    server = await SlackServer(clock=NOW.timestamp).__aenter__()
    rig = kind(server, by_socket=by_socket)
    try:
        await rig.channel.start()
        yield rig
    finally:
        await rig.close()


def socket_rig() -> AbstractAsyncContextManager[Rig]:
    return _joined(SocketRig, by_socket=True)


def called_rig() -> AbstractAsyncContextManager[Rig]:
    return _joined(CalledRig, by_socket=False)


RIGS = {"slack-socket": socket_rig, "slack-http": called_rig}
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1-2-TESTbotTOKEN",
    "SLACK_APP_TOKEN": "xapp-1-A0-TESTappTOKEN",
    "SLACK_SIGNING_SECRET": "5igning5ecret0f0urTests",
}
