"""Wires: lines over one open connection, in and out.

aiosmtplib's protocol takes one reply at a time and drops the others; this one takes over its
connection and keeps all of them.
"""

import asyncio
from typing import cast

from channels.errors import BadResponse

_LINE = 8192
"""Bytes in a reply line. RFC 5321 section 4.5.3.1.5 allows 512; some servers are chattier."""


class Lost(Exception):
    """The connection broke or the server fell silent. ``written`` says whether all of a mail, its
    final dot included, had been written: then it may have been sent.
    """

    def __init__(self, *, written: bool = False) -> None:
        super().__init__(written)
        self.written = written


class Wire(asyncio.Protocol):
    """One open connection, used by one task at a time."""

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        """Take ``transport`` over from the protocol it has."""
        self._transport = cast(asyncio.Transport, transport)
        self._heard = bytearray()
        self._paused = False
        self._gone = False
        self._news: asyncio.Future[None] | None = None
        self._transport.set_protocol(self)

    @property
    def idle(self) -> bool:
        """Whether it is open and nothing unread came. A server that says something unasked says
        good-bye.
        """
        return not (self._gone or self._heard or self._transport.is_closing())

    def write(self, data: bytes) -> None:
        """Write; raises `Lost` where the connection is known to be gone."""
        if self._gone or self._transport.is_closing():
            raise Lost
        self._transport.write(data)

    async def drain(self) -> None:
        """Wait until what was written has left, but for a few KiB."""
        while self._paused:
            if self._gone:
                raise Lost
            await self._wait()

    async def line(self) -> bytes:
        """Give the next line without its end.

        :raises Lost: where the connection ends before it.
        :raises BadResponse: where it is longer than any server's.
        """
        while (end := self._heard.find(b"\n")) < 0:
            if len(self._heard) > _LINE:
                raise BadResponse("the mail server sent a line without end")
            if self._gone:
                raise Lost
            await self._wait()
        line = bytes(self._heard[:end]).rstrip(b"\r")
        del self._heard[: end + 1]
        return line

    def abort(self) -> None:
        """Close at once, dropping what was not written yet."""
        self._gone = True
        self._transport.abort()

    def close(self) -> None:
        """Close after what was written has left."""
        self._gone = True
        self._transport.close()

    async def _wait(self) -> None:
        self._news = asyncio.get_running_loop().create_future()
        await self._news

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        self._wake()

    def eof_received(self) -> None:
        self._gone = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        self._gone = True
        self._wake()

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._wake()
