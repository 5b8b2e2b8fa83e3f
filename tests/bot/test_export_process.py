"""``python -m bot export`` as a person starts it: nothing on the terminal but what they asked for."""

from io import StringIO
from pathlib import Path

import pytest

from bot.exporting.command import Wish, run_export
from bot.exporting.writers import ExportError
from tests.bot.reports.test_command import write
from tests.bot.reports.test_sending import fill
from tests.bot.test_running import ended, process


async def test_parquet_leaves_nothing_on_the_terminal(tmp_path: Path) -> None:
    """DuckDB's library tells of what a process has not let go of when that ends."""
    await fill(tmp_path)
    out = tmp_path / "answers.parquet"
    line = ("export", "responses", "--config", write(tmp_path), "--out", out)
    async with process(*line) as started:
        status, said, err = await ended(started, 60)
    assert (status, err) == (0, "")
    assert said == f"{out}: 19 rows, 0.0 MB\n"
    assert out.read_bytes().endswith(b"PAR1")


async def test_a_file_that_cannot_be_written_is_named_as_it_was_asked_for(tmp_path: Path) -> None:
    await fill(tmp_path)
    out = tmp_path / "none" / "answers.parquet"
    with pytest.raises(ExportError) as raised:
        await run_export(write(tmp_path), Wish(kind="responses", out=out), StringIO())
    assert str(raised.value) == f"{out} cannot be written: No such file or directory"
