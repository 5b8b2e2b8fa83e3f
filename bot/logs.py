"""Logs: one JSON record a line on standard error, without secrets or personal data."""

import json
import logging
import sys
from collections.abc import Collection
from datetime import UTC, datetime


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
            "text": record.getMessage(),
        }
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        line = json.dumps(fields, ensure_ascii=False)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def set_up_logs(level: str = "info", secrets: Collection[str] = ()) -> None:
    """Send our own records at ``level`` and other libraries' warnings to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(secrets))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("afterword").setLevel(level.upper())
