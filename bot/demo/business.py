"""The simulated business: its telephone system and customer register, speaking to the service as
any Segment client would, over HTTP.
"""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import orjson

LANGUAGES = ("en", "fi", "de", "hr", "lv")
NAMES = {
    "en": ("Emma", "Jack", "Olivia", "Harry", "Grace"),
    "fi": ("Aino", "Eero", "Helmi", "Onni", "Väinö"),
    "de": ("Anna", "Jonas", "Lena", "Felix", "Jürgen"),
    "hr": ("Ana", "Luka", "Petra", "Ivan", "Željka"),
    "lv": ("Līga", "Jānis", "Ilze", "Andris", "Kristīne"),
}
AGENTS = {"support": ("Pekka", "Sanna", "Marko"), "sales": ("Tom", "Julia")}
CHUNK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One simulated customer, reached by chat or by mail."""

    user_id: str
    first_name: str
    language: str
    channel: str
    address: str

    def identify(self) -> dict[str, Any]:
        """Give the Segment call that tells the service about this person."""
        trait = "telegram_id" if self.channel == "telegram" else "email"
        return {
            "type": "identify",
            "messageId": f"who-{self.user_id}",
            "userId": self.user_id,
            "traits": {
                "first_name": self.first_name,
                "language": self.language,
                trait: self.address,
            },
        }


def make_people(count: int, dice: random.Random) -> list[Person]:
    """Give ``count`` customers, two of three in chat, in five languages."""
    people = []
    for number in range(count):
        language = dice.choice(LANGUAGES)
        chat = number % 3 != 0
        people.append(
            Person(
                user_id=f"customer-{number}",
                first_name=dice.choice(NAMES[language]),
                language=language,
                channel="telegram" if chat else "email",
                address=f"chat-{number}" if chat else f"customer{number}@example.com",
            )
        )
    return people


def call_ended(number: int, person: Person, dice: random.Random) -> dict[str, Any]:
    """Give one ended call, as a telephone system reports it."""
    team = "support" if dice.random() < 0.7 else "sales"
    return {
        "type": "track",
        "event": "Call Ended",
        "messageId": f"call-{number}",
        "userId": person.user_id,
        "timestamp": datetime.now(UTC).isoformat(),
        "properties": {
            "interaction_id": f"call-{number}",
            "agent_id": dice.choice(AGENTS[team]),
            "team": team,
            "queue": f"{team}-{person.language}",
            "duration_s": dice.randint(35, 900),
            "transferred": False,
        },
    }


class Business:
    """Sends events to the service's intake."""

    def __init__(self, url: str, write_key: str) -> None:
        authorization = aiohttp.encode_basic_auth(write_key, "")
        self._session = aiohttp.ClientSession(
            url,
            headers={"Authorization": authorization, "Content-Type": "application/json"},
        )

    async def send(self, items: Sequence[dict[str, Any]]) -> AsyncIterator[int]:
        """Send items in batches; gives how many are in after each."""
        for start in range(0, len(items), CHUNK):
            body = orjson.dumps({"batch": items[start : start + CHUNK]})
            async with self._session.post("/v1/batch", data=body) as answer:
                answer.raise_for_status()
            yield min(start + CHUNK, len(items))

    async def close(self) -> None:
        """Hang up."""
        await self._session.close()
