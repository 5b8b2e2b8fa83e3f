"""A mail server that only keeps who got something: fast enough for a hundred thousand."""

import asyncio
from typing import Self

_GREETING = b"220 sink\r\n"
_ABILITIES = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
_END = b"\r\n.\r\n"


class Sink:
    """``async with Sink() as sink``: ``ledger`` is the recipients, in the order of their mails."""

    def __init__(self) -> None:
        self.ledger: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Talk(self.ledger), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()


class _Talk(asyncio.Protocol):
    """One connection. A mail is in the ledger before its sender is told."""

    def __init__(self, ledger: list[str]) -> None:
        self._ledger, self._buffer = ledger, b""
        self._recipients: list[str] = []
        self._in_mail = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._take_mail() if self._in_mail else self._take_line():
            pass

    def _take_mail(self) -> bool:
        _, end, rest = self._buffer.partition(_END)
        if end:
            self._in_mail, self._buffer = False, rest
            self._ledger += self._recipients
            self._recipients = []
            self._transport.write(b"250 2.0.0 taken\r\n")
        return bool(end)

    def _take_line(self) -> bool:
        line, end, rest = self._buffer.partition(b"\r\n")
        if end:
            self._buffer = rest
            self._transport.write(self._answer(line))
        return bool(end)

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"EHLO":
            return _ABILITIES
        if verb == b"RCPT":
            self._recipients.append(line[line.index(b"<") + 1 : line.index(b">")].decode())
        elif verb == b"DATA":
            self._in_mail = True
            return b"354 go on\r\n"
        elif verb in (b"RSET", b"MAIL"):
            self._recipients = []
        return b"250 2.0.0 fine\r\n"
