"""The rig of phone calls: the adapter, a provider in the Twilio dialect, and somebody who answers.

What a call says is fetched from us as the provider does it: a signed call of ours for each step.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from xml.etree.ElementTree import Element, fromstring

from channels.base import Request
from channels.voice import Settings
from channels.voice.adapter import Voice
from surveys.message import Message
from tests.channels.rig import AROUND, Shown
from tests.channels.twilio_rig import TwilioRig, make_faults
from tests.providers.twilio import TwilioServer


class VoiceRig(TwilioRig):
    name = "voice"
    resource = "Calls"
    recorded = ("in_nine", "in_choice", "in_recording", "in_stop", "in_busy", "in_completed")
    faults = make_faults(rejected=21205, unreachable=21214)
    failures = tuple(faults)

    def __init__(self, server: TwilioServer) -> None:
        super().__init__(server)
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
            request = self.request(url.removeprefix(self.hook), self.fields(CallSid=sid))
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

    def forged(self) -> Sequence[Request]:
        honest = self.calls()[0]
        other = honest.path.replace("/answer/nps/", "/answer/csat/")
        return self.forgeries(
            (honest.path, honest.body.replace(b"Digits=9", b"Digits=0"), honest.headers),
            (other, honest.body, honest.headers),
        )

    def foreign(self) -> Sequence[Request]:
        token = "A" * 32
        paths = ("/nowhere", f"/{token}/", f"/{token}/answer/nps/1/0/?", f"/{token}x")
        return [self.request(path, self.fields()) for path in paths]

    def fields(self, **more: str) -> dict[str, str]:
        """Give what the provider tells of every call."""
        known = {"CallSid": "CA1", "To": self.address, "Direction": "outbound-api"}
        return {**known, "From": self.server.number, **more}


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
