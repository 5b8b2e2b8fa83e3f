"""Logs: one JSON record a line on standard error, without secrets or personal data, and no faster
than anybody can read.
"""

import json
import logging
import sys
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from time import monotonic

MOST_ALIKE = 30
"""Records of one kind (logger and wording, whatever is filled in) written in one `WINDOW`."""
WINDOW = 60.0  # seconds

_LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}  # JSON leaves these be


class JsonLines(logging.Formatter):
    """One record a line. Known secrets are masked wherever they turn up, tracebacks included."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._secrets = sorted((s for s in secrets if len(s) >= 6), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": self._masked(record.getMessage()),
        }
        if record.exc_info:
            fields["trace"] = self._masked(self.formatException(record.exc_info))
        line = json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace").decode()
        return line.translate(_LINE_ENDS)

    def _masked(self, text: str) -> str:
        """Masked before it is written as JSON, which would spell a secret's quotes another way."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


class Calm(logging.Filter):
    """Lets `MOST_ALIKE` records of a kind through in each `WINDOW`; the next one says how many were
    left out. A flood of bad calls, or a provider that is away, must not fill the disk.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        now, kind = self._clock(), (record.name, str(record.msg))
        since, seen = self._kinds.get(kind, (now, 0))
        left_out = 0
        if now - since >= WINDOW:
            since, left_out, seen = now, seen - MOST_ALIKE, 0
        if len(self._kinds) >= 1000:  # wordings that are never twice the same
            self._kinds.clear()
        self._kinds[kind] = (since, seen + 1)
        if left_out > 0:
            record.msg = f"{record.getMessage()} (and {left_out} more like it were left out)"
            record.args = ()
        return seen < MOST_ALIKE


def set_up_logs(level: str = "info", secrets: Collection[str] = ()) -> None:
    """Send our own records at ``level`` and other libraries' warnings to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(secrets))
    handler.addFilter(Calm())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("afterword").setLevel(level.upper())
    # It logs a traceback, with what was sent, for each request that is no HTTP: our own faults are
    # answered and logged by `bot.http`.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
