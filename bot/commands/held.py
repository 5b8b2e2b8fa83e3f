"""/responses held, /responses release: presses that may be a machine's, and letting one count."""

from collections.abc import Sequence
from dataclasses import replace

from bot.commands.answers import choice_name, question_name, spell_time, value_name
from bot.commands.context import Context, Reply
from bot.commands.grammar import GrammarError, read_request, write_again
from bot.commands.people import show_person, show_words
from bot.commands.phrases import count, fold
from surveys.conversation import Conversation
from surveys.reading import SKIP
from surveys.scanner import HeldPress
from surveys.survey import Survey

HELD, RELEASE = "held", "release"
PAGE = 10

_TEXT, _NAME = 120, 60
_NONE = "Nothing is held back."
_WHAT = (
    "These presses may be a machine's and count nowhere. A person's next press takes their place;"
    " /responses release with the number counts one as it is."
)


async def answer_held(context: Context, words: Sequence[str]) -> Reply:
    """List held presses, newest first.

    :raises GrammarError: where the words cannot be read.
    :raises PeriodError: where the period cannot be read.
    """
    request = read_request(words, context.vocabulary, context.today)
    if request.by:
        raise GrammarError("/responses held has no groups.")
    page = max(request.page, 1)
    wanted = context.filter(request)
    rows = await context.store.list_held(wanted, limit=PAGE + 1, offset=(page - 1) * PAGE)
    shown = [row for row in rows[:PAGE] if context.sees(row[1].invitation.interaction.team)]
    head = context.title("Held back", request)
    if not shown:
        return Reply(text=f"{head}\n\n{_NONE}")
    more = f"\n\nMore: /responses held {write_again(request, page + 1)}" if len(rows) > PAGE else ""
    blocks = "\n\n".join(_block(context, press, about) for press, about in shown)
    return Reply(text=f"{head}\n{_WHAT}\n\n{blocks}{more}")


async def answer_release(context: Context, words: Sequence[str]) -> Reply:
    """Let one held press count.

    :raises GrammarError: where no number is given.
    """
    if len(words) != 1 or not words[0].lstrip("#").isdecimal() or len(words[0]) > 18:
        raise GrammarError("Write the number of one held press: /responses release 12.")
    number = int(words[0].lstrip("#"))
    found = await context.store.find_held(number)
    if found is None or not context.sees(found[1].invitation.interaction.team):
        text = f"No press #{number} is held back (any more). /responses held lists them."
    elif await context.release(number):
        text = f"Press #{number} counts now, as of when it was pressed."
    else:
        text = f"Press #{number} does not count: the question was answered since, or is gone."
    return Reply(text=text)


def _block(context: Context, press: HeldPress, about: Conversation) -> str:
    survey = context.config.surveys.get(about.invitation.survey)
    at = spell_time(press.at, context.config.timezone)
    often = f", {count(press.presses, 'time')}" if press.presses > 1 else ""
    hints = f" ({', '.join(press.hints)})" if press.hints else ""
    team = about.invitation.interaction.team
    named = context.member.sees_people
    who = show_person(about.contact, named=named)
    press = replace(press, text=show_words(press.text, named=named))
    parts = (fold(who.name, _NAME), f"team {fold(team, 40)}" if team else "")
    lines = (
        f"#{press.id} · {at} · {about.invitation.survey}",
        f"{_said(press, survey)} · {press.reason}{often}{hints}",
        " · ".join(part for part in parts if part),
    )
    return "\n".join(line for line in lines if line)


def _said(press: HeldPress, survey: Survey | None) -> str:
    name = question_name(press.question_id, press.metric_id)
    if press.text:
        return f"{name} “{fold(press.text, _TEXT)}”"
    asked = survey.question(press.question_id) if survey else None
    values = [value for value in press.values if value.isalnum() or value == SKIP or "_" in value]
    if values == [SKIP]:
        return f"{name} skipped"
    if asked and asked.choices:
        return f"{name} {', '.join(choice_name(survey, press.question_id, v) for v in values)}"
    scale = asked.scale_id if asked and asked.scale_id else ""
    return f"{name} {', '.join(value_name(scale, value) for value in values)}"
