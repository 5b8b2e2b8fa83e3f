"""/why: what was decided about one customer, and by which rule."""

from collections.abc import Sequence

from bot.commands.answers import MOST_NAME, spell_key, spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError
from bot.commands.people import show_person
from bot.commands.phrases import count, fold
from surveys.contact import Contact
from surveys.explanation import Asked, Explanation, Heard

SHOWN = 5
"""Invitations and events shown."""

_DECISIONS = 6
_RULE = 160


async def answer_why(context: Context, words: Sequence[str]) -> Reply:
    """Explain one person.

    :raises GrammarError: where nobody is named.
    """
    said = " ".join(words).strip().removeprefix("@")
    if not said:
        raise GrammarError("Whom? Write /why 42, /why anna@example.com or /why Anna Virtanen.")
    if context.teams == ():
        raise GrammarError("You are listed without a team, so there is nothing to show you yet.")
    found = await context.store.find_people(said)
    if not context.member.sees_people:  # by your own id of them, and by nothing that names them
        found = [p for p in found if {said, f"user:{said}", f"anon:{said}"} & set(p.keys)]
    if not found:
        return Reply(text=f"I know nobody called '{fold(said, 60)}'.")
    explained = [await context.store.explain(p, context.teams, SHOWN) for p in found]
    mine = [one for one in explained if context.teams is None or one.asked]
    if not mine:
        return Reply(text=f"I know nobody called '{fold(said, 60)}' in your teams.")
    if len(mine) > 1:
        return Reply(text=_several(said, [one.contact for one in mine]))
    return Reply(text=_told(context, mine[0]))


def _several(said: str, people: Sequence[Contact]) -> str:
    lines = [f"{fold(p.name, MOST_NAME)}: /why {fold(spell_key(p), 60)}" for p in people]
    return "\n".join((f"'{fold(said, 60)}' may be several people:", *lines))


def _told(context: Context, found: Explanation) -> str:
    who = found.contact
    name = show_person(who, named=context.member.sees_people).name
    head = f"Why · {fold(name, MOST_NAME)} ({fold(spell_key(who), 60)})"
    blocks = [_asked(context, one) for one in found.asked] or ["Never invited to a survey."]
    if found.hidden:
        blocks.append(f"{count(found.hidden, 'invitation')} of other teams not shown.")
    if found.heard:
        blocks.append("\n".join(("Events", *(_heard(context, one) for one in found.heard))))
    return "\n\n".join((head, *_state(context, who), *blocks))


def _state(context: Context, who: Contact) -> list[str]:
    """Say what stands against asking them at all."""
    zone = context.config.timezone
    if who.opted_out_at:
        return [f"They said stop on {spell_time(who.opted_out_at, zone)}."]
    lines = []
    if who.paused_until and who.paused_until > context.now:
        lines.append(f"They asked us to wait until {spell_time(who.paused_until, zone)}.")
    if who.only_channel:
        lines.append(f"They want to be asked by {who.only_channel} only.")
    return lines


def _asked(context: Context, one: Asked) -> str:
    invitation, zone = one.invitation, context.config.timezone
    at = invitation.asked_at or invitation.due_at
    by = f" by {invitation.channel}" if invitation.channel else ""
    first = f"{spell_time(at, zone)} · {invitation.survey} ({fold(invitation.trigger, 60)})"
    lines = [f"{first} · {invitation.state}{by}"]
    dropped = len(one.decisions) - _DECISIONS
    if dropped > 0:
        lines.append(f"- {count(dropped, 'earlier decision')} not shown")
    lines += [
        f"- {spell_time(d.at, zone)} {d.verdict}: {fold(d.rule, _RULE)}"
        for d in one.decisions[-_DECISIONS:]
    ]
    return "\n".join(lines)


def _heard(context: Context, one: Heard) -> str:
    when = spell_time(one.at, context.config.timezone)
    return f"- {when} {fold(one.name, 60)}: {fold(one.verdict, _RULE) or 'nothing came of it'}"


WHY = Command(
    name="why",
    summary="what was decided about one customer, and by which rule",
    forms="/why CUSTOMER\nCUSTOMER is your own id of them, an address, or a name.",
    explanation=(
        "Each invitation shows where it stands, and each time it was sent, held, moved or let go "
        "with the rule that decided it. Managers see the customer's last events as well, and "
        "what became of them. You see the invitations of your own teams."
    ),
    examples=(
        ("/why 42", "by your own id"),
        ("/why anna@example.com", "by an address"),
        ("/why Anna Virtanen", "by name; of several people each is named"),
    ),
    answer=answer_why,
)
