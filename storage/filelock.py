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
        """Take the lock, making the folder and an empty file where they are missing.

        The file is for its owner alone: it holds people's data.

        :raises StoreInUse: where another process (or another store of this one) has it.
        :raises StoreMisconfigured: where a file cannot be made or written.
        """
        try:
            self._guarded.parent.mkdir(parents=True, exist_ok=True)
            file = _open(self._path)
        except OSError as error:
            raise _cannot_open(self._path, error) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(file, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(file)
            raise StoreInUse(
                f"{self._guarded} is in use by process {owner}: stop it first."
                " To run several processes on one store, use PostgreSQL."
            ) from None
        self._file = file
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        try:
            os.close(_open(self._guarded))
        except OSError as error:
            raise _cannot_open(self._guarded, error) from None

    def release(self) -> None:
        """Give the lock back. May be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _cannot_open(path: Path, error: OSError) -> StoreMisconfigured:
    return StoreMisconfigured(
        f"store: {path} cannot be opened for writing ({error.strerror}):"
        " choose another path or mend the permissions"
    )
