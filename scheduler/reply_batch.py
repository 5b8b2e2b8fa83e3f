"""A batch of replies: what becomes of each thing that came in, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.desk import Desk
from scheduler.finding import Finder
from scheduler.guard import Guard
from scheduler.linking import ChatLinks
from scheduler.outbox import Messages, Outbox
from scheduler.requests import Requests, Wish, is_heard_always
from scheduler.rules import Rules
from scheduler.statuses import Statuses
from scheduler.turns import Turns
from scheduler.visits import Visits
from storage.store import Transaction
from surveys.compose import compose_subject
from surveys.contact import AddressStatus
from surveys.inbound import (
    Asked,
    Commented,
    Entered,
    Inbound,
    Linked,
    Moved,
    OptedIn,
    OptedOut,
    Replied,
    StatusChanged,
    Unblocked,
    Viewed,
)
from surveys.message import Capabilities
from surveys.request import RequestKind


@dataclass(slots=True, kw_only=True)
class ReplyBatch:
    """One transaction's worth of replies: loaded at once, answered in order, saved at once."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    now: datetime
    outbox: Outbox
    guard: Guard
    finder: Finder
    requests: Requests
    turns: Turns
    desk: Desk
    statuses: Statuses
    visits: Visits
    links: ChatLinks

    async def take_all(self, items: Sequence[Inbound]) -> list[Messages]:
        """Take what came in and give, for each, what an inline channel says back. What is to be
        saved of it is in the parts of the batch then.
        """
        new = await self.transaction.add_inbound([i for i in items if self._is_kept(i)])
        spoken = [i for i in items if isinstance(i, Replied | Linked) and i.address]
        await self.transaction.hear({(i.channel, i.address): self.now for i in spoken})
        wanted = await self.finder.find_invitations(items)
        self.turns.conversations = await self.transaction.lock_conversations(
            {number for number in wanted if number}
        )
        self.outbox.subjects = self._subjects(items, wanted)
        await self.turns.cards.load(items)
        await self.desk.load(items)
        await self.links.load(items)
        await self.guard.look(items, wanted, new)
        said = []
        for item, invitation_id in zip(items, wanted, strict=True):
            held = self.guard.reason(item) is not None
            fresh = held or (item.channel, item.event_id) in new
            new.discard((item.channel, item.event_id))
            if isinstance(item, Entered):
                said.append(await self.visits.enter(item, fresh=fresh))
            else:
                said.append(await self._take(item, invitation_id, fresh=fresh))
        return said

    def _subjects(
        self, items: Sequence[Inbound], wanted: Sequence[int]
    ) -> dict[tuple[str, str], str]:
        """Give the subjects of the surveys that items are about, on channels that have subjects."""
        found = {}
        for item, invitation_id in zip(items, wanted, strict=True):
            conversation = self.turns.conversations.get(invitation_id)
            survey = conversation and self.rules.surveys.get(conversation.invitation.survey)
            if conversation and survey and self.channels[item.channel].subject:
                where = (survey, conversation.invitation, conversation.contact, item.address)
                subject = compose_subject(self.rules.setting(*where))
                found[item.channel, item.event_id] = subject
        return found

    def _is_kept(self, item: Inbound) -> bool:
        """A look is not, and neither is an answer to a survey that nobody may enter."""
        if isinstance(item, Entered):
            return not item.is_look and self.rules.is_open(item.survey)
        return not isinstance(item, Viewed)

    async def _take(self, item: Inbound, invitation_id: int, *, fresh: bool) -> Messages:
        if isinstance(item, Viewed) or (isinstance(item, Replied) and not fresh):
            return await self._show(item, invitation_id)
        if isinstance(item, Commented):
            return await self.turns.cards.comment(item, fresh=fresh)
        if isinstance(item, Asked | OptedOut | OptedIn):
            return await self._grant(item, fresh=fresh)
        if not fresh:
            return ()
        if isinstance(item, Replied):
            casework = await self.desk.take(item)
            if casework is not None:
                return casework
            if await self.links.take(item, is_asked=invitation_id != 0):
                return ()
            item = self.finder.at_home(item, self.turns.conversations.get(invitation_id))
            return await self._take_words(item, invitation_id)
        if isinstance(item, Linked):
            self.outbox.say(item, (await self.links.open(item),))
        else:
            await self._learn(item)
        return ()

    async def _take_words(self, item: Replied, invitation_id: int) -> Messages:
        """Take words as what they are: a request, a word to a colleague, or an answer. In the
        middle of a talk with a colleague only a stop and being forgotten are requests.
        """
        conversation = self.turns.conversations.get(invitation_id)
        talk = self.desk.talk_of(item, conversation)
        asked = await self.requests.read_words(item, conversation)
        if asked and (not talk or is_heard_always(asked)):
            return await self._grant(asked, fresh=True)
        if talk:
            return await self.desk.hear(item, talk)
        return await self.turns.reply(item, invitation_id)

    async def _learn(self, item: Inbound) -> None:
        """Take what a provider tells us of an address or a message; nobody is answered."""
        if isinstance(item, Moved):
            await self.transaction.move_address(item.channel, item.address, item.new_address)
        elif isinstance(item, Unblocked):
            await self.transaction.set_address(item.channel, item.address, AddressStatus.OK)
        elif isinstance(item, StatusChanged):
            await self.statuses.take(item)

    async def _addressed(self, item: Wish) -> Wish:
        """Give a complaint about a message of ours as one of whom the message went to: what the
        complaint says of that itself may be blacked out.
        """
        if not isinstance(item, OptedOut) or not item.external_id or item.token:
            return item
        address = await self.transaction.recipient_of(item.channel, item.external_id)
        return replace(item, address=address or item.address)

    async def _is_silent(self, item: Wish) -> bool:
        """Whether a stop gets no receipt. By mail a second one gets none: it may be a program's."""
        silent = isinstance(item, OptedOut) and item.silent
        stops = isinstance(item, OptedOut) or (
            isinstance(item, Asked) and item.request.kind is RequestKind.STOP
        )
        if silent or not stops or not self.channels[item.channel].subject:
            return silent
        place = (item.channel, item.address)
        contact = (await self.transaction.contacts_by_address({place})).get(place)
        return contact is not None and contact.opted_out_at is not None

    async def _grant(self, item: Wish, *, fresh: bool) -> Messages:
        """Grant a request; where it changed the language, an open question is asked anew."""
        item = await self._addressed(item)
        silent = await self._is_silent(item)
        granted = await self.requests.grant(item, fresh=fresh)
        if granted and granted.contact:
            self.turns.renew(granted.contact, granted.languages)
        if granted is None or silent:
            return ()
        if granted.erased:
            return self.outbox.forget(item, granted.erased, granted.message)
        said: Messages = (granted.message,)
        if granted.languages and not self.channels[item.channel].inline:
            said += self.turns.ask_again(item, granted.languages)
        return self.outbox.say(item, said)

    async def _show(self, item: Inbound, invitation_id: int) -> Messages:
        if not self.channels[item.channel].inline:
            return ()
        conversation = self.turns.conversations.get(invitation_id)
        if conversation is not None:
            return self.turns.show(item, conversation)
        page = await self.requests.show_stop(item) if isinstance(item, Viewed) else None
        return (page,) if page else ()
