"""Allowances: how often one place on the network may do something, in bounded memory."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from channels.base import Request


class Allowance:
    """A bucket for each place: ``burst`` at once, and one more each ``1 / rate`` seconds.

    ``most`` places are remembered; the one not heard of for longest is forgotten first, and its
    bucket is full again.
    """

    def __init__(
        self, clock: Callable[[], datetime], *, burst: int, rate: float, most: int = 10_000
    ) -> None:
        self._clock, self._burst, self._rate, self._most = clock, burst, rate, most
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def __len__(self) -> int:
        """How many places are remembered."""
        return len(self._left)

    def is_spent(self, place: str) -> bool:
        """Whether a place's bucket was empty when it was last asked."""
        left = self._left.get(place)
        return left is not None and left[0] < 1

    def take(self, place: str) -> bool:
        """Take one from a place's bucket; false where it is empty."""
        now = self._clock()
        left, at = self._left.pop(place, (float(self._burst), now))
        left = min(self._burst, left + max(0.0, (now - at).total_seconds()) * self._rate)
        granted = left >= 1
        self._left[place] = (left - 1 if granted else left, now)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return granted


def place_of(request: Request) -> str:
    """Give where on the network a call comes from: an IPv4 address or an IPv6 network of one home.

    A reverse proxy on this machine or its own network says for whom it calls, in the last entry of
    X-Forwarded-For; from anywhere else that header is anybody's word and is not read.
    """
    caller = _address(request.remote)
    if caller is None:
        return ""
    if caller.is_private or caller.is_loopback:
        last = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        caller = _address(last) or caller
    if isinstance(caller, ipaddress.IPv6Address):
        mapped = caller.ipv4_mapped
        network = ipaddress.ip_network((caller, 64), strict=False)
        return str(mapped or network.network_address)
    return str(caller)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
