"""Explanations: people found by what staff call them, and what was decided about them."""

from collections.abc import Collection, Sequence

from storage.codec import from_ms
from storage.contacts import load_contacts
from storage.invitations import read_invitation
from storage.settlement import read_decision
from storage.sql import Session, statement
from surveys.contact import Contact
from surveys.due import Decision
from surveys.explanation import Asked, Explanation, Heard

_BY_NAME = statement("""
    SELECT contact_id FROM contact_key WHERE key = ANY($1::text[])
    UNION SELECT contact_id FROM address WHERE value = ANY($2::text[])
    ORDER BY contact_id LIMIT $3
""")
# Looked through one by one in their index (+ 0, >= ''): only where no key and no address fits.
_BY_WORDS = statement("""
    SELECT id + 0 AS contact_id FROM contact WHERE names >= '' AND names LIKE $1 ESCAPE '!'
    ORDER BY contact_id LIMIT $2
""")
_INVITATIONS = statement("""
    SELECT * FROM invitation WHERE contact_id = $1 ORDER BY COALESCE(asked_at, due_at) DESC, id DESC
    LIMIT $2
""")
_DECISIONS = statement("""
    SELECT * FROM decision WHERE invitation_id = ANY($1::bigint[]) ORDER BY id
""")
_EVENTS = statement("""
    SELECT name, occurred_at, verdict FROM event
    WHERE user_id = ANY($1::text[]) AND kind = 'track' ORDER BY received_at DESC LIMIT $2
""")

PEOPLE = 6
"""People found at most; more are not one person."""


async def find_people(session: Session, words: str) -> list[Contact]:
    """Give the people a colleague may mean: by the business's id, an address, else a name."""
    said = words.strip()
    keys = [said, f"user:{said}", f"anon:{said}"]
    found = await session.fetch(_BY_NAME, keys, [said, said.casefold()], PEOPLE)
    if not found and len(said) >= 2:
        pattern = f"%{escaped(said.lower())}%"
        found = await session.fetch(_BY_WORDS, pattern, PEOPLE)
    people = await load_contacts(session, [row["contact_id"] for row in found])
    return list(people.values())


async def explain(
    session: Session, contact: Contact, teams: Collection[str] | None, limit: int
) -> Explanation:
    """Give what was decided about a person lately, of the teams that may be seen (None: all)."""
    rows = await session.fetch(_INVITATIONS, contact.id, limit)
    invitations = [read_invitation(row) for row in rows]
    seen = [i for i in invitations if teams is None or i.interaction.team in teams]
    decisions = await _decisions(session, [invitation.id for invitation in seen])
    users = [key.removeprefix("user:") for key in contact.keys if key.startswith("user:")]
    events = await session.fetch(_EVENTS, users, limit) if teams is None else []
    return Explanation(
        contact=contact,
        asked=tuple(
            Asked(
                invitation=one, decisions=tuple(d for d in decisions if d.invitation_id == one.id)
            )
            for one in seen
        ),
        heard=tuple(
            Heard(name=row["name"], at=from_ms(row["occurred_at"]), verdict=row["verdict"])
            for row in events
        ),
        hidden=len(invitations) - len(seen),
    )


async def _decisions(session: Session, ids: Sequence[int]) -> list[Decision]:
    return [read_decision(row) for row in await session.fetch(_DECISIONS, list(ids))]


def escaped(words: str) -> str:
    """Give words in which nothing means anything to LIKE."""
    for sign in "!%_":
        words = words.replace(sign, f"!{sign}")
    return words
