"""What SMS and voice share of the Twilio dialect: REST calls, error codes, signatures.

Provider code as `channels.http` is, and no adapter. Many gateways speak the dialect; ``api_base``
says which of them is meant. Sources: Twilio's REST API reference, its error dictionary and
"Validating requests" (https://www.twilio.com/docs/usage/security).
"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from channels.base import Request
from channels.errors import (
    BadResponse,
    Blocked,
    ChannelError,
    Misconfigured,
    Rejected,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
    Untrusted,
)
from channels.http import Http, Reply, retry_after
from channels.phone import to_e164
from surveys.invitation import DeliveryState

PATIENCE = 5.0
"""Seconds to wait where the provider says "slow down" and not how long."""

_REFUSALS: Mapping[type[ChannelError], Mapping[int, str]] = {
    Blocked: {
        21610: "the person has opted out of messages from this sender",
        30004: "the number blocks messages from this sender",
    },
    Unreachable: {
        21211: "not a phone number",
        21214: "the number cannot be reached",
        21217: "not a phone number",
        21614: "the number takes no text messages",
        30005: "the number is not in use",
        30006: "a landline, or a network that takes no text messages",
    },
    Unavailable: {30003: "the handset is switched off or out of reach"},
    Rejected: {
        21602: "the message is empty",
        21612: "this sender cannot reach this number",
        21617: "the text is longer than 1600 characters",
        21619: "the message is empty",
        30007: "the carrier filtered the message: look at its wording and its links",
    },
    Misconfigured: {
        20003: "account_sid and auth_token are not accepted",
        20005: "the account is not active",
        21210: "'from' is not a number of this account",
        21212: "'from' is not a number that can send",
        21215: "the account may not call this country: allow it in the provider's console",
        21219: "a trial account reaches verified numbers only",
        21408: "the account may not write to this country: allow it in the provider's console",
        21606: "'from' is not a number of this account that can send",
        21608: "a trial account reaches verified numbers only",
        21659: "'from' is not a number of this account",
        21660: "'from' belongs to another account",
        30002: "the account is suspended",
    },
    Throttled: {
        14107: "too many messages to one number",
        20429: "too many requests at once",
        21611: "the sender's queue is full",
        30001: "the sender's queue is full",
    },
}
"""Kind of error -> the provider's codes that mean it, in words for operators."""

_BY_CODE: Mapping[int, tuple[type[ChannelError], str]] = MappingProxyType(
    {code: (kind, text) for kind, codes in _REFUSALS.items() for code, text in codes.items()}
)
_ALL_OF_US = frozenset({20429, 21611, 30001})
"""Codes of a limit that the account or its sender has reached, rather than one recipient."""

_SID = re.compile(r"[A-Za-z0-9_-]{2,64}", re.ASCII)
_RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*s)?\s*", re.ASCII)


# Settings


def check_account(account_sid: str, auth_token: str, api_base: str) -> None:
    """Check what both channels' blocks hold.

    :raises ValueError: in the words of somebody who writes config.yaml; never with the token.
    """
    if not _SID.fullmatch(account_sid):
        raise ValueError("account_sid is AC and 32 letters and digits: copy it from the console")
    if not auth_token or not auth_token.isprintable() or " " in auth_token:
        raise ValueError("auth_token is missing or holds blanks: copy it again from the console")
    base = urlsplit(api_base)
    if base.scheme not in ("http", "https") or not base.hostname:
        raise ValueError("api_base must be an address such as https://api.twilio.com")


def read_rate(rate: float | str) -> float:
    """Give a speed a second, written ``1/s`` or ``1``.

    :raises ValueError: where it is no number above 0, or above 1000.
    """
    found = _RATE.fullmatch(str(rate))
    if found is None or not 0 < float(found[1]) <= 1000:
        raise ValueError("rate must be more than 0 and at most 1000 a second, such as 1/s")
    return float(found[1])


def dialled(address: str) -> str:
    """Give an address as the provider writes it: ``+358501234567``.

    :raises Unreachable: where it is no phone number.
    """
    try:
        return to_e164(address)
    except ValueError as fault:
        raise Unreachable(str(fault)) from None


# Saying


