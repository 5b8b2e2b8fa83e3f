"""Whereabouts: in which country and time zone a person is, as far as is known. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduler.calendar import IsHoliday
from surveys.contact import Contact


def _no_country(_number: str) -> str:
    return ""


def no_holiday(_country: str, _day: date) -> bool:
    """Give that no day is a public holiday."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What is known of places: ``zones`` maps a country to its most populous zone, ``country_of``
    gives the country of a phone number, "" for none.
    """

    zones: Mapping[str, str] = field(default_factory=dict)
    country_of: Callable[[str], str] = _no_country
    is_holiday: IsHoliday = no_holiday

    def country(self, contact: Contact) -> str:
        """Give where a person is: what is said of them (``country``, two letters), else where
        their phone is from, else "".
        """
        said = contact.attributes.get("country")
        if isinstance(said, str) and len(said.strip()) == 2:
            return said.strip().upper()
        phones = [a.value for a in contact.addresses if a.channel in ("sms", "voice")]
        return next((found for number in phones if (found := self.country_of(number))), "")

    def zone(self, contact: Contact, default: str) -> ZoneInfo:
        """Give a person's time zone: their own, else their country's, else the default one."""
        own = _zone(contact.timezone or "")
        return own or _zone(self.zones.get(self.country(contact), "")) or ZoneInfo(default)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    """Give the zone of that name, None where there is none: names come from other systems."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None
