"""/send: have one customer asked, by the rules that hold for every question."""

from collections.abc import Sequence
from itertools import pairwise

from bot.commands.answers import MOST_NAME, spell_key, spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError, suggest
from bot.commands.phrases import fold, listing
from scheduler.sending import Foreseen
from surveys.survey import Survey

_FORMS = "Write /send SURVEY to CUSTOMER, for example /send after_call to 42."


async def answer_send(context: Context, words: Sequence[str]) -> Reply:
    """Say what asking would lead to; once that is confirmed, ask.

    :raises GrammarError: where survey, customer or channel cannot be read.
    """
    survey, who, via = _read(context, list(words))
    found = await context.store.find_people(who)
    if not found:
        hint = "/find looks for a part of a name."
        return Reply(text=f"I know nobody called '{fold(who, 60)}'. {hint}")
    if len(found) > 1:
        lines = [f"{fold(p.name, MOST_NAME)}: /send {survey.id} to {spell_key(p)}" for p in found]
        return Reply(text="\n".join((f"'{fold(who, 60)}' may be several people:", *lines)))
    contact = found[0]
    foreseen = await context.desk.foresee(survey, contact, via)
    head = f"{survey.id} to {fold(contact.name, MOST_NAME)} ({fold(spell_key(contact), 60)})"
    told = _spell(context, foreseen)
    if not foreseen.channel:
        return Reply(text=f"{head}\nNot asked: {told}.")
    if not context.sure:
        return Reply(text=f"{head}\n{told}.", confirm=True)
    said = f"{context.member.name} {context.now.isoformat()}"
    await context.desk.send(survey, contact, via, said)
    return Reply(
        text=f"{head}\n{told}. /why {fold(spell_key(contact), 60)} says what became of it."
    )


def _read(context: Context, words: list[str]) -> tuple[Survey, str, str]:
    words, via = _take_channel(context, words)
    folded = [word.casefold() for word in words]
    if "to" not in folded[1:-1]:
        what, who = _take_survey(context, [word for word in words if word.casefold() != "to"])
    else:
        place = folded.index("to", 1)
        what, who = " ".join(words[:place]), words[place + 1 :]
    if not (what and who):
        raise GrammarError(f"What, and to whom? {_FORMS}")
    return _survey(context, what), " ".join(who).removeprefix("@"), via


def _take_channel(context: Context, words: list[str]) -> tuple[list[str], str]:
    """Take ``by CHANNEL`` out, wherever it stands; give the other words and the channel."""
    known = context.config.channels
    for place, (one, two) in enumerate(pairwise(word.casefold() for word in words)):
        if one in ("by", "via") and (two in known or place == len(words) - 2 > 1):
            return words[:place] + words[place + 2 :], _channel(context, two)
    return words, ""


def _take_survey(context: Context, words: list[str]) -> tuple[str, list[str]]:
    """Give the survey that stands first or last, and the other words; "" where none does."""
    known = {name.casefold() for name in context.config.surveys}
    if words and words[0].casefold() in known:
        return words[0], words[1:]
    if words and words[-1].casefold() in known:
        return words[-1], words[:-1]
    return "", words


def _survey(context: Context, said: str) -> Survey:
    known = context.config.surveys
    name = next((name for name in known if name.casefold() == said.casefold()), "")
    if name:
        return known[name]
    near = suggest(said, known)
    hint = f"Did you mean {near}?" if near else f"There is {listing(list(known)[:12], 'and')}."
    raise GrammarError(f"There is no survey '{fold(said, 40)}'. {hint}")


def _channel(context: Context, said: str) -> str:
    if said.casefold() in context.config.channels:
        return said.casefold()
    near = suggest(said, context.config.channels)
    there = listing(context.config.channels, "and")
    hint = f"Did you mean {near}?" if near else f"There is {there}."
    raise GrammarError(f"There is no channel '{fold(said, 40)}'. {hint}")


def _spell(context: Context, foreseen: Foreseen) -> str:
    rule = fold(foreseen.rule, 200)
    if not foreseen.channel:
        return rule
    if foreseen.until:
        when = spell_time(foreseen.until, context.config.timezone)
        return f"Waits until {when} at the latest and is asked by {foreseen.channel} then: {rule}"
    return f"Asked by {foreseen.channel} at once: {rule}"


SEND = Command(
    name="send",
    summary="have one customer asked, for managers and admins",
    forms="/send SURVEY to CUSTOMER [by CHANNEL]",
    explanation=(
        "Says first what would happen, and asks whether that is meant. Stops, pauses, consent, "
        "quiet hours and the limits on asking hold as ever; nothing goes round them. Without a "
        "channel it takes those by which the survey is asked otherwise."
    ),
    examples=(
        ("/send after_call to 42", "by your own id of the customer"),
        ("/send after_call to anna@example.com by email", "over one channel"),
    ),
    answer=answer_send,
)
