"""Drivers: how a test plays the people of one channel, through the doors people have."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

import aiohttp

from bot.config import load_config
from bot.service import Service
from surveys.message import Capabilities
from tests.bot.drivers.stage import Person, Stage
from tests.bot.drivers.transcript import Excerpts, Transcript
from tests.bot.drivers.wire import Call
from tests.bot.whole import WRITE_KEY

CONFIG = """
service:
  name: Acme
  public_url: {public_url}
  privacy_url: https://acme.example/privacy
  listen: 127.0.0.1:0
  database: sqlite://{folder}/story.db
  timezone: Europe/Helsinki
  write_keys: ["{write_key}"]
channels:
  {channel}: {block}
surveys:
  after_call: {{ questions: [nps, csat.phone, comment] }}
throttle: {{ let_finish: 0m, let_talk: 0m }}
triggers:
  after_call: {{ event: Call Ended, survey: after_call, via: [{channel}] }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing a person was shown, as the provider's own record has it. ``id`` is the provider's;
    ``edits`` whether it took the place of what had this id before.
    """

    id: str
    text: str
    labels: Sequence[str] = ()
    edits: bool = False


class Driver(Stage, ABC):
    """One channel's people, between the whole service and a server that speaks the provider's
    protocol. A subclass plays them.

    name      the channel; ``title`` is what the transcript calls it, where that is not enough
    provider  what the provider's address reads as in the transcript
    opening   what a reader of the transcript should know first
    names     patterns of words that differ from run to run, and what stands for them
    noise     keys of payloads that a reader need not see
    signed    headers that prove who calls us
    confirms_stop   whether a stop is confirmed by us; else the provider does it
    """

    title: ClassVar[str] = ""
    provider: ClassVar[str] = ""
    opening: ClassVar[str]
    names: ClassVar[Sequence[tuple[str, str]]] = ()
    noise: ClassVar[Sequence[str]] = ()
    signed: ClassVar[Sequence[str]] = ()
    confirms_stop: ClassVar[bool] = True

    def __init__(self, folder: Path) -> None:
        title = f"{self.title or self.name.capitalize()}, from the first question to the stop"
        transcript = Transcript(title, self.opening, list(self.names))
        super().__init__(folder, self.provider, transcript, Excerpts(self.noise))

    @abstractmethod
    def opened(self) -> AbstractAsyncContextManager[str]:
        """Start the provider, and give the channel's block in config.yaml."""

    async def ready(self) -> None:
        """Do what must be done once the service runs, such as setting up the webhook."""

    @abstractmethod
    def traits(self, who: Person) -> Mapping[str, str]:
        """Give the traits by which the business knows the person's address here."""

    async def meet(self, who: Person) -> None:
        """Do what a person does before they can be written to."""

    async def come(self, who: Person) -> None:
        """Do what a person does once they are asked, where nothing is pushed to them."""

    @abstractmethod
    def said(self, who: Person) -> Sequence[Said]:
        """Give what the person was shown, oldest first."""

    @abstractmethod
    async def answer(self, who: Person, value: str) -> None:
        """Answer the open question with a value of its scale."""

    @abstractmethod
    async def write(self, who: Person, words: str) -> None:
        """Answer the open question in words."""

    @abstractmethod
    async def stop(self, who: Person) -> None:
        """Say stop, the way people do here."""

    async def change(self, who: Person, value: str) -> None:
        """Change the first answer."""
        raise NotImplementedError

    async def block(self, who: Person) -> None:
        """Have every send to the person refused for good."""
        raise NotImplementedError

    async def throttle(self, who: Person) -> float:
        """Have the provider answer the next send with: too fast. Gives the seconds to wait."""
        raise NotImplementedError

    def asks_nps(self, said: Said) -> bool:
        """Whether that is the first question: by buttons, or with how to answer in words."""
        scale = {str(n) for n in range(11)} <= set(said.labels) or "from 0 to 10" in said.text
        return "How likely is it that you would recommend Acme" in said.text and scale

    def kept(self, words: str) -> str:
        """Give what the store keeps of words that somebody wrote or spoke."""
        return words

    def heard(self) -> list[Call]:
        """Give the calls by which what people did came in."""
        ours = (c for c in self.calls if c.wire is self.door and c.method == "POST")
        return [c for c in ours if not c.path.startswith("/v1/")]

    async def repeat(self) -> list[int]:
        """Deliver the last answer twice more, byte by byte; gives how that was answered."""
        last = self.heard()[-1]
        return [await self.door.make(last) for _ in range(2)]

    def forgeries(self, call: Call) -> Iterator[Call]:
        """Give calls like this one that are not from whom they say; each says what is wrong."""
        wanted = {name.lower() for name in self.signed}
        bare = {k: v for k, v in call.headers.items() if k.lower() not in wanted}
        other = {**bare, **dict.fromkeys(self.signed, "0" * 64)}
        yield replace(call, headers=bare, remark=", without the signature")
        yield replace(call, headers=other, remark=", with a signature made up")

    async def forge(self) -> list[int]:
        """Make those calls of the last answer; gives how they were answered."""
        return [await self.door.make(call) for call in self.forgeries(self.heard()[-1])]

    @property
    def answers_calls(self) -> bool:
        """Whether what a person does is answered at once, however often it comes."""
        return self.capabilities.inline or self.capabilities.links

    @property
    def capabilities(self) -> Capabilities:
        return self.service.channels[self.name].capabilities

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Start everything around the service, then the service itself."""
        async with self.door, self.api, self.opened() as block:
            path = self.folder / "config.yaml"
            path.write_text(
                CONFIG.format(
                    public_url=self.door.url,
                    folder=self.folder,
                    write_key=WRITE_KEY,
                    block=block,
                    channel=self.name,
                )
            )
            config = load_config(path, {})
            headers = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
            async with (
                Service(config, clock=self.clock, jitter=lambda: 0.5) as self.service,
                aiohttp.ClientSession(headers=headers) as self.http,
            ):
                self.door.target = self.service.url
                await self.ready()
                yield self
