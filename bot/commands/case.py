"""/case: one case with its whole story, and everything that can be done with it by words."""

import re
from collections.abc import Sequence

from bot.commands.answers import MOST_NAME, spell_time
from bot.commands.case_words import case_buttons, spell_response, spell_steps, state_lines
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError, suggest
from bot.commands.people import show_case
from bot.commands.phrases import fold, listing
from surveys.case import Entry, EntryKind, Step
from surveys.casework import CaseView
from surveys.cause import find_cause
from surveys.deed import Deed, DeedKind, Refused

SHOWN = 30
"""Lines of a story shown, the last ones."""

_TEXT = 300
_WORDS = {
    "claim": DeedKind.CLAIM,
    "take": DeedKind.CLAIM,
    "release": DeedKind.RELEASE,
    "contacted": DeedKind.CONTACTED,
    "solved": DeedKind.SOLVED,
    "unreachable": DeedKind.UNREACHABLE,
    "reopen": DeedKind.REOPEN,
    "give": DeedKind.ASSIGN,
    "assign": DeedKind.ASSIGN,
    "note": DeedKind.NOTE,
    "cause": DeedKind.CAUSE,
    **{step.value: DeedKind.STEP for step in Step},
}
_SAY = re.compile(r"\s*\S+\s+\S+\s+\S+\s*(.*)", re.DOTALL)
_WITH_CAUSE = (DeedKind.SOLVED, DeedKind.UNREACHABLE, DeedKind.CAUSE)
_FORMS = (
    "/case NUMBER\n"
    "/case NUMBER claim, contacted, solved CAUSE, unreachable CAUSE, release or reopen\n"
    "/case NUMBER say TEXT\n"
    "/case NUMBER give NAME\n"
    "/case NUMBER note TEXT, or cause CAUSE\n"
    "/case NUMBER listen, apologise, solve or thank"
)


async def answer_case(context: Context, words: Sequence[str]) -> Reply:
    """Show one case, or do something with it.

    :raises GrammarError: where the words cannot be read.
    """
    words = _number_first(words)
    if not words:
        raise GrammarError("Which case? Write /case 42. /cases lists them.")
    number = int(words[0].lstrip("#"))
    if len(words) == 1:
        return await _show(context, number)
    if words[1].casefold() in ("say", "reply"):
        return await _say(context, number)
    deed = _read_deed(context, words[1:])
    try:
        await context.act(number, deed, context.member)
    except Refused as refused:
        return Reply(text=_with_causes(context, deed, str(refused)))
    return await _show(context, number)


async def _say(context: Context, number: int) -> Reply:
    """Write to the customer: the words as they were written, line breaks and quotes included."""
    found = _SAY.match(context.line)
    words = found[1].strip() if found else ""
    if not words:
        raise GrammarError("What do you want to say? Write /case 42 say I am sorry to hear that.")
    try:
        lane = await context.say(number, words, context.member)
    except Refused as refused:
        return Reply(text=str(refused))
    return Reply(text=f"On its way to the customer by {lane}. What they answer comes here.")


def _number_first(words: Sequence[str]) -> Sequence[str]:
    """Give the words with the case's number in front, which may stand behind the deed too; nothing
    where it stands in neither place.
    """
    if words and _is_number(words[0]):
        return words
    if len(words) > 1 and _is_number(words[1]):
        return (words[1], words[0], *words[2:])
    return ()


def _is_number(word: str) -> bool:
    bare = word.lstrip("#")
    return bare.isascii() and bare.isdigit() and len(bare) < 18


def _read_deed(context: Context, words: Sequence[str]) -> Deed:
    said = [word.casefold() for word in words]
    head, rest = said[0], words[1:]
    if said[:2] == ["not", "reachable"]:
        head, rest = "unreachable", words[2:]
    kind = _WORDS.get(head)
    if kind is None:
        near = suggest(head, _WORDS)
        hint = f"Did you mean {near}?" if near else f"Write one of: {', '.join(_WORDS)}."
        raise GrammarError(f"I don't know '{fold(words[0], 40)}'. {hint}")
    text = " ".join(rest)
    if kind is DeedKind.STEP:
        return Deed(kind=kind, text=head)
    if kind in _WITH_CAUSE:
        return Deed(kind=kind, text=_cause(context, text, needed=kind is DeedKind.CAUSE))
    if kind is DeedKind.ASSIGN:
        return Deed(kind=kind, text=_colleague(context, text))
    if kind is DeedKind.NOTE and not text.strip():
        raise GrammarError("What is the note? Write /case 42 note she prefers mail.")
    return Deed(kind=kind, text=text if kind is DeedKind.NOTE else "")


