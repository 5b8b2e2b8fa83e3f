"""Finding: contacts by any part of a name, address or key."""

from storage.contacts import load_contacts
from storage.explanations import escaped
from storage.sql import Session, statement
from surveys.contact import Contact

# Each table is read once, in the order it lies in (+ 0), and names from their index (>= '').
_FIND = statement("""
    SELECT DISTINCT id FROM (
        SELECT id + 0 AS id FROM contact WHERE names >= '' AND names LIKE $1 ESCAPE '!'
        UNION ALL SELECT contact_id + 0 FROM contact_key WHERE lower(key) LIKE $1 ESCAPE '!'
        UNION ALL SELECT contact_id + 0 FROM address WHERE lower(value) LIKE $1 ESCAPE '!'
    ) AS found ORDER BY id LIMIT $2::bigint OFFSET $3::bigint
""")


async def find_contacts(session: Session, words: str, limit: int, offset: int) -> list[Contact]:
    """Give contacts of whom any name, address or key holds these words, in the order they came."""
    pattern = f"%{escaped(words.strip().lower())}%"
    found = await session.fetch(_FIND, pattern, limit, offset)
    people = await load_contacts(session, [row["id"] for row in found])
    return [people[row["id"]] for row in found if row["id"] in people]
