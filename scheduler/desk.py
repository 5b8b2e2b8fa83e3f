"""The desk: what colleagues press and write about cases in their chats.

Who presses is told by the provider, never by the button: anybody may hold a button's words.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from scheduler.case_office import find_own
from scheduler.casebook import Casebook
from scheduler.outbox import Messages, Outbox
from scheduler.rules import Rules
from scheduler.talk import Talk
from storage.store import Transaction
from surveys.case import Case, Step
from surveys.cause import find_cause
from surveys.conversation import Conversation, is_over
from surveys.deed import Deed, DeedKind, NeedsCause, Refused
from surveys.inbound import Inbound, Replied
from surveys.message import Capabilities, Message
from surveys.post import Post, PostKind
from surveys.staff import StaffMember, find_member

log = logging.getLogger("afterword.cases")

Place = tuple[str, str]
"""(channel, address)"""

SHOW = "show"
"""The button that brings back what a message showed before."""
BY_MAIL = (
    "Nothing was sent to the customer: anybody can write your name on a mail. In a chat, write "
    "/case {number} say and your words."
)
_NOTE = re.compile(r"note\s*[:,-]\s*(.+)", re.IGNORECASE | re.DOTALL)
_PRESS = re.compile(r"case\.([0-9]{1,18})\.([a-z]{1,12})(?::([a-z0-9-]{1,24}))?", re.ASCII)


@dataclass(slots=True, kw_only=True)
class Desk:
    """Takes casework inside one transaction."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    outbox: Outbox
    casebook: Casebook
    talk: Talk
    _talking: Mapping[Place, tuple[int, datetime]] = field(default_factory=dict)

    async def load(self, items: Sequence[Inbound]) -> None:
        """Look up who of those who write words now writes with colleagues."""
        places = {
            (i.channel, i.address)
            for i in items
            if isinstance(i, Replied) and i.text and i.address and not i.payloads
        }
        self._talking = await self.transaction.find_talking(places, self.casebook.now)

    def talk_of(self, item: Replied, conversation: Conversation | None) -> int:
        """Give the case whose thread the words of a customer belong to, 0 for none: what they were
        shown last decides. The question of a survey that they answered since is answered with
        words too.
        """
        talking = self._talking.get((item.channel, item.address))
        words_only = item.text and not item.payloads and not item.token
        if talking is None or not words_only or self.channels[item.channel].inline:
            return 0
        number, at = talking
        if conversation is None or conversation.response is None:
            return number
        since = any(answer.at > at for answer in conversation.response.answers)
        return 0 if since and not is_over(conversation, self.casebook.now) else number

    async def hear(self, item: Replied, number: int) -> Messages:
        """Take a customer's words into the thread of a case."""
        await self.talk.hear(item, number)
        return ()

    async def take(self, item: Replied) -> Messages | None:
        """Take what is casework; None for what is not. Nobody but a colleague is answered."""
        pressed = _PRESS.fullmatch(item.payloads[0]) if len(item.payloads) == 1 else None
        if pressed is None:
            return await self._take_words(item)
        member = _member(self.rules, item)
        if member is None:
            log.warning("channel %s: somebody who is no colleague pressed a case", item.channel)
            return ()
        try:
            case = await find_own(self.casebook, int(pressed[1]), member)
        except Refused as refused:
            return self._answer(item, str(refused))
        return await self._press(item, case, member, pressed[2], pressed[3] or "")

    async def _take_words(self, item: Replied) -> Messages | None:
        """Take what a colleague writes in the thread of a case: words for the customer."""
        member = _member(self.rules, item) if item.external_id and item.text else None
        if member is None:
            return () if item.shared else None
        post = await self._thread(item)
        if post is None:
            return () if item.shared else None
        if self.channels[item.channel].subject:  # a mail's sender is whoever it says
            log.warning("channel %s: words to a customer are not taken by mail", item.channel)
            return self._answer_in_thread(item, post, BY_MAIL.format(number=post.case_id))
        try:
            case = await find_own(self.casebook, post.case_id, member)
            note = _NOTE.fullmatch(item.text.strip())
            if note:
                await self.casebook.act(
                    case, Deed(kind=DeedKind.NOTE, text=note[1].strip()), member.name
                )
                return ()
            _, lane = await self.talk.say(case, member, item.text)
        except Refused as refused:
            return self._answer_in_thread(item, post, str(refused))
        if case.talk_channel and lane != case.talk_channel:
            return self._answer_in_thread(item, post, f"Sent by {lane}.")
        return ()

    async def _thread(self, item: Replied) -> Post | None:
        """Give the message about a case that words were written to. Where a provider counts
        messages for each address anew, it is the one at this address.
        """
        found = await self.transaction.find_posts({(item.channel, item.external_id)})
        posts = [post for post in found if post.kind is not PostKind.TALK]
        own = [post for post in posts if post.address == item.address]
        places = [post for post in posts if not post.name or ":" in item.external_id]
        return next(iter(own or places), None)

    def _answer_in_thread(self, item: Replied, post: Post, text: str) -> Messages:
        address = post.address if item.shared else item.address
        message = Message(address=address, text=text, replies_to=(post.external_id,))
        return self.outbox.say(item, (message,))

    async def _press(
        self, item: Replied, case: Case, member: StaffMember, name: str, detail: str
    ) -> Messages:
        deed = read_deed(name, detail, self.rules.causes)
        try:
            changed = await self.casebook.act(case, deed, member.name) if deed else case
        except NeedsCause:
            return await self._ask_cause(item, case, deed.kind if deed else DeedKind.SOLVED)
        except Refused as refused:
            await self._show_pressed(item, case)
            return self._answer(item, str(refused))
        if changed.version == case.version or not await self._is_post(item, case):
            await self._show_pressed(item, changed)
        return ()

    async def _is_post(self, item: Replied, case: Case) -> bool:
        """Whether what was pressed is kept up to date anyway; a command's answer is not."""
        posts = await self.transaction.posts_of({case.id})
        return any((p.lane, p.external_id) == (item.channel, item.external_id) for p in posts)

    async def _ask_cause(self, item: Replied, case: Case, kind: DeedKind) -> Messages:
        """Show the causes in place of the buttons that were pressed."""
        can = self.channels[item.channel]
        view = await self.casebook.view(case)
        asked = self.casebook.words.ask_cause(self.rules, view, kind, item.address, can)
        if can.edits:
            asked = replace(asked, replaces=item.external_id)
        return self.outbox.say(item, (asked,))

    async def _show_pressed(self, item: Replied, case: Case) -> None:
        """Show in the message that was pressed how the case stands: it may say something else."""
        can = self.channels[item.channel]
        if not (can.edits and item.external_id):
            return
        view = await self.casebook.view(case)
        message = self.casebook.words.show(self.rules, view, item.address, can)
        due_id = f"say:{item.channel}:{item.event_id}:shown"
        anew = replace(message, replaces=item.external_id)
        self.outbox.queue(item.channel, anew, 0, due_id)

    def _answer(self, item: Replied, text: str) -> Messages:
        return self.outbox.say(item, (Message(address=item.address, text=text),))


def read_deed(name: str, detail: str, causes: Sequence[str]) -> Deed | None:
    """Give the deed that a button names, None where it names none."""
    if name not in tuple(DeedKind):
        return None
    kind = DeedKind(name)
    if kind is DeedKind.STEP:
        return Deed(kind=kind, text=detail) if detail in tuple(Step) else None
    if kind in (DeedKind.SOLVED, DeedKind.UNREACHABLE, DeedKind.CAUSE):
        return Deed(kind=kind, text=find_cause(causes, detail))
    return Deed(kind=kind) if kind not in (DeedKind.NOTE, DeedKind.ASSIGN) else None


def _member(rules: Rules, item: Replied) -> StaffMember | None:
    who = item.by or item.address
    return find_member(rules.staff, item.channel, who) if who else None
