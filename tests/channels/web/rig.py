"""The page's rig: what the channel says is what it answers a visitor with."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlencode

from channels.base import Request
from channels.web import Settings, Web
from channels.web.press import make_form
from surveys.link import Purpose, seal
from surveys.message import Message
from tests.channels.rig import AROUND, NOW, Rig, Shown, read_page


class WebRig(Rig):
    """The page; what it says is what it answers a call with."""

    name = "web"
    address = "web-person-4711"
    secrets = (AROUND.key.decode(),)

    def __init__(self) -> None:
        key = AROUND.key
        self.settings = Settings()
        self.pages: list[bytes] = []
        self.token = seal(key, Purpose.ANSWER, 17, NOW)
        self._form = make_form(key, 17, NOW - timedelta(minutes=1))
        self.channel = Web(
            self.settings,
            key=key,
            company=AROUND.company,
            privacy_url=AROUND.privacy_url,
            languages=AROUND.languages,
            default_language=AROUND.language,
            clock=AROUND.clock,
            nonce=AROUND.nonce,
        )

    async def say(self, message: Message) -> str:
        receipt = await self.channel.send(message)
        await asyncio.sleep(0)
        self.pages.append(self.channel.ack(self._visit(self.token), (message,)).body)
        return receipt.external_id

    def shown(self) -> Sequence[Shown]:
        return [read_page(page, "label bdi, button") for page in self.pages]

    def calls(self) -> Sequence[Request]:
        one = {"kind": "one", "do": "send", "q": "nps", "v": "9"}
        words = {"kind": "words", "do": "send", "q": "comment", "text": "Kiitos äiti"}
        return [self._post(fields) for fields in (one, words)]

    def forged(self) -> Sequence[Request]:
        honest = self.calls()[0]
        marks = ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"})
        return [
            Request(method="POST", path=honest.path, body=honest.body, headers=headers)
            for headers in ({**honest.headers, **mark} for mark in marks)
        ]

    def foreign(self) -> Sequence[Request]:
        stop = seal(AROUND.key, Purpose.STOP, 17, NOW)
        other_key = seal(b"x" * 32, Purpose.ANSWER, 17, NOW)
        bent = ("B" if self.token[0] == "A" else "A") + self.token[1:]
        return [self._visit(token) for token in (stop, other_key, bent, "short", "")]

    def call_with(self, body: bytes) -> Request:
        kind = {"content-type": "application/x-www-form-urlencoded", "host": "acme.example"}
        return Request(method="POST", path=f"/s/{self.token}", headers=kind, body=body)

    def _post(self, fields: Mapping[str, str]) -> Request:
        session = {"form": self._form, "n": "nonce-of-the-page"}
        return self.call_with(urlencode({**session, **fields}).encode())

    def _visit(self, token: str) -> Request:
        return Request(method="GET", path=f"/s/{token}")


@asynccontextmanager
async def web_rig() -> AsyncIterator[Rig]:
    rig = WebRig()
    try:
        yield rig
    finally:
        await rig.channel.close()


RIGS = {"web": web_rig}
