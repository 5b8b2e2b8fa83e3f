"""/pause and /resume: put a trigger, a journey, a campaign or everything on hold, and go on."""

from collections.abc import Mapping, Sequence

from bot.commands.answers import spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError, suggest
from bot.commands.phrases import count, fold, listing
from surveys.message import Button
from surveys.pausing import ALL, Pause, find_pause

_EVERYTHING = frozenset({"all", "everything", ALL})
_SHOWN = 30
_OWN = (
    "Do you want to be asked nothing yourself for a time? Write it without the slash: "
    "pause 2 weeks."
)


async def answer_pause(context: Context, words: Sequence[str]) -> Reply:
    """Put something on hold, or list what is.

    :raises GrammarError: where nothing is called so.
    """
    paused = {pause.name: pause for pause in await context.store.list_paused()}
    if not words:
        return _list(context, paused)
    name = _name(context, words)
    if name in paused:
        return Reply(text=f"{spell_pause(context, paused[name])}. /resume {_word(name)} goes on.")
    if name == ALL and not context.sure:
        return Reply(
            text="Nobody is asked anything until somebody resumes: no trigger, journey or campaign,"
            " no reminder. Who is answering can go on.",
            confirm=True,
        )
    await context.desk.pause(name, context.member.name)
    what = "Everything is" if name == ALL else f"{name} ({context.config.rules[name]}) is"
    resume = f"/resume {_word(name)}"
    return Reply(
        text=f"{what} on hold from now on. What comes up waits, and is asked after {resume} unless "
        "it has become too old by then.",
        buttons=_buttons(("Resume", resume)),
    )


async def answer_resume(context: Context, words: Sequence[str]) -> Reply:
    """Take a pause away.

    :raises GrammarError: where nothing is called so.
    """
    paused = {pause.name: pause for pause in await context.store.list_paused()}
    if not paused:
        return Reply(text="Nothing is on hold.")
    if not words:
        return _list(context, paused)
    name = _name(context, words, known=tuple(paused))
    if name not in paused and name != ALL:
        above = paused.get(name.partition("/")[0]) or paused.get(ALL)
        also = f" {spell_pause(context, above)}." if above else ""
        return Reply(text=f"{name} is not on hold by itself.{also}")
    names = tuple(paused) if name == ALL else (name,)
    gone, due = await context.desk.resume(names)
    what = listing(["everything" if n == ALL else n for n in gone], "and")
    left = [pause for pause in paused.values() if pause.name not in gone and name != ALL]
    still = f" Still on hold: {listing([p.spelled for p in left], 'and')}." if left else ""
    waited = f" {count(due, 'message')} that waited {'is' if due == 1 else 'are'} due now."
    return Reply(text=f"Going on: {what or 'nothing'}.{waited if due else ''}{still}")


def _name(context: Context, words: Sequence[str], known: Sequence[str] = ()) -> str:
    """Give what is meant by its name in the file; a name that left the file can be resumed."""
    said = " ".join(words).casefold()
    if said in _EVERYTHING:
        return ALL
    names = {name.casefold(): name for name in (*context.config.rules, *known)}
    if said in names:
        return names[said]
    if near := suggest(said, [*names.values(), "all"]):
        raise GrammarError(f"There is no '{fold(said, 40)}' in the file. Did you mean {near}?")
    there = listing(list(context.config.rules)[:_SHOWN], "and") or "nothing"
    own = f" {_OWN}" if said[:1].isdecimal() else ""
    raise GrammarError(f"There is no '{fold(said, 40)}' in the file; there is {there}.{own}")


def spell_hold(context: Context, paused: Mapping[str, Pause], name: str) -> str:
    """Say that what goes by a name asks nobody now, "" where it does; nearer pauses are told
    before those of everything.
    """
    found = find_pause(paused, name)
    return f"ON HOLD: {spell_pause(context, found)}" if found else ""


def _list(context: Context, paused: Mapping[str, Pause]) -> Reply:
    on_hold = [spell_pause(context, pause) for pause in paused.values()]
    runs = [f"{name} ({kind})" for name, kind in context.config.rules.items() if name not in paused]
    blocks = ["\n".join(on_hold) if on_hold else "Nothing is on hold."]
    if runs:
        more = f" and {len(runs) - _SHOWN} more" if len(runs) > _SHOWN else ""
        blocks.append(f"/pause NAME puts one on hold: {', '.join(runs[:_SHOWN])}{more}; or all.")
    resume = [(f"Resume {p.spelled}", f"/resume {_word(name)}") for name, p in paused.items()]
    return Reply(text="\n\n".join(blocks), buttons=_buttons(*resume[:8]))


def spell_pause(context: Context, pause: Pause) -> str:
    """Say what is on hold, since when and by whom."""
    since = spell_time(pause.at, context.config.timezone)
    return f"{fold(pause.spelled, 60)} · on hold since {since}, by {fold(pause.person, 60)}"


def _word(name: str) -> str:
    return "all" if name == ALL else name


def _buttons(*given: tuple[str, str]) -> tuple[Button, ...]:
    return tuple(
        Button(label=fold(label, 40), payload=line)
        for label, line in given
        if len(line.encode()) <= 64
    )


PAUSE = Command(
    name="pause",
    summary="put a trigger, journey or campaign on hold, for managers and admins",
    forms="/pause\n/pause TRIGGER, JOURNEY or CAMPAIGN\n/pause all",
    explanation=(
        "Kept apart from the file: it lasts through restarts and changes of the file until "
        "somebody resumes. What comes up meanwhile waits; what is too old by then is not asked. "
        "/why says of each customer that it is on hold, and by whom. 'all' asks first."
    ),
    examples=(
        ("/pause", "what is on hold, and what could be"),
        ("/pause after_call", "one of them"),
        ("/pause all", "nobody is asked anything"),
    ),
    answer=answer_pause,
)

RESUME = Command(
    name="resume",
    summary="go on with what is on hold, for managers and admins",
    forms="/resume\n/resume TRIGGER, JOURNEY or CAMPAIGN\n/resume all",
    explanation="What waited is due at once, by the limits and hours that hold for any question.",
    examples=(("/resume after_call", "go on with one"), ("/resume all", "with everything")),
    answer=answer_resume,
)
