"""The case watch: clocks that run out, messages that show what is not so any more, and alarms that
reached nobody.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from scheduler.case_office import CaseOffice
from scheduler.casebook import Casebook
from scheduler.readers import Reader, find_named, member_places, readers_of
from scheduler.rules import Rules
from scheduler.talk import Talk
from surveys.message import Capabilities, Message
from surveys.post import Post, PostKind, Todo
from surveys.staff import Role

log = logging.getLogger("afterword.cases")

BATCH = 100
OVERDUE = timedelta(minutes=5)
"""How long a message to a colleague may be on its way before the next in line is told."""
_NEXT = {"": Role.MANAGER, Role.VIEWER: Role.MANAGER, Role.TEAM_LEAD: Role.MANAGER}


class CaseWatch:
    """Looks after cases while nobody presses anything."""

    def __init__(self, office: CaseOffice, channels: Mapping[str, Capabilities]) -> None:
        self._office, self._channels = office, channels

    async def sweep(self) -> None:
        """Do what has come due: escalate late cases, mend messages, raise the alarm about lost
        ones. Each of these happens once, however many machines sweep.
        """
        await self._office.work(self._escalate)
        await self._office.work(self._mend)

    async def _escalate(self, casebook: Casebook) -> None:
        for case in await casebook.transaction.take_late_cases(casebook.now, BATCH):
            await casebook.escalate(case)

    async def _mend(self, casebook: Casebook) -> None:
        posts = await casebook.transaction.take_todo(casebook.now - OVERDUE, BATCH)
        shown = [post for post in posts if post.todo is Todo.SHOW]
        lost = [post for post in posts if post.todo is not Todo.SHOW]
        await casebook.transaction.mark_posts(
            [post.id for post in posts if post.todo in (Todo.SHOW, Todo.ALARM)], Todo.NOTHING
        )
        late = [post.id for post in posts if post.todo in (Todo.WAIT, Todo.EDIT)]
        await casebook.transaction.mark_posts(late, Todo.LATE)
        await self._show_anew(casebook, shown)
        for post in lost:
            if post.kind is PostKind.TALK:
                await self._lose(casebook, post)
            else:
                await self._alarm(casebook, post)

    async def _show_anew(self, casebook: Casebook, posts: Sequence[Post]) -> None:
        cases = await casebook.transaction.lock_cases({post.case_id for post in posts})
        for post in posts:
            case = cases.get(post.case_id)
            runs = post.lane in self._channels and self._channels[post.lane].edits
            if case and runs and post.kind is PostKind.CASE:
                casebook.show_anew(await casebook.view(case), post)

    async def _lose(self, casebook: Casebook, post: Post) -> None:
        """Tell whoever wrote to a customer that it did not arrive."""
        case = (await casebook.transaction.lock_cases({post.case_id})).get(post.case_id)
        if case is not None:
            await Talk(casebook=casebook).lose(case, post)

    async def _alarm(self, casebook: Casebook, post: Post) -> None:
        """Tell the next in line that a message did not reach a colleague."""
        log.error("a message to a colleague did not go out on %s: %s", post.lane, post.reason)
        readers = next_in_line(casebook.rules, post, self._channels)
        if not readers:
            log.error("there is nobody else to tell: check staff")
        case = (await casebook.transaction.lock_cases({post.case_id})).get(post.case_id)
        if case and post.kind is PostKind.CASE:
            await casebook.show_to(case, readers)
        for reader in readers:
            name = post.name or post.address
            why = f": {post.reason}" if post.reason else ", it is still waiting"
            what = f"about case {case.id}" if case else "about an answer"
            text = f"{name} did not get a message {what} on {post.lane}{why}."
            message = Message(address=reader.address, text=text)
            casebook.outbox.queue(reader.lane, message, 0, f"lost:{post.id}:{reader.lane}")


def next_in_line(rules: Rules, post: Post, channels: Mapping[str, Capabilities]) -> list[Reader]:
    """Give who is told of a message that did not arrive: the colleague themselves on another
    channel, else managers, else admins; nobody on the channel that failed, if there is another.
    """
    others = {name: can for name, can in channels.items() if name != post.lane}
    member = find_named(rules.staff, post.name) if post.name else None
    own = member_places(member, others)[:1] if member else []
    role = _NEXT.get(member.role if member else "", Role.ADMIN)
    above = [
        reader
        for group in (others, channels)
        for reader in readers_of(rules, [role], "", group)
        if reader.name != post.name
    ]
    seen: dict[str, Reader] = {}
    for reader in above:
        seen.setdefault(reader.name, reader)
    return [*own, *seen.values()]
