"""The desk: what staff commands may set going, over the store, the rules and the lanes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.exporting.ticket import Ticket, seal_ticket
from scheduler.rules import Rules
from scheduler.sending import ByHand, Foreseen
from storage.store import Store
from storage.uncertain import Cleared
from surveys.contact import Contact
from surveys.message import Capabilities
from surveys.pausing import Pause
from surveys.survey import Survey


class Desk:
    """Carries out what a command decided. ``put`` makes pauses hold here, at once; other nodes see
    them at their next `refresh`.
    """

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Rules],
        put: Callable[[Mapping[str, Pause]], None],
        *,
        channels: Mapping[str, Capabilities],
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
    ) -> None:
        self._store, self._rules, self._put = store, rules, put
        self._lanes, self._clock, self._wake = tuple(channels), clock, wake
        self._by_hand = ByHand(store, rules, channels=channels, clock=clock, wake=wake)

    async def refresh(self) -> None:
        """Take over what staff put on hold, on this node or another."""
        paused = {pause.name: pause for pause in await self._store.list_paused()}
        if paused != self._rules().paused:
            self._put(paused)

    async def pause(self, name: str, person: str) -> None:
        """Put something on hold."""
        await self._store.pause(name, person, self._clock())
        await self.refresh()

    async def resume(self, names: Sequence[str]) -> tuple[list[str], int]:
        """Take pauses away; give which there were and how many messages are due now."""
        done = await self._store.resume(names, self._lanes, self._clock())
        await self.refresh()
        self._wake_all()
        return done

    async def foresee(self, survey: Survey, contact: Contact, via: str) -> Foreseen:
        """Say what would become of a question asked now."""
        return await self._by_hand.foresee(survey, contact, via)

    async def send(self, survey: Survey, contact: Contact, via: str, said: str) -> bool:
        """Have a customer asked."""
        return await self._by_hand.send(survey, contact, via, said)

    def link(self, ticket: Ticket) -> str:
        """Give the link by which an export is fetched."""
        return f"{self._rules().public_url}/export/{seal_ticket(self._store.key, ticket)}"

    async def clear(self, number: int, person: str, *, again: bool) -> Cleared:
        """Settle an uncertain delivery: asked once more, or let go."""
        cleared = await self._store.clear_uncertain(number, person, self._clock(), again=again)
        self._wake_all()
        return cleared

    def _wake_all(self) -> None:
        for lane in self._lanes:
            self._wake(lane)
