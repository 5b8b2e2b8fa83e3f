"""Cases: what went wrong for one customer, in the hands of one colleague until it is put right.

    open → claimed → contacted → solved
              │          └─────→ unreachable
              └────────────────→ unreachable
    claimed → open (given back); contacted → claimed (the message did not arrive);
    solved, unreachable → claimed (opened again)

Listen, apologise, solve, thank: the steps a colleague ticks off. A case is closed with a cause.
Pure: each deed gives the case as it is then and what is written into its story.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from surveys.errors import AfterwordError, IllegalMove
from surveys.event import Interaction

RECOVERY = "recovery"
"""What invitations say they come from that ask whether a case was put right."""


class CaseState(StrEnum):
    """How far a case has come."""

    OPEN = "open"
    CLAIMED = "claimed"
    CONTACTED = "contacted"
    SOLVED = "solved"
    UNREACHABLE = "unreachable"


_S = CaseState
CASE_MOVES: Mapping[CaseState, frozenset[CaseState]] = {
    _S.OPEN: frozenset({_S.CLAIMED}),
    _S.CLAIMED: frozenset({_S.OPEN, _S.CONTACTED, _S.UNREACHABLE}),
    _S.CONTACTED: frozenset({_S.CLAIMED, _S.SOLVED, _S.UNREACHABLE}),
    _S.SOLVED: frozenset({_S.CLAIMED}),
    _S.UNREACHABLE: frozenset({_S.CLAIMED}),
}
CLOSED = frozenset({CaseState.SOLVED, CaseState.UNREACHABLE})


class Step(StrEnum):
    """What a colleague does for an unhappy customer, in this order."""

    LISTEN = "listen"
    APOLOGISE = "apologise"
    SOLVE = "solve"
    THANK = "thank"


class EntryKind(StrEnum):
    """What is written into a case's story."""

    OPENED = "opened"
    ADDED = "added"  # another bad answer, or more words
    CLAIMED = "claimed"
    RELEASED = "released"
    CONTACTED = "contacted"
    SOLVED = "solved"
    UNREACHABLE = "unreachable"
    REOPENED = "reopened"
    STEP = "step"
    CAUSE = "cause"
    NOTE = "note"
    ESCALATED = "escalated"
    SAID = "said"  # to the customer
    HEARD = "heard"  # from the customer
    UNDELIVERED = "undelivered"
    RECOVERY = "recovery"


class DeedKind(StrEnum):
    """What colleagues do with a case, as buttons and commands name it."""

    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    CONTACTED = "contacted"
    SOLVED = "solved"
    UNREACHABLE = "unreachable"
    REOPEN = "reopen"
    STEP = "step"
    CAUSE = "cause"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkHours:
    """When colleagues work: from ``opens`` to ``closes`` on these weekdays (Monday is 0), and with
    ``holidays`` not on public holidays of ``country`` (two letters).
    """

    weekdays: frozenset[int]
    opens: time
    closes: time
    holidays: bool = True
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Which survey asks, how long after a case was solved, whether it was put right. ``via`` are
    the channels to ask over, the one the customer answered on coming first.
    """

    survey: str
    after: timedelta
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlan:
    """What an alert rule says of its cases. ``hours`` are when the clock runs, None for always."""

    respond_within: timedelta | None = None
    hours: WorkHours | None = None
    escalate_to: str = ""
    recovery: Recovery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What went wrong for one customer. ``id`` is the store's number, 0 before the first save.

    ``invitation_id`` is the response it began with. ``respond_by`` is until when the customer is
    to be contacted, None for no such promise; ``escalate_at`` when others are told that this was
    missed, None where they were, or need not be. ``talk_channel`` and ``talk_address`` are where
    the customer and colleagues write to each other, "" where they do not; ``talk_at`` is when the
    last of that was said. ``recovery_id`` is the invitation that asks whether it was put right.
    ``version`` grows with each change.
    """

    id: int = 0
    contact_id: int
    invitation_id: int
    survey: str
    interaction: Interaction = field(default_factory=Interaction)
    state: CaseState = CaseState.OPEN
    owner: str = ""
    cause: str = ""
    steps: frozenset[Step] = frozenset()
    opened_at: datetime
    respond_by: datetime | None = None
    escalate_at: datetime | None = None
    escalate_to: str = ""
    claimed_at: datetime | None = None
    contacted_at: datetime | None = None
    closed_at: datetime | None = None
    talk_channel: str = ""
    talk_address: str = ""
    talk_at: datetime | None = None
    recovery: Recovery | None = None
    recovery_id: int = 0
    version: int = 1

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    def is_late(self, now: datetime) -> bool:
        """Whether the customer should have been contacted by now and was not."""
        waits = self.state in (CaseState.OPEN, CaseState.CLAIMED) and self.contacted_at is None
        return waits and self.respond_by is not None and self.respond_by <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a case's story. ``who`` is the colleague, "" for the customer or the service;
    ``channel`` is where it was said.
    """

    id: int = 0
    at: datetime
    kind: EntryKind
    who: str = ""
    text: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a colleague does. ``text`` is the note, the step, the cause, or whom it is given to."""

    kind: DeedKind
    text: str = ""


