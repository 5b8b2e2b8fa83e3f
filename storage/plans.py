"""Plans: what a transaction may do with journeys, campaigns, and the ledger of limits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from storage import campaigns, engagements, in_force, journeys, ledger, reporting, sweeping
from storage.campaigns import Run
from storage.journeys import Planned, Way
from storage.sql import Session
from surveys.ask import Ask, Ledger
from surveys.contact import Contact
from surveys.counting import EventCount
from surveys.engagement import Engagements
from surveys.progress import Progress
from surveys.roll import Roll
from surveys.roster import Name


class Plans:
    """The part of `storage.transaction.Transaction` that brings people under way."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def take_ways(self, ways: Collection[Way]) -> dict[Way, Progress]:
        """Give how far people, whose contacts are locked, are on journeys they have set out on."""
        return await journeys.take_progress(self._session, ways)

    async def ways_of(self, contact_ids: Collection[int]) -> dict[Way, Progress]:
        """Give all journeys of these people."""
        return await journeys.progress_of(self._session, contact_ids)

    async def page_ways(self, journey: str, after: tuple[int, str], limit: int) -> list[Progress]:
        """Give people under way on a journey, in the order of (contact id, key), past ``after``."""
        return await journeys.page_progress(self._session, journey, after, limit)

    async def journey_names(self) -> list[str]:
        """Give the journeys anybody ever set out on, those taken out of the file included."""
        return await journeys.journey_names(self._session)

    async def compared_version(self) -> str:
        """Give the version of the journeys that everybody was compared with, "" for none."""
        return await journeys.compared_version(self._session)

    async def note_compared(self, version: str) -> None:
        """Keep that everybody was compared with a version of the journeys."""
        await journeys.note_compared(self._session, version)

    async def save_ways(self, changed: Sequence[Progress]) -> None:
        """Write how far people are on journeys."""
        await journeys.save_progress(self._session, changed)

    async def find_planned(self, keys: Collection[str]) -> dict[str, Planned]:
        """Lock invitations by their keys and give those there are."""
        return await journeys.find_planned(self._session, keys)

    async def move_invitations(self, times: Mapping[int, datetime]) -> None:
        """Give planned invitations another time; those that were asked are passed over."""
        await journeys.move_invitations(self._session, times)

    async def cancel_invitations(self, reasons: Mapping[int, str], now: datetime) -> None:
        """End planned invitations, each for a reason that is kept; others are passed over."""
        await journeys.cancel_invitations(self._session, reasons, now)

    async def take_report(self, report: str, wall: str, now: datetime) -> bool:
        """Note that a report's occurrence is sent; False where somebody did before."""
        return await reporting.take_report(self._session, report, wall, now)

    async def first_seen(self, name: str, now: datetime) -> datetime:
        """Give when a campaign, by name and schedule, was first seen: now where it is new."""
        return await campaigns.first_seen(self._session, name, now)

    async def take_occurrence(self, run: Run) -> None:
        """Note an occurrence of a campaign; one that was noted before stays as it is."""
        await campaigns.take_occurrence(self._session, run)

    async def open_run(self) -> Run | None:
        """Lock and give the oldest occurrence that is not all enlisted, None for none."""
        return await campaigns.open_run(self._session)

    async def go_on(self, run: Run, cursor: int, enlisted: int, *, done: bool) -> None:
        """Note how far an occurrence has come."""
        await campaigns.go_on(self._session, run, cursor, enlisted, done=done)

    async def list_runs(self, campaign: str, limit: int) -> list[Run]:
        """Give the last occurrences of a campaign, newest first."""
        return await campaigns.list_runs(self._session, campaign, limit)

    async def enlist(self, roll: Roll) -> int:
        """Keep a campaign's invitations with their due rows and give how many are new."""
        return await campaigns.enlist(self._session, roll)

    async def page_people(self, after: int, limit: int, *, named: bool = False) -> list[Contact]:
        """Give the business's people who did not say stop, past an id; keys and addresses only
        where they are to be ``named``.
        """
        return await campaigns.page_people(self._session, after, limit, named=named)

    async def count_events(
        self, contact_ids: Collection[int], counts: Collection[EventCount], now: datetime
    ) -> dict[int, dict[str, int]]:
        """Give how often events were reported of people up to now: contact id -> name -> number."""
        return await campaigns.count_events(self._session, contact_ids, counts, now)

    async def forget_decisions(self, before: datetime, limit: int) -> int:
        """Forget decisions older than that among the ``limit`` oldest; give how many those were."""
        return await sweeping.forget_decisions(self._session, before, limit)

    async def drop_counters(self, now: datetime, idle: datetime) -> int:
        """Drop passing counters that nobody has counted on since ``idle``; give how many."""
        return await sweeping.drop_counters(self._session, now, idle)

    async def known_names(self, names: Collection[Name]) -> set[Name]:
        """Give those of the names that somebody has."""
        return await campaigns.known_names(self._session, names)

    async def last_answers(
        self, contact_ids: Collection[int], names: Collection[str]
    ) -> dict[int, dict[str, Any]]:
        """Give what people answered last to questions or metrics of these names."""
        return await campaigns.last_answers(self._session, contact_ids, names)

    async def lock_ledgers(
        self, contact_ids: Collection[int], now: datetime, memory: timedelta
    ) -> dict[int, Ledger]:
        """Lock people and give what they were asked ``memory`` back and are to be as far ahead."""
        return await ledger.lock_ledgers(self._session, contact_ids, now, memory)

    async def hold_asks(self, asks: Sequence[tuple[int, int, Ask]]) -> None:
        """Note who is being asked now: (contact id, invitation id, ask); settling lets go of it."""
        await ledger.hold_asks(self._session, asks)

    async def load_engagements(
        self, contact_ids: Collection[int], now: datetime, memory: timedelta
    ) -> Engagements:
        """Give what people are in the middle of with us, ``memory`` back."""
        return await engagements.load_engagements(self._session, contact_ids, now, memory)

    async def note_talks(self, contact_ids: Collection[int], at: datetime) -> None:
        """Note that these people talk to a colleague, or wait for one."""
        await engagements.note_talks(self._session, contact_ids, at)

    async def end_talks(self, contact_ids: Collection[int]) -> None:
        """Note that these people's talks with colleagues are over."""
        await engagements.end_talks(self._session, contact_ids)

    async def note_in_force(self, text: str) -> None:
        """Keep the rules that the service has loaded, as they were written."""
        await in_force.note_in_force(self._session, text)

    async def release_waiting(self, contact_ids: Collection[int], at: datetime) -> set[str]:
        """Let what waits until these people have finished something be decided anew at that time;
        gives the lanes it waits on.
        """
        return await engagements.release_waiting(self._session, contact_ids, at)
