"""The restore command, and what an operator reads."""

import asyncio
import io
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.restoring import RestoreError, Wish, run_restore
from tests.bot.test_erase import config, plant


def test_a_backup_is_restored_and_the_next_steps_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(plant(tmp_path))
    path, copy = str(config(tmp_path)), str(tmp_path / "copy.db")
    assert main(["backup", "--config", path, copy]) == 0
    assert main(["restore", "--yes", "--config", path, copy]) == 0
    said = capsys.readouterr().out
    assert "Everything is on hold" in said and "/resume all" in said
    assert "one.db.before-restore-" in said
    assert main(["restore", "--yes", "--config", path, str(tmp_path / "no.db")]) == 1
    assert "there is no back-up at" in capsys.readouterr().err


async def test_it_asks_before_it_does_anything(tmp_path: Path) -> None:
    out = io.StringIO()
    with pytest.raises(RestoreError, match="add --yes"):
        await run_restore(config(tmp_path), Wish(backup=tmp_path / "a"), out, lambda _: "yes")
    assert "Everything since the back-up is forgotten" in out.getvalue()
