"""Filing: what was made is put into files whole, or not at all."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import EISDIR
from pathlib import Path
from tempfile import mkstemp

from surveys.errors import AfterwordError


class NotWritten(AfterwordError):
    """A file cannot be written; the text says which, and why. What was there before still is."""


def put_files(files: Mapping[Path, bytes]) -> None:
    """Write all of these files: first beside where they belong, then each into its place.

    A device or a pipe, which has no place to move to, is written as it is.

    :raises NotWritten: where one of them cannot be; none of them was touched then.
    """
    made: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            with _telling(path):
                _put(path, content, made)
        for path, beside in made.items():
            with _telling(path):
                beside.replace(path)
    finally:
        for beside in made.values():
            with suppress(OSError):
                beside.unlink()


def _put(path: Path, content: bytes, made: dict[Path, Path]) -> None:
    if path.is_dir():
        raise IsADirectoryError(EISDIR, "that is a folder; give a file's name")
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    made[path] = Path(name)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).chmod(_mode(path))


def _mode(path: Path) -> int:
    """Give the rights of the file there is, else those a new one gets."""
    if path.is_file():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Turn an error of the disk into one for the person who asked."""
    try:
        yield
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror or error}") from None
