"""What the rigs of channels in the Twilio dialect share: signed calls, and a provider that fails."""

import json
from collections.abc import Mapping, Sequence
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
from tests.channels.rig import AROUND, Failure, Rig, payloads
from tests.providers.twilio import Fault, RestError, TwilioServer


def make_faults(*, rejected: int, unreachable: int) -> Mapping[Failure, Fault]:
    """Give what the provider answers for each kind; these two codes are of what is sent."""
    return {
        Unavailable: Fault(status=503, body=b"<html>Service Unavailable</html>"),
        Throttled: RestError(20429, 429).fault,
        Rejected: RestError(rejected).fault,
        Unreachable: RestError(unreachable).fault,
        Blocked: RestError(21610).fault,
        Misconfigured: RestError(20003, 401).fault,
        Uncertain: Fault(cut=True, after=True),
    }


class TwilioRig(Rig):
    """``resource`` is what the API is asked to make; ``recorded`` names the payloads of calls."""

    address = "+358401112233"
    resource: str
    recorded: Sequence[str]
    faults: Mapping[Failure, Fault]

    def __init__(self, server: TwilioServer) -> None:
        self.server, self._away = server, False
        self.secrets = [server.auth_token]
        self.hook = f"{AROUND.public_url}/{self.name}"

    async def fail(self, kind: Failure) -> None:
        self.server.fail(self.resource, self.faults[kind])

    async def go_away(self) -> None:
        self._away = True
        await self.server.__aexit__()

    async def close(self) -> None:
        await self.channel.close()
        if not self._away:
            await self.server.__aexit__()

    def calls(self) -> Sequence[Request]:
        cases = [json.loads(body) for body in payloads(self.name, self.recorded)]
        return [self.request(case["path"], case["fields"]) for case in cases]

    def forgeries(self, *more: tuple[str, bytes, Mapping[str, str]]) -> Sequence[Request]:
        """Give the first call with other signatures, and ``more``: path, body and headers."""
        honest = self.calls()[0]
        signature = honest.headers["x-twilio-signature"]
        wrong: Sequence[Mapping[str, str]] = (
            {},
            {"x-twilio-signature": ""},
            {"x-twilio-signature": signature[:-1]},
            {"x-twilio-signature": "ä\0"},
        )
        return [
            Request(method="POST", path=path, body=body, headers=headers)
            for path, body, headers in (
                *((honest.path, honest.body, headers) for headers in wrong),
                *more,
            )
        ]

    def call_with(self, body: bytes) -> Request:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
        return self._signed("", body, dict(reversed(pairs)))

    def request(self, path: str, fields: Mapping[str, str]) -> Request:
        """Give a signed call of ours."""
        return self._signed(path, urlencode(fields).encode(), fields)

    def _signed(self, path: str, body: bytes, fields: Mapping[str, str]) -> Request:
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": self.server.sign(self.hook + path, fields),
        }
        return Request(method="POST", path=path, body=body, headers=headers)
