"""Several processes on one PostgreSQL: nobody is invited twice, and nobody is written to twice."""

from pathlib import Path

import pytest

from tests.faults import crew


@pytest.mark.slow
async def test_four_processes_ask_ten_thousand_people_once(
    postgres_url: str, tmp_path: Path
) -> None:
    figures = await crew.run(postgres_url, tmp_path, 10_000)
    print(figures)
    crew.check(figures)
