"""What a killed plan leaves behind is gone when the next one begins; what is in use stays."""

import fcntl
import os
import tempfile
from pathlib import Path

import pytest

from bot.plan.folder import a_folder


def make(folder: Path, name: str, *, age: float) -> Path:
    left = folder / f"afterword-plan-{name}"
    left.mkdir()
    (left / "owner.lock").touch()
    (left / "copy.db").write_text("people")
    then = left.stat().st_mtime - age
    os.utime(left, (then, then))
    return left


def test_only_what_nobody_has_any_more_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed, young = make(tmp_path, "killed", age=61), make(tmp_path, "young", age=1)
    used = make(tmp_path, "used", age=9999)
    other = tmp_path / "afterword-plan-other"
    other.mkdir()
    with (used / "owner.lock").open("r+") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        with a_folder() as ours:
            assert sorted(tmp_path.iterdir()) == sorted([young, used, other, ours])
            with a_folder():
                assert ours.exists()
    assert not ours.exists() and not killed.exists()
