"""Dialogues: mails over one open SMTP connection, one after another.

aiosmtplib opens the connection, upgrades it and logs in (`channels.email.pool`). The mails
themselves are said here, for two reasons: its ``data()`` raises the same error before and after
the final dot, which are two different things for us; and it reads one reply at a time, where
RFC 2920 lets MAIL, RCPT and DATA go in one write.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from channels.email.refusal import Reply, Stage
from channels.email.wire import Lost, Wire
from channels.errors import BadResponse

_CHUNK = 64 * 1024
_PATIENCE = 10
"""How many times longer than any other reply the one after the final dot may take: mail servers
scan a mail before they answer (RFC 5321 section 4.5.3.2.6 asks for ten minutes)."""

_GOOD = {
    Stage.SENDER: (250,),
    Stage.RECIPIENT: (250, 251, 252),
    Stage.CONTENT: (354,),
}
Command = tuple[Stage, bytes]


class Refused(Exception):
    """The server answered, and not what we hoped for: nothing was sent."""

    def __init__(self, stage: Stage, reply: Reply) -> None:
        super().__init__(stage, reply.code)
        self.stage, self.reply = stage, reply


class Session:
    """One open connection, greeted and logged in, that carries one mail at a time.

    ``timeout`` is how many seconds the server may take to answer. ``carried`` counts its mails.
    """

    def __init__(self, wire: Wire, *, pipelining: bool, timeout: float) -> None:
        self._wire, self._pipelining, self._timeout = wire, pipelining, timeout
        self._unclean = False  # a refused mail left its envelope behind
        self._broken = False
        self.carried = 0

    @property
    def alive(self) -> bool:
        """Whether it may be used again, as far as one can tell without asking."""
        return self._wire.idle and not self._broken

    async def carry(self, sender: str, recipient: str, payload: bytes) -> None:
        """Hand one mail over.

        :raises Refused: where the server will not have it.
        :raises Lost: where the connection broke.
        :raises BadResponse: where the server does not speak SMTP.
        """
        try:
            await self._offer(sender, recipient)
            await self._content(payload)
        except Refused as refused:
            self._unclean = True
            self._broken = self._broken or refused.reply.code == 421
            raise
        except BaseException:
            self._broken = True  # half a dialogue cannot be taken up again
            raise
        self.carried += 1

    async def check(self) -> None:
        """Ask whether the server is still there; raises as `carry` does."""
        self._broken = True
        self._wire.write(b"RSET\r\n")
        reply = await self._reply(self._timeout)
        if reply.code != 250:
            raise Refused(Stage.SENDER, reply)
        self._broken, self._unclean = False, False

    async def quit(self) -> None:
        """Say good-bye and close. Never fails."""
        if self.alive:
            with contextlib.suppress(Lost, BadResponse):
                self._wire.write(b"QUIT\r\n")
                await self._reply(min(self._timeout, 2.0))
        self._broken = True
        self._wire.close()

    def abort(self) -> None:
        """Close without a word."""
        self._broken = True
        self._wire.abort()

    async def _offer(self, sender: str, recipient: str) -> None:
        commands: list[Command] = [
            (Stage.SENDER, f"MAIL FROM:<{sender}>\r\n".encode("ascii")),
            (Stage.RECIPIENT, f"RCPT TO:<{recipient}>\r\n".encode("ascii")),
            (Stage.CONTENT, b"DATA\r\n"),
        ]
        if self._unclean:
            commands.insert(0, (Stage.SENDER, b"RSET\r\n"))
        groups = [commands] if self._pipelining else [[command] for command in commands]
        for group in groups:
            await self._say(group)
        self._unclean = False

    async def _say(self, group: Sequence[Command]) -> None:
        self._wire.write(b"".join(words for _, words in group))
        replies = await self._replies(len(group))
        for (stage, _), reply in zip(group, replies, strict=False):
            if reply.code not in _GOOD[stage]:
                await self._withdraw(replies[-1])
                raise Refused(stage, reply)

    async def _replies(self, count: int) -> list[Reply]:
        """Give the replies to a group, or those up to a refusal after which the server left."""
        replies: list[Reply] = []
        try:
            while len(replies) < count:
                replies.append(await self._reply(self._timeout))
        except Lost:
            self._broken = True
            if all(reply.code < 400 for reply in replies):
                raise
        return replies

    async def _withdraw(self, last: Reply) -> None:
        """Where DATA was let through after a refusal, end it with nothing (RFC 2920, 3.1)."""
        if last.code == 354:
            try:
                self._wire.write(b".\r\n")
                await self._reply(self._timeout)
            except (Lost, BadResponse):
                self._broken = True

    async def _content(self, payload: bytes) -> None:
        # Payloads start with a header and end in CRLF, so only inner lines can start with a dot.
        content = payload.replace(b"\r\n.", b"\r\n..")
        if len(content) > _CHUNK:
            self._wire.write(content)
            await self._drained()
            content = b""
        self._wire.write(content + b".\r\n")
        try:
            reply = await self._reply(self._timeout * _PATIENCE)
        except (Lost, BadResponse):
            raise Lost(written=True) from None
        if 400 <= reply.code < 600:
            raise Refused(Stage.CONTENT, reply)
        if not 200 <= reply.code < 300:
            raise Lost(written=True)  # an answer, but no verdict

    async def _drained(self) -> None:
        try:
            async with asyncio.timeout(self._timeout * _PATIENCE):
                await self._wire.drain()
        except TimeoutError:
            raise Lost from None

    async def _reply(self, seconds: float) -> Reply:
        """Read one reply, all its lines (RFC 5321 section 4.2.1)."""
        lines: list[str] = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    line = await self._wire.line()
                    lines.append(line[4:].decode("utf-8", "replace"))
                    if line[3:4] != b"-" or len(lines) > 100:
                        return Reply(code=_code(line), text="\n".join(lines))
        except TimeoutError:
            raise Lost from None


def _code(line: bytes) -> int:
    if line[:3].isdigit() and line[3:4] in (b" ", b""):
        return int(line[:3])
    raise BadResponse("the mail server sent a reply that is not SMTP")
