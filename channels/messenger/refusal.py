"""What the Graph API's refusals mean for the caller. Pure.

Codes and subcodes: https://developers.facebook.com/docs/messenger-platform/error-codes. What Meta
writes beside a code may quote the message or the person, so only the codes are told.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from channels.errors import (
    BadResponse,
    ChannelError,
    Misconfigured,
    Rejected,
    Throttled,
    Unavailable,
    Unreachable,
)
from channels.http import WAIT_CAP, Reply, outcome, retry_after

SLOW_DOWN = 60.0
"""Seconds to wait where Meta does not say how long: its limits are counted by the hour."""

_OUTSIDE = frozenset({2018278, 2018065})  # subcodes of 10: sent outside of the allowed window
_NOBODY = frozenset({2018001, 2018108, 1545041})  # subcodes: no such user, or not receiving
_GONE = 551  # the person is not available: a block, or an account that is no more
_PASSING = frozenset({1, 2, 1200})
_LIMITS = {4: True, 32: True, 613: False, 80006: True}  # is it the whole page that must wait?
_OURS: Mapping[int, str] = {
    3: "the app may not do this: ask for the permission pages_messaging",
    10: "the app may not do this: ask for the permission pages_messaging",
    102: "page_token has expired: make a new one",
    190: "page_token is wrong or has expired: make a new one",
    200: "the app has no permission to write for this page: grant pages_messaging",
    230: "the app has no permission to write for this page: grant pages_messaging",
    368: "Meta has stopped the page for a while: see Page quality and the page's support inbox",
}


def refusal(reply: Reply, now: datetime) -> ChannelError | None:
    """Give the error an answer stands for, or None where the message was taken."""
    error = reply.body.get("error") if isinstance(reply.body, Mapping) else None
    code = error.get("code") if isinstance(error, Mapping) else None
    if not isinstance(error, Mapping) or not isinstance(code, int):
        return _wordless(reply, now)
    subcode = error.get("error_subcode")
    subcode = subcode if isinstance(subcode, int) else 0
    said = f"Messenger answered {code}/{subcode}" if subcode else f"Messenger answered {code}"
    return (
        _about_person(code, subcode, said)
        or _about_pace(code, said, reply, now)
        or _about_us(code, said)
        or Rejected(f"{said}: it will not take this message")
    )


def _wordless(reply: Reply, now: datetime) -> ChannelError | None:
    """Read an answer that is not in Graph's form. One that refuses what was sent is no refusal of
    the message: something other than the Graph API answered.
    """
    error = outcome(reply, now=now)
    if isinstance(error, Rejected):
        return BadResponse(f"{error}, and not as the Graph API does: check api_base")
    return error


def _about_person(code: int, subcode: int, said: str) -> ChannelError | None:
    if code == 10 and subcode in _OUTSIDE:
        return Rejected(f"{said}: outside Messenger's window")
    if code == _GONE or subcode in _NOBODY:
        return Unreachable(f"{said}: the person cannot be reached from this page")
    return None


def _about_pace(code: int, said: str, reply: Reply, now: datetime) -> ChannelError | None:
    if code in _PASSING:
        return Unavailable(f"{said}: it failed for the moment")
    if code not in _LIMITS:
        return None
    waits = [SLOW_DOWN, retry_after(reply.headers, now) or 0.0, *_usage_waits(reply)]
    return Throttled(
        f"{said}: too many messages",
        retry_after=min(max(waits), WAIT_CAP),
        account=_LIMITS[code],
    )


def _about_us(code: int, said: str) -> ChannelError | None:
    return Misconfigured(f"{said}: {_OURS[code]}") if code in _OURS else None


def _usage_waits(reply: Reply) -> Iterator[float]:
    """Give the seconds that the header about a page's usage asks for; it counts in minutes.

    https://developers.facebook.com/docs/graph-api/overview/rate-limiting
    """
    try:
        usage: Any = orjson.loads(reply.headers.get("x-business-use-case-usage", "{}"))
    except orjson.JSONDecodeError:
        return
    for limits in usage.values() if isinstance(usage, Mapping) else ():
        for limit in limits if isinstance(limits, list) else ():
            known = isinstance(limit, Mapping)
            minutes = limit.get("estimated_time_to_regain_access") if known else None
            if isinstance(minutes, int | float):
                yield minutes * 60.0
