"""/journeys: who is on each journey, and how far its milestones came."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.commands.answers import spell_time
from bot.commands.campaigns import FOREVER, name_of, spell_headway
from bot.commands.context import Command, Context, Reply
from bot.commands.pausing import spell_hold
from bot.commands.phrases import count, fitted, fold
from scheduler.milestones import Journey, Milestone
from surveys.headway import Headway, Travellers
from surveys.pausing import Pause

_START = datetime(1970, 1, 1, tzinfo=UTC)


async def answer_journeys(context: Context, words: Sequence[str]) -> Reply:
    """Show every journey with its milestones, or one.

    :raises GrammarError: where they name one that is not there.
    """
    journeys = context.config.journeys
    if not journeys:
        return Reply(
            text="There are no journeys in config.yaml. docs/config.md shows how to add one."
        )
    wanted = name_of(words, [journey.name for journey in journeys], "journey")
    shown = [journey for journey in journeys if wanted in ("", journey.name)]
    rules = [_rule(journey, m) for journey in shown for m in journey.milestones]
    found = await context.store.headway(rules, _START, FOREVER, context.teams)
    people = await context.store.travellers() if context.teams is None else {}
    paused = {pause.name: pause for pause in await context.store.list_paused()}
    blocks = [
        _block(context, journey, found, people.get(journey.name), paused) for journey in shown
    ]
    return Reply(text="\n\n".join(("Journeys", *fitted(blocks))))


def _rule(journey: Journey, milestone: Milestone) -> str:
    return f"{journey.name}/{milestone.name}"


def _block(
    context: Context,
    journey: Journey,
    found: Mapping[str, Headway],
    people: Travellers | None,
    paused: Mapping[str, Pause],
) -> str:
    hold = spell_hold(context, paused, journey.name)
    lines = [f"{journey.name}: from {fold(journey.starts, 60)}", *([hold] if hold else [])]
    if context.teams is None:
        going = people or Travellers()
        lines.append(f"{count(going.under_way, 'person', 'people')} under way, {going.left:,} left")
    for one in journey.milestones:
        rule = _rule(journey, one)
        lines.append(_milestone(context, one, found.get(rule, Headway())))
        if rule in paused:  # by itself; what holds the whole journey is said above
            lines.append(f"    {spell_hold(context, paused, rule)}")
    return "\n".join(lines)


def _milestone(context: Context, milestone: Milestone, found: Headway) -> str:
    due = f"; next {spell_time(found.next_at, context.config.timezone)}" if found.next_at else ""
    return f"  {milestone.name} ({milestone.survey}): {spell_headway(found)}{due}"


JOURNEYS = Command(
    name="journeys",
    summary="each journey: who is under way, and how its milestones are answered",
    forms="/journeys [name]",
    explanation=(
        "Each milestone shows how many people are still to be asked there and when the next of "
        "them is, how many were asked, and the percentage of messages that arrived which was "
        "answered."
    ),
    examples=(
        ("/journeys", "all of them"),
        ("/journeys onboarding", "one"),
    ),
    answer=answer_journeys,
)
