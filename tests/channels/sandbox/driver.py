"""The sandbox's people: the channel is its own provider, and they are its methods."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from channels.errors import Blocked, Throttled
from channels.sandbox import Line, Sandbox
from surveys.inbound import Inbound
from tests.bot.drivers.driver import Driver, Said
from tests.bot.drivers.stage import Person
from tests.bot.drivers.transcript import Note


class SandboxDriver(Driver):
    name = "sandbox"
    opening = (
        "The provider lives in our own process: nothing goes over a wire, so the lines below are\n"
        "what stands in its conversations. The message that was answered is edited in place."
    )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        self._noted: dict[str, Line] = {}
        self._last: list[Inbound] = []
        self._notes: list[Note] = []
        self._numbers: dict[str, int] = {}
        yield "{}"

    @property
    def provider_side(self) -> Sandbox:
        found = self.service.channels["sandbox"]
        assert isinstance(found, Sandbox)
        return found

    def traits(self, who: Person) -> Mapping[str, str]:
        return {"sandbox_id": who.user_id}

    def lines(self, who: Person) -> list[Line]:
        return [x for x in self.provider_side.history(who.user_id) if x.message is not None]

    def said(self, who: Person) -> Sequence[Said]:
        return [
            Said(
                id=line.id,
                text=line.text,
                labels=tuple(b.label for b in line.message.buttons) if line.message else (),
                edits=line.edited,
            )
            for line in self.lines(who)
        ]

    async def answer(self, who: Person, value: str) -> None:
        self._press(who, self.lines(who)[-1], value)

    async def change(self, who: Person, value: str) -> None:
        self._press(who, self.lines(who)[0], value)

    def _press(self, who: Person, line: Line, label: str) -> None:
        assert line.message is not None
        payload = next(b.payload for b in line.message.buttons if b.label == label)
        self._last = [self.provider_side.press(who.user_id, payload, line.id)]
        self._notes.append(self.note("←", f"{who.name} presses **{label}**"))

    async def write(self, who: Person, words: str) -> None:
        self.provider_side.write(who.user_id, words)
        self._notes.append(self.note("←", f"{who.name} writes “{words}”"))

    async def stop(self, who: Person) -> None:
        await self.write(who, "/stop")

    async def block(self, who: Person) -> None:
        self.provider_side.fail_with(who.user_id, Blocked("the person blocked us"), times=9)

    async def throttle(self, who: Person) -> float:
        self.provider_side.fail_with(who.user_id, Throttled("too fast", retry_after=7))
        return 7

    async def repeat(self) -> list[int]:
        for _ in range(2):
            await self.service.gateway.take(self._last[-1])
        return []

    def keep(self) -> None:
        super().keep()
        section = self.transcript.sections[-1]
        section.notes += self._notes
        self._notes.clear()
        for address in list(self.provider_side.conversations):
            for line in self.provider_side.history(address):
                if line.message is not None and self._noted.get(line.id) != line:
                    self._noted[line.id] = line
                    section.notes.append(self._note_of(address, line))

    def _note_of(self, address: str, line: Line) -> Note:
        does = "now reads" if line.edited else "says"
        buttons = [b.label for b in line.message.buttons] if line.message else []
        value = {"to": address, "text": line.text, **({"buttons": buttons} if buttons else {})}
        number = self._numbers.setdefault(line.id, len(self._numbers) + 1)
        return self.note("→", f"message {number} {does}", value, rank=1)


DRIVER = SandboxDriver
