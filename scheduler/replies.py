"""Replies: what comes in over channels, read by the core, kept in one transaction.

The messages that answer a reply are due rows of the same transaction (or, on inline channels, are
given back), so that a crash between the answer and the next question loses neither.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from scheduler.alarms import Alarms
from scheduler.answering import ComposeAlert
from scheduler.authors import Authors
from scheduler.cards import Cards
from scheduler.casebook import Casebook
from scheduler.casewords import CaseWords
from scheduler.desk import Desk
from scheduler.finding import Finder
from scheduler.guard import Guard
from scheduler.intake import Wake
from scheduler.linking import ChatLinks, NewCode, new_code
from scheduler.news import ComposeCard, Newsroom
from scheduler.outbox import Messages, Outbox
from scheduler.reply_batch import ReplyBatch
from scheduler.requests import Requests
from scheduler.rules import Rules
from scheduler.sparing import Sparing
from scheduler.statuses import Statuses
from scheduler.talk import Talk
from scheduler.telling import tell
from scheduler.turns import Turns
from scheduler.visits import Visits
from scheduler.wishes import ComposeCall, Wishes
from storage.store import Store, Transaction
from surveys.inbound import (
    Inbound,
)
from surveys.message import Capabilities

Hold = Callable[[str, timedelta], None]
"""Tells a lane to wait for a while; forgotten at a restart, and harmless where nobody listens."""


class ReplyIntake:
    """Takes in what people and providers tell us."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Rules],
        *,
        channels: Mapping[str, Capabilities],
        compose_alert: ComposeAlert,
        compose_card: ComposeCard,
        compose_call: ComposeCall,
        case_words: CaseWords,
        clock: Callable[[], datetime],
        wake: Wake,
        hold: Hold = lambda _lane, _wait: None,
        new_code: NewCode = new_code,
    ) -> None:
        self._store, self._rules, self._channels = store, rules, channels
        self._compose_alert, self._compose_card = compose_alert, compose_card
        self._compose_call, self._case_words = compose_call, case_words
        self._clock, self._wake, self._hold, self._new_code = clock, wake, hold, new_code

    async def handle_inbound(self, items: Sequence[Inbound]) -> list[Messages]:
        """Keep what came in and give, for each, what an inline channel says back.

        When this returns, everything is committed and what is to be sent is due.
        """
        rules, now = self._rules(), self._clock()

        async def work(transaction: Transaction) -> tuple[list[Messages], ReplyBatch]:
            batch = self._batch(transaction, rules, now)
            said = await batch.take_all(items)
            await batch.turns.cards.save()
            await batch.turns.alarms.tell()
            await batch.outbox.save(transaction)
            await tell(transaction, rules, batch.outbox, batch.turns.conversations, now)
            await batch.guard.save()
            await batch.outbox.part(transaction)
            return said, batch

        said, batch = await self._store.unit_of_work(work)
        for lane, wait in batch.statuses.held.items():
            self._hold(lane, wait)
        for lane in batch.outbox.lanes | batch.statuses.lanes:
            self._wake(lane)
        return said

    def _batch(self, transaction: Transaction, rules: Rules, now: datetime) -> ReplyBatch:
        outbox = Outbox(self._channels, now)
        guard = Guard(transaction=transaction, now=now)
        casebook = Casebook(
            transaction=transaction,
            rules=rules,
            channels=self._channels,
            outbox=outbox,
            words=self._case_words,
            now=now,
        )
        turns = self._turns(outbox, guard, casebook)
        return ReplyBatch(
            transaction=transaction,
            rules=rules,
            channels=self._channels,
            now=now,
            outbox=outbox,
            guard=guard,
            links=ChatLinks(
                transaction=transaction, rules=rules, outbox=outbox, new_code=self._new_code
            ),
            finder=Finder(transaction=transaction, rules=rules, now=now),
            statuses=Statuses(transaction=transaction, channels=self._channels, now=now),
            requests=self._requests(transaction, rules, outbox, now),
            turns=turns,
            desk=Desk(
                transaction=transaction,
                rules=rules,
                channels=self._channels,
                outbox=outbox,
                casebook=casebook,
                talk=Talk(casebook=casebook),
            ),
            visits=Visits(
                transaction=transaction,
                rules=rules,
                channels=self._channels,
                now=now,
                turns=turns,
            ),
        )

    def _turns(self, outbox: Outbox, guard: Guard, casebook: Casebook) -> Turns:
        transaction, rules, now = casebook.transaction, casebook.rules, casebook.now
        alarms = Alarms(
            transaction=transaction,
            rules=rules,
            channels=self._channels,
            compose=self._compose_alert,
            outbox=outbox,
            casebook=casebook,
        )
        return Turns(
            transaction=transaction,
            rules=rules,
            channels=self._channels,
            now=now,
            outbox=outbox,
            cards=self._cards(transaction, rules, now, outbox),
            guard=guard,
            alarms=alarms,
        )

    def _cards(
        self, transaction: Transaction, rules: Rules, now: datetime, outbox: Outbox
    ) -> Cards:
        newsroom = Newsroom(
            transaction=transaction,
            rules=rules,
            channels=self._channels,
            compose=self._compose_card,
            now=now,
            outbox=outbox,
        )
        return Cards(
            transaction=transaction,
            rules=rules,
            channels=self._channels,
            now=now,
            outbox=outbox,
            newsroom=newsroom,
            authors=Authors(transaction=transaction, rules=rules, channels=self._channels, now=now),
            sparing=Sparing(transaction=transaction, channels=self._channels),
        )

    def _requests(
        self, transaction: Transaction, rules: Rules, outbox: Outbox, now: datetime
    ) -> Requests:
        wishes = Wishes(
            transaction=transaction,
            rules=rules,
            channels=self._channels,
            outbox=outbox,
            compose_call=self._compose_call,
            now=now,
        )
        return Requests(
            transaction=transaction, rules=rules, channels=self._channels, wishes=wishes, now=now
        )
