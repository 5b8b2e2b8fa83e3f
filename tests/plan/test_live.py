"""`plan --against live` after the service itself has run on the store."""

from pathlib import Path

from bot.config import load_config
from bot.service import Service
from tests.plan.test_plan import CONFIG, NOW, calls, fill, plan, write

CALM = {"recontact": "30d", "on_limit": "skip"}


def written(folder: Path, name: str = "config.yaml", **more: object) -> Path:
    database = f"sqlite://{folder}/live.db"
    service = {**CONFIG["service"], "database": database, "listen": "127.0.0.1:0"}
    return write(folder, name, service=service, **more)


async def test_what_the_service_ran_with_is_what_is_live(tmp_path: Path) -> None:
    path = written(tmp_path)
    await fill(path, calls())
    async with Service(load_config(path, {}), clock=lambda: NOW):
        pass
    status, said = await plan(path, against="live", days=14)
    assert (status, "Against what runs now" in said, "no difference" in said) == (0, True, True)
    calmer = written(tmp_path, "calmer.yaml", throttle=CALM)
    _, said = await plan(calmer, against="live", days=14)
    assert "times one person is asked at most: 8 -> 1 (-7)" in said


async def test_what_was_saved_since_is_live_at_the_next_start_only(tmp_path: Path) -> None:
    path = written(tmp_path)
    await fill(path, calls())
    async with Service(load_config(path, {}), clock=lambda: NOW):
        pass
    written(tmp_path, throttle=CALM)
    _, said = await plan(path, against="live", days=14)
    assert "8 -> 1 (-7)" in said
    async with Service(load_config(path, {}), clock=lambda: NOW):
        pass
    _, said = await plan(path, against="live", days=14)
    assert "no difference" in said
