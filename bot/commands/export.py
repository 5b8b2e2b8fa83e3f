"""/export: everything of one kind as a file, by a link that is good for a quarter of an hour."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError, Request, read_request, suggest
from bot.commands.phrases import fold, listing
from bot.commands.rights import may, right
from bot.exporting.columns import COLUMNS
from bot.exporting.ticket import LIVES, Ticket
from bot.exporting.writers import WRITERS
from storage.codec import to_ms
from surveys.message import Button

_KINDS = tuple(COLUMNS)
_NO_LIMITS = frozenset({"metric", "question", "channel", "agent", "language", "by", "page"})


async def answer_export(context: Context, words: Sequence[str]) -> Reply:
    """Give the link of a file.

    :raises GrammarError: where the words cannot be read, or nothing may be seen.
    """
    kind, form, rest = _read(context, list(words))
    try:
        request = read_request(rest, context.vocabulary, context.today)
    except GrammarError as fault:
        raise GrammarError(f"{fault} Formats: {', '.join(WRITERS)}.") from None
    if odd := [name for name in _NO_LIMITS if getattr(request, name)]:
        raise GrammarError(f"An export cannot be limited by {odd[0]}: by survey, team and period.")
    wanted = context.filter(request)
    limits = context.title(f"Export · {kind} as {form}", request)
    link = context.desk.link(_ticket(context, kind, form, request))
    minutes = int(LIVES.total_seconds() // 60)
    others = [other for other in WRITERS if other not in (form, "parquet")]
    days = f"{wanted.since}..{wanted.until}"
    buttons = [(other, f"/export {kind} {other} {request.survey} {days}") for other in others]
    return Reply(
        text=f"{limits}\n{link}\nGood for {minutes} minutes, for you only: it may hold personal "
        "data.",
        buttons=tuple(
            Button(label=f"as {other}", payload=" ".join(line.split()))
            for other, line in buttons
            if len(line.encode()) <= 64
        ),
    )


def _read(context: Context, words: list[str]) -> tuple[str, str, list[str]]:
    """Give what to export, as what, and the other words."""
    folded = [word.casefold() for word in words]
    kinds = [word for word in folded if word in _KINDS]
    forms = [word for word in folded if word in WRITERS]
    if len(kinds) > 1 or len(forms) > 1:
        raise GrammarError("Write one thing to export, and one format.")
    rest = [word for word in words if word.casefold() not in {*_KINDS, *WRITERS}]
    near = suggest(folded[0], [*_KINDS, *WRITERS]) if rest and words[0] in rest else ""
    known = {*context.config.surveys, *context.vocabulary.team}
    if near and words[0] not in known:
        raise GrammarError(f"I don't know '{fold(words[0], 40)}'. Did you mean {near}?")
    kind = kinds[0] if kinds else "responses"
    if not may(context.member.role, "export", (kind,)):
        raise GrammarError(f"/{right('export', (kind,))} is not for your role. /who tells more.")
    return kind, forms[0] if forms else "csv", rest


def _ticket(context: Context, kind: str, form: str, request: Request) -> Ticket:
    zone, period = ZoneInfo(context.config.timezone), context.period(request)
    end = datetime.combine(period.until + timedelta(days=1), time(), zone)
    return Ticket(
        kind=kind,
        form=form,
        since=to_ms(datetime.combine(period.since, time(), zone)),
        until=to_ms(end),
        survey=request.survey,
        team=request.team,
        member=context.member.name,
        expires=to_ms(context.now + LIVES),
    )


EXPORT = Command(
    name="export",
    summary="answers as a file: CSV, Excel, JSON lines, Parquet; for team leads and above",
    forms=(f"/export [{listing(_KINDS)}] [{listing(tuple(WRITERS))}] [survey] [team X] [period]"),
    explanation=(
        "The bot answers with a link to a page whose button gives the file; it is good for fifteen "
        "minutes, for your role and teams as they are when you press. One row for each answer. "
        "Contacts and the audit are for admins."
    ),
    examples=(
        ("/export", "the answers of the last 30 days as CSV"),
        ("/export xlsx after_call last month", "one survey's, for Excel"),
        ("/export comments jsonl 2026", "comment cards of a year"),
        ("/export cases last month", "cases opened then, how they ended, and why"),
    ),
    answer=answer_export,
)
