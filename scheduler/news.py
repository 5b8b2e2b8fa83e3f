"""News: comment cards told to staff at once, and as a number once they come thick and fast."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.outbox import Outbox
from scheduler.rules import Rules
from storage.store import Transaction
from surveys.alert import recipients_of
from surveys.card import BURST, Card, pace, window_end
from surveys.contact import Contact
from surveys.due import Due, DueKind
from surveys.event import Interaction
from surveys.message import Capabilities, Message

log = logging.getLogger("afterword.cards")

RECENT = timedelta(days=30)
"""How long after an interaction a card is taken to concern the team that had it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One message that made or continued a card.

    ``place`` is where the card stands in the outbox, ``words`` what was just written; ``added``
    says that staff were told of the card before. ``interaction`` is what it is about, None until
    known.
    """

    place: int
    card: Card
    words: str
    contact: Contact | None = None
    interaction: Interaction | None = None
    added: bool = False
    event_id: str = ""


ComposeCard = Callable[[Rules, News, str], Message]
"""(rules, news, address) -> what a colleague reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """Finds out whom cards concern, and queues what staff are told."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    compose: ComposeCard
    now: datetime
    outbox: Outbox

    async def tell(self, news: Sequence[News]) -> None:
        """Queue a message for everybody who is to read each card; the card learns its team."""
        if not news:
            return
        placed = await self._place(news)
        told = [(item, reader) for item in placed for reader in self._readers(item)]
        names = {f"cards:{name}" for _, (name, _, _) in told}
        counters = await self.transaction.take_counters(names) if names else {}
        for item, (name, lane, address) in told:
            key = f"cards:{name}"
            counters[key], number = pace(counters[key], self.now)
            if number <= BURST:
                message = self.compose(self.rules, item, address)
                due_id = f"card:{item.card.channel}:{item.event_id}:{name}"
                self.outbox.queue(lane, message, 0, due_id)
            else:
                self._queue_digest(name, lane, address, number - BURST)
        await self.transaction.save_counters(counters)

    async def _place(self, news: Sequence[News]) -> list[News]:
        strayed = {n.card.contact_id for n in news if n.interaction is None}
        found = await self.transaction.last_interactions(strayed, self.now - RECENT)
        placed = []
        for item in news:
            about = item.interaction or found.get(item.card.contact_id)
            card = replace(self.outbox.cards[item.place], team=about.team if about else "")
            self.outbox.cards[item.place] = card
            placed.append(replace(item, card=card, interaction=about))
        return placed

    def _readers(self, news: News) -> Iterator[tuple[str, str, str]]:
        """Give name, lane and address of everybody who reads a card."""
        members = recipients_of(self.rules.cards_to, news.card.team, self.rules.staff)
        reached = False
        for member in members:
            for channel, address in member.addresses.items():
                if channel in self.channels:
                    reached = True
                    yield member.name, channel, address
                    break
        if not reached and self.rules.cards_to and self.rules.staff:
            log.warning("a comment card reached nobody: check staff")

    def _queue_digest(self, name: str, lane: str, address: str, more: int) -> None:
        """Say the number at the end of the window; each further card raises it."""
        noun = "comment card" if more == 1 else "comment cards"
        text = f"{more} more {noun} in the last minutes. /comments today shows them."
        at = window_end(self.now)
        due_id = f"cards:{int(at.timestamp())}:{name}"
        message = Message(address=address, text=text)
        self.outbox.latest.append(
            Due(lane=lane, at=at, id=due_id, kind=DueKind.SAY, message=message)
        )
