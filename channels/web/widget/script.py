"""The script as it is served: our one file in the service's colours, packed once and kept."""

import gzip
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from channels.base import Ack, Request
from channels.web.settings import Settings

PATH = "/widget.js"
MAX_AGE = 3600
"""Seconds a browser may go on without asking whether the script is still the same."""

_FILE = Path(__file__).parent / "widget.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """``plain`` and ``packed`` are the same text, the latter by gzip."""

    plain: bytes = field(repr=False)
    packed: bytes = field(repr=False)
    version: str


def make_script(settings: Settings) -> Script:
    """Give the script in the colours of the pages."""
    text = _FILE.read_text(encoding="utf-8")
    for name, colour in (("#0f6b5c", settings.accent), ("#7fc9bb", settings.night_accent)):
        text = text.replace(name, colour)
    plain = text.encode()
    packed = gzip.compress(plain, mtime=0)
    return Script(plain=plain, packed=packed, version=sha256(plain).hexdigest()[:20])


def serve_script(script: Script, request: Request) -> Ack:
    """Answer a call for the script: whole, packed, or "you have it" (RFC 9110, 13.1.2)."""
    if request.method not in ("GET", "HEAD"):
        return Ack(status=405, headers={"Allow": "GET, HEAD"})
    packed = "gzip" in request.headers.get("accept-encoding", "").lower()
    tag = f'"{script.version}{"-gzip" if packed else ""}"'
    headers = {
        "Content-Type": "text/javascript; charset=utf-8",
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "ETag": tag,
        "Vary": "Accept-Encoding",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
        **({"Content-Encoding": "gzip"} if packed else {}),
    }
    known = {part.strip().removeprefix("W/") for part in _if_none_match(request)}
    if tag in known or "*" in known:
        return Ack(status=304, headers=headers)
    body = script.packed if packed else script.plain
    return Ack(headers=headers, body=b"" if request.method == "HEAD" else body)


def _if_none_match(request: Request) -> list[str]:
    return request.headers.get("if-none-match", "").split(",")
