"""Places: what libraries know of countries, time zones and public holidays."""

from datetime import date
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from channels.phone import country_of
from scheduler.calendar import IsHoliday
from scheduler.patience import Throttle
from scheduler.whereabouts import Whereabouts


def make_whereabouts(throttle: Throttle) -> Whereabouts:
    """Give what the scheduler needs to know of places. Public holidays are loaded only where the
    throttle heeds them: their library takes a second.
    """
    if not throttle.hours.holidays:
        return Whereabouts(zones=country_zones(), country_of=country_of)
    return Whereabouts(zones=country_zones(), country_of=country_of, is_holiday=load_holidays())


@lru_cache(maxsize=1)
def country_zones() -> MappingProxyType[str, str]:
    """Give each country's first zone in the IANA table, which puts the most populous one first."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    zones: dict[str, str] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones.setdefault(country, zone)
    return MappingProxyType(zones)


@lru_cache(maxsize=64)
def zone_country(zone: str) -> str:
    """Give the country (two letters) that a time zone is named after in the IANA table, "" for
    none.
    """
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((row[0] for row in rows if row[2] == zone), "")


def load_holidays() -> IsHoliday:
    """Give a judge of public holidays, nationwide ones only; nowhere known has none."""
    import holidays  # noqa: PLC0415 - a second and 30 MB, for those who heed holidays

    @lru_cache(maxsize=4096)
    def is_holiday(country: str, day: date) -> bool:
        try:
            return day in holidays.country_holidays(country, years=day.year)
        except NotImplementedError:
            return False

    return is_holiday
