"""The staff room: what the store does for staff commands, beside showing results."""

from datetime import datetime

from storage import audit, confirmations
from storage.database import Database
from surveys.audit import Entry, Head, Note


class StaffRoom:
    """The part of `storage.store.Store` that staff commands live on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note_command(self, note: Note) -> Entry:
        """Add a note to the audit, at the end of its chain."""
        return await self._database.transact(lambda s: audit.add_note(s, note))

    async def list_audit(self, person: str, command: str, limit: int, offset: int) -> list[Entry]:
        """Give what is noted in the audit, newest first; "" does not limit."""
        return await self._database.read(
            lambda s: audit.list_entries(s, person, command, limit, offset)
        )

    async def verify_audit(self, known: str = "") -> tuple[Head, str]:
        """Give how far the audit's chain holds, and what is wrong with it, "" for nothing.

        ``known`` is a hash noted down earlier, which must be in it.
        """
        return await self._database.read(lambda s: audit.verify(s, known))

    async def ask_confirmation(self, who: str, code: str, line: str, until: datetime) -> None:
        """Keep what ``who`` is asked to confirm, in the place of what they were asked before."""
        await self._database.transact(
            lambda s: confirmations.ask_confirmation(s, who, code, line, until)
        )

    async def take_confirmation(self, who: str, code: str, now: datetime) -> str:
        """Give the line that waits for ``who`` and take it away, "" where none does."""
        return await self._database.transact(
            lambda s: confirmations.take_confirmation(s, who, code, now)
        )
