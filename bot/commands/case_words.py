"""Cases in colleagues' words: how one stands, and what can be pressed about it. Pure."""

from collections.abc import Iterator

from bot.commands.answers import spell_comments, spell_scores, spell_time
from bot.commands.phrases import count, fold
from surveys.case import Case, CaseState, EntryKind, Step
from surveys.casework import CaseView
from surveys.deed import DeedKind
from surveys.message import Button
from surveys.response import Response
from surveys.survey import Survey

_NAME, _WORDS = 60, 300
_STEPS = {
    Step.LISTEN: "Listen",
    Step.APOLOGISE: "Apologise",
    Step.SOLVE: "Solve",
    Step.THANK: "Thank",
}
_DEEDS = {
    CaseState.OPEN: (DeedKind.CLAIM, DeedKind.CONTACTED, DeedKind.UNREACHABLE),
    CaseState.CLAIMED: (DeedKind.CONTACTED, DeedKind.SOLVED, DeedKind.UNREACHABLE),
    CaseState.CONTACTED: (DeedKind.SOLVED, DeedKind.UNREACHABLE),
    CaseState.SOLVED: (DeedKind.REOPEN,),
    CaseState.UNREACHABLE: (DeedKind.REOPEN,),
}
_LABELS = {
    DeedKind.CLAIM: "Claim",
    DeedKind.CONTACTED: "Contacted",
    DeedKind.SOLVED: "Solved",
    DeedKind.UNREACHABLE: "Not reachable",
    DeedKind.REOPEN: "Open again",
}


def state_lines(view: CaseView, timezone: str) -> Iterator[str]:
    """Say how a case stands, line by line."""
    case = view.case
    yield f"Case {case.id} · {_state(case, timezone)}"
    if not case.is_closed and case.respond_by and case.contacted_at is None:
        late = any(entry.kind is EntryKind.ESCALATED for entry in view.story)
        yield f"Contact by {spell_time(case.respond_by, timezone)}{' · LATE' if late else ''}"
    yield from (fold(e.text, 120) for e in view.story if e.kind is EntryKind.OPENED and e.text)
    again = sum(entry.kind is EntryKind.ADDED for entry in view.story)
    if again:
        yield f"{count(again, 'more answer')} since"
    if case.is_closed and case.cause:
        yield f"Cause: {fold(case.cause, _NAME)}"
    afterwards = [e.text for e in view.story if e.kind is EntryKind.RECOVERY]
    if afterwards:
        yield f"Asked afterwards: {fold(afterwards[-1], 120)}"
    spoken = [e for e in view.story if e.kind in (EntryKind.SAID, EntryKind.HEARD)]
    if spoken:
        last = spoken[-1]
        who = last.who or fold(view.conversation.contact.name, _NAME)
        yield f"{fold(who, _NAME)}: “{fold(last.text, 120)}”"


def _state(case: Case, timezone: str) -> str:
    owner = fold(case.owner, _NAME)
    if case.state is CaseState.OPEN:
        return "nobody has it yet"
    if case.state is CaseState.CLAIMED:
        return f"{owner} has it"
    if case.state is CaseState.CONTACTED and case.contacted_at:
        return f"{owner} has it, contacted {spell_time(case.contacted_at, timezone)}"
    at = f", {spell_time(case.closed_at, timezone)}" if case.closed_at else ""
    word = "solved" if case.state is CaseState.SOLVED else "not reachable"
    return f"{word} · {owner}{at}"


def spell_response(response: Response | None, survey: Survey | None) -> Iterator[str]:
    """Say what was answered, line by line."""
    if response is not None:
        yield fold(", ".join(spell_scores(response, survey)), 200)
        yield from spell_comments(response, _WORDS)


def spell_steps(case: Case) -> str:
    """Say which steps are done."""
    marked = (f"{'✓ ' if step in case.steps else ''}{name}" for step, name in _STEPS.items())
    return " · ".join(marked)


def case_buttons(case: Case) -> tuple[Button, ...]:
    """Give what can be pressed about a case."""
    return tuple(_buttons(case))


def _buttons(case: Case) -> Iterator[Button]:
    for kind in _DEEDS[case.state]:
        yield Button(label=_LABELS[kind], payload=f"case.{case.id}.{kind}")
    if case.owner and not case.is_closed:
        for number, (step, label) in enumerate(_STEPS.items()):
            yield Button(
                label=label,
                payload=f"case.{case.id}.step:{step}",
                chosen=step in case.steps,
                value=number,  # one row
            )
