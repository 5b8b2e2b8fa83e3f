"""/uncertain: messages that left and of which no verdict came; sent again, or let go."""

from collections.abc import Sequence

from bot.commands.answers import MOST_NAME, spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError
from bot.commands.phrases import fold
from storage.uncertain import Cleared, Uncertain
from surveys.masking import mask_address
from surveys.message import Button

PAGE = 5

_FORMS = "Write /uncertain, /uncertain resend 12 or /uncertain let go 12."


async def answer_uncertain(context: Context, words: Sequence[str]) -> Reply:
    """List one page, or settle one.

    :raises GrammarError: where the words cannot be read.
    """
    said = [word.casefold().lstrip("#") for word in words]
    if not said:
        return await _list(context, 1)
    last = said[-1]
    number = int(last) if last.isascii() and last.isdigit() and len(last) < 18 else 0
    if said[:-1] == ["page"] and number:
        return await _list(context, number)
    if said[:-1] == ["resend"] and number:
        return await _resend(context, number)
    if said[:-1] in (["let", "go"], ["drop"]) and number:
        cleared = await context.desk.clear(number, context.member.name, again=False)
        return Reply(text=_CLEARED[cleared].format(n=number, done="is let go"))
    raise GrammarError(_FORMS)


async def _resend(context: Context, number: int) -> Reply:
    if not context.sure:
        return Reply(
            text=f"#{number} is asked once more. If the first one did arrive, the customer has it "
            "twice.",
            confirm=True,
        )
    cleared = await context.desk.clear(number, context.member.name, again=True)
    return Reply(text=_CLEARED[cleared].format(n=number, done="is due again now"))


_CLEARED = {
    Cleared.DONE: "#{n} {done}.",
    Cleared.UNKNOWN: "#{n} is not in doubt (any more). /uncertain lists what is.",
    Cleared.ANSWERED: "#{n} was answered or has ended, so there is nothing to send again. "
    "/uncertain let go {n} takes it off the list.",
    Cleared.NOTE: "#{n} was a note that asked nothing; its words are not kept. "
    "/uncertain let go {n} takes it off the list.",
    Cleared.LATE: "#{n} is too old to be asked again. /uncertain let go {n} takes it off the list.",
}


async def _list(context: Context, page: int) -> Reply:
    found = await context.store.list_uncertain(PAGE + 1, (page - 1) * PAGE)
    if not found:
        return Reply(text="Nothing is in doubt." if page == 1 else f"Page {page} is empty.")
    blocks = [_spell(context, one) for one in found[:PAGE]]
    buttons = [button for one in found[:PAGE] for button in _buttons(one)]
    more = ""
    if len(found) > PAGE:
        more = f"\n\nMore: /uncertain page {page + 1}"
        buttons.append(Button(label="More", payload=f"/uncertain page {page + 1}"))
    head = "In doubt: these left, and nobody said whether they arrived"
    return Reply(text="\n\n".join((head, *blocks)) + more, buttons=tuple(buttons))


def _spell(context: Context, one: Uncertain) -> str:
    delivery, about = one
    at = spell_time(delivery.started_at, context.config.timezone)
    masked = mask_address(delivery.channel, delivery.address) or f"…{delivery.address[-3:]}"
    to = fold(about.contact.name, MOST_NAME) if about else "a note"
    what = f"{about.invitation.survey}, {about.invitation.state}" if about else "asks nothing"
    return (
        f"#{delivery.id} · {at} · {delivery.channel} {fold(masked, 60)}\n"
        f"{to} · {what}\n{fold(delivery.reason, 160) or 'no reason is known'}"
    )


def _buttons(one: Uncertain) -> list[Button]:
    number = one[0].id
    again = Button(label=f"Resend {number}", payload=f"/uncertain resend {number}")
    gone = Button(label=f"Let go {number}", payload=f"/uncertain let go {number}")
    return [again, gone] if one[1] else [gone]


UNCERTAIN = Command(
    name="uncertain",
    summary="messages without a verdict, for managers and admins",
    forms="/uncertain [page N]\n/uncertain resend N\n/uncertain let go N",
    explanation=(
        "A connection broke, or we were killed, after a message had left: it may have arrived or "
        "not. 'resend' asks once more over the same channel and asks you first, for the customer "
        "may get it twice; 'let go' takes it off this list, and an answer counts as ever."
    ),
    examples=(
        ("/uncertain", "what is in doubt, newest first"),
        ("/uncertain resend 12", "ask once more"),
        ("/uncertain let go 12", "leave it"),
    ),
    answer=answer_uncertain,
)
