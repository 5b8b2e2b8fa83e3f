"""/find: contacts by any part of a name, address or id."""

from collections.abc import Sequence

from bot.commands.answers import MOST_NAME, spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError
from bot.commands.phrases import fold
from surveys.contact import Address, AddressStatus, Contact
from surveys.masking import mask_address
from surveys.message import Button
from surveys.staff import Role

PAGE = 8

_LEAST = 2


async def answer_find(context: Context, words: Sequence[str]) -> Reply:
    """List one page of contacts.

    :raises GrammarError: where there is too little to look for.
    """
    said, page = _read(words)
    found = await context.store.find_contacts(said, PAGE + 1, (page - 1) * PAGE)
    if not found:
        where = f"on page {page}" if page > 1 else "in a name, an address or an id"
        return Reply(text=f"I find no '{fold(said, 60)}' {where}.")
    whole = context.member.role is Role.ADMIN
    blocks = [_spell(contact, context, whole=whole) for contact in found[:PAGE]]
    buttons = [_button(contact) for contact in found[:PAGE]]
    head = f"Contacts with '{fold(said, 60)}'" + (f", page {page}" if page > 1 else "")
    more = f"/find {said} page {page + 1}"
    if len(found) > PAGE:
        blocks.append(f"More: {fold(more, 160)}")
        if len(more.encode()) <= 64:
            buttons.append(Button(label="More", payload=more))
    return Reply(text="\n\n".join((head, *blocks)), buttons=tuple(b for b in buttons if b))


def _read(words: Sequence[str]) -> tuple[str, int]:
    given, page = list(words), 1
    if len(given) > 2 and given[-2].casefold() == "page" and given[-1].isdecimal():
        page, given = max(1, int(given[-1][:6])), given[:-2]
    said = " ".join(given).strip().removeprefix("@")
    if len(said) < _LEAST:
        raise GrammarError("Whom? Write /find anna, /find @example.com or /find 4711.")
    return said, page


def _spell(contact: Contact, context: Context, *, whole: bool) -> str:
    keys = ", ".join(fold(key, 60) for key in contact.keys[:3])
    lines = [f"{fold(contact.name, MOST_NAME)} ({keys})" if keys else fold(contact.name, MOST_NAME)]
    places = [_place(address, whole=whole) for address in contact.addresses[-4:]]
    if places:
        lines.append("  " + ", ".join(places))
    zone = context.config.timezone
    if contact.opted_out_at:
        lines.append(f"  said stop on {spell_time(contact.opted_out_at, zone)}")
    elif contact.paused_until and contact.paused_until > context.now:
        lines.append(f"  asked us to wait until {spell_time(contact.paused_until, zone)}")
    if contact.only_channel:
        lines.append(f"  by {contact.only_channel} only")
    return "\n".join(lines)


def _place(address: Address, *, whole: bool) -> str:
    value = address.value
    shown = value if whole else mask_address(address.channel, value) or f"…{value[-3:]}"
    note = "" if address.status is AddressStatus.OK else f" ({address.status})"
    return f"{address.channel} {fold(shown, 80)}{note}"


def _button(contact: Contact) -> Button | None:
    if not contact.keys:
        return None
    payload = f"/why {contact.keys[0]}"
    if len(payload.encode()) > 64 or any(c.isspace() for c in contact.keys[0]):
        return None
    return Button(label=f"Why · {fold(contact.name, 30)}", payload=payload)


FIND = Command(
    name="find",
    summary="contacts by name, address or id, for managers and admins",
    forms="/find WORDS [page N]\nWORDS are any part of a name, an address or an id.",
    explanation=(
        "Admins read addresses whole, managers masked. A button leads on to what was decided "
        "about the contact (/why)."
    ),
    examples=(
        ("/find anna", "by any part of a name"),
        ("/find @example.com", "by any part of an address"),
        ("/find 4711", "by any part of an id"),
    ),
    answer=answer_find,
)
