"""Origins: which other sites' pages may talk to the widget's API. Pure.

A page of another site needs the server's leave to read an answer or to send JSON (Fetch standard,
"CORS protocol"). No cookie and no password ever goes along, so leave is never given for those.
"""

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

ANY = "*"
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_DAY = 86_400


def check_origin(text: str) -> str:
    """Give an origin as browsers write it.

    :raises ValueError: where it is none, or a page's address.
    """
    found = text.strip().lower().removesuffix("/")
    if found != ANY and not _ORIGIN.fullmatch(found):
        raise ValueError(
            f"origins: {text!r} is not where a page is; write scheme and host, such as"
            " 'https://www.acme.example'"
        )
    return _without_port(found)


def origin_of(url: str) -> str:
    """Give the origin of an address of ours, "" for no address."""
    parts = urlsplit(url)
    return _without_port(f"{parts.scheme}://{parts.netloc}".lower()) if parts.netloc else ""


def is_allowed(origin: str, allowed: Collection[str]) -> bool:
    """Whether a page of that origin may talk to us."""
    return bool(origin) and origin != "null" and (ANY in allowed or origin in allowed)


def leave(origin: str, allowed: Collection[str]) -> Mapping[str, str]:
    """Give the headers by which a browser lets the page read our answer."""
    varies = {"Vary": "Origin"}
    return (
        varies | {"Access-Control-Allow-Origin": origin} if is_allowed(origin, allowed) else varies
    )


def preflight(origin: str, allowed: Collection[str]) -> Mapping[str, str]:
    """Give the headers that answer a browser's question before it sends JSON."""
    given = leave(origin, allowed)
    if "Access-Control-Allow-Origin" not in given:
        return given
    return {
        **given,
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "content-type",
        "Access-Control-Max-Age": str(_DAY),
    }


def _without_port(origin: str) -> str:
    """Browsers leave the port out where it is the scheme's own."""
    scheme, _, rest = origin.partition("://")
    return (
        origin.removesuffix({"http": ":80", "https": ":443"}.get(scheme, " ")) if rest else origin
    )