class Refused(AfterwordError):
    """A deed that is not possible. The text is for the colleague."""


class NeedsCause(Refused):
    """A case is closed with a cause, and none was named."""


Changed = tuple[Case, tuple[Entry, ...]]


def move_case(state: CaseState, to: CaseState) -> CaseState:
    """Give ``to`` where the table allows it from ``state``; staying is always allowed.

    :raises IllegalMove: where it does not.
    """
    if to is not state and to not in CASE_MOVES[state]:
        raise IllegalMove("case", state, to)
    return to


def act(case: Case, deed: Deed, who: str, now: datetime) -> Changed:
    """Give the case after a colleague's deed, and what is written down of it; the same case and
    nothing where it is so already.

    :raises Refused: with what is in the way, for the colleague.
    """
    changed, entries = _DEEDS[deed.kind](case, deed, who, now)
    if entries:
        changed = replace(changed, version=case.version + 1)
    return changed, entries


def escalate(case: Case, now: datetime) -> Changed:
    """Give the case once others are told that it is late; nothing where it is not, or they were."""
    if case.escalate_at is None or case.escalate_at > now or not case.is_late(now):
        return replace(case, escalate_at=None), ()
    entry = Entry(at=now, kind=EntryKind.ESCALATED, text=case.escalate_to)
    return replace(case, escalate_at=None, version=case.version + 1), (entry,)


def _claim(case: Case, _deed: Deed, who: str, now: datetime) -> Changed:
    _refuse_closed(case)
    if case.owner and case.owner != who:
        raise Refused(f"{case.owner} has case {case.id} already.")
    if case.owner:
        return case, ()
    owned = replace(case, state=move_case(case.state, CaseState.CLAIMED), owner=who, claimed_at=now)
    return owned, (Entry(at=now, kind=EntryKind.CLAIMED, who=who),)


def _release(case: Case, _deed: Deed, who: str, now: datetime) -> Changed:
    _refuse_closed(case)
    if not case.owner:
        return case, ()
    if case.state is not CaseState.CLAIMED:
        raise Refused(f"The customer was contacted already: give case {case.id} to a colleague.")
    free = replace(case, state=CaseState.OPEN, owner="", claimed_at=None)
    return free, (Entry(at=now, kind=EntryKind.RELEASED, who=who),)


def _assign(case: Case, deed: Deed, who: str, now: datetime) -> Changed:
    _refuse_closed(case)
    if case.owner == deed.text:
        return case, ()
    state = CaseState.CLAIMED if case.state is CaseState.OPEN else case.state
    given = replace(case, state=state, owner=deed.text, claimed_at=case.claimed_at or now)
    by = "" if who == deed.text else f"given by {who}"
    return given, (Entry(at=now, kind=EntryKind.CLAIMED, who=deed.text, text=by),)


