"""People with a telephone, as text messages reach them, in the Twilio dialect."""

from collections.abc import Sequence

from tests.bot.drivers.driver import Said
from tests.bot.drivers.stage import Person
from tests.bot.drivers.telephone import TelephoneDriver


class SmsDriver(TelephoneDriver):
    name = "sms"
    title = "SMS"
    noise = ("AccountSid", "SmsSid", "ApiVersion", "NumMedia", "NumSegments", "more_info")
    confirms_stop = False
    opening = (
        "Texts both ways: one question a text, answered in words. STOP is confirmed by the provider,\n"
        "which lets nothing of ours through from then on."
    )

    def said(self, who: Person) -> Sequence[Said]:
        return [Said(id=entry.sid, text=entry.body) for entry in self.server.sent(self.phone(who))]

    async def answer(self, who: Person, value: str) -> None:
        await self.server.text(self.phone(who), value)

    async def write(self, who: Person, words: str) -> None:
        await self.server.text(self.phone(who), words)

    async def stop(self, who: Person) -> None:
        await self.server.text(self.phone(who), "STOP")

    async def block(self, who: Person) -> None:
        self.server.opted_out.add(self.phone(who))

    async def throttle(self, who: Person) -> float:
        self.server.slow_down("Messages", 7)
        return 7


DRIVER = SmsDriver
