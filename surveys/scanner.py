"""Scanners: machines that open and press the links of a mail, told apart from people. Pure.

Mail gateways open every link before the person sees the mail, and some run the page's buttons too.
Opening records nothing anyhow. A press counts unless something speaks against a person; then it
is held back and the page asks to press once more, so that a person never loses an answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

PRESS_AGE = timedelta(milliseconds=1200)
"""A page pressed sooner than this was not read. The time runs from making the page to reading the
press, so that the way there and back is in it: 0.1 to 0.4 s on a phone. Seeing a page takes a
person 0.2 to 0.3 s, finding the button and moving to it 0.5 s and more; machines press within
milliseconds.
"""

CALM_AGE = timedelta(seconds=3)
"""The same where a machine was seen at the links shortly before: then be slower to believe."""

WATCH = timedelta(minutes=2)
"""How long a machine's visit makes us wary: as long as the same visit may still go on. Gateways
are done within seconds of the mail's arrival, and one that comes again later is seen again. Whoever
opens the mail after that is judged as if no machine had been there.
"""

TWO_LINKS, MORE_LINKS = timedelta(seconds=1), timedelta(seconds=4)
"""So soon nobody opens two, or three, different answers of one mail: each opens the browser, and
the way back to the mail takes a person 1.5 s or more. Scanners open all of them side by side.
Asking for a link's headers alone (HEAD) says little: Office does so when a person clicks. Doing
it for one link within `MORE_LINKS` of another is probing.
"""

QUIET = timedelta(seconds=1)
"""Pages made so soon after a machine's last visit are taken for its own. It is also how coarsely
visits are noted, which keeps it to about one write a second and invitation.
"""

FORGET = timedelta(days=1)
"""After this signals mean nothing: a page pressed then was made after the machine was done, or is
too old to be taken.
"""

MOST_LINKS = 12
"""Links remembered of one invitation; those opened in the last four seconds are all that count."""

CANARY = "k"
"""Query name of the link nobody can see. Whoever follows it reads the source, not the page."""


class Reason(StrEnum):
    """Why a press is held back; staff read the values."""

    TOO_FAST = "pressed too fast"
    CANARY = "hidden link opened"
    ALL_LINKS = "all links opened"
    PROBED = "links probed"


class Origin(IntEnum):
    """How a page came to be shown; sealed into its form, so that it cannot be made up."""

    OPENED = 0  # by a link
    VOUCHED = 1  # in reply to a press that counted: a person is at work
    AGAIN = 2  # in reply to a press that was held back: it asks for one more


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A pressed button. ``hints`` say what the caller's headers give away ("headless"); they are
    kept for staff to see and decide nothing, because they are as easily left out.
    """

    issued_at: datetime
    origin: Origin = Origin.OPENED
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Somebody opened a link that names an answer (``link``, such as ``nps.9``) or the hidden one.

    ``head`` where only its headers were asked for.
    """

    link: str = ""
    canary: bool = False
    head: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What was seen at one invitation's links: each with the time it was opened last, oldest first,
    and when a machine was there last, by which sign.
    """

    opened: tuple[tuple[str, datetime], ...] = ()
    machine_at: datetime | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPress:
    """A press that is held back: counted nowhere, kept with its reason, and released by staff or
    replaced by the person's next press. ``presses`` is how often it came; ``at`` is the last time.
    """

    id: int = 0
    invitation_id: int
    question_id: str
    metric_id: str = ""
    channel: str
    values: tuple[str, ...]
    text: str = ""
    reason: Reason
    hints: tuple[str, ...] = ()
    presses: int = 1
    at: datetime


NOTHING = Signals()


def canary_link(link: str) -> str:
    """Give the hidden link that belongs to an invitation's page."""
    return f"{link}?{CANARY}=1"


def observe(signals: Signals, seen: Sighting, now: datetime) -> Signals:
    """Give the signals with one more visit; the very same value where it adds nothing to note."""
    recent = tuple((link, at) for link, at in signals.opened if now - at <= MORE_LINKS)
    opened = _opened(recent, seen.link, now)
    reason = _reason(seen, opened, now)
    if reason is None:
        known = any(link == seen.link and now - at < QUIET for link, at in recent)
        return signals if known or not seen.link else replace(signals, opened=opened)
    if signals.machine_at and signals.reason == reason and now - signals.machine_at < QUIET:
        return signals
    return Signals(opened=opened, machine_at=now, reason=reason)


def suspect(signals: Signals, press: Press, now: datetime) -> Reason | None:
    """Give why a press may be a machine's, or None where it counts.

    Every reason has a way out for a person: the page that asks again counts after `CALM_AGE` at the
    latest, whatever was seen, and further pages of somebody whose press counted are not timed.
    """
    if press.origin is Origin.VOUCHED:
        return None
    age = now - press.issued_at
    if age < PRESS_AGE:
        return Reason.TOO_FAST
    if signals.machine_at is None:
        return None
    since = press.issued_at - signals.machine_at
    its_own = since <= QUIET and press.origin is not Origin.AGAIN
    wary = since < WATCH and age < CALM_AGE
    return signals.reason if its_own or wary else None


def _opened(
    recent: tuple[tuple[str, datetime], ...], link: str, now: datetime
) -> tuple[tuple[str, datetime], ...]:
    if not link:
        return recent
    others = tuple(entry for entry in recent if entry[0] != link)
    return (*others, (link, now))[-MOST_LINKS:]


def _reason(
    seen: Sighting, opened: tuple[tuple[str, datetime], ...], now: datetime
) -> Reason | None:
    if seen.canary:
        return Reason.CANARY
    at_once = sum(now - at <= TWO_LINKS for _, at in opened)
    if seen.link and (at_once >= 2 or len(opened) >= 3):
        return Reason.ALL_LINKS
    return Reason.PROBED if seen.head and len(opened) >= 2 else None
