"""The service under test: its configuration, and the databases it runs on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import run_postgres
from tests.providers.telegram import TOKEN

WRITE_KEY = "benchmark-write-key"

_CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:8080
  listen: 127.0.0.1:0
  database: {database}
  timezone: Europe/Helsinki
  write_keys: [{write_key}]
channels: {{ {channels} }}
surveys:
  after_call:
    questions: [nps.phone, csat.phone, comment]
triggers:
  after_call:
    event: Call Ended
    if: duration_s >= 30 and not transferred
    every: 10
    wait: 2h        # planned and kept, not sent: sending is another benchmark's
    max_age: 1d
    survey: after_call
    via: [{via}]
alerts: []
"""

SANDBOXES = {"telegram": "{ sandbox: true }", "email": "{ sandbox: true }"}


def write_config(folder: Path, database: str, channels: Mapping[str, str] = SANDBOXES) -> Path:
    """Write the service's file and give its path. ``channels`` are blocks of YAML in a line."""
    text = _CONFIG.format(
        database=database,
        write_key=WRITE_KEY,
        channels=", ".join(f"{name}: {block}" for name, block in channels.items()),
        via=", ".join(name for name in ("telegram", "email") if name in channels),
    )
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def telegram_block(api_base: str, *, more: str = "") -> str:
    """Give the block of a bot of the provider at that address (`benchmarks.provider`)."""
    return f'{{ token: "{TOKEN}", api_base: "{api_base}"{more} }}'


def email_block(port: int) -> str:
    """Give the block of a mail server of the provider at that port (`benchmarks.provider`)."""
    return f'{{ smtp: "smtp://127.0.0.1:{port}?starttls=never", from: Acme <hi@acme.example> }}'


@contextmanager
def databases(folder: Path, *, postgres: bool = True) -> Iterator[dict[str, str]]:
    """Give the address of an empty database on each kind: name -> URL."""
    found = {"SQLite": f"sqlite://{folder}/afterword.db"}
    if not postgres:
        yield found
        return
    with run_postgres() as server:
        yield {**found, "PostgreSQL": server.url()}
