"""The store: it speaks values of `surveys` only; rows never leave this package."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from storage import (
    compacting,
    consents,
    conversations,
    deliveries,
    engagements,
    recount,
    settlement,
    standings,
    sums,
)
from storage import contacts as people
from storage import dues as queue
from storage.addresses import find_owners
from storage.backup import copy_database
from storage.database import Database
from storage.deliveries import Reported
from storage.erasing import Erased
from storage.errors import StoreError, StoreInUse, StoreMisconfigured, StoreUnavailable
from storage.linkings import CodesSent
from storage.results import Results
from storage.room import DiskNearlyFull, Room
from storage.secret import read_key
from storage.sql import Session, statement
from storage.staffroom import StaffRoom
from storage.transaction import Transaction
from storage.turn import SavedTurn
from surveys.card import Card
from surveys.channel_standing import Audience, Standings
from surveys.consent import Consent
from surveys.contact import Contact, address_value
from surveys.conversation import Conversation
from surveys.due import Due, Outcome
from surveys.engagement import Engagements
from surveys.invitation import Delivery

__all__ = [
    "Card",
    "CodesSent",
    "DiskNearlyFull",
    "Erased",
    "Reported",
    "SavedTurn",
    "Store",
    "StoreError",
    "StoreInUse",
    "StoreMisconfigured",
    "StoreUnavailable",
    "Transaction",
]

T = TypeVar("T")

_PING = statement("SELECT 1 AS one")


class Store(StaffRoom, Results):
    """Everything that is remembered. Open it once, share it, close it last.

    ``key`` is the 32 bytes that seal links; made when the store is new and kept in it.
    Every method is safe from cancellation: what it began is finished or undone, never left open.
    Every method raises `StoreError`, of the kind that says what to do; nothing was committed then.
    """

    key: bytes

    def __init__(self, database: Database, key: bytes) -> None:
        super().__init__(database)
        self.key = key

    @classmethod
    async def open(cls, url: str, timezone: str = "UTC") -> "Store":
        """Open ``sqlite://path``, ``sqlite://:memory:`` or ``postgres://…``, making the folder and
        bringing the schema up to date. ``timezone`` is the service's: it says what a day is.

        :raises StoreInUse: where another process has the SQLite file.
        :raises StoreMisconfigured: where URL, rights, settings or schema version do not fit.
        :raises StoreUnavailable: where the database cannot be reached or the disk is full.
        """
        database = await Database.open(url, timezone)
        try:
            return cls(database, await database.transact(read_key))
        except BaseException:
            await database.close()
            raise

    @classmethod
    async def open_beside(cls, url: str, timezone: str = "UTC") -> "Store":
        """Open a store for a command that looks into it, whether or not a service runs on it.

        :raises StoreMisconfigured: where there is none, or of another version.
        :raises StoreUnavailable: where the database cannot be reached.
        """
        database = await Database.open(url, timezone, beside=True)
        try:
            return cls(database, await database.run(read_key))
        except BaseException:
            await database.close()
            raise

    async def close(self) -> None:
        """Wait for what is under way, then let go. May be called twice."""
        await self._database.close()

    async def unit_of_work(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run ``work`` in one transaction and give its result once that is committed.

        The only opener of transactions. ``work`` must not await the network, start tasks, or call
        the store itself; it may be run again where PostgreSQL ended a deadlock at its expense.
        A caller that is cancelled leaves; the transaction is finished without it.
        """

        async def body(session: Session) -> T:
            return await work(Transaction(session, self.key))

        return await self._database.transact(body)

    async def look_at(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run ``work``, which only reads, where it holds nobody up; it may see what others commit
        meanwhile.
        """
        return await self._database.read(lambda s: work(Transaction(s, self.key)))

    async def claim_due(self, lane: str, now: datetime, lease: timedelta, limit: int) -> list[Due]:
        """Take up to ``limit`` due rows of a lane, in the order they were due.

        ``at`` of a claimed row is the end of its lease; unsettled by then, it is due again.
        """
        return await self._database.run(lambda s: queue.claim_due(s, lane, now, lease, limit))

    async def next_due(self, lane: str) -> datetime | None:
        """Give when the next row of a lane is due (or a claim's lease ends), or None."""
        return await self._database.run(lambda s: queue.next_due(s, lane))

    async def load_conversations(self, invitation_ids: Collection[int]) -> dict[int, Conversation]:
        """Give conversations without locking them; unknown ids are left out."""
        return await self._database.run(
            lambda s: conversations.load_conversations(s, invitation_ids)
        )

    async def load_engagements(
        self, contact_ids: Collection[int], now: datetime, memory: timedelta
    ) -> Engagements:
        """Give what people are in the middle of with us, ``memory`` back."""
        return await self._database.run(
            lambda s: engagements.load_engagements(s, contact_ids, now, memory)
        )

    async def load_standings(
        self, audiences: Collection[Audience], since: date, until: date
    ) -> dict[Audience, Standings]:
        """Give how people of these audiences answered on each channel, of those asked on these
        days.
        """
        return await self._database.read(
            lambda s: standings.load_standings(s, audiences, since, until)
        )

    async def begin_deliveries(
        self,
        attempts: Sequence[tuple[Due, Delivery]],
        bases: Sequence[tuple[int, Consent]] = (),
    ) -> list[int]:
        """Commit attempts before their first byte leaves and give their ids, in order.

        0 where the claim is no longer ours: do not send that one. A delivery that has an id (one
        of `unsettled`) is taken up again under it. ``bases`` is what asking rests on, by contact,
        where nothing is recorded yet.
        """

        async def begin(session: Session) -> list[int]:
            await consents.assume_consents(session, bases)
            return await deliveries.begin_deliveries(session, attempts)

        return await self._database.transact(begin)

    async def unsettled(self, dues: Sequence[Due]) -> dict[str, list[Delivery]]:
        """Give, by due id, attempts of an earlier claim that were begun and never settled."""
        return await self._database.run(lambda s: deliveries.unsettled(s, dues))

    async def end_deliveries(self, outcomes: Sequence[Outcome], now: datetime) -> list[str]:
        """Settle claimed rows in one transaction and give the due ids that were refused.

        Refused are those claimed by somebody else meanwhile: only their delivery is written.
        """
        return await self._database.transact(lambda s: settlement.end_deliveries(s, outcomes, now))

    async def find_contact(self, channel: str, address: str) -> Contact | None:
        """Give whose address that is, or None."""

        async def find(session: Session) -> Contact | None:
            owners = await find_owners(session, [(channel, address_value(channel, address))])
            found = await people.load_contacts(session, [owner for owner, _ in owners.values()])
            return next(iter(found.values()), None)

        return await self._database.run(find)

    async def sum_periods(self, now: datetime, settled: timedelta = sums.SETTLED) -> None:
        """Sum the months and days that are over and are not summed as they are."""
        await sums.sum_periods(self._database, now, settled)

    async def recount(self) -> list[str]:
        """Count every answer and invitation anew and give each difference from the rollups."""
        return await self._database.transact(recount.recount)

    async def backup(self, to: Path) -> None:
        """Write a consistent copy of the SQLite file to a new file, while running.

        :raises StoreError: on PostgreSQL (use pg_dump) and where ``to`` exists.
        """
        await copy_database(self._database, to)

    async def find_number(self, name: tuple[str, ...]) -> int:
        """Give the number of the contact of a name, ``(key,)`` or ``(channel, address)``; 0 where
        nobody has it.
        """
        if len(name) == 1:
            found = await self.unit_of_work(lambda t: t.lock_contacts(name))
            return found[name[0]].id if name[0] in found else 0
        contact = await self.find_contact(*name)
        return contact.id if contact else 0

    async def erase(self, contact_id: int, now: datetime) -> Erased | None:
        """Erase one person for good, from the log of a SQLite file too; None where nobody is known.

        `Transaction.erase_contact` is the same inside a transaction.
        """
        erased = await self.unit_of_work(lambda t: t.erase_contact(contact_id, now))
        await self.scrub()
        return erased

    async def scrub(self) -> None:
        """Take what was erased out of SQLite's log too, unless somebody reads just now. On
        PostgreSQL the server's own vacuum does that, in its own time.
        """
        await self._database.run(self._database.empty_log)

    async def count_owed(self) -> int:
        """Give how much was deleted for good since the SQLite file was written anew."""
        return await self._database.read(compacting.count_owed)

    async def compact(self) -> None:
        """Write the SQLite file anew, so that nothing deleted is left in it; nothing elsewhere.

        Who writes waits meanwhile, some seconds for 100 MB.

        :raises StoreUnavailable: where the disk has no room for it.
        """
        path = self._database.path
        if path is not None:
            await self._database.run(lambda s: compacting.compact(s, path))
            await self.scrub()

    @property
    def file_size(self) -> int:
        """The bytes of the SQLite file; 0 elsewhere."""
        path = self._database.path
        return path.stat().st_size if path else 0

    async def ping(self) -> None:
        """Ask the database for nothing much, and the disk for room.

        :raises StoreError: where the database does not answer or the disk is nearly full.
        """
        await self._database.run(lambda s: s.fetch(_PING))
        self.room.check()

    @property
    def room(self) -> Room:
        """What the disk under the database has left."""
        return self._database.room
