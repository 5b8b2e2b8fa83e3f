"""The rig of text messages: the adapter and a provider in the Twilio dialect."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlencode

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
from channels.sms import Settings
from channels.sms.adapter import Sms
from tests.channels.rig import AROUND, Failure, Rig, Shown, payloads
from tests.providers.twilio import Fault, RestError, TwilioServer

HOOK = f"{AROUND.public_url}/sms"
RECORDED = ("in_digit", "in_words", "in_yes", "in_stop", "in_start", "in_delivered")

FAULTS: Mapping[Failure, Fault] = {
    Unavailable: Fault(status=503, body=b"<html>Service Unavailable</html>"),
    Throttled: RestError(20429, 429).fault,
    Rejected: RestError(30007).fault,
    Unreachable: RestError(21614).fault,
    Blocked: RestError(21610).fault,
    Misconfigured: RestError(20003, 401).fault,
    Uncertain: Fault(cut=True, after=True),
}


class SmsRig(Rig):
    name = "sms"
    address = "+358401112233"
    failures = tuple(FAULTS)

    def __init__(self, server: TwilioServer) -> None:
        self.server, self._away = server, False
        self.secrets = [server.auth_token]
        self.settings = Settings(
            account_sid=server.account_sid,
            auth_token=server.auth_token,
            sender=server.number,
            api_base=server.url,
        )
        self.channel = Sms(
            self.settings,
            public_url=AROUND.public_url,
            company=AROUND.company,
            clock=AROUND.clock,
            seconds=3.0,
        )

    def shown(self) -> Sequence[Shown]:
        return [Shown(external_id=entry.sid, text=entry.body) for entry in self.server.ledger]

    async def fail(self, kind: Failure) -> None:
        self.server.fail("Messages", FAULTS[kind])

    async def go_away(self) -> None:
        self._away = True
        await self.server.__aexit__()

    async def close(self) -> None:
        await self.channel.close()
        if not self._away:
            await self.server.__aexit__()

    def calls(self) -> Sequence[Request]:
        cases = [json.loads(body) for body in payloads("sms", RECORDED)]
        return [self.request(case["path"], case["fields"]) for case in cases]

    def forged(self) -> Sequence[Request]:
        honest = self.calls()[0]
        signature = honest.headers["x-twilio-signature"]
        return [
            Request(method="POST", path=path, body=body, headers=headers)
            for path, body, headers in (
                (honest.path, honest.body, {}),
                (honest.path, honest.body, {"x-twilio-signature": ""}),
                (honest.path, honest.body, {"x-twilio-signature": signature[:-1]}),
                (honest.path, honest.body, {"x-twilio-signature": "ä\0"}),
                (honest.path, honest.body + b"&Body=10", {"x-twilio-signature": signature}),
                ("/status", honest.body, {"x-twilio-signature": signature}),
            )
        ]

    def foreign(self) -> Sequence[Request]:
        return [self.request(path, {"MessageSid": "SM1"}) for path in ("/nowhere", "/status/x")]

    def call_with(self, body: bytes) -> Request:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
        return self._signed("", body, dict(reversed(pairs)))

    def request(self, path: str, fields: Mapping[str, str]) -> Request:
        """Give a signed call of ours."""
        return self._signed(path, urlencode(fields).encode(), fields)

    def _signed(self, path: str, body: bytes, fields: Mapping[str, str]) -> Request:
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": self.server.sign(HOOK + path, fields),
        }
        return Request(method="POST", path=path, body=body, headers=headers)


@asynccontextmanager
async def sms_rig() -> AsyncIterator[SmsRig]:
    rig = SmsRig(await TwilioServer().__aenter__())
    try:
        yield rig
    finally:
        await rig.close()


RIGS = {"sms": sms_rig}
SECRETS = {
    "TWILIO_ACCOUNT_SID": "AC" + "0a1b" * 8,
    "TWILIO_AUTH_TOKEN": "12345-test-auth-token-67890",
}
