"""Open cases as the page lists them, those whose clock runs out first in front. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.answers import MOST_NAME, spell_time
from bot.commands.cases import spell_owned
from bot.commands.context import Context
from bot.commands.people import show_person
from bot.commands.phrases import fold
from surveys.casework import Listed

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


def _open_case(context: Context, one: Listed) -> OpenCase:
    case, zone = one.case, context.config.timezone
    waits = case.respond_by is not None and case.contacted_at is None
    at = case.respond_by if waits and case.respond_by else case.opened_at
    return OpenCase(
        number=case.id,
        who=fold(show_person(one.contact, named=context.member.sees_people).name, MOST_NAME),
        team=fold(case.interaction.team, 40),
        owner=spell_owned(one),
        clock=f"{'contact by' if waits else 'opened'} {spell_time(at, zone)}",
        late=case.is_late(context.now),
    )
