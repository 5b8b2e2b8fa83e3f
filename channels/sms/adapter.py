"""SMS: the adapter. Sends by the Messages API, is told of answers and ends by webhook."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Self

from channels.base import Ack, Channel, Receipt, Request, Surroundings
from channels.errors import Rejected
from channels.phone import country_of
from channels.sms import Settings
from channels.sms.inbound import from_payload
from channels.sms.payload import to_payload
from channels.twilio import Api, Webhook, dialled
from surveys.inbound import Inbound
from surveys.message import Message

_PATHS = ("", "/", "/status")
_EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Sms(Channel):
    """Text messages of one sender.

    ``public_url`` is the service's own address, ``company`` whose survey it is. ``clock`` gives
    aware UTC. ``seconds`` bound one call of the API.
    """

    name = "sms"

    def __init__(
        self,
        settings: Settings,
        *,
        public_url: str,
        company: str,
        clock: Callable[[], datetime],
        seconds: float = 20.0,
    ) -> None:
        self.capabilities = settings.capabilities
        self._settings, self._company, self._clock = settings, company, clock
        self._webhook = Webhook(settings.auth_token, f"{public_url.rstrip('/')}/{self.name}")
        self._api = Api(
            settings.account_sid,
            settings.auth_token,
            settings.api_base,
            clock=clock,
            seconds=seconds,
        )

    @classmethod
    def build(cls, settings: Settings, around: Surroundings) -> Self:
        """Make the adapter of a service."""
        return cls(
            settings, public_url=around.public_url, company=around.company, clock=around.clock
        )

    async def send(self, message: Message) -> Receipt:
        """Send one text. The receipt names the number as answers will come from it."""
        number = dialled(message.address)
        self._check_country(number)
        fields = to_payload(
            message,
            self._settings,
            number=number,
            status_url=f"{self._webhook.url}/status",
            company=self._company,
        )
        sid = await self._api.create("Messages", fields)
        return Receipt(external_id=sid, address="" if number == message.address else number)

    def _check_country(self, number: str) -> None:
        country, allowed = country_of(number), self._settings.countries
        if allowed and country not in allowed:
            raise Rejected(f"sms.countries does not have {country or 'the country of this number'}")

    async def receive(self, request: Request) -> Sequence[Inbound]:
        """Verify and read what somebody wrote, or what became of a message."""
        fields = self._webhook.open(request)
        return from_payload(request.path, fields, now=self._clock())

    def ack(
        self,
        request: Request,
        messages: Sequence[Message],  # noqa: ARG002 - empty here: answers go through send
    ) -> Ack:
        """Give an empty TwiML document: whatever we say goes out as a message of its own."""
        if request.path not in _PATHS:
            return Ack(status=404)
        return Ack(headers={"content-type": "application/xml"}, body=_EMPTY)

    async def close(self) -> None:
        """Let go of connections. May be called twice; `send` is then `Unavailable`."""
        await self._api.close()
