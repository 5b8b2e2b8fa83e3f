"""Merging: two contacts turn out to be one person."""

from datetime import UTC, datetime

from storage.codec import to_ms, to_ms_or_none
from storage.contacts import load_contacts
from storage.following import lock_people
from storage.repeats import skip_repeats
from storage.sql import Session, statement
from surveys.contact import Contact, unite

MOVED = (
    "contact_key",
    "address",
    "invitation",
    "response",
    "anonymous_reply",
    "comment_card",
    "consent",
    "ask_hold",
    "human_talk",
    "webhook_call",
    "customer_case",
    "comment_gist",
)
"""The tables whose rows say ``contact_id`` and simply move along."""

MOVED_APART = ("journey_progress",)
"""Those that take more."""

_MOVES = tuple(
    statement(f"UPDATE {table} SET contact_id = $1 WHERE contact_id = $2")  # noqa: S608 - constants
    for table in MOVED
)
# The newest address is written to: those that move in go below those that are there.
_MAKE_ROOM = statement("""
    UPDATE address SET position = position
        + (SELECT COALESCE(MAX(position) + 1, 0) FROM address WHERE contact_id = $2)
    WHERE contact_id = $1
""")
_KEEP = statement("""
    UPDATE contact SET language = v.language, timezone = v.timezone, attributes = v.attributes,
        opted_out_at = v.opted_out_at, paused_until = v.paused_until, only_channel = v.only_channel
    FROM ROWS($1: contact_id bigint, language text, timezone text, attributes jsonb,
        opted_out_at bigint, paused_until bigint, only_channel text) AS v
    WHERE contact.id = v.contact_id
""")
_SETTLE_CONFLICTS = (
    statement("UPDATE address_conflict SET owner_id = $1 WHERE owner_id = $2"),
    statement("""
        DELETE FROM address_conflict WHERE claimant_id = $2 AND EXISTS (
            SELECT 1 FROM address_conflict AS o WHERE o.channel = address_conflict.channel
                AND o.value = address_conflict.value AND o.claimant_id = $1)
    """),
    statement("UPDATE address_conflict SET claimant_id = $1 WHERE claimant_id = $2"),
    statement("DELETE FROM address_conflict WHERE owner_id = $1 AND claimant_id IN ($1, $2)"),
)
_REMEMBER = (
    statement("UPDATE contact_merged SET keep_id = $1 WHERE keep_id = $2"),
    statement("INSERT INTO contact_merged (keep_id, gone_id, at) VALUES ($1, $2, $3)"),
)
_DROP = statement("DELETE FROM contact WHERE id = $1")
# Where both are on the same journey, the one that is kept goes on.
_GO_ON = statement("""
    UPDATE journey_progress SET contact_id = $1 WHERE contact_id = $2 AND NOT EXISTS (
        SELECT 1 FROM journey_progress other WHERE other.contact_id = $1
            AND other.journey = journey_progress.journey AND other.key = journey_progress.key)
""")
_END = statement("DELETE FROM journey_progress WHERE contact_id = $1")


async def merge_contacts(
    session: Session, keep: int, gone: int, now: datetime | None = None
) -> None:
    """Move everything of ``gone`` to ``keep`` and drop it; two ids of one person are one already.

    What ``keep`` says wins; what either asked of us stays (`surveys.contact.unite`). ``gone`` is
    remembered, so that links that carry it go on working. ``now`` is the system's clock where it is
    not given.
    """
    now = now or datetime.now(UTC)
    ids = await lock_people(session, (keep, gone))
    keep, gone = ids.get(keep, 0), ids.get(gone, 0)
    found = await load_contacts(session, (keep, gone))
    if len(found) < 2:
        return
    await skip_repeats(session, keep, gone, now)
    await session.run(_KEEP, [_row(unite(found[keep], found[gone]))])
    await session.run(_MAKE_ROOM, keep, gone)
    for move in _MOVES:
        await session.run(move, keep, gone)
    for settle in _SETTLE_CONFLICTS:
        await session.run(settle, keep, gone)
    await session.run(_REMEMBER[0], keep, gone)
    await session.run(_REMEMBER[1], keep, gone, to_ms(now))
    await session.run(_GO_ON, keep, gone)
    await session.run(_END, gone)
    await session.run(_DROP, gone)


def _row(person: Contact) -> dict[str, object]:
    return {
        "contact_id": person.id,
        "language": person.language,
        "timezone": person.timezone,
        "attributes": person.attributes,
        "opted_out_at": to_ms_or_none(person.opted_out_at),
        "paused_until": to_ms_or_none(person.paused_until),
        "only_channel": person.only_channel or None,
    }
