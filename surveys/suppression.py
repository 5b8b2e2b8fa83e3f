"""Suppression: remembering that somebody must not be written to, without remembering who.

What stays of a person who was forgotten, or who said stop before we knew them, is one keyed hash
for each of their names. HMAC-SHA256 (RFC 2104) under the store's own key: without it nobody can
try out addresses, and the hashes of two stores do not match.
"""

import hmac
from collections.abc import Iterator

from surveys.contact import Contact, address_value

_PHONES = frozenset({"sms", "voice"})
_DOMAIN = b"suppression\0"  # the same key seals links: a hash is none, and none is a hash


def suppression_hash(key: bytes, name: str) -> str:
    """Give the 64 hex digits that stand for a name of `place_name` or `key_name`."""
    return hmac.digest(key, _DOMAIN + name.encode("utf-8", "replace"), "sha256").hex()


def place_name(channel: str, value: str) -> str:
    """Give an address one name, however it is written and whichever channel uses it."""
    if channel in _PHONES:
        digits = "".join(c for c in value if c.isdecimal())
        return f"phone:{digits.removeprefix('00')}"
    return f"{channel}:{address_value(channel, value.strip())}"


def key_name(key: str) -> str:
    """Give the name of what a business system calls a person (``user:42``)."""
    return f"key:{key}"


def names_of(contact: Contact) -> Iterator[str]:
    """Give every name a person is known by."""
    yield from (key_name(key) for key in contact.keys)
    yield from (place_name(a.channel, a.value) for a in contact.addresses)
