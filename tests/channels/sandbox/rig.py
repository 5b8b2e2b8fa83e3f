"""The sandbox's rig: it is its own provider, and its levers are its own methods."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from channels.errors import ChannelError, Relocated, Throttled, Unavailable
from channels.sandbox import Sandbox, Settings
from tests.channels.rig import NOW, SEND_FAILURES, Failure, Rig, Shown


class SandboxRig(Rig):
    """The sandbox is its own provider; its levers are its own methods."""

    name = "sandbox"
    address = "sandbox-person-4711"
    failures = SEND_FAILURES

    def __init__(self) -> None:
        self.settings = Settings()
        self.channel = self.provider = Sandbox(self.settings, clock=lambda: NOW)

    def shown(self) -> Sequence[Shown]:
        lines = self.provider.history(self.address)
        return [
            Shown(
                external_id=line.id,
                text=line.text,
                labels=(
                    *(button.label for button in line.message.buttons),
                    *(link.label for link in line.message.links),
                ),
                payloads=tuple(b.payload for b in line.message.buttons),
                picture=line.message.image is not None,
            )
            for line in lines
            if line.message is not None
        ]

    async def fail(self, kind: Failure) -> None:
        more: Mapping[Failure, Mapping[str, Any]] = {
            Throttled: {"retry_after": 5.0},
            Relocated: {"new_address": "sandbox-person-4712"},
        }
        error: ChannelError = kind("as told", **more.get(kind, {}))
        self.provider.fail_with(self.address, error)

    async def go_away(self) -> None:
        self.provider.fail_with(self.address, Unavailable("as told"), times=1000)

    async def speak(self, text: str) -> None:
        self.provider.write(self.address, text)


@asynccontextmanager
async def sandbox_rig() -> AsyncIterator[Rig]:
    rig = SandboxRig()
    try:
        yield rig
    finally:
        await rig.channel.close()


RIGS = {"sandbox": sandbox_rig}
