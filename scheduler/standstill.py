"""Standstill: how long a lane sends nothing, because its provider says so or does not take us."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from channels.errors import ChannelError, Misconfigured, Throttled, Unavailable

log = logging.getLogger("afterword.dispatch")

MISCONFIGURED_PAUSE = timedelta(minutes=1)


class Standstill:
    """The standstill of one lane. It also notes whether the provider is away, to log that once."""

    def __init__(self, lane: str, clock: Callable[[], datetime]) -> None:
        self._lane, self._clock = lane, clock
        self._until: datetime | None = None
        self._longest = timedelta(0)
        self._away = False

    @property
    def is_on(self) -> bool:
        """Whether the lane waits. A clock that was set back does not make it wait longer."""
        if self._until is None:
            return False
        return timedelta(0) < self._until - self._clock() <= self._longest

    def hold(self, wait: timedelta) -> None:
        """Send nothing for a while; a longer wait under way stays."""
        if self._until is None or self._clock() + wait > self._until:
            self._begin(wait)

    def ends(self, now: datetime) -> datetime:
        """Give when the lane goes on: ``now`` where it does not wait."""
        return max(now, self._until or now) if self.is_on else now

    def heed(self, error: ChannelError) -> None:
        """Wait where the provider means all of us."""
        if isinstance(error, Throttled) and error.account:
            self._begin(timedelta(seconds=error.retry_after))
            log.warning("lane %s: paused %.0f s by the provider", self._lane, error.retry_after)
        elif isinstance(error, Misconfigured) and not self.is_on:
            self._begin(MISCONFIGURED_PAUSE)
            log.error("lane %s: paused until somebody mends it: %s", self._lane, error)
        elif isinstance(error, Unavailable) and not self._away:
            self._away = True
            log.warning("lane %s: the provider is away, messages wait: %s", self._lane, error)

    def note_reached(self) -> None:
        """Note that the provider took a message."""
        if self._away:
            self._away = False
            log.warning("lane %s: the provider is back", self._lane)

    def _begin(self, wait: timedelta) -> None:
        self._until, self._longest = self._clock() + wait, wait
