"""Talk: what colleagues and a customer write to each other about a case.

The customer reads it where they answered, or where they can be reached; what they write back goes
into the thread of the case and is no answer to a survey.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scheduler.casebook import Casebook
from scheduler.routes import Route, choose_route
from surveys.case import Case, CaseState, Entry, EntryKind
from surveys.casework import CaseView
from surveys.compose import compose_subject
from surveys.contact import Contact
from surveys.deed import Deed, DeedKind, Refused, act
from surveys.due import Due, DueKind
from surveys.inbound import Replied
from surveys.message import Message
from surveys.post import Post, PostKind
from surveys.staff import StaffMember
from surveys.template import fill

LONGEST = 3000
"""Characters kept of what a customer writes at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Carries words between colleagues and a customer, inside one transaction."""

    casebook: Casebook

    async def say(self, case: Case, member: StaffMember, text: str) -> tuple[Case, str]:
        """Have a customer read a colleague's words; gives the case and the channel they go over.

        Whoever writes first has the case, and has contacted the customer.

        :raises Refused: where they cannot be reached, or the words do not fit.
        """
        book = self.casebook
        words = text.strip()
        if not words:
            raise Refused("There is nothing to say.")
        view = await book.view(case)
        contact = view.conversation.contact
        route = choose_route(contact, _preferred(view), book.channels, book.now)
        message = self._compose(view, contact, member, words, route)
        reached = Deed(kind=DeedKind.NOTE if case.is_closed else DeedKind.CONTACTED)
        changed, entries = act(case, reached, member.name, book.now)
        entries = () if case.is_closed else entries
        said = Entry(
            at=book.now, kind=EntryKind.SAID, who=member.name, text=words, channel=route.lane
        )
        changed = replace(
            changed,
            talk_channel=route.lane,
            talk_address=route.address.value,
            talk_at=book.now,
            version=case.version + 1,
        )
        self._queue(changed, member, route, message)
        await book.keep(changed, (*entries, said))
        await book.show_owner(changed)
        return changed, route.lane

    async def hear(self, item: Replied, number: int) -> None:
        """Take a customer's words into the thread of their case. Nothing is said back by us."""
        book = self.casebook
        case = (await book.transaction.lock_cases({number})).get(number)
        if case is None:
            return
        text = item.text.strip()[:LONGEST]
        entry = Entry(at=book.now, kind=EntryKind.HEARD, text=text, channel=item.channel)
        changed = replace(
            case,
            talk_channel=item.channel,
            talk_address=item.address,
            talk_at=book.now,
            version=case.version + 1,
        )
        await book.keep(changed, (entry,))
        await book.tell(changed, entry)

    async def lose(self, case: Case, post: Post) -> None:
        """Note that words did not reach the customer, and tell whoever wrote them."""
        book = self.casebook
        reason = post.reason or "it is still waiting to go out"
        entry = Entry(at=book.now, kind=EntryKind.UNDELIVERED, text=reason, channel=post.lane)
        changed = replace(case, version=case.version + 1)
        story = await book.transaction.read_story(case.id)
        if post.reason and not _was_reached(story, post):
            changed = _not_contacted(changed, story)
        await book.keep(changed, (entry,))
        await book.tell(changed, entry)

    def _compose(
        self,
        view: CaseView,
        contact: Contact,
        member: StaffMember,
        words: str,
        route: Route,
    ) -> Message:
        rules, can = self.casebook.rules, self.casebook.channels[route.lane]
        invitation = view.conversation.invitation
        bank = rules.bank(invitation.language or contact.language)
        facts = {"colleague": member.shown_name, "company": rules.company}
        text = "\n".join((fill(bank.texts["colleague_says"], facts), words))
        if len(text) > can.max_text:
            most = can.max_text - (len(text) - len(words))
            raise Refused(f"{route.lane} takes {most} characters at most; yours are {len(words)}.")
        message = Message(address=route.address.value, text=text, language=bank.code)
        return self._as_mail(view, message) if can.subject else message

    def _as_mail(self, view: CaseView, message: Message) -> Message:
        rules, conversation = self.casebook.rules, view.conversation
        invitation = conversation.invitation
        survey = rules.surveys.get(invitation.survey)
        setting = (
            rules.setting(survey, invitation, conversation.contact, message.address)
            if survey
            else None
        )
        subject = f"Re: {compose_subject(setting)}" if setting else rules.company
        asked = conversation.asked_external_id if invitation.channel == "email" else ""
        return replace(message, subject=subject, replies_to=(asked,) if asked else ())

    def _queue(self, case: Case, member: StaffMember, route: Route, message: Message) -> None:
        book = self.casebook
        due_id = f"talk:{case.id}:{case.version:06}"
        book.outbox.dues.append(
            Due(lane=route.lane, at=book.now, id=due_id, kind=DueKind.SAY, message=message)
        )
        book.outbox.posts.append(
            Post(
                case_id=case.id,
                due_id=due_id,
                kind=PostKind.TALK,
                lane=route.lane,
                address=route.address.value,
                name=member.name,
                at=book.now,
            )
        )


def _preferred(view: CaseView) -> tuple[str, ...]:
    """Give where the customer is written to first: where they talk with us, where they answered,
    where they want to be asked.
    """
    conversation = view.conversation
    answered = conversation.response.channel if conversation.response else ""
    only = conversation.contact.only_channel
    wished = (view.case.talk_channel, only, answered, conversation.invitation.channel)
    return tuple(channel for channel in wished if channel)


def _was_reached(story: Sequence[Entry], post: Post) -> bool:
    """Whether anything else shows that the customer was contacted."""
    spoken = [e for e in story if e.kind in (EntryKind.SAID, EntryKind.HEARD)]
    return any(e.kind is EntryKind.HEARD or e.at != post.at for e in spoken)


def _not_contacted(case: Case, story: Sequence[Entry]) -> Case:
    """Give the case as one whose customer was not contacted after all: its clock goes on."""
    if case.state is not CaseState.CONTACTED:
        return case
    told = any(entry.kind is EntryKind.ESCALATED for entry in story)
    escalates = case.respond_by if case.escalate_to and not told else None
    return replace(case, state=CaseState.CLAIMED, contacted_at=None, escalate_at=escalates)
