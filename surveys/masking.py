"""Masking: an address shown to its owner so that only they recognise it."""

_PHONES = frozenset({"sms", "voice"})


def mask_address(channel: str, value: str) -> str:
    """Give ``a…@example.com`` for a mail address and ``…67`` for a telephone number.

    "" on other channels, where an address is a provider's number that tells its owner nothing.
    """
    if channel == "email":
        name, at, domain = value.rpartition("@")
        return f"{name[:1]}…{at}{domain}" if at else "…"
    if channel in _PHONES:
        digits = "".join(c for c in value if c.isdecimal())
        return f"…{digits[-2:]}" if len(digits) > 4 else "…"
    return ""
