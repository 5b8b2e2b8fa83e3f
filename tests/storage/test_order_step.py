"""The step that names rows by the keys of their invitations: what waits is still known by it."""

from datetime import timedelta

from storage.migrate import read_migrations
from storage.sql import Session, statement
from storage.store import Store
from surveys.due import DueKind, name_due
from tests.storage.make import NOW, plan

_WAITING = statement("SELECT id FROM due ORDER BY id")
_BEGUN = statement("SELECT due_id AS id FROM delivery ORDER BY due_id")
_PUT = statement("""
    INSERT INTO due (lane, at, id, due_at, kind, invitation_id, message, attempts, fence)
    VALUES ($1, $2, $3, $2, $4, $5, NULL, 0, 0)
""")
_BEGIN = statement("""
    INSERT INTO delivery (due_id, fence, invitation_id, channel, address, state, external_id,
        reason, started_at) VALUES ($1, 1, $2, 'sms', '+358', $3, '', '', 1)
""")
_EMPTY = statement("DELETE FROM due")


async def test_rows_are_named_anew(store: Store) -> None:
    # Number 1, so that a reminder's number is the invitation's, too.
    first, second = await plan(store, 2)
    assert first.id == 1
    rows = {
        "ask:1": ("ask", 1),
        "ask:2:telegram": ("ask", 2),
        "remind:1:1": ("remind", 1),
        "fallback:2:email": ("fallback", 2),
        "say:sms:e1:01": ("say", 1),
        "ask:77": ("ask", 77),
    }

    async def work(session: Session) -> None:
        await session.run(_EMPTY)
        for name, (kind, number) in rows.items():
            await session.run(_PUT, "sms", 1, name, kind, number)
        await session.run(_BEGIN, "remind:1:1", 1, "sending")
        await session.run(_BEGIN, "ask:2", 2, "sent")
        step = next(s for s in read_migrations(session.backend) if s.version == 17)
        names, columns, _ = step.sql.partition("-- Where")
        assert columns
        await session.client.execute_script(names)

    await store._database.transact(work)
    waiting = {row["id"] for row in await store._database.run(lambda s: s.fetch(_WAITING))}
    assert waiting == {
        name_due(DueKind.ASK, first.due_at, first.key),
        name_due(DueKind.ASK, second.due_at, second.key, "telegram"),
        name_due(DueKind.REMIND, first.due_at, first.key, "1"),
        name_due(DueKind.FALLBACK, second.due_at, second.key, "email"),
        "say:sms:e1:01",
        "ask:77",
    }
    begun = {row["id"] for row in await store._database.run(lambda s: s.fetch(_BEGUN))}
    assert begun == {name_due(DueKind.REMIND, first.due_at, first.key, "1"), "ask:2"}


def test_who_has_waited_longest_comes_first() -> None:
    first = name_due(DueKind.ASK, NOW - timedelta(milliseconds=1), "ff")
    assert first < name_due(DueKind.ASK, NOW, "00") < name_due(DueKind.ASK, NOW, "01")
