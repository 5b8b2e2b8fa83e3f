"""People with a telephone, as calls reach them: they listen, press keys and speak."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs
from xml.etree.ElementTree import fromstring

from tests.bot.drivers.driver import Said
from tests.bot.drivers.stage import Person, body_of
from tests.bot.drivers.telephone import TelephoneDriver
from tests.bot.drivers.wire import Call
from tests.providers.twilio_call import Live, Spoken

RECORDING = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"


class VoiceDriver(TelephoneDriver):
    name = "voice"
    title = "Phone calls"
    ranks = (1, 0)
    noise = (
        "Direction",
        "AnsweredBy",
        "ApiVersion",
        "msg",
        "RecordingSid",
        "RecordingDuration",
        "more_info",
    )
    opening = (
        "A call is placed by one request; from then on the provider calls us after every key, and\n"
        "our answer is what it says next. The answers below are cut to what is said."
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._people: dict[Person, Live] = {}

    async def meet(self, who: Person) -> None:
        self._people[who] = self.server.pick_up_live(self.phone(who))

    def said(self, who: Person) -> Sequence[Said]:
        """Give what was said to the person, prompt by prompt."""
        return [
            Said(id=str(number), text=heard(call.answer))
            for number, call in enumerate(self.calls)
            if call.wire is self.door and b"<Say" in call.answer and self._is_to(who, call)
        ]

    def _is_to(self, who: Person, call: Call) -> bool:
        return self.phone(who) in parse_qs(call.body.decode()).get("To", ())

    def press(self, who: Person, keys: str) -> None:
        self._people[who].do(keys)

    async def answer(self, who: Person, value: str) -> None:
        self._people[who].do(f"{value}#")

    async def write(self, who: Person, words: str) -> None:
        self._people[who].do(Spoken(RECORDING))

    def kept(self, words: str) -> str:
        return f"[recording] {RECORDING}"

    async def stop(self, who: Person) -> None:
        self._people[who].do("*#")
        self._people[who].do("1")

    async def block(self, who: Person) -> None:
        self.server.refuse(self.phone(who), 21610)

    async def throttle(self, who: Person) -> float:
        self.server.slow_down("Calls", 7)
        return 7

    def values(self, call: Call) -> tuple[object, ...]:
        if b"<Say" in call.answer:
            return body_of(call), heard(call.answer)
        return super().values(call)


def heard(document: bytes) -> str:
    """Give what a person hears of a document, a line a sentence."""
    return "\n".join(say.text or "" for say in fromstring(document).iter("Say"))


DRIVER = VoiceDriver
