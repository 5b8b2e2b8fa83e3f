"""Forms and presses: what a page seals into its form, and what a press says of whoever pressed.

Every page of ours with a form that records something takes both from here; whether a press counts
is for `surveys.scanner.suspect` to say.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from channels.base import Request
from surveys.link import Purpose, read_stamp, stamp
from surveys.scanner import CANARY, NOTHING, Origin, Press, Sighting, suspect

FORM_LIFE = timedelta(hours=12)
"""How long a page may lie open before its button asks to be pressed again."""

_LONGEST = 80  # characters of what a link names: "question.value"
_ROBOT = re.compile(
    r"headless|bot\b|crawl|spider|scan|curl|wget|python|java/|go-http", re.IGNORECASE
)


def make_form(
    key: bytes,
    subject: int,
    now: datetime,
    origin: Origin = Origin.OPENED,
    *,
    purpose: Purpose = Purpose.FORM,
) -> str:
    """Give the sealed session of a form made now: 40 characters. ``subject`` is what the form is
    about (an invitation); another ``purpose`` keeps subjects of another kind apart.
    """
    return stamp(key, purpose, subject, now, origin)


def read_press(
    key: bytes,
    subject: int,
    form: str,
    now: datetime,
    headers: Mapping[str, str],
    *,
    purpose: Purpose = Purpose.FORM,
) -> Press | None:
    """Give how a form was pressed; None where it is not ours, of another subject, or too old."""
    found = read_stamp(key, purpose, subject, form)
    if found is None or now - found[0] > FORM_LIFE or found[1] not in _ORIGINS:
        return None
    return Press(issued_at=found[0], origin=_ORIGINS[found[1]], hints=read_hints(headers))


def survey_number(survey: str) -> int:
    """Give what the form of a survey that nobody is invited to yet is about."""
    return int.from_bytes(sha256(survey.encode()).digest()[:6], "big")


def is_hasty(press: Press, now: datetime) -> bool:
    """Whether a press may be a machine's where there is no invitation at whose links anything
    could have been seen: what counts is the time alone.
    """
    return suspect(NOTHING, press, now) is not None


def read_sighting(request: Request) -> Sighting | None:
    """Give what opening a link tells of whoever opened it, None for nothing.

    What a browser fetches ahead by itself says nothing, whichever links it likes.
    """
    query = request.query
    ahead = request.headers.get("sec-purpose") or request.headers.get("purpose") or ""
    link = f"{query['q']}.{query['v']}"[:_LONGEST] if "q" in query and "v" in query else ""
    if request.method not in ("GET", "HEAD") or "prefetch" in ahead.lower():
        return None
    if not link and CANARY not in query:
        return None
    return Sighting(link=link, canary=CANARY in query, head=request.method == "HEAD")


def read_hints(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Give what the headers give away: ``robot`` (it says so), ``bare`` (browsers send more)."""
    agent = headers.get("user-agent", "")
    robot = ("robot",) if _ROBOT.search(agent) else ()
    bare = () if agent and "accept-language" in headers else ("bare",)
    return robot + bare


_ORIGINS = {origin.value: origin for origin in Origin}
