(
    """Deeds: what colleagues do with a case.

Pure: each deed gives the case as it is then and what is written into its story.
"""
    ""
)

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from surveys.case import Case, CaseState, Entry, EntryKind, Step, move_case
from surveys.errors import AfterwordError


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
class Deed:
    """What a colleague does. ``text`` is the note, the step, the cause, or whom it is given to."""

    kind: DeedKind
    text: str = ""


class Refused(AfterwordError):
    """A deed that is not possible. The text is for the colleague."""


class NeedsCause(Refused):
    """A case is closed with a cause, and none was named."""


Changed = tuple[Case, tuple[Entry, ...]]


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
