"""Facebook Messenger: its block in config.yaml, what a page can do there, and its translation."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from channels.messenger.feedback import House
from channels.messenger.payload import to_payload
from channels.messenger.update import from_payload
from surveys.message import Capabilities

__all__ = ["CAPABILITIES", "House", "Settings", "from_payload", "to_payload"]

CAPABILITIES = Capabilities(
    max_text=2000,  # Send API reference: message.text
    max_buttons=13,  # quick replies of one message
    button_text=20,  # a quick reply's title
    payload_bytes=1000,  # a quick reply's payload
    receipts=True,
    writes_first=False,
    window=timedelta(days=7),  # with the feedback template; 24 hours for anything else
    talk_window=timedelta(hours=24),
    rate=40.0,  # the Send API takes 300 a second from a page, and counts each person apart
    notes={
        "window": "with the feedback template; 24 hours for anything else",
        "writes_first": "the m.me link ties the chat to the customer",
    },
)
"""What a page can do. There is no way to ask whether a message was sent, and none to repeat one
without sending it twice, so that what ends uncertain is parked (``resend`` is False)."""

_PAGE = re.compile(r"[0-9]{1,32}", re.ASCII)
_WORD = re.compile(r"[!-~]{1,1024}", re.ASCII)
_RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*s)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The ``messenger`` block of config.yaml.

    page_id       the number of the Facebook page that asks
    page_token    the page's access token, with the permission pages_messaging
    app_secret    the app's secret: seals our calls and proves Meta's
    verify_token  a word of one's own choice that Meta repeats when the webhook is set up
    api_base      where the Graph API is, its version included
    privacy_url   the privacy notice that the feedback template must show; service.privacy_url
                  where empty, and without either the template is not used
    rate          messages a second, ``40/s`` or ``40``

    :raises ValueError: in words for whoever wrote the block; never with a secret.
    """

    page_id: str
    page_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    api_base: str = "https://graph.facebook.com/v25.0"
    privacy_url: str = ""
    rate: float | str = "40/s"

    def __post_init__(self) -> None:
        if not _PAGE.fullmatch(self.page_id):
            raise ValueError(
                "page_id is the page's number, in quotes, such as '1234567890': see About, "
                "Page transparency on the page"
            )
        for name in ("page_token", "app_secret", "verify_token"):
            if not _WORD.fullmatch(getattr(self, name)):
                raise ValueError(
                    f"{name} must be one word of letters, digits and signs: copy it again"
                )
        _check_url("api_base", self.api_base, "https://graph.facebook.com/v25.0")
        if self.privacy_url:
            _check_url("privacy_url", self.privacy_url, "https://acme.example/privacy")
        if not 0 < self.per_second <= 300:
            raise ValueError("rate must be more than 0 and at most 300 a second, such as 40/s")

    @property
    def per_second(self) -> float:
        """Messages a second."""
        found = _RATE.fullmatch(str(self.rate))
        if found is None:
            raise ValueError("rate must be a number a second, such as 40/s")
        return float(found[1])


def _check_url(name: str, url: str, example: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or (name == "api_base" and (parts.query or parts.fragment)):
        raise ValueError(f"{name} must be an address such as {example}")