class Api:
    """The REST API of one account. ``clock`` gives aware UTC; ``seconds`` bound one call."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        api_base: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: float = 20.0,
    ) -> None:
        login = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._http = Http(
            f"{api_base.rstrip('/')}/2010-04-01/Accounts/{account_sid}",
            headers={"authorization": f"Basic {login}"},
            total=seconds,
            clock=clock,
        )
        self._clock = clock

    async def create(self, resource: str, fields: Mapping[str, str]) -> str:
        """Make a message or a call (``Messages``, ``Calls``) and give what it is called.

        :raises ChannelError: of the kind that tells the caller what to do.
        """
        try:
            reply = await self._http.post_form(f"{resource}.json", fields)
        except BadResponse:
            # It said 2xx: it may well have taken the message, which must not be sent twice.
            raise Uncertain("the provider's answer cannot be read") from None
        refusal = read_refusal(reply, now=self._clock())
        if refusal is not None:
            raise refusal
        sid = _value(self._http.checked(reply).body, "sid")
        if not isinstance(sid, str) or not _SID.fullmatch(sid):
            raise Uncertain("the provider took it and did not say what it is called")
        return sid

    async def close(self) -> None:
        """Let go of connections. May be called twice; `create` is then `Unavailable`."""
        await self._http.close()


def read_refusal(reply: Reply, *, now: datetime) -> ChannelError | None:
    """Give the error that the provider's own code stands for; None where the status must tell."""
    code = _value(reply.body, "code")
    if reply.status < 400 or not isinstance(code, int):
        return None
    kind, text = _BY_CODE.get(code, (None, ""))
    if kind is Throttled:
        wait = retry_after(reply.headers, now) or PATIENCE
        said = f"{text} (error {code})"
        return Throttled(said, retry_after=wait, account=code in _ALL_OF_US)
    if kind is not None:
        return kind(f"{text} (error {code})")
    if reply.status == 400:
        return Rejected(f"the provider refuses this (error {code})")
    return None


def read_status(code: str) -> tuple[DeliveryState, str]:
    """Give what an error code in a status report makes of a delivery, and the reason in words."""
    number = int(code) if code.isascii() and code.isdecimal() and len(code) < 10 else 0
    kind, text = _BY_CODE.get(number, (None, ""))
    reason = f"{text} (error {number})" if text else f"error {number}" if number else ""
    if kind is Blocked:
        return DeliveryState.BLOCKED, reason
    return (DeliveryState.BOUNCED if kind is Unreachable else DeliveryState.FAILED), reason


# Being called


class Webhook:
    """Our own address as the provider knows it, and the proof that a call comes from there.

    ``url`` is built from the configuration: behind a proxy the request's own host is another.
    """

    def __init__(self, auth_token: str, url: str) -> None:
        self._token, self.url = auth_token, url.rstrip("/")

    def open(self, request: Request) -> Mapping[str, str]:
        """Verify a call and give its fields, the first of each name, without NULs.

        :raises Untrusted: where ``X-Twilio-Signature`` is missing or wrong.
        """
        given = request.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
        pairs = _read_pairs(request.body)
        query = f"?{urlencode(request.query)}" if request.query else ""
        expected = [
            sign(self._token, url, pairs).encode()
            for url in _spellings(self.url + request.path + query)
        ]
        # Every spelling is compared, so that the time taken tells nothing.
        matches = [hmac.compare_digest(given, wanted) for wanted in expected]
        if not any(matches):
            raise Untrusted("a call came without the provider's signature")
        return _first_of_each(pairs)


def read_fields(body: bytes) -> Mapping[str, str]:
    """Give the fields of a body that was verified before, the first of each name."""
    return _first_of_each(_read_pairs(body))


def sign(auth_token: str, url: str, pairs: list[tuple[str, str]]) -> str:
    """Give a call's signature: base64 of HMAC-SHA1 over the URL and the sorted fields."""
    said = url + "".join(name + value for name, value in sorted(set(pairs)))
    mac = hmac.digest(auth_token.encode(), said.encode("utf-8", "replace"), "sha1")
    return base64.b64encode(mac).decode()


def _spellings(url: str) -> tuple[str, ...]:
    """Give the URL with and without its port: the provider signs now one, now the other."""
    parts = urlsplit(url)
    bare = re.sub(r":\d+$", "", parts.netloc)
    full = parts.netloc if bare != parts.netloc else f"{bare}:{_PORTS.get(parts.scheme, 443)}"
    head, tail = f"{parts.scheme}://", url.partition(f"://{parts.netloc}")[2]
    return (f"{head}{bare}{tail}", f"{head}{full}{tail}")


_PORTS = {"http": 80, "https": 443}


def _read_pairs(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")


def _first_of_each(pairs: list[tuple[str, str]]) -> Mapping[str, str]:
    return {name: value.replace("\0", "") for name, value in reversed(pairs)}


def _value(body: Any, key: str) -> Any:
    return body.get(key) if isinstance(body, Mapping) else None
