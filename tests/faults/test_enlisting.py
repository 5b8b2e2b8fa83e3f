"""A campaign that is killed while it enlists goes on where it stood: everybody exactly once."""

from pathlib import Path

import pytest

from tests.faults.enlisting import check, run


async def test_a_campaign_killed_twice_invites_everybody_once(tmp_path: Path) -> None:
    figures = await run(f"sqlite://{tmp_path}/enlisting.db", tmp_path, 20_000, 2, seed=20261122)
    check(figures)


@pytest.mark.slow
async def test_a_hundred_thousand_killed_five_times(store_url: str, tmp_path: Path) -> None:
    figures = await run(store_url, tmp_path, 100_000, 5, seed=20261122)
    print(figures)
    check(figures)
