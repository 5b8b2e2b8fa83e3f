"""What people with a telephone share, by text as by call: their number, and the provider."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.bot.drivers.driver import Driver
from tests.bot.drivers.stage import Person
from tests.providers.twilio import TwilioServer


class TelephoneDriver(Driver):
    """A channel in the Twilio dialect."""

    provider = "https://api.twilio.com"
    signed = ("X-Twilio-Signature",)
    names = ((r"AC(0a1b){8}", "ACCOUNT"), (r"\b(CA|SM)0{20,}", r"\1…"))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        async with TwilioServer() as self.server:
            self.api.target = self.server.url
            self.server.sms_url = f"{self.door.url}/sms"
            account, token = self.server.account_sid, self.server.auth_token
            yield (
                f'{{ account_sid: "{account}", auth_token: "{token}",'
                f' from: "{self.server.number}", api_base: "{self.api.url}", rate: 1000/s }}'
            )

    def traits(self, who: Person) -> Mapping[str, str]:
        return {"phone": self.phone(who)}

    def phone(self, who: Person) -> str:
        return f"+35840111000{who.number}"
