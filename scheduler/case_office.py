"""The case office: casework that comes by command or by the clock, each in its own transaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from scheduler.casebook import Casebook
from scheduler.casewords import CaseWords
from scheduler.outbox import Outbox
from scheduler.readers import find_named
from scheduler.rules import Rules
from scheduler.talk import Talk
from storage.store import Store, Transaction
from surveys.case import Case
from surveys.deed import Deed, DeedKind, Refused
from surveys.message import Capabilities
from surveys.staff import StaffMember

T = TypeVar("T")


class CaseOffice:
    """Opens the casebook for one piece of work at a time."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Rules],
        *,
        channels: Mapping[str, Capabilities],
        words: CaseWords,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
    ) -> None:
        self._store, self._rules, self._channels = store, rules, channels
        self._words, self._clock, self._wake = words, clock, wake

    async def work(self, step: Callable[[Casebook], Awaitable[T]]) -> T:
        """Do one piece of work and give what it gives, once all is committed and due."""
        rules, now = self._rules(), self._clock()

        async def work(transaction: Transaction) -> tuple[T, set[str]]:
            outbox = Outbox(self._channels, now)
            casebook = Casebook(
                transaction=transaction,
                rules=rules,
                channels=self._channels,
                outbox=outbox,
                words=self._words,
                now=now,
            )
            done = await step(casebook)
            await outbox.save(transaction)
            return done, outbox.lanes

        done, lanes = await self._store.unit_of_work(work)
        for lane in lanes:
            self._wake(lane)
        return done

    async def act(self, number: int, deed: Deed, member: StaffMember) -> Case:
        """Let a colleague do something with a case.

        :raises Refused: with what is in the way, for the colleague.
        """

        async def step(casebook: Casebook) -> Case:
            case = await find_own(casebook, number, member)
            if deed.kind is DeedKind.ASSIGN:
                check_taker(casebook.rules.staff, deed.text, case)
            return await casebook.act(case, deed, member.name)

        return await self.work(step)

    async def say(self, number: int, text: str, member: StaffMember) -> str:
        """Have a case's customer read a colleague's words; gives the channel they go over.

        :raises Refused: with what is in the way, for the colleague.
        """

        async def step(casebook: Casebook) -> str:
            case = await find_own(casebook, number, member)
            _, lane = await Talk(casebook=casebook).say(case, member, text)
            return lane

        return await self.work(step)


async def find_own(casebook: Casebook, number: int, member: StaffMember) -> Case:
    """Lock and give a case that a colleague may work on.

    :raises Refused: where it is not of their teams, or there is none, or they only look on.
    """
    case = (await casebook.transaction.lock_cases({number})).get(number)
    if case is None or not member.sees(case.interaction.team):
        raise Refused(f"There is no case {number} among those of your teams.")
    if not member.may_act:
        raise Refused("You may look on; team leads and managers do casework.")
    return case


def check_taker(staff: Sequence[StaffMember], name: str, case: Case) -> None:
    """Refuse to give a case to somebody who could not work on it, nor read it perhaps.

    :raises Refused: with to whom it may be given.
    """
    taker = find_named(staff, name)
    team = case.interaction.team
    if taker and taker.may_act and taker.sees(team):
        return
    why = "looks on only" if taker and not taker.may_act else "does not see it"
    lead = f"a team lead of {team}, " if team else ""
    raise Refused(f"{name} {why}: give case {case.id} to {lead}a manager or an admin.")
