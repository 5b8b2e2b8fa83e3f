"""``python -m tests.bot.export_size FILE N``: export N answers; print the memory it took, in MB."""

import asyncio
import contextlib
import resource
import sqlite3
import sys
import time
from pathlib import Path

from bot.exporting.work import write_export
from storage.exports import Part
from storage.store import Store

_PEOPLE = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n})
INSERT INTO contact (id, attributes) SELECT i, '{{"first_name": "Anna"}}' FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n})
INSERT INTO contact_key (key, contact_id) SELECT 'user:' || i, i FROM n;
"""
_ANSWERS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n})
INSERT INTO response SELECT i, i % 1000 + 1, 'after_call', 'v1', 1795262400000, 1795262400000, 'fi',
    'telegram', 'after_call', 1.0, 'c' || i, 'Pekka', 'support', '', 'customer' FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n})
INSERT INTO answer (invitation_id, question_id, revision, is_latest, wording, language, channel, at,
    value, choices, text, skipped, draft, metric_id, metric_version, scale_id, satisfied)
SELECT i, 'nps', 1, 1, 'nps', 'fi', 'telegram', 1795262400000, i % 11, '[]',
    'It took a while to get through, but then it went well.', 0, 0, 'nps', 'v', '0-10', NULL FROM n;
"""


async def make(path: Path, n: int) -> None:
    """Make a database of so many answers."""
    store = await Store.open(f"sqlite://{path}")
    await store.close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(_PEOPLE.format(n=1000))
        database.executescript(_ANSWERS.format(n=n))


async def export(path: Path, n: int, form: str) -> None:
    """Write it, and say how long it took."""
    store = await Store.open_beside(f"sqlite://{path}")
    start = time.monotonic()
    rows = await write_export(store, Part(kind="responses"), form, path.with_suffix(f".{form}"))
    await store.close()
    assert rows == n
    print(f"{rows:,} rows as {form} in {time.monotonic() - start:.1f} s")


if __name__ == "__main__":
    file, size = Path(sys.argv[1]), int(sys.argv[2])
    if not file.exists():
        asyncio.run(make(file, size))
    for wanted in sys.argv[3:] or ["csv"]:
        asyncio.run(export(file, size, wanted))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
