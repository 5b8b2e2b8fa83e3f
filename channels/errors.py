"""What can go wrong on a channel, in the caller's terms: retry? when? whose fault? ask again?

ChannelError
├── Retryable            nothing was sent; try again
│   ├── Unavailable      the provider is away or broken
│   └── Throttled        too fast; wait ``retry_after`` seconds, the whole account where ``account``
├── Rejected             this message will never be accepted; the person may be asked otherwise
├── Unreachable          this address is no good (bounced, deactivated): stop using it
├── Blocked              the person blocked us here: stop using it, it is their wish
├── Misconfigured        our token, permission or settings are wrong: tell the operator
├── BadResponse          the provider answered what its documents do not allow: tell the operator
├── Uncertain            bytes were written and no verdict came: it may have been sent
├── Relocated            the address has a new name, ``new_address``; try there
└── Untrusted            an inbound request failed its check
"""

from surveys.errors import AfterwordError


class ChannelError(AfterwordError):
    """Anything a channel raises on purpose. The text is for operators and holds no personal data
    and no secret.
    """


class Retryable(ChannelError):
    """Nothing was sent; trying again is safe."""

    retry_after: float | None = None


class Unavailable(Retryable):
    """The provider cannot be reached or is broken (5xx)."""


class Throttled(Retryable):
    """The provider said: slow down. ``retry_after`` is in seconds."""

    def __init__(self, text: str, *, retry_after: float, account: bool = False) -> None:
        super().__init__(text)
        self.retry_after: float = retry_after
        self.account = account


class Rejected(ChannelError):
    """The provider refuses this message for good."""


class Unreachable(ChannelError):
    """The address does not work."""


class Blocked(ChannelError):
    """The person does not want messages here."""


class Misconfigured(ChannelError):
    """Our settings are wrong; no message will get through until somebody mends them."""


class BadResponse(ChannelError):
    """The provider broke its own protocol."""


class Uncertain(ChannelError):
    """The message may or may not have been sent."""


class Relocated(ChannelError):
    """The address goes by a new name."""

    def __init__(self, text: str, *, new_address: str) -> None:
        super().__init__(text)
        self.new_address = new_address


class Untrusted(ChannelError):
    """An inbound request is not from whom it says. Answered 401 or 403, counted, never stored."""
