"""The guard: our calls reach the open internet only, whatever a name resolves to.

A name is resolved once, each address is looked at, and the connection is made to exactly those:
what the name says a moment later (DNS rebinding) does not matter.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Forbidden(OSError):
    """The address is not on the open internet."""


class GuardedResolver(AbstractResolver):
    """Resolves names, and refuses those any of whose addresses is private."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the addresses of a name.

        :raises Forbidden: where one of them is not on the open internet.
        """
        found = await self._inner.resolve(host, port, family)
        if not found or not all(is_public(result["host"]) for result in found):
            raise Forbidden("its address is not on the open internet")
        return found

    async def close(self) -> None:
        await self._inner.close()


def check_url(url: str) -> None:
    """Make sure that an address can be called: https, and where it is a number, a public one.

    :raises Forbidden: where it cannot.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise Forbidden("it is not https")
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # What no resolver is asked about, a system may still take for a number: 0x7f.1, 2130706433.
        if not any(c.isalpha() for c in host.rpartition(".")[2]) or host.startswith("0x"):
            raise Forbidden("its host is neither a name nor an address") from None
        return
    if not is_public(host):
        raise Forbidden("its address is not on the open internet")


def is_public(written: str) -> bool:
    """Whether an address is on the open internet; one inside another counts as the inner one."""
    try:
        address: Address = ipaddress.ip_address(written.partition("%")[0])
    except ValueError:
        return False
    inside = _inside(address)
    # What carries another address is as good as that one: NAT64's own range is a reserved one.
    return all(_is_open(inner) for inner in (inside or [address]))


def _is_open(address: Address) -> bool:
    closed = address.is_multicast or address.is_reserved or address.is_link_local
    is_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not closed and not is_local


def _inside(address: Address) -> list[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    if address.teredo:
        found += address.teredo
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]
