"""The outbox: what one transaction's worth of replies leads to, gathered and then saved at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from storage.store import Card, SavedTurn, Transaction
from surveys.due import Due, DueKind
from surveys.inbound import Inbound, Replied
from surveys.message import Capabilities, Message
from surveys.post import Post

Messages = tuple[Message, ...]

BREATH = timedelta(minutes=1)
"""How long after somebody has finished a survey they may be asked what waited for that."""


@dataclass(slots=True)
class Outbox:
    """Turns, comment cards and messages that wait to be saved with the replies they answer.

    ``subjects`` are those of the threads that items belong to, by channel and event id, on channels
    where messages have any.
    ``latest`` are messages that take the place of those of the same id that wait already.
    ``posts`` are those of the messages whose fate is watched.
    ``hushed`` and ``unheard`` are the (channel, event id) of answers to anonymous surveys: of the
    first nothing is kept but that, of the others not even that, since it says what was answered.
    """

    channels: Mapping[str, Capabilities]
    now: datetime
    turns: list[SavedTurn] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)
    subjects: Mapping[tuple[str, str], str] = field(default_factory=dict)
    latest: list[Due] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    farewells: list[Due] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)
    hushed: set[tuple[str, str]] = field(default_factory=set)
    unheard: set[tuple[str, str]] = field(default_factory=set)

    @property
    def lanes(self) -> set[str]:
        """Which lanes have something new to say."""
        return {due.lane for due in (*self.dues, *self.latest, *self.farewells)}

    def say(self, item: Inbound, messages: Messages, invitation_id: int = 0) -> Messages:
        """Answer ``item``: give the messages back where its channel is inline, else queue them."""
        capabilities = self.channels[item.channel]
        if capabilities.inline:
            return messages
        if capabilities.subject:
            messages = tuple(self._thread(item, message) for message in messages)
        for number, message in enumerate(messages):
            due_id = f"say:{item.channel}:{item.event_id}:{number:02}"
            self.queue(item.channel, message, invitation_id, due_id)
        return ()

    def _thread(self, item: Inbound, message: Message) -> Message:
        """Give a message as the answer to ``item`` in the thread that it belongs to."""
        subject = self.subjects.get((item.channel, item.event_id), "")
        answered = (item.external_id if isinstance(item, Replied) else "", item.event_id)
        return replace(
            message,
            subject=message.subject or (f"Re: {subject}" if subject else ""),
            replies_to=tuple(name for name in answered if name),
        )

    def queue(self, lane: str, message: Message, invitation_id: int, due_id: str) -> None:
        """Have something said on a lane as soon as this is saved; the same id is said once."""
        self.dues.append(
            Due(
                lane=lane,
                at=self.now,
                id=due_id,
                kind=DueKind.SAY,
                invitation_id=invitation_id,
                message=message,
            )
        )

    def forget(self, item: Inbound, contact_id: int, farewell: Message) -> Messages:
        """Have a person erased once all else is saved, which then goes with them, and say so."""
        self.forgotten.append(contact_id)
        if self.channels[item.channel].inline:
            return (farewell,)
        self.farewells.append(
            Due(
                lane=item.channel,
                at=self.now,
                id=f"bye:{item.channel}:{item.event_id}",
                kind=DueKind.FAREWELL,
                message=farewell,
            )
        )
        return ()

    def hush(self, item: Replied) -> None:
        """Keep nothing of an answer's own message."""
        (self.unheard if item.revealing else self.hushed).add((item.channel, item.event_id))

    async def save(self, transaction: Transaction) -> None:
        """Write everything gathered."""
        await transaction.save_turns(self.turns)
        await transaction.save_cards(self.cards)
        await transaction.add_dues(self.dues)
        await transaction.put_dues(self.latest)
        finished = {t.after.contact_id for t in self.turns if t.after.completed_at == self.now}
        await transaction.release_waiting(finished, self.now + BREATH)
        await transaction.add_posts(self.posts)
        await transaction.hush(self.hushed)
        await transaction.forget_inbound(self.unheard)

    async def part(self, transaction: Transaction) -> None:
        """Erase who asked for it: after everything else is written, which then goes with them."""
        for contact_id in self.forgotten:
            await transaction.erase_contact(contact_id, self.now)
        await transaction.add_dues(self.farewells)
