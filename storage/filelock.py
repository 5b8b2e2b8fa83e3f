"""One process owns a SQLite file: an operating-system lock beside it, gone with the process."""

import fcntl
import os
from pathlib import Path

from storage.errors import StoreInUse, StoreMisconfigured


class FileLock:
    """A lock on ``<path>.lock``. The file stays; the lock ends with the process."""

    def __init__(self, path: Path) -> None:
        self._guarded = path
        self._path = path.with_name(path.name + ".lock")
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock, making the folder where it is missing.

        :raises StoreInUse: where another process (or another store of this one) has it.
        :raises StoreMisconfigured: where the file cannot be made.
        """
        try:
            self._guarded.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreMisconfigured(
                f"store: {self._path} cannot be made ({error.strerror}):"
                " choose another path or mend the folder's permissions"
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(file, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(file)
            raise StoreInUse(
                f"{self._guarded} is in use by process {owner}: stop it first."
                " To run several processes on one store, use PostgreSQL."
            ) from None
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def release(self) -> None:
        """Give the lock back. May be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
