"""Outside: what a command may look up in a SQLite file that a running service has open.

Reading it is proof enough of who asks: whoever can read the file can read everything in it.
"""

import sqlite3
from collections.abc import Sequence

from storage.database import read_url
from storage.errors import StoreError, explain

_KEY = "SELECT value FROM secret WHERE name = 'links'"
_BY_KEY = "SELECT contact_id FROM contact_key WHERE key = ?"
_BY_ADDRESS = "SELECT contact_id FROM address WHERE channel = ? AND value = ?"


def look_up(url: str, names: Sequence[tuple[str, ...]]) -> tuple[bytes, int]:
    """Give the store's own key, and the number of the first contact found by one of ``names``, 0
    where there is none. A name is ``(key,)`` or ``(channel, address)``.

    :raises StoreError: where there is no such file, or it cannot be read.
    """
    _, path = read_url(url)
    if path is None or not path.exists():
        raise StoreError("there is no database file to look into")
    try:
        database = sqlite3.connect(f"file:{path.as_posix()}?mode=ro", uri=True)
        try:
            key = bytes.fromhex(database.execute(_KEY).fetchone()[0])
            for name in names:
                found = database.execute(_BY_KEY if len(name) == 1 else _BY_ADDRESS, name)
                if row := found.fetchone():
                    return key, int(row[0])
            return key, 0
        finally:
            database.close()
    except sqlite3.Error as error:
        raise explain(error) or StoreError("the database file cannot be read") from None
