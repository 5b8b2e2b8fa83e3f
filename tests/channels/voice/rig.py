"""The rig of phone calls: the adapter, a provider in the Twilio dialect, and somebody who answers.

What a call says is fetched from us as the provider does it: a signed call of ours for each step.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlencode
from xml.etree.ElementTree import Element, fromstring

from channels.base import Request
from channels.errors import (
    Blocked,
    Misconfigured,
    Rejected,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from channels.voice import Settings
from channels.voice.adapter import Voice
from surveys.message import Message
from tests.channels.rig import AROUND, Failure, Rig, Shown, payloads
from tests.providers.twilio import Fault, RestError, TwilioServer

HOOK = f"{AROUND.public_url}/voice"
RECORDED = ("in_nine", "in_choice", "in_recording", "in_stop", "in_busy", "in_completed")

FAULTS: Mapping[Failure, Fault] = {
    Unavailable: Fault(status=503, body=b"<html>Service Unavailable</html>"),
    Throttled: RestError(20429, 429).fault,
    Rejected: RestError(21205).fault,
    Unreachable: RestError(21214).fault,
    Blocked: RestError(21610).fault,
    Misconfigured: RestError(20003, 401).fault,
    Uncertain: Fault(cut=True, after=True),
}


class VoiceRig(Rig):
    name = "voice"
    address = "+358401112233"
    failures = tuple(FAULTS)

    def __init__(self, server: TwilioServer) -> None:
        self.server, self._away = server, False
        self.secrets = [server.auth_token]
        self.documents: dict[str, bytes] = {}
        self.settings = Settings(
            account_sid=server.account_sid,
            auth_token=server.auth_token,
            sender=server.number,
            api_base=server.url,
        )
        self.channel = Voice(
            self.settings,
            public_url=AROUND.public_url,
            company=AROUND.company,
            languages=AROUND.languages,
            default_language=AROUND.language,
            clock=AROUND.clock,
            seconds=3.0,
        )

    async def say(self, message: Message) -> str:
        """Place the call and take it."""
        sid = (await self.channel.send(message)).external_id
        entry = next(entry for entry in self.server.ledger if entry.sid == sid)
        if url := entry.fields.get("Url"):
            request = self.request(url.removeprefix(HOOK), self.fields(CallSid=sid))
            await self.channel.receive(request)
            self.documents[sid] = self.channel.ack(request, (message,)).body
        else:
            self.documents[sid] = entry.fields["Twiml"].encode()
        return sid

    def shown(self) -> Sequence[Shown]:
        return [
            hear(entry.sid, self.documents[entry.sid])
            if entry.sid in self.documents
            else hear(entry.sid, entry.fields.get("Twiml", "<Response/>").encode())
            for entry in self.server.ledger
        ]

    async def fail(self, kind: Failure) -> None:
        self.server.fail("Calls", FAULTS[kind])

    async def go_away(self) -> None:
        self._away = True
        await self.server.__aexit__()

    async def close(self) -> None:
        await self.channel.close()
        if not self._away:
            await self.server.__aexit__()

    def calls(self) -> Sequence[Request]:
        cases = [json.loads(body) for body in payloads("voice", RECORDED)]
        return [self.request(case["path"], case["fields"]) for case in cases]

    def forged(self) -> Sequence[Request]:
        honest = self.calls()[0]
        signature = honest.headers["x-twilio-signature"]
        other = honest.path.replace("/answer/nps/", "/answer/csat/")
        return [
            Request(method="POST", path=path, body=body, headers=headers)
            for path, body, headers in (
                (honest.path, honest.body, {}),
                (honest.path, honest.body, {"x-twilio-signature": ""}),
                (honest.path, honest.body, {"x-twilio-signature": signature[:-1]}),
                (honest.path, honest.body, {"x-twilio-signature": "ä\0"}),
                (honest.path, honest.body.replace(b"Digits=9", b"Digits=0"), honest.headers),
                (other, honest.body, honest.headers),
            )
        ]

    def foreign(self) -> Sequence[Request]:
        token = "A" * 32
        paths = ("/nowhere", f"/{token}/", f"/{token}/answer/nps/1/0/?", f"/{token}x")
        return [self.request(path, self.fields()) for path in paths]

    def call_with(self, body: bytes) -> Request:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
        return self._signed("", body, dict(reversed(pairs)))

    def fields(self, **more: str) -> dict[str, str]:
        """Give what the provider tells of every call."""
        known = {"CallSid": "CA1", "To": self.address, "Direction": "outbound-api"}
        return {**known, "From": self.server.number, **more}

    def request(self, path: str, fields: Mapping[str, str]) -> Request:
        """Give a signed call of ours."""
        return self._signed(path, urlencode(fields).encode(), fields)

    def _signed(self, path: str, body: bytes, fields: Mapping[str, str]) -> Request:
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": self.server.sign(HOOK + path, fields),
        }
        return Request(method="POST", path=path, body=body, headers=headers)


def hear(sid: str, document: bytes) -> Shown:
    """Give what a person hears, and which keys have a meaning: bare numbers by the address that
    takes them, all others by what is said about them.
    """
    root = fromstring(document)
    said = [say.text or "" for say in root.iter("Say")]
    named = [text.rpartition(": press ")[0] for text in said if ": press " in text]
    gather = root.find("Gather")
    labels = (*_bare_keys(gather), *named) if gather is not None else tuple(named)
    return Shown(external_id=sid, text="\n".join(said), labels=labels, raw=document)


def _bare_keys(gather: Element) -> list[str]:
    keys = gather.attrib["action"].partition("/answer/")[2].split("/")[3]
    return [key for key in keys.split("-") if key.isdigit()]


@asynccontextmanager
async def voice_rig() -> AsyncIterator[VoiceRig]:
    rig = VoiceRig(await TwilioServer().__aenter__())
    try:
        yield rig
    finally:
        await rig.close()


RIGS = {"voice": voice_rig}
