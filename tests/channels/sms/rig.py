"""The rig of text messages: the adapter and a provider in the Twilio dialect."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from channels.base import Request
from channels.sms import Settings
from channels.sms.adapter import Sms
from tests.channels.rig import AROUND, Shown
from tests.channels.twilio_rig import TwilioRig, make_faults
from tests.providers.twilio import TwilioServer


class SmsRig(TwilioRig):
    name = "sms"
    resource = "Messages"
    recorded = ("in_digit", "in_words", "in_yes", "in_stop", "in_start", "in_delivered")
    faults = make_faults(rejected=30007, unreachable=21614)
    failures = tuple(faults)

    def __init__(self, server: TwilioServer) -> None:
        super().__init__(server)
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

    def forged(self) -> Sequence[Request]:
        honest = self.calls()[0]
        return self.forgeries(
            (honest.path, honest.body + b"&Body=10", honest.headers),
            ("/status", honest.body, honest.headers),
        )

    def foreign(self) -> Sequence[Request]:
        return [self.request(path, {"MessageSid": "SM1"}) for path in ("/nowhere", "/status/x")]


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