def _contacted(case: Case, _deed: Deed, who: str, now: datetime) -> Changed:
    _refuse_closed(case)
    if case.state is CaseState.CONTACTED:
        return case, ()
    owned, entries = (case, ()) if case.owner else _claim(case, _deed, who, now)
    moved = replace(
        owned,
        state=move_case(owned.state, CaseState.CONTACTED),
        contacted_at=owned.contacted_at or now,  # the first time is the one that was promised
        escalate_at=None,
    )
    return moved, (*entries, Entry(at=now, kind=EntryKind.CONTACTED, who=who))


def _solved(case: Case, deed: Deed, who: str, now: datetime) -> Changed:
    """A case that is solved was contacted first; who presses Solved alone did both."""
    if case.state is CaseState.SOLVED:
        return case, ()
    _need_cause(case, deed)
    reached, entries = _contacted(case, deed, who, now)
    return _close(reached, CaseState.SOLVED, deed.text, entries, who, now)


def _unreachable(case: Case, deed: Deed, who: str, now: datetime) -> Changed:
    if case.state is CaseState.UNREACHABLE:
        return case, ()
    _need_cause(case, deed)
    owned, entries = (case, ()) if case.owner else _claim(case, deed, who, now)
    return _close(owned, CaseState.UNREACHABLE, deed.text, entries, who, now)


def _close(
    case: Case, to: CaseState, cause: str, entries: tuple[Entry, ...], who: str, now: datetime
) -> Changed:
    closed = replace(
        case,
        state=move_case(case.state, to),
        cause=cause or case.cause,
        closed_at=now,
        escalate_at=None,
    )
    return closed, (*entries, Entry(at=now, kind=EntryKind(to), who=who, text=closed.cause))


def _reopen(case: Case, _deed: Deed, who: str, now: datetime) -> Changed:
    if not case.is_closed:
        return case, ()
    again = replace(case, state=move_case(case.state, CaseState.CLAIMED), owner=who, closed_at=None)
    return again, (Entry(at=now, kind=EntryKind.REOPENED, who=who),)


def _step(case: Case, deed: Deed, who: str, now: datetime) -> Changed:
    """Tick a step off; who ticks it again takes the tick back."""
    _refuse_closed(case)
    step = Step(deed.text)
    owned, entries = (case, ()) if case.owner else _claim(case, deed, who, now)
    steps = owned.steps ^ {step}
    text = step if step in steps else f"not {step}"
    entry = Entry(at=now, kind=EntryKind.STEP, who=who, text=text)
    return replace(owned, steps=steps), (*entries, entry)


def _cause(case: Case, deed: Deed, who: str, now: datetime) -> Changed:
    if case.cause == deed.text:
        return case, ()
    entry = Entry(at=now, kind=EntryKind.CAUSE, who=who, text=deed.text)
    return replace(case, cause=deed.text), (entry,)


def _note(case: Case, deed: Deed, who: str, now: datetime) -> Changed:
    return case, (Entry(at=now, kind=EntryKind.NOTE, who=who, text=deed.text),)


_DEEDS: Mapping[DeedKind, Callable[[Case, Deed, str, datetime], Changed]] = {
    DeedKind.CLAIM: _claim,
    DeedKind.RELEASE: _release,
    DeedKind.ASSIGN: _assign,
    DeedKind.CONTACTED: _contacted,
    DeedKind.SOLVED: _solved,
    DeedKind.UNREACHABLE: _unreachable,
    DeedKind.REOPEN: _reopen,
    DeedKind.STEP: _step,
    DeedKind.CAUSE: _cause,
    DeedKind.NOTE: _note,
}


def _need_cause(case: Case, deed: Deed) -> None:
    _refuse_closed(case)
    if not deed.text and not case.cause:
        raise NeedsCause(f"Case {case.id} is closed with its cause: what went wrong?")


def _refuse_closed(case: Case) -> None:
    if case.is_closed:
        raise Refused(f"Case {case.id} is closed ({case.state}).")