def _cause(context: Context, words: str, *, needed: bool) -> str:
    causes = context.config.causes
    found = find_cause(causes, words)
    if not found and (words or needed):
        near = suggest(words, causes)
        hint = f"Did you mean {near}? " if near else ""
        raise GrammarError(f"{hint}The causes are {listing(causes, 'and')}.")
    return found


def _colleague(context: Context, words: str) -> str:
    names = [member.name for member in context.config.staff]
    found = next((name for name in names if name.casefold() == words.casefold()), "")
    if not found:
        near = suggest(words, names)
        hint = f" Did you mean {near}?" if near else ""
        raise GrammarError(f"I know no colleague '{fold(words, 40)}'.{hint}")
    return found


def _with_causes(context: Context, deed: Deed, refusal: str) -> str:
    if deed.kind in _WITH_CAUSE and not deed.text:
        return f"{refusal} One of {listing(context.config.causes)}."
    return refusal


async def _show(context: Context, number: int) -> Reply:
    view = await context.store.find_case(number, context.teams)
    if view is None:
        return Reply(
            text=f"There is no case {number} among those of your teams. /cases lists them."
        )
    may_act = context.member.may_act
    view = show_case(view, named=context.member.sees_people)
    return Reply(text=_told(context, view), buttons=case_buttons(view.case) if may_act else ())


def _told(context: Context, view: CaseView) -> str:
    zone = context.config.timezone
    case, who = view.case, view.conversation.contact
    about = case.interaction
    named = (("team", about.team), ("agent", about.agent), ("interaction", about.id))
    where = " · ".join(f"{what} {fold(name, 40)}" for what, name in named if name)
    survey = context.config.surveys.get(case.survey)
    lines = [
        *state_lines(view, zone),
        spell_steps(case),
        "",
        fold(who.name, MOST_NAME) + (f" · {where}" if where else ""),
        *spell_response(view.conversation.response, survey),
        "",
        *_story(view.story, zone),
    ]
    return "\n".join(lines)


def _story(story: Sequence[Entry], timezone: str) -> list[str]:
    dropped = len(story) - SHOWN
    lines = [f"- {dropped} earlier lines not shown"] if dropped > 0 else []
    return lines + [_line(entry, timezone) for entry in story[-SHOWN:]]


def _line(entry: Entry, timezone: str) -> str:
    text = fold(entry.text, _TEXT)
    who = fold(entry.who, MOST_NAME)
    said = {
        EntryKind.OPENED: "opened" + (f": {text}" if text else ""),
        EntryKind.ADDED: f"answered again: {text}",
        EntryKind.CLAIMED: f"{who} has it" + (f", {text}" if text else ""),
        EntryKind.RELEASED: f"{who} gave it back",
        EntryKind.CONTACTED: f"{who} contacted the customer",
        EntryKind.SOLVED: f"{who}: solved; cause: {text}",
        EntryKind.UNREACHABLE: f"{who}: not reachable; cause: {text}",
        EntryKind.REOPENED: f"{who} opened it again",
        EntryKind.STEP: f"{who}: {text}",
        EntryKind.CAUSE: f"{who}: the cause is {text}",
        EntryKind.NOTE: f"{who} noted: {text}",
        EntryKind.ESCALATED: f"late, {text} told",
        EntryKind.SAID: f"{who} to the customer by {entry.channel}: “{text}”",
        EntryKind.HEARD: f"the customer by {entry.channel}: “{text}”",
        EntryKind.UNDELIVERED: f"did not arrive: {text}",
        EntryKind.RECOVERY: text,
    }[entry.kind]
    return f"- {spell_time(entry.at, timezone)} {said}"


CASE = Command(
    name="case",
    summary="one case with its story, and what can be done with it",
    forms=_FORMS,
    explanation=(
        "A case belongs to whoever claims it first. Contacted stops its clock. Solved and "
        "unreachable close it and need a cause. listen, apologise, solve and thank tick a step "
        "off, or take the tick back. say writes to the customer, who answers you and not the "
        "survey; a reply to the message about the case does the same. What you do is seen in "
        "every such message. "
        "You see the cases of your teams."
    ),
    examples=(
        ("/case 42", "the whole story"),
        ("/case 42 claim", "it is yours"),
        ("/case 42 solved too slow", "closed, with its cause"),
        ("/case 42 say I am sorry to hear that.", "the customer reads it where they answered"),
        ("/case 42 note she prefers mail", "for your colleagues only"),
        ("/case 42 give Maija", "somebody else takes over"),
    ),
    answer=answer_case,
)
