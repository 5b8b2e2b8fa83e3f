"""What a running service does beside its customers, seen to be started."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bot.whole import person, until, whole_service


async def test_a_running_service_writes_its_file_anew_after_an_erasure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.chores.TIDY", timedelta(seconds=0.2))
    caplog.set_level(logging.INFO, logger="afterword.compacting")
    async with whole_service(tmp_path) as whole:
        await whole.report(person(1))
        store, known = whole.service.store, person(1)
        number = await store.find_number((f"user:{known['userId']}",))
        assert "written anew" not in caplog.text
        assert await store.erase(number, whole.clock())
        await until(lambda: "the database was written anew" in caplog.text, seconds=20)
        assert await store.count_owed() == 0
