"""The contract between the product and a channel: one method must be written."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from surveys.inbound import Inbound
from surveys.language import Languages
from surveys.message import Capabilities, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The provider took the message and calls it ``external_id``.

    ``address`` is set where the message went to an address found by another one (a Slack user by
    e-mail): what the provider calls the person, to be used from now on.
    """

    external_id: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One webhook or page call, as it came.

    ``path`` is what follows the channel's own prefix, ``headers`` have lower-case names,
    ``query`` its first values, ``body`` the raw bytes (at most 256 KiB).
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    remote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """What the caller gets once everything it told us is stored."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the service offers an adapter when it builds one; each takes what it needs.

    ``key`` seals links, ``nonce`` gives unguessable words, ``commands`` are the staff commands
    with a line about each, for menus, and ``colleagues`` who may give them: channel -> ids.
    """

    public_url: str
    company: str
    privacy_url: str
    language: str
    languages: Languages
    key: bytes = field(repr=False)
    clock: Callable[[], datetime]
    nonce: Callable[[], str]
    commands: tuple[tuple[str, str], ...] = ()
    colleagues: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


class Channel(ABC):
    """How one medium says a message and reads one. An adapter returns values and never calls
    inward; it never retries, never splits, and never touches the store.
    """

    name: str
    capabilities: Capabilities

    @classmethod
    def build(cls, settings: Any, around: Surroundings) -> Self:
        """Make the adapter from its own Settings and what it needs of its surroundings."""
        raise NotImplementedError

    @abstractmethod
    async def send(self, message: Message) -> Receipt:
        """Say one fitted message to one address.

        :raises channels.errors.ChannelError: of the kind that tells the caller what to do.
        """

    async def receive(self, request: Request) -> Sequence[Inbound]:
        """Verify and read one webhook call.

        :raises channels.errors.Untrusted: where the call fails its check.
        """
        return ()

    def ack(self, request: Request, messages: Sequence[Message]) -> Ack:
        """Give what the caller gets, after everything from ``request`` was stored.

        ``messages`` is what the core has to say in return: an inline channel renders it here; for
        every other channel it is empty, because its messages go through ``send``.
        """
        return Ack()

    async def listen(self) -> AsyncIterator[Inbound]:
        """Give inbound values of a pull channel for ever. It is resumed only after the value it
        gave was stored; a connection that breaks is its own to mend.
        """
        return
        yield  # makes this an async generator for push channels

    async def start(self) -> None:
        """Get ready: register a webhook, learn the account's name. Called once, first of all.

        :raises channels.errors.ChannelError: where the provider will not have us; the service
            starts all the same, says so, and tries again.
        """

    def deep_link(self, token: str) -> str:
        """Give the address where a person ties their account here to themselves by ``token``, ""
        where the channel has no such thing.
        """
        return ""

    async def close(self) -> None:
        """Let go of connections. May be called twice."""
