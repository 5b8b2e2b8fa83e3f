"""The casebook: cases opened and changed inside one transaction, and what colleagues see of them.

Every message about a case that a colleague got shows the case as it is: it is changed in place
where its channel can do that. What happens meanwhile is a word in the message's thread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduler.casewords import CaseWords
from scheduler.outbox import BREATH, Outbox
from scheduler.readers import Reader, find_named, member_places, readers_of
from scheduler.recovering import plan_recovery
from scheduler.rules import Rules
from scheduler.telling import tell_case
from scheduler.worktime import add_work_time
from storage.store import Transaction
from surveys.case import Case, CasePlan, CaseState, Entry, EntryKind
from surveys.casework import CaseView
from surveys.conversation import Conversation
from surveys.deed import Deed, DeedKind, act, escalate
from surveys.due import Due, DueKind
from surveys.message import Capabilities, Message
from surveys.post import Post, PostKind


@dataclass(slots=True, kw_only=True)
class Casebook:
    """Opens and changes cases. What is to be said waits in the outbox."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    outbox: Outbox
    words: CaseWords
    now: datetime
    _numbers: dict[int, int] = field(default_factory=dict)

    async def open(
        self,
        conversation: Conversation,
        plan: CasePlan,
        readers: Sequence[Reader],
        at: datetime,
        remark: str = "",
    ) -> Case:
        """Open a case about a response and show it to its readers at that time; ``remark`` is what
        they should know besides.
        """
        opened = open_case(self.rules, conversation, plan, self.now)
        (case,) = await self.transaction.add_cases([opened])
        entry = Entry(at=self.now, kind=EntryKind.OPENED, text=remark)
        await self.transaction.add_entries([(case.id, entry)])
        await tell_case(self.transaction, self.rules, "case.opened", case, self.now)
        view = CaseView(case=case, conversation=conversation, story=(entry,))
        await self._show_to(view, readers, at)
        return case

    async def add(self, case: Case, conversation: Conversation, text: str) -> Case:
        """Write into a case's story what its customer answered since, and tell whoever has it.

        ``conversation`` is what they answered now, which may be about another invitation.
        """
        grown = replace(case, version=case.version + 1)
        entry = Entry(at=self.now, kind=EntryKind.ADDED, text=text)
        about = conversation if conversation.invitation.id == case.invitation_id else None
        await self.keep(grown, (entry,), about=about)
        await self.tell(grown, entry)
        return grown

    async def hear_recovery(self, case: Case, text: str) -> None:
        """Write down what the customer answered when asked whether it was put right."""
        entry = Entry(at=self.now, kind=EntryKind.RECOVERY, text=text)
        changed = replace(case, version=case.version + 1)
        await self.keep(changed, (entry,))
        await self.tell(changed, entry)

    async def act(self, case: Case, deed: Deed, who: str) -> Case:
        """Let a colleague do something with a locked case.

        :raises Refused: with what is in the way.
        """
        changed, entries = act(case, deed, who, self.now)
        if entries:
            await self.keep(changed, entries)
            changed = await self._recover(case, changed)
            if deed.kind in (DeedKind.ASSIGN, DeedKind.REOPEN, DeedKind.CLAIM):
                await self.show_owner(changed)
        return changed

    async def _recover(self, before: Case, case: Case) -> Case:
        """Plan the question whether it was put right once a case is solved; take it back where the
        case is opened again before it was asked.
        """
        if before.is_closed and not case.is_closed and case.recovery_id:
            why = {case.recovery_id: f"case {case.id} was opened again"}
            await self.transaction.cancel_invitations(why, self.now)
            recovered = replace(case, recovery_id=0)
        elif case.state is CaseState.SOLVED and before.state is not CaseState.SOLVED:
            conversation = (await self.view(case)).conversation
            asked = plan_recovery(self.rules, case, conversation, self.now)
            new = await self.transaction.add_invitations([asked] if asked else [])
            recovered = replace(case, recovery_id=new[0].id) if new else case
        else:
            return case
        await self.transaction.save_cases([recovered])
        return recovered

    async def escalate(self, case: Case) -> None:
        """Tell others that a case is late; once."""
        changed, entries = escalate(case, self.now)
        team = case.interaction.team
        readers = readers_of(self.rules, [case.escalate_to], team, self.channels)
        await self.keep(changed, entries)
        if not entries:
            return
        await self.tell(changed, entries[0])
        await self.show_to(changed, readers)

    async def show_to(self, case: Case, readers: Sequence[Reader]) -> None:
        """Show a case to those who have no message of it yet."""
        known = {
            (post.lane, post.address)
            for post in await self._posts(case)
            if post.kind is PostKind.CASE
        }
        new = [reader for reader in readers if (reader.lane, reader.address) not in known]
        if new:
            await self._show_to(await self.view(case), new, self.now)

    async def keep(
        self, case: Case, entries: Sequence[Entry], *, about: Conversation | None = None
    ) -> None:
        """Write a changed case and what happened to it, and show it anew everywhere."""
        await self.transaction.save_cases([case])
        await self.transaction.add_entries([(case.id, entry) for entry in entries])
        if case.is_closed:  # what waited for it may be asked now
            await self.transaction.release_waiting({case.contact_id}, self.now + BREATH)
        if entries and case.is_closed and case.closed_at == self.now:
            await tell_case(self.transaction, self.rules, "case.closed", case, self.now)
        posts = [post for post in await self._posts(case) if post.kind is PostKind.CASE]
        out = [post for post in posts if post.external_id and self._edits(post)]
        await self.transaction.mark_stale([post.id for post in posts if not post.external_id])
        if out:
            view = await self.view(case, about)
            for post in out:
                self.show_anew(view, post)

    async def view(self, case: Case, about: Conversation | None = None) -> CaseView:
        """Give a case with all that is shown of it."""
        if about is None:
            found = await self.transaction.load_conversations({case.invitation_id})
            about = found[case.invitation_id]
        story = await self.transaction.read_story(case.id)
        return CaseView(case=case, conversation=about, story=tuple(story))

    def show_anew(self, view: CaseView, post: Post) -> None:
        """Change a message that is out to what is so now."""
        message = self.words.show(self.rules, view, post.address, self.channels[post.lane])
        due_id = f"case:{view.case.id}:{view.case.version:06}:e{post.id}"
        self.outbox.queue(post.lane, replace(message, replaces=post.external_id), 0, due_id)

    async def tell(self, case: Case, entry: Entry, *, but: str = "") -> None:
        """Say one piece of news in the threads of whoever has the case; of all who were shown it
        where nobody has it. ``but`` is a colleague who knows.
        """
        posts = [post for post in await self._posts(case) if post.kind is PostKind.CASE]
        theirs = [p for p in posts if p.name == case.owner or not p.name]
        view = await self.view(case)
        for post in theirs if case.owner and theirs else posts:
            if post.lane in self.channels and (not but or post.name != but):
                message = self.words.tell(self.rules, view, entry, post.address)
                await self.say_in_thread(case, post, message)

    async def say_in_thread(self, case: Case, post: Post, message: Message) -> None:
        """Queue a word in the thread of a message."""
        named = (post.external_id,) if post.external_id else ()
        note = Reader(name=post.name, lane=post.lane, address=post.address)
        at = max(self.now, post.at) if not post.external_id else self.now
        await self._post(case, note, PostKind.NOTE, replace(message, replies_to=named), at)

    async def show_owner(self, case: Case) -> None:
        """Show a case to who has it now, where they have no message of it yet."""
        posts = await self._posts(case)
        owner = find_named(self.rules.staff, case.owner)
        if owner and not any(p.name == owner.name and p.kind is PostKind.CASE for p in posts):
            places = member_places(owner, self.channels)
            await self._show_to(await self.view(case), places[:1], self.now)

    async def _show_to(self, view: CaseView, readers: Sequence[Reader], at: datetime) -> None:
        for reader in readers:
            can = self.channels[reader.lane]
            message = self.words.show(self.rules, view, reader.address, can)
            await self._post(view.case, reader, PostKind.CASE, message, at)

    async def _post(
        self, case: Case, reader: Reader, kind: PostKind, message: Message, at: datetime
    ) -> None:
        number = self._numbers[case.id] = self._numbers.get(case.id, 0) + 1
        due_id = f"case:{case.id}:{case.version:06}:{number:02}"
        self.outbox.dues.append(
            Due(lane=reader.lane, at=at, id=due_id, kind=DueKind.SAY, message=message)
        )
        self.outbox.posts.append(
            Post(
                case_id=case.id,
                due_id=due_id,
                kind=kind,
                lane=reader.lane,
                address=reader.address,
                name=reader.name,
                at=at,
            )
        )

    async def _posts(self, case: Case) -> list[Post]:
        """Give a case's messages, those of this transaction too."""
        kept = await self.transaction.posts_of({case.id})
        return [*kept, *(post for post in self.outbox.posts if post.case_id == case.id)]

    def _edits(self, post: Post) -> bool:
        return post.lane in self.channels and self.channels[post.lane].edits


def open_case(rules: Rules, conversation: Conversation, plan: CasePlan, now: datetime) -> Case:
    """Give the case that a rule opens about a response."""
    respond_by = None
    if plan.respond_within:
        zone = ZoneInfo(rules.timezone)
        where = (zone, rules.is_day_off)
        respond_by = add_work_time(plan.hours, now, plan.respond_within, *where)
    invitation = conversation.invitation
    return Case(
        contact_id=conversation.contact.id,
        invitation_id=invitation.id,
        survey=invitation.survey,
        interaction=invitation.interaction,
        opened_at=now,
        respond_by=respond_by,
        escalate_at=respond_by if plan.escalate_to else None,
        escalate_to=plan.escalate_to,
        recovery=plan.recovery,
    )
