"""Whether a call comes from Slack. Pure.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hmac
import re
from datetime import datetime
from hashlib import sha256

from channels.base import Request

WINDOW = 300
"""Seconds a call may be old, or ahead of our clock; Slack's own advice against replays."""


def is_genuine(request: Request, secret: str, *, now: datetime) -> bool:
    """Whether the raw body was signed with our secret a moment ago. ``now`` is aware UTC."""
    stamp = request.headers.get("x-slack-request-timestamp", "")
    if not secret or not re.fullmatch(r"\d{1,12}", stamp, re.ASCII):
        return False
    if abs(now.timestamp() - int(stamp)) > WINDOW:
        return False
    signed = b"v0:" + stamp.encode() + b":" + request.body
    expected = "v0=" + hmac.new(secret.encode(), signed, sha256).hexdigest()
    given = request.headers.get("x-slack-signature", "")
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
