"""Errands: what other systems have done for them over HTTP, besides reporting events."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from channels.base import Channel
from storage.store import Store
from surveys.link import Purpose, seal, unseal

log = logging.getLogger("afterword.service")

OPT_IN_LIVES = timedelta(days=30)


class Errands:
    """The errands of one service, for `bot.http.Door`. ``channels`` are those that run."""

    def __init__(
        self, store: Store, channels: Mapping[str, Channel], clock: Callable[[], datetime]
    ) -> None:
        self._store, self._channels, self._clock = store, channels, clock

    async def opt_in_link(self, user_id: str, channel: str) -> str:
        """Give the link by which a contact ties their chat to themselves, "" for none."""
        key = f"user:{user_id}"
        found = await self._store.unit_of_work(lambda t: t.lock_contacts({key}))
        if key not in found or channel not in self._channels:
            return ""
        expires = self._clock() + OPT_IN_LIVES
        token = seal(self._store.key, Purpose.OPT_IN, found[key].id, expires)
        return self._channels[channel].deep_link(token)

    async def erase(self, token: str) -> Mapping[str, int] | None:
        """Erase whom a token of the erase command names; gives what went, None for a bad one."""
        number = unseal(self._store.key, Purpose.ERASE, token, self._clock())
        erased = await self._store.erase(number, self._clock()) if number else None
        if erased:
            log.info("contact %d was erased by command", erased.contact_id)
        return asdict(erased) if erased else None
