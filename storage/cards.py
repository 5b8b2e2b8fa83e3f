"""Comment cards: kept, continued, and found again by whoever wrote them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from storage.addresses import Place
from storage.codec import Row, from_ms, read_interaction, to_ms
from storage.following import lock_people
from storage.sql import Session, insert, statement
from storage.unread import mark_cards
from surveys.card import Card
from surveys.event import Interaction

_ADD = insert(
    "comment_card",
    "contact_id bigint, invitation_id bigint, channel text, text text, at bigint, praise boolean,"
    " source text, email text, language text, team text, quiet boolean",
    "RETURNING id",
)
_CONTINUE = statement("""
    UPDATE comment_card SET text = v.text, at = v.at, praise = v.praise, team = v.team,
        quiet = v.quiet
    FROM ROWS($1: card_id bigint, text text, at bigint, praise boolean, team text,
        quiet boolean) AS v
    WHERE comment_card.id = v.card_id
""")
_LAST = statement("""
    SELECT * FROM (
        SELECT a.value AS address, c.*, ROW_NUMBER() OVER (
            PARTITION BY a.channel, a.value ORDER BY c.at DESC, c.id DESC) AS nth
        FROM ROWS($1: channel text, value text) AS v
        JOIN address a ON a.channel = v.channel AND a.value = v.value
        JOIN comment_card c ON c.contact_id = a.contact_id AND c.channel = a.channel
        WHERE c.at >= $2::bigint AND NOT c.quiet
    ) AS found WHERE nth = 1
""")
_INTERACTIONS = statement("""
    SELECT contact_id, interaction_id, agent, team, line, population FROM (
        SELECT i.contact_id, i.interaction_id, i.agent, i.team, i.line, i.population,
            ROW_NUMBER() OVER (PARTITION BY i.contact_id ORDER BY i.due_at DESC, i.id DESC) AS nth
        FROM invitation i WHERE i.contact_id = ANY($1::bigint[]) AND i.due_at >= $2::bigint
    ) AS found WHERE nth = 1
""")


async def save_cards(session: Session, cards: Sequence[Card]) -> None:
    """Keep new cards (id 0), and write the others anew with the words that were added."""
    people = await lock_people(session, {card.contact_id for card in cards})
    cards = [replace(c, contact_id=people.get(c.contact_id, c.contact_id)) for c in cards]
    new = [_row(card) for card in cards if not card.id]
    if new:
        await mark_cards(session, [row["id"] for row in await session.fetch(_ADD, new)])
    known = [{"card_id": card.id, **_row(card)} for card in cards if card.id]
    if known:
        await session.run(_CONTINUE, sorted(known, key=lambda row: str(row["card_id"])))
        await mark_cards(session, [card.id for card in cards if card.id])


async def last_cards(
    session: Session, places: Collection[Place], since: datetime
) -> dict[Place, Card]:
    """Give the last card begun since then by whoever has each address, over the same channel."""
    if not places:
        return {}
    wanted = [{"channel": channel, "value": value} for channel, value in sorted(places)]
    found = await session.fetch(_LAST, wanted, to_ms(since))
    return {(row["channel"], row["address"]): read_card(row) for row in found}


async def last_interactions(
    session: Session, contact_ids: Collection[int], since: datetime
) -> dict[int, Interaction]:
    """Give, by contact, what they were last asked about since then."""
    wanted = sorted(set(contact_ids) - {0})
    if not wanted:
        return {}
    found = await session.fetch(_INTERACTIONS, wanted, to_ms(since))
    return {row["contact_id"]: read_interaction(row) for row in found}


def read_card(row: Row) -> Card:
    """Give the card of a row."""
    praise = row["praise"]
    return Card(
        id=row["id"],
        contact_id=row["contact_id"],
        invitation_id=row["invitation_id"],
        channel=row["channel"],
        text=row["text"],
        at=from_ms(row["at"]),
        praise=None if praise is None else bool(praise),
        source=row["source"],
        email=row["email"],
        language=row["language"],
        team=row["team"],
        quiet=bool(row["quiet"]),
    )


def _row(card: Card) -> dict[str, object]:
    return {
        "contact_id": card.contact_id,
        "invitation_id": card.invitation_id,
        "channel": card.channel,
        "text": card.text,
        "at": to_ms(card.at),
        "praise": card.praise,
        "source": card.source,
        "email": card.email,
        "language": card.language,
        "team": card.team,
        "quiet": card.quiet,
    }
