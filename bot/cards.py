"""Comment cards in staff's words: what a colleague reads when a customer spoke up unasked. Pure."""

from bot.commands.answers import card_author, card_mark, spell_time
from bot.commands.phrases import fold
from surveys.card import Card
from surveys.contact import Contact
from surveys.event import Interaction
from surveys.message import Message

_NAME, _WORD, _TEXT = 60, 40, 600


def compose_card(
    *,
    card: Card,
    words: str,
    contact: Contact | None,
    interaction: Interaction | None,
    address: str,
    timezone: str,
    added: bool = False,
) -> Message:
    """Say who spoke up and what they said, in plain text.

    ``words`` are what was just written; ``added`` says that they continue a card the colleague was
    told of before. ``interaction`` is the person's last one, where it was lately.
    """
    lines = (
        _headline(card, contact, added=added),
        f"“{fold(words, _TEXT)}”",
        _about(interaction),
        f"Wants an answer at {fold(card.email, _NAME)}" if card.email else "",
        _when(card, timezone),
    )
    return Message(address=address, text="\n".join(line for line in lines if line))


def _headline(card: Card, contact: Contact | None, *, added: bool) -> str:
    mark = card_mark(card.praise)
    what = "More words" if added else "Comment card"
    where = fold(card.channel, _WORD)
    return f"{what} from {card_author(card, contact)} ({where}){f': {mark}' if mark else ''}"


def _about(interaction: Interaction | None) -> str:
    if interaction is None:
        return ""
    named = (("interaction", interaction.id), ("agent", interaction.agent))
    known = [f"{what} {fold(value, _WORD)}" for what, value in named if value]
    known += [f"team {fold(interaction.team, _WORD)}"] if interaction.team else []
    return f"Last contact: {', '.join(known)}" if known else ""


def _when(card: Card, timezone: str) -> str:
    source = f", from {fold(card.source, _WORD)}" if card.source else ""
    return f"Written {spell_time(card.at, timezone)}{source}"
