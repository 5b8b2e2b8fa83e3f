"""What commands ask of the store."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.commands.theme_counting import ThemeStore
from storage.uncertain import Uncertain
from surveys.audit import Entry, Note
from surveys.casework import CaseCounts, CaseList, CaseView, Listed
from surveys.channel_standing import Audience, Standings
from surveys.comment import Comment, Search
from surveys.conflict import Conflict, Settled, Verdict
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.explanation import Explanation
from surveys.headway import Headway, Round, Travellers
from surveys.pausing import Pause
from surveys.recovery import Fate
from surveys.report import Filter, Tally
from surveys.response import Response
from surveys.scanner import HeldPress


class ReportStore(ThemeStore, Protocol):
    """What commands ask of the store. All honour every field of the filter, ``teams`` included."""

    async def tally(self, wanted: Filter, /) -> Tally:
        """Count answers and invitations."""

    async def list_responses(
        self, wanted: Filter, /, limit: int, offset: int
    ) -> Sequence[tuple[Response, Contact]]:
        """List responses, newest first."""

    async def find_people(self, words: str, /) -> Sequence[Contact]:
        """Find people by the business's id, an address, or a name."""

    async def explain(
        self, contact: Contact, teams: Collection[str] | None, limit: int, /
    ) -> Explanation:
        """Say what was decided about a person, of the teams that may be seen (None: all)."""

    async def count_held(self, wanted: Filter, /) -> int:
        """Count presses that are held back."""

    async def list_held(
        self, wanted: Filter, /, limit: int, offset: int
    ) -> Sequence[tuple[HeldPress, Conversation]]:
        """List presses that are held back, newest first."""

    async def find_held(self, press_id: int, /) -> tuple[HeldPress, Conversation] | None:
        """Give one press that is held back."""

    async def list_comments(self, wanted: Search, /, limit: int, offset: int) -> Sequence[Comment]:
        """List customers' own words, newest first."""

    async def load_standings(
        self, audiences: Collection[Audience], since: date, until: date, /
    ) -> Mapping[Audience, Standings]:
        """Say how people answered on each channel, of those asked on these days."""

    async def headway(
        self,
        rules: Collection[str],
        since: datetime,
        until: datetime,
        teams: Collection[str] | None,
    ) -> Mapping[str, Headway]:
        """Say how far invitations of campaigns and milestones came, by rule."""

    async def rounds(self, campaign: str, limit: int) -> Sequence[Round]:
        """Give the last times a campaign came round, newest first."""

    async def travellers(self) -> Mapping[str, Travellers]:
        """Say how many people are on each journey."""

    async def list_conflicts(self, limit: int, offset: int) -> Sequence[Conflict]:
        """List claims of others' addresses nobody has settled, the oldest first."""

    async def load_conflicts(self, ids: Collection[int], /) -> Sequence[Conflict]:
        """Give such claims by their numbers."""

    async def list_cases(
        self, wanted: CaseList, now: datetime, limit: int, offset: int, /
    ) -> Sequence[Listed]:
        """List cases."""

    async def sum_cases(self, wanted: CaseList, now: datetime, /) -> CaseCounts:
        """Count open cases, late ones and those nobody has."""

    async def read_fates(
        self, wanted: CaseList, since: datetime, until: datetime, /
    ) -> Sequence[Fate]:
        """Give what became of the cases to which something happened in a stretch of time."""

    async def find_case(self, number: int, teams: Collection[str] | None, /) -> CaseView | None:
        """Give one case of these teams (None: all)."""

    async def settle_conflict(
        self, number: int, verdict: Verdict, by: str, now: datetime
    ) -> Settled:
        """Settle one as the colleague ``by`` says."""

    async def find_contacts(self, words: str, /, limit: int, offset: int) -> Sequence[Contact]:
        """Find contacts by any part of a name, an address or a key."""

    async def list_paused(self) -> Sequence[Pause]:
        """List what staff put on hold, the oldest first."""

    async def list_uncertain(self, limit: int, offset: int) -> Sequence[Uncertain]:
        """List deliveries without a verdict, newest first."""

    async def note_command(self, note: Note, /) -> object:
        """Add a note to the audit."""

    async def list_audit(
        self, person: str, command: str, limit: int, offset: int
    ) -> Sequence[Entry]:
        """List what was noted, newest first; "" does not limit."""

    async def ask_confirmation(self, who: str, code: str, line: str, until: datetime, /) -> None:
        """Keep what somebody is asked to confirm."""

    async def take_confirmation(self, who: str, code: str, now: datetime, /) -> str:
        """Give what somebody is asked to confirm and take it away, "" where nothing waits."""
