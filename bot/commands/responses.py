"""/responses: what single customers answered, newest first."""

from collections.abc import Sequence

from bot.commands.answers import spell_comments, spell_scores, spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError, Request, read_request, write_again
from bot.commands.held import HELD, RELEASE, answer_held, answer_release
from bot.commands.paging import page_buttons
from bot.commands.people import show_person, show_response
from bot.commands.phrases import fold
from surveys.comment import names_of
from surveys.contact import Contact
from surveys.response import Response

PAGE = 6
"""Responses in one message: at their longest they still fit (`bot.commands.MOST_CHARACTERS`)."""

_COMMENT = 200
_NAME = 60


async def answer_responses(context: Context, words: Sequence[str]) -> Reply:
    """List one page of responses.

    :raises GrammarError: where the words cannot be read.
    :raises PeriodError: where the period cannot be read.
    """
    kind, rest = (words[0].casefold(), words[1:]) if words else ("", ())
    if kind == RELEASE:
        return await answer_release(context, rest)
    if kind == HELD:
        return await answer_held(context, rest)
    request = read_request(words, context.vocabulary, context.today)
    _refuse_scores(request)
    page = max(request.page, 1)
    wanted = context.filter(request)
    rows = await context.store.list_responses(wanted, limit=PAGE + 1, offset=(page - 1) * PAGE)
    # The store limits the rows already; a name shown to the wrong team is worth a second lock.
    shown = [row for row in rows[:PAGE] if context.sees(row[0].interaction.team)]
    head = context.title("Responses", request)
    if not shown:
        return Reply(text=f"{head}\n\n{_nothing(page)}")
    more = f" · more: /responses {write_again(request, page + 1)}" if len(rows) > PAGE else ""
    blocks = [_block(context, response, contact) for response, contact in shown]
    buttons = page_buttons(
        lambda n: f"/responses {write_again(request, n)}", page, more=len(rows) > PAGE
    )
    return Reply(text="\n\n".join((head, *blocks, f"Page {page}{more}")), buttons=buttons)


def _refuse_scores(request: Request) -> None:
    if request.by:
        raise GrammarError(f"/responses has no groups. Write /results by {request.by}.")
    if asked := request.metric or request.question:
        raise GrammarError(f"/responses shows whole responses. For {asked} write /results {asked}.")


def _nothing(page: int) -> str:
    if page > 1:
        return f"Page {page} is empty: the responses end before it."
    return "No responses yet. Try a longer period: /responses 90d."


def _block(context: Context, response: Response, contact: Contact) -> str:
    """Give one response in up to four lines."""
    survey = context.config.surveys.get(response.survey)
    named = context.member.sees_people
    names = (*names_of(contact), response.interaction.agent, *context.staff_names)
    response = show_response(response, named=named, names=names)
    contact = show_person(contact, named=named)
    state = "" if response.completed_at else " · not finished"
    began = spell_time(response.started_at, context.config.timezone)
    lines = (
        f"{began} · {response.survey}{state}",
        fold(" · ".join(spell_scores(response, survey)), 160),
        *spell_comments(response, _COMMENT),
        _who(response, contact),
    )
    return "\n".join(line for line in lines if line)


def _who(response: Response, contact: Contact) -> str:
    about = response.interaction
    parts = [fold(contact.name, _NAME)]
    parts += [f"agent {fold(about.agent, 40)}"] if about.agent else []
    parts += [f"team {fold(about.team, 40)}"] if about.team else []
    parts += [f"by {fold(response.channel, 40)}"] if response.channel else []
    return " · ".join(parts)


RESPONSES = Command(
    name="responses",
    summary="what single customers answered, newest first",
    forms=(
        "/responses [survey] [period] [channel X] [team X] [agent X] [language X] [page N]\n"
        "/responses held [the same words]\n"
        "/responses release NUMBER\n"
        "Words come in any order. Without a period: the last 30 days."
    ),
    explanation=(
        "Each response shows when it began, the scores on their scales, the customer's own words "
        "cut at 200 characters, and who, with which agent and team, over which channel. "
        "'Not finished' means that questions are still open. 'held' lists presses on pages that "
        "may be a machine's and count nowhere; 'release' lets one of them count."
    ),
    examples=(
        ("/responses", "the latest of the last 30 days"),
        ("/responses after_call 7d team support", "one survey, one team, one week"),
        ("/responses held 7d", "what was held back this week, and why"),
        ('/responses agent "Pekka Virtanen" page 2', "longer names in quotes"),
    ),
    answer=answer_responses,
)
