"""An office with a colleague of each role."""

from dataclasses import replace
from datetime import datetime

from bot.commands import Commands, StaffConfig
from surveys.message import Message
from surveys.staff import Role, StaffMember
from tests.bot.commands.memory_store import MemoryStore
from tests.bot.commands.office import CHANNEL, CONFIG, NOW

MEMBERS = {
    role: StaffMember(
        name=f"the {role}",
        role=role,
        teams=("support",),
        addresses={CHANNEL: str(100 + place), "slack": f"U{place}"},
    )
    for place, role in enumerate(Role)
}


STAFF = replace(CONFIG, staff=tuple(MEMBERS.values()))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Office:
    """Commands over a store in memory, whose configuration can change."""

    def __init__(self, config: StaffConfig = STAFF, store: MemoryStore | None = None) -> None:
        self.store, self.config, self.clock = store or MemoryStore(), config, Clock()
        self.commands = Commands(store=self.store, config=lambda: self.config, clock=self.clock)

    async def say(self, address: str, text: str, channel: str = CHANNEL) -> Message | None:
        return await self.commands.answer(channel, address, text)

    @property
    def verdicts(self) -> list[tuple[str, str, str]]:
        return [(e.note.person, e.note.line, str(e.note.verdict)) for e in self.store.audit]
