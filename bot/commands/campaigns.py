"""/campaigns: what each campaign will ask next, and how far its last rounds came."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.commands.answers import spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError, suggest
from bot.commands.pausing import spell_hold
from bot.commands.phrases import count, fitted, fold, listing, percent
from scheduler.campaigns import Campaign
from scheduler.schedule import next_occurrence
from surveys.headway import Headway, Round
from surveys.pausing import Pause
from surveys.span import spell_span

ROUNDS, MOST_ROUNDS = 1, 8
"""Rounds shown of each campaign, and of one that is named."""

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


async def answer_campaigns(context: Context, words: Sequence[str]) -> Reply:
    """Show every campaign, or one with its last rounds.

    :raises GrammarError: where they name one that is not there.
    """
    campaigns = context.config.campaigns
    if not campaigns:
        return Reply(
            text="There are no campaigns in config.yaml. docs/config.md shows how to add one."
        )
    wanted = name_of(words, [campaign.name for campaign in campaigns], "campaign")
    shown = [c for c in campaigns if wanted in ("", c.name)]
    limit = MOST_ROUNDS if wanted else ROUNDS
    paused = {pause.name: pause for pause in await context.store.list_paused()}
    blocks = [await _block(context, campaign, limit, paused) for campaign in shown]
    more = "" if wanted or not shown else f"/campaigns {shown[0].name} shows its rounds."
    return Reply(text="\n\n".join(("Campaigns", *fitted(blocks), *([more] if more else []))))


def name_of(words: Sequence[str], names: Sequence[str], what: str) -> str:
    """Give the name that was written, "" for none.

    :raises GrammarError: where there is none of that name.
    """
    said = " ".join(words).strip()
    by_fold = {name.casefold(): name for name in names}
    if not said or said.casefold() in by_fold:
        return by_fold.get(said.casefold(), "")
    near = suggest(said, names)
    hint = f"Did you mean {near}?" if near else f"There is {listing(names[:12], 'and')}."
    raise GrammarError(f"I know no {what} '{fold(said, 40)}'. {hint}")


def spell_headway(found: Headway) -> str:
    """Give how far invitations came: ``780 asked, 301 answered, 39 %``."""
    parts = (
        [f"{count(found.planned, 'person', 'people')} still to be asked"] if found.planned else []
    )
    parts.append(f"{found.asked:,} asked")
    if found.delivered:
        answered = min(found.completed, found.delivered)
        parts.append(f"{answered:,} answered, {percent(answered / found.delivered)}")
    if found.ended:
        parts.append(f"{found.ended:,} not asked after all")
    return ", ".join(parts)


async def _block(
    context: Context, campaign: Campaign, limit: int, paused: Mapping[str, Pause]
) -> str:
    lines = [
        f"{campaign.name}: {campaign.survey} by {', '.join(campaign.via)}",
        spell_hold(context, paused, campaign.name),
        _next(context, campaign),
    ]
    if limit > ROUNDS:
        lines.append(_about(campaign))
    lines += await _rounds(context, campaign, limit)
    return "\n".join(line for line in lines if line)


def _next(context: Context, campaign: Campaign) -> str:
    found = next_occurrence(campaign.schedule, context.now, ZoneInfo(context.config.timezone))
    if found is None or (campaign.ends and found.at > campaign.ends):
        return "Comes no more."
    at = spell_time(found.at, context.config.timezone)
    return f"Next: {at} ({fold(campaign.schedule.source, 80)})"


def _about(campaign: Campaign) -> str:
    parts = []
    if campaign.audience is not None:
        parts.append("an audience is set")
    if campaign.hold_out:
        parts.append(f"{campaign.hold_out:g} % are never asked, to compare with")
    if campaign.spread:
        parts.append(f"spread over {spell_span(campaign.spread)}")
    if campaign.apart:
        parts.append(f"{timedelta(hours=1) / campaign.apart:,.0f} people an hour")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}" if text else ""


async def _rounds(context: Context, campaign: Campaign, limit: int) -> list[str]:
    found = await context.store.rounds(campaign.name, limit)
    if not found:
        return ["Has not come round yet."]
    ends = [FOREVER, *(one.begins for one in found)]
    return [
        await _round(context, campaign, one, until) for one, until in zip(found, ends, strict=False)
    ]


async def _round(context: Context, campaign: Campaign, one: Round, until: datetime) -> str:
    found = await context.store.headway([campaign.name], one.begins, until, context.teams)
    at = spell_time(one.begins, context.config.timezone)
    if context.teams is not None and campaign.name not in found:
        return f"{at}: nobody of your teams"
    going = "" if one.done else ", enlisting goes on"
    came = spell_headway(found.get(campaign.name, Headway()))
    return f"{at}: {count(one.enlisted, 'person', 'people')} enlisted{going}; {came}"


CAMPAIGNS = Command(
    name="campaigns",
    summary="each campaign: its next date, and how many were asked and answered",
    forms="/campaigns [name]",
    explanation=(
        "Enlisted are those of the audience who may be asked at all; whether each of them is asked "
        "is decided when their turn comes (limits, quiet hours, consent). The percentage is of "
        "messages that arrived."
    ),
    examples=(
        ("/campaigns", "all of them, with the last round of each"),
        ("/campaigns quarterly_nps", "one, with its last rounds"),
    ),
    answer=answer_campaigns,
)
