"""/cases: what is to be put right, whose it is and by when."""

from collections.abc import Sequence

from bot.commands.answers import MOST_NAME, spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError, suggest
from bot.commands.paging import page_buttons
from bot.commands.people import show_person
from bot.commands.phrases import fold, listing
from bot.commands.recovery_words import read_recovery
from surveys.case import CaseState
from surveys.casework import CaseCounts, CaseList, Listed

PAGE = 10
"""Cases in one message: at their longest they still fit (`bot.commands.MOST_CHARACTERS`)."""

_LISTS = ("open", "new", "mine", "late", "closed")
_FORMS = "/cases [new, mine, late or closed] [team X] [page N]"


async def answer_cases(context: Context, words: Sequence[str]) -> Reply:
    """List one page of cases.

    :raises GrammarError: where the words cannot be read.
    """
    if context.teams == ():
        raise GrammarError("You are listed without a team, so there is nothing to show you yet.")
    wanted, page = _read(context, words)
    listed = await context.store.list_cases(wanted, context.now, PAGE + 1, (page - 1) * PAGE)
    everybody = CaseList(teams=wanted.teams, team=wanted.team)
    counts = await context.store.sum_cases(everybody, context.now)
    lately = await read_recovery(context, everybody)
    lines = [_head(wanted), _sum(counts), *([lately] if lately else []), ""]
    lines += [_line(context, one) for one in listed[:PAGE]] or [_nothing(wanted, page)]
    if len(listed) > PAGE:
        lines.append(f"\nMore: /cases {_again(wanted)}page {page + 1}")
    elif listed:
        lines.append("\n/case and the number shows one.")
    more = len(listed) > PAGE
    buttons = page_buttons(lambda n: f"/cases {_again(wanted)}page {n}", page, more=more)
    return Reply(text="\n".join(lines), buttons=buttons)


def _read(context: Context, words: Sequence[str]) -> tuple[CaseList, int]:
    said, page, team, what = list(words), 1, "", ""
    while said:
        word = said.pop(0)
        head = word.casefold()
        if head == "page":
            page = _page(said)
        elif head == "team" and said:
            team = _team(context, said.pop(0))
        elif head in _LISTS:
            what = head
        elif head in {name.casefold() for name in context.vocabulary.team}:
            team = _team(context, word)
        elif head not in ("of", "by", "all", "the"):
            near = suggest(head, (*_LISTS, "team", "page"))
            hint = f"Did you mean {near}?" if near else f"Write {_FORMS}."
            raise GrammarError(f"I don't know '{fold(word, 40)}'. {hint}")
    return CaseList(
        teams=context.teams,
        team=team,
        owner=context.member.name if what == "mine" else "",
        late=what == "late",
        closed=what == "closed",
        newest=what == "new",
    ), page


def _page(rest: list[str]) -> int:
    word = rest.pop(0) if rest else ""
    if not (word.isascii() and word.isdigit() and len(word) < 5 and int(word)):
        raise GrammarError("Which page? Write page 2.")
    return int(word)


def _team(context: Context, word: str) -> str:
    named = {name.casefold(): name for name in context.vocabulary.team}
    team = named.get(word.casefold(), word)
    if not context.sees(team):
        raise GrammarError(f"You can see {listing(context.teams or (), 'and')} only.")
    return team


def _head(wanted: CaseList) -> str:
    what = "Closed cases" if wanted.closed else "Late cases" if wanted.late else "Open cases"
    mine = " · yours" if wanted.owner else " · newest first" if wanted.newest else ""
    return f"{what}{mine}{f' · team {fold(wanted.team, 40)}' if wanted.team else ''}"


def _sum(counts: CaseCounts) -> str:
    parts = (f"{counts.open:,} open", f"{counts.late:,} late", f"{counts.free:,} nobody's")
    return ", ".join(parts)


def _nothing(wanted: CaseList, page: int) -> str:
    if page > 1:
        return f"Page {page} is empty."
    return (
        "None." if wanted.closed or wanted.owner or wanted.late else "Nobody waits to hear from us."
    )


def _line(context: Context, one: Listed) -> str:
    case, zone = one.case, context.config.timezone
    who = fold(show_person(one.contact, named=context.member.sees_people).name, MOST_NAME)
    team = f" ({fold(case.interaction.team, 40)})" if case.interaction.team else ""
    head = f"{case.id} · {who}{team} · {spell_owned(one)}"
    if case.is_closed and case.closed_at:
        return f"{head} · {spell_time(case.closed_at, zone)} · {fold(case.cause, 40)}"
    if case.contacted_at or case.respond_by is None:
        return f"{head} · opened {spell_time(case.opened_at, zone)}"
    late = " · LATE" if case.is_late(context.now) else ""
    return f"{head} · contact by {spell_time(case.respond_by, zone)}{late}"


def spell_owned(one: Listed) -> str:
    """Say whose a case is, and how far."""
    case = one.case
    owner = fold(case.owner, 40)
    words = {
        CaseState.OPEN: "nobody has it",
        CaseState.CLAIMED: owner,
        CaseState.CONTACTED: f"{owner}, contacted",
        CaseState.SOLVED: f"solved by {owner}",
        CaseState.UNREACHABLE: f"not reachable, {owner}",
    }
    return words[case.state]


def _again(wanted: CaseList) -> str:
    asked = {
        "closed ": wanted.closed,
        "late ": wanted.late,
        "mine ": bool(wanted.owner),
        "new ": wanted.newest,
    }
    what = next((word for word, so in asked.items() if so), "")
    team = f'team "{wanted.team}" ' if wanted.team else ""
    return what + team


CASES = Command(
    name="cases",
    summary="what is to be put right: whose it is, and by when",
    forms=f"{_FORMS}\nWords come in any order. Without any: every open case you may see.",
    explanation=(
        f"The first line counts {listing(('open', 'late', 'unclaimed'), 'and')} cases; "
        "the second says how soon customers of the last 30 days heard from you and how many were "
        "content when asked afterwards. Those whose "
        "clock runs out first stand in front; of closed ones, the last. A case is late when its "
        "customer should have been contacted by now and was not. You see the cases of your teams."
    ),
    examples=(
        ("/cases", "all that is open"),
        ("/cases new", "the one that was opened last in front"),
        ("/cases mine", "yours"),
        ("/cases late team support", "of one team, what should be done already"),
        ("/cases closed page 2", "what was put right, and why it went wrong"),
    ),
    answer=answer_cases,
)
