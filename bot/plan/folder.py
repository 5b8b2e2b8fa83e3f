"""The folder a plan is played in: gone at its end, or, where it was killed, when the next one
begins.
"""

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "afterword-plan-"
_OWNER = "owner.lock"
_YOUNG = 60.0
"""Seconds in which a folder may be about to be locked by whoever made it."""


@contextmanager
def a_folder() -> Iterator[Path]:
    """Give a folder of our own in the temporary one. What killed plans left there, copies of the
    store, is removed before: those whose owner is gone, which a lock tells that ends with its
    process.
    """
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        folder = Path(name)
        with (folder / _OWNER).open("w") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{_PREFIX}*"):
        try:
            is_young = time.time() - left.stat().st_mtime < _YOUNG
            with (left / _OWNER).open("r+") as owner:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not is_young:
                    shutil.rmtree(left, ignore_errors=True)
        except OSError:  # somebody's who is at work, or somebody else's: it stays
            continue
