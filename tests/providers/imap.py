"""A real IMAP server on a free port of this machine, with levers.

pymap speaks the protocol; a door in front of it knows how to hang up, to fall silent and to say
things unasked. The door does the TLS, so that it can do so there too.
"""

import asyncio
import socket
import struct
from argparse import Namespace
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.config import BackendCapability
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag, Seen
from pymap.user import UserMetadata
from pysasl.hashing import BuiltinHash

from tests.providers.certificate import server_context


class _Settings(Config):
    can_idle = True

    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=self.can_idle, object_id=True, multi_append=True)


@dataclass
class ImapServer:
    """``async with ImapServer(users={"feedback": "sesame"}) as server``.

    commands   what clients said, a list a connection, without tags
    """

    tls: bool = False
    users: Mapping[str, str] = field(default_factory=lambda: {"feedback": "sesame"})
    idle: bool = True
    port: int = 0
    commands: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._doors: set[_Door] = set()
        self._greeting: list[bytes] = []
        self._answers: dict[str, bytes] = {}
        self._hidden: set[bytes] = set()
        self._heralds: dict[str, list[bytes]] = {}

    # Levers

    async def deliver(self, raw: bytes, *, folder: str = "INBOX", seen: bool = False) -> int:
        """Put a mail into a folder; gives its UID."""
        flags = frozenset({Seen} if seen else ())
        mail = AppendMessage(raw, datetime.now(UTC), flags)
        return (await (await self._folder(folder)).append(mail)).uid

    async def flags(self, uid: int, *, folder: str = "INBOX") -> set[str]:
        held = (await self._folder(folder))._messages[uid].permanent_flags
        return {bytes(flag).decode() for flag in held}

    async def unseen(self) -> int:
        return (await (await self._folder("INBOX")).snapshot()).unseen or 0

    async def mark(self, uid: int, flag: bytes) -> None:
        mail = (await self._folder("INBOX"))._messages[uid]
        mail.permanent_flags = mail.permanent_flags | {Flag(flag)}

    async def add_folder(self, name: str) -> None:
        await (await self._mailboxes()).add_mailbox(name)

    async def number_anew(self) -> None:
        """Give every mail a new UID, from 101 on, and the folder a new UIDVALIDITY."""
        box = await self._folder("INBOX")
        held = list(box._messages.values())
        box._uid_validity += 1
        box._messages.clear()
        box._max_uid = 100
        for mail in held:
            box._max_uid += 1
            box._messages[box._max_uid] = Message.copy(mail, uid=box._max_uid)

    async def make_read_only(self) -> None:
        (await self._folder("INBOX"))._readonly = True

    def hang_up(self) -> None:
        """Close every connection in an orderly way (FIN)."""
        for door in tuple(self._doors):
            door.client.close()

    def reset(self) -> None:
        """Tear every connection down (RST)."""
        for door in tuple(self._doors):
            sock = door.client.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            door.client.transport.abort()

    def fall_silent(self) -> None:
        """Say nothing more on the connections there are, and hear nothing, without closing them."""
        for door in self._doors:
            door.silent = True

    def say(self, line: str) -> None:
        """Say something unasked on every connection."""
        for door in self._doors:
            door.client.write(line.encode() + b"\r\n")

    def refuse(self, *greetings: str) -> None:
        """Greet the next connections with these lines instead, and hang up."""
        self._greeting += [line.encode() + b"\r\n" for line in greetings]

    def answer(self, command: str, line: str) -> None:
        """Answer this command with ``line`` behind its tag from now on; "" to stop that."""
        self._answers[command] = line.encode()

    def herald(self, command: str, line: str) -> None:
        """Say this line before the answer to the next command of this name."""
        self._heralds.setdefault(command, []).append(line.encode() + b"\r\n")

    def conceal(self, code: str) -> None:
        """Leave out this response code from now on."""
        self._hidden.add(code.encode())

    @property
    def open_connections(self) -> int:
        return len(self._doors)

    @property
    def connections(self) -> int:
        return len(self.commands)

    @property
    def url(self) -> str:
        user, word = next(iter(self.users.items()))
        return f"{'imaps' if self.tls else 'imap'}://{user}:{word}@127.0.0.1:{self.port}"

    # Life

    async def __aenter__(self) -> Self:
        args = Namespace(passlib_cfg=None, proxy_protocol=None)
        quick = BuiltinHash(rounds=1)
        self._config = _Settings(
            args, host="127.0.0.1", port=0, demo_data=False, demo_user="", demo_password="",
            tls_enabled=False, hash_context=quick, invalid_user_sleep=0.0,
        )  # fmt: skip
        self._config.can_idle = self.idle
        self._config.apply_context()
        self._login = Login(self._config)
        for name, word in self.users.items():
            hashed = quick.hash(word)
            self._login.users_dict[name] = UserMetadata(self._config, name, password=hashed)
        serve = ProxyProtocolReader(self._config.proxy_protocol).get_callback(
            IMAPServer(self._login, self._config)
        )
        self._server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self._front = await asyncio.start_server(
            self._meet, "127.0.0.1", self.port, ssl=server_context() if self.tls else None
        )
        self.port = self._front.sockets[0].getsockname()[1]
        self._reminding = asyncio.create_task(self._remind())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Close the port and every connection; may be called twice."""
        self._reminding.cancel()
        self._front.close()
        self._server.close()
        for door in tuple(self._doors):
            door.client.transport.abort()
            door.server.transport.abort()
        for _ in range(100):
            if not self._doors:
                break
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.01)

    async def _remind(self) -> None:
        """What came in between the last command and an IDLE is told at its start by other servers;
        pymap waits for the next news, so it is woken now and then.
        """
        while True:
            await asyncio.sleep(0.05)
            (await self._folder("INBOX"))._updated.set()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._greeting:
            writer.write(self._greeting.pop(0))
            writer.close()
            return
        port = self._server.sockets[0].getsockname()[1]
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        said: list[str] = []
        self.commands.append(said)
        door = _Door(writer, inner_writer, said, self._answers, self._hidden, self._heralds)
        self._doors.add(door)
        try:
            await asyncio.gather(door.inward(reader), door.outward(inner_reader))
        finally:
            self._doors.discard(door)
            for side in (writer, inner_writer):
                side.close()
                with suppress(OSError, ConnectionError):
                    await side.wait_closed()

    async def _folder(self, name: str) -> MailboxData:
        return await (await self._mailboxes()).get_mailbox(name)

    async def _mailboxes(self) -> MailboxSet:
        user = Identity(next(iter(self.users)), self._login, None, frozenset())
        async with user.new_session() as session:
            return session.mailbox_set


@dataclass(eq=False)
class _Door:
    """One connection, between the client and pymap."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    said: list[str]
    answers: Mapping[str, bytes]
    hidden: set[bytes]
    heralds: dict[str, list[bytes]]
    silent: bool = False

    async def inward(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError, ConnectionError):
            while line := await reader.readline():
                if self.silent:
                    continue
                tag, _, words = line.partition(b" ")
                self.said.append((words or tag).decode("utf-8", "replace").strip())
                command = self.said[-1].split(" ")[0].upper()
                if self.heralds.get(command):
                    self.client.write(self.heralds[command].pop(0))
                planned = self.answers.get(command)
                if planned:
                    self.client.write(tag + b" " + planned + b"\r\n")
                else:
                    self.server.write(line)
        self.server.close()

    async def outward(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError, ConnectionError):
            while data := await reader.read(65_536):
                for code in self.hidden:
                    data = data.replace(code, b"X" * len(code))
                if not self.silent:
                    self.client.write(data)
        if not self.silent:
            self.client.close()
