"""Finding: contacts by any part of a name, address or key."""

from storage.contacts import load_contacts
from storage.explanations import escaped
from storage.sql import Session, statement
from surveys.contact import Contact

_FIND = statement("""
    SELECT id FROM contact c
    WHERE lower(COALESCE(attributes ->> 'first_name', '') || ' '
            || COALESCE(attributes ->> 'last_name', '')) LIKE $1 ESCAPE '!'
        OR lower(attributes ->> 'name') LIKE $1 ESCAPE '!'
        OR EXISTS (SELECT 1 FROM contact_key k
            WHERE k.contact_id = c.id AND lower(k.key) LIKE $1 ESCAPE '!')
        OR EXISTS (SELECT 1 FROM address a
            WHERE a.contact_id = c.id AND lower(a.value) LIKE $1 ESCAPE '!')
    ORDER BY id LIMIT $2::bigint OFFSET $3::bigint
""")


async def find_contacts(session: Session, words: str, limit: int, offset: int) -> list[Contact]:
    """Give contacts of whom any name, address or key holds these words, in the order they came."""
    pattern = f"%{escaped(words.strip().lower())}%"
    found = await session.fetch(_FIND, pattern, limit, offset)
    people = await load_contacts(session, [row["id"] for row in found])
    return [people[row["id"]] for row in found if row["id"] in people]
