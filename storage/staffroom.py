"""The staff room: what the store does for staff commands, beside showing results."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from storage import (
    audit,
    cases,
    confirmations,
    conflicts,
    explanations,
    exports,
    fates,
    finding,
    gists,
    held,
    pausing,
    person,
    retention,
    settlement,
    uncertain,
    webhooks,
)
from storage.database import Database
from surveys.audit import Entry, Head, Note
from surveys.casework import CaseCounts, CaseList, CaseView, Listed
from surveys.conflict import Conflict, Settled, Verdict
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.due import Decision
from surveys.explanation import Explanation
from surveys.keyphrase import Written
from surveys.pausing import Pause
from surveys.recovery import Fate
from surveys.report import Filter
from surveys.scanner import HeldPress
from surveys.theme import GistReader
from surveys.theme_count import Heard
from surveys.webhook import Call


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

    async def count_old(self, rule: str, before: datetime) -> int:
        """Give how much a rule of retention would take away now. Reads whole tables."""
        return await self._database.read(lambda s: retention.count_old(s, rule, before))

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

    async def read_comments(self, reader: GistReader, limit: int) -> int:
        """Read up to ``limit`` comments that are marked unread, in one transaction; gives how many
        those were.
        """
        return await self._database.transact(lambda s: gists.take_unread(s, reader, limit))

    async def mark_stale(self, version: str, limit: int) -> int:
        """Mark comments unread that were read by another list of words; gives how many."""
        return await self._database.transact(lambda s: gists.mark_stale(s, version, limit))

    async def count_unread(self, version: str) -> int:
        """Give how many comments are still to be read by the list of words of that version."""
        return await self._database.read(lambda s: gists.count_left(s, version))

    async def hear(self, wanted: Filter, surveys: Collection[str], limit: int) -> list[Heard]:
        """Give what comments of a period speak of, the newest ``limit`` of them; ``surveys`` limits
        to these, where there are any.
        """
        return await self._database.read(lambda s: gists.hear(s, wanted, surveys, limit))

    async def list_written(self, wanted: Filter, limit: int) -> list[tuple[str, Written]]:
        """Give the newest ``limit`` comments, each with its language and who wrote it."""
        return await self._database.read(lambda s: gists.list_written(s, wanted, limit))

    async def find_contacts(self, words: str, limit: int, offset: int) -> list[Contact]:
        """Give contacts of whom any name, address or key holds these words."""
        return await self._database.read(lambda s: finding.find_contacts(s, words, limit, offset))

    async def list_paused(self) -> list[Pause]:
        """Give what staff put on hold, the oldest first."""
        return await self._database.run(pausing.list_paused)

    async def pause(self, name: str, person: str, now: datetime) -> None:
        """Put a trigger, journey or campaign on hold (`surveys.pausing.ALL`: all of them)."""
        await self._database.transact(lambda s: pausing.pause(s, name, person, now))

    async def resume(
        self, names: Sequence[str], lanes: Sequence[str], now: datetime
    ) -> tuple[list[str], int]:
        """Take pauses away; give those there were, and how many messages are due now."""
        return await self._database.transact(lambda s: pausing.resume(s, names, lanes, now))

    async def list_uncertain(self, limit: int, offset: int) -> list[uncertain.Uncertain]:
        """Give deliveries without a verdict, newest first, with what they asked."""
        return await self._database.read(lambda s: uncertain.list_uncertain(s, limit, offset))

    async def clear_uncertain(
        self, number: int, by: str, now: datetime, *, again: bool
    ) -> uncertain.Cleared:
        """Settle one as the colleague ``by`` says: asked once more, or let go."""
        work = uncertain.send_again if again else uncertain.let_go
        return await self._database.transact(lambda s: work(s, number, by, now))

    def read_pages(self, part: exports.Part) -> AsyncIterator[exports.Page]:
        """Give everything of one kind, a page after the other, for an export."""
        return exports.read_pages(self._database.read, part)

    async def find_exactly(self, name: str) -> list[Contact]:
        """Give who has this key or this very address."""
        return await self._database.read(lambda s: person.find_exactly(s, name))

    async def read_person(self, contact: Contact) -> dict[str, Any]:
        """Give everything that is kept about a person: table -> rows."""
        return await self._database.read(lambda s: person.read_person(s, contact))

    async def claim_webhook_calls(self, now: datetime, lease: timedelta, limit: int) -> list[Call]:
        """Take what other systems are to be told now."""
        return await self._database.transact(lambda s: webhooks.claim_calls(s, now, lease, limit))

    async def settle_webhook_call(self, call: Call, again: datetime | None, verdict: str) -> None:
        """Note what became of a try, and when it is due again, None for never."""
        await self._database.transact(lambda s: webhooks.settle_call(s, call, again, verdict))

    async def replay_webhook_calls(
        self, since: datetime, endpoint: str, now: datetime, *, every: bool
    ) -> int:
        """Make calls due again that were given up since then, or all; gives how many."""
        return await self._database.transact(
            lambda s: webhooks.replay_calls(s, since, endpoint, now, every=every)
        )

    async def forget_webhook_calls(self, now: datetime) -> None:
        """Drop what was told long since."""
        await self._database.transact(lambda s: webhooks.forget_calls(s, now))

    async def count_held(self, wanted: Filter) -> int:
        """Give how many presses of the period are held back because they may be a machine's."""
        return await self._database.read(lambda s: held.count_held(s, wanted))

    async def list_held(
        self, wanted: Filter, limit: int, offset: int
    ) -> list[tuple[HeldPress, Conversation]]:
        """Give held presses of the period, newest first, with what they are about."""
        return await self._database.read(lambda s: held.list_held(s, wanted, limit, offset))

    async def find_held(self, press_id: int) -> tuple[HeldPress, Conversation] | None:
        """Give one held press with what it is about, or None where it is not held (any more)."""
        return await self._database.run(lambda s: held.find_held(s, press_id))

    async def find_people(self, words: str) -> list[Contact]:
        """Give people by the business's id, an address, or else a name; a handful at most."""
        return await self._database.read(lambda s: explanations.find_people(s, words))

    async def explain(
        self, contact: Contact, teams: Collection[str] | None, limit: int
    ) -> Explanation:
        """Give what was decided about a person lately, of teams that may be seen (None: all)."""
        return await self._database.read(lambda s: explanations.explain(s, contact, teams, limit))

    async def list_conflicts(self, limit: int, offset: int) -> list[Conflict]:
        """Give claims of others' addresses that nobody has settled, the oldest first."""
        return await self._database.read(lambda s: conflicts.list_conflicts(s, limit, offset))

    async def load_conflicts(self, ids: Collection[int]) -> list[Conflict]:
        """Give such claims by their numbers, settled ones too; unknown ones are left out."""
        return await self._database.run(lambda s: conflicts.load_conflicts(s, ids))

    async def settle_conflict(
        self, number: int, verdict: Verdict, by: str, now: datetime
    ) -> Settled:
        """Settle one as the colleague ``by`` says."""
        return await self._database.transact(
            lambda s: conflicts.settle_conflict(s, number, verdict, by, now)
        )

    async def list_cases(
        self, wanted: CaseList, now: datetime, limit: int, offset: int
    ) -> list[Listed]:
        """Give cases, those whose clock runs out first in front; closed ones the last in front."""
        return await self._database.read(lambda s: cases.list_cases(s, wanted, now, limit, offset))

    async def sum_cases(self, wanted: CaseList, now: datetime) -> CaseCounts:
        """Give how many cases are open, late and nobody's, of those wanted."""
        return await self._database.read(lambda s: fates.sum_cases(s, wanted, now))

    async def find_case(self, number: int, teams: Collection[str] | None) -> CaseView | None:
        """Give a case of these teams (None: all) with its story; else None."""
        return await self._database.run(lambda s: cases.find_case(s, number, teams))

    async def read_fates(self, wanted: CaseList, since: datetime, until: datetime) -> list[Fate]:
        """Give what became of the cases to which something happened in a stretch of time, by the
        teams and surveys of ``wanted``; `surveys.recovery.sum_up` makes figures of it.
        """
        return await self._database.read(lambda s: fates.read_fates(s, wanted, since, until))

    async def next_late(self) -> datetime | None:
        """Give when the clock of a case runs out next, None for none."""
        return await self._database.run(cases.next_late)

    async def decisions(self, invitation_id: int) -> list[Decision]:
        """Give why an invitation was sent, held, skipped or failed, oldest first."""
        return await self._database.run(lambda s: settlement.read_decisions(s, invitation_id))
