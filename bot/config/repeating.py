"""Repeating: how often it must come to an alert for one customer."""

import re

from bot.config.place import Place
from bot.config.units import UnfitError, read_duration
from surveys.alert import Repeated

_OFTEN = re.compile(r"([0-9]{1,3})\s+in\s+(\S.*)")
HINT = "write it like 2 in 90d"


def read_repeated(place: Place) -> Repeated | None:
    """Give what ``2 in 90d`` says, None where it is not there or has a fault."""
    if not place.exists:
        return None
    value = place.value
    found = _OFTEN.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        place.fault("how often, and within how long, is expected here", hint=HINT)
        return None
    try:
        within = read_duration(found[2])
    except UnfitError as fault:
        place.fault(fault.message, hint=fault.hint or HINT)
        return None
    if int(found[1]) < 2:
        place.fault("once is what an alert tells of anyway", hint="leave repeated out, or 2 in 90d")
    elif not within:
        place.fault("this is no time at all", hint=HINT)
    else:
        times = int(found[1])
        written = f"{times} in {found[2].strip()}"
        return Repeated(times=times, within=within, written=written)
    return None
