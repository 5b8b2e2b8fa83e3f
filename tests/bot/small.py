"""The real service at its smallest: SQLite, the sandbox, one survey after each call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.config import load_config
from bot.service import Service

KEY = "small-write-key"
CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:{port}
  listen: 127.0.0.1:{port}
  database: sqlite://{folder}/small.db
  write_keys: ["{key}"]
channels:
  sandbox: {{}}
surveys:
  after_call:
    questions: [nps.phone, comment]
triggers:
  after_call:
    event: Call Ended
    survey: after_call
    via: [sandbox]
"""


def write_config(folder: Path, port: int) -> Path:
    """Write config.yaml into a folder."""
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(folder=folder, port=port, key=KEY), encoding="utf-8")
    return path


@asynccontextmanager
async def small_service(folder: Path, port: int) -> AsyncIterator[Service]:
    """Start it; everything is gone afterwards."""
    async with Service(load_config(write_config(folder, port), {})) as service:
        yield service
