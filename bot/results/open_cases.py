"""Open cases as the page lists them, those whose clock runs out first in front. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.commands.answers import MOST_NAME
from bot.commands.context import Context
from bot.commands.people import show_person
from bot.commands.phrases import fold
from bot.commands.recovery_words import LATELY, read_recovery
from bot.reports.cases import done_lines
from surveys.case import CaseState
from surveys.casework import CaseList, Listed
from surveys.recovery import sum_up

MOST_CASES = 20
"""Cases on the page; `/cases` has the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """One case: ``clock`` says by when its customer is contacted, or since when it is open."""

    number: int
    who: str
    team: str
    owner: str
    clock: str
    late: bool


def list_open(context: Context, listed: Sequence[Listed]) -> tuple[OpenCase, ...]:
    """Give cases as their reader may see them."""
    # The store limits the rows already; a name shown to the wrong team is worth a second lock.
    seen = (one for one in listed if context.sees(one.case.interaction.team))
    return tuple(_open_case(context, one) for one in seen)


async def tell_lately(context: Context, wanted: CaseList) -> str:
    """Give the figures of the last 30 days in a line, "" where nothing happened to any case."""
    if context.words.code == "en":
        return await read_recovery(context, wanted)
    since, until = context.now - LATELY, context.now + timedelta(milliseconds=1)
    done = sum_up(await context.store.read_fates(wanted, since, until), since, until)
    if not done:
        return ""
    return context.words.say("lately", figures="; ".join(done_lines(done, context.words)))


def _open_case(context: Context, one: Listed) -> OpenCase:
    case, words = one.case, context.words
    waits = case.respond_by is not None and case.contacted_at is None
    at = case.respond_by if waits and case.respond_by else case.opened_at
    moment = words.moment(at.astimezone(ZoneInfo(context.config.timezone)))
    return OpenCase(
        number=case.id,
        who=_who(context, one),
        team=fold(case.interaction.team, 40),
        owner=_owner(one, context),
        clock=words.say("case_contact_by" if waits else "case_opened", at=moment),
        late=case.is_late(context.now),
    )


def _who(context: Context, one: Listed) -> str:
    if not context.member.sees_people:
        return context.words.say("a_customer")
    return fold(show_person(one.contact, named=True).name, MOST_NAME)


def _owner(one: Listed, context: Context) -> str:
    """Say whose a case is, and how far."""
    words, owner = context.words, fold(one.case.owner, 40)
    keys = {
        CaseState.OPEN: "case_free",
        CaseState.CONTACTED: "case_contacted",
        CaseState.SOLVED: "case_solved",
        CaseState.UNREACHABLE: "case_unreachable",
    }
    key = keys.get(one.case.state)
    return words.say(key, owner=owner) if key else owner
