"""A real SMTP server on a free port of this machine, with a ledger and levers.

aiosmtpd speaks the protocol; here it learns to refuse, to be slow and to hang up at given points:

    HELLO   instead of the greeting      DATA   instead of the 354
    MAIL    at MAIL FROM                 BODY   while the mail is coming in (drop only)
    RCPT    at RCPT TO                   DOT    after the final dot, instead of the verdict
"""

import asyncio
import email
import email.policy
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cached_property
from typing import Any, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.providers.certificate import server_context


@dataclass(frozen=True)
class Mail:
    """One accepted mail: the envelope, and the bytes as they came."""

    sender: str
    recipient: str
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    def body(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        assert part is not None, f"no {subtype} body"
        return str(part.get_content()).replace("\r\n", "\n")


@dataclass
class SmtpServer:
    """``async with SmtpServer(tls="starttls", users={"name": "password"}) as server``.

    ledger     every mail it took, for good; also those whose verdict it did not say
    commands   the verbs each connection was sent, one list a connection
    told       what was answered otherwise than usual: the point, and the text
    """

    tls: str = "none"
    users: Mapping[str, str] = field(default_factory=dict)
    pipelining: bool = True
    port: int = 0
    ledger: list[Mail] = field(default_factory=list)
    commands: list[list[str]] = field(default_factory=list)
    hellos: list[str] = field(default_factory=list)
    pauses: dict[str, float] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._replies: dict[str, deque[str]] = defaultdict(deque)
        self._refusals: dict[str, deque[str]] = defaultdict(deque)
        self._drops: dict[str, int] = defaultdict(int)
        self._open: set[asyncio.BaseTransport] = set()
        self._busy = 0
        self.most_at_once = 0

    # Levers

    def reply(self, point: str, *texts: str) -> None:
        """Answer the next times at ``point`` with these, and go on as if it were said for good."""
        self._replies[point].extend(texts)

    def refuse(self, recipient: str, *texts: str) -> None:
        """Answer the next times that ``recipient`` is named with these."""
        self._refusals[recipient].extend(texts)

    def drop(self, point: str, times: int = 1) -> None:
        """Hang up the next times at ``point``."""
        self._drops[point] += times

    def say(self, text: str) -> None:
        """Say something unasked on every connection, without closing it."""
        for transport in list(self._open):
            cast(asyncio.Transport, transport).write(text.encode() + b"\r\n")

    def hang_up(self) -> None:
        """Close every connection now, as a server does with idle ones."""
        for transport in list(self._open):
            cast(asyncio.Transport, transport).close()

    # Life

    @property
    def url(self) -> str:
        who = next((f"{user}:{word}@" for user, word in self.users.items()), "")
        where = f"{who}127.0.0.1:{self.port}"
        return {
            "none": f"smtp://{where}?starttls=never",
            "starttls": f"smtp://{where}",
            "implicit": f"smtps://{where}",
        }[self.tls]

    @property
    def connections(self) -> int:
        return len(self.commands)

    @property
    def open_connections(self) -> int:
        return len(self._open)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        implicit = server_context() if self.tls == "implicit" else None
        self._server = await loop.create_server(
            lambda: _Connection(self), "127.0.0.1", self.port, ssl=implicit
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Close the port and every connection; may be called twice."""
        self._server.close()
        for transport in list(self._open):
            cast(asyncio.Transport, transport).abort()
        await asyncio.sleep(0.01)  # lets them end; one whose handshake failed never says so
        self._open.clear()

    # What the connections ask

    def take_reply(self, point: str, recipient: str = "") -> str | None:
        queue = self._refusals[recipient] if self._refusals.get(recipient) else None
        queue = queue or self._replies[point]
        return queue.popleft() if queue else None

    def take_drop(self, point: str) -> bool:
        due = self._drops[point] > 0
        self._drops[point] -= due
        return due

    def enter(self, by: int) -> None:
        self._busy += by
        self.most_at_once = max(self.most_at_once, self._busy)


class _Hooks:
    """What aiosmtpd asks; ``server`` is the connection."""

    async def handle_EHLO(
        self,
        server: "_Connection",
        session: Any,
        _envelope: Any,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        server.owner.hellos.append(hostname)
        session.host_name = hostname
        return [*responses[:-1], *(["250-PIPELINING"] * server.owner.pipelining), responses[-1]]

    async def handle_MAIL(
        self, server: "_Connection", session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        told = await server.at("MAIL")
        if told is not None:
            return told
        if server.owner.users and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def handle_RCPT(
        self, server: "_Connection", _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        told = await server.at("RCPT", address)
        if told is not None:
            return told
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: "_Connection", _session: Any, envelope: Any) -> str:
        mail = Mail(envelope.mail_from, envelope.rcpt_tos[0], envelope.original_content)
        told = server.owner.take_reply("DOT")
        if told is not None:
            return told
        server.owner.ledger.append(mail)
        server.owner.enter(+1)
        try:
            await server.at("DOT")
        finally:
            server.owner.enter(-1)
        return "250 2.0.0 Ok: queued"

    async def handle_RSET(self, server: "_Connection", *_: Any) -> str:
        return await server.at("RSET") or "250 2.0.0 Ok"

    async def handle_QUIT(self, server: "_Connection", *_: Any) -> str:
        server.seen.append("QUIT")
        return "221 2.0.0 Bye"


class _Connection(SMTP):
    def __init__(self, owner: SmtpServer) -> None:
        self.owner = owner
        self.seen: list[str] = []
        super().__init__(
            _Hooks(),
            hostname="relay.example",
            tls_context=server_context() if owner.tls == "starttls" else None,
            auth_require_tls=owner.tls == "starttls",
            authenticator=self._check_login,
            data_size_limit=None,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Called once more with the TLS transport when the connection is upgraded.
        if not self._tls_protocol:
            self.raw_transport = transport
            self.owner._open.add(transport)
            self.owner.commands.append(self.seen)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.owner._open.discard(self.raw_transport)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        if await self.at("HELLO") is None:
            await super()._handle_client()

    async def at(self, point: str, recipient: str = "") -> str | None:
        """Do what was told to be done at a point; None: go on."""
        self.seen.append(point)
        await asyncio.sleep(self.owner.pauses.get(point, 0))
        if self.owner.take_drop(point):
            await self._vanish()
        text = self.owner.take_reply(point, recipient)
        self.owner.told += [(point, text)] if text is not None else []
        if text is not None and (text.startswith("421") or point == "HELLO"):
            await self.push(text)
            cast(asyncio.Transport, self.transport).close()
            await asyncio.sleep(3600)  # until connection_lost cancels us
        return text

    async def _vanish(self) -> None:
        cast(asyncio.Transport, self.raw_transport).abort()
        await asyncio.sleep(3600)  # until connection_lost cancels us

    def _check_login(self, _s: Any, _n: Any, _e: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        known = self.owner.users.get(data.login.decode())
        return AuthResult(success=known == data.password.decode(), handled=False)

    async def smtp_DATA(self, arg: str | None) -> None:
        told = await self.at("DATA")
        if told is not None:
            await self.push(told)
            if told.startswith("354"):
                await self._reader.readuntil(b".\r\n")
                await self.push("554 5.5.1 No valid recipients")
        elif self.owner.take_drop("BODY"):
            await self.push("354 Go ahead")
            await self._reader.readline()
            await self._vanish()
        else:
            await super().smtp_DATA(arg)
