"""Connections: a socket used by a thread on which no wait is without end.

Each wait has a deadline, and a bell that any thread may ring ends all of them at once. Only with
both can a thread be trusted with a connection that may fall silent for ever.
"""

import selectors
import socket
import ssl
import threading
import time
from types import TracebackType
from typing import Self

_CHUNK = 65_536
_LONGEST_LINE = 1_000_000
_LONGEST_LITERAL = 16_000_000
_KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))
"""The system asks a silent peer after a minute, and gives it up two minutes after that."""


class Broken(Exception):
    """The connection is gone, or the other side silent or senseless; a new one may do."""


class Silent(Broken):
    """Nothing came in time."""


class Rung(Exception):
    """The bell was rung: whoever owns the connection wants it no more."""


class Connection:
    """One connection for one thread at a time; only `ring` may be called from others.

    ``patience`` is how many seconds the other side may take for any one answer.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._socket: socket.socket | None = None
        self._heard = bytearray()
        self._rung = threading.Event()
        self._bell, self._rope = socket.socketpair()
        self._rope.setblocking(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ring(self) -> None:
        """End whatever waits, now and later; from any thread, any number of times."""
        self._rung.set()
        try:
            self._rope.send(b"!")
        except OSError:
            return  # rung often enough, or closed already

    def open(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Connect to the first of the host's addresses that answers.

        :param tls: protects the connection from the first byte; None for a server on this machine.
        :raises Broken: where nobody answers.
        :raises ssl.SSLCertVerificationError: where it is not the server it should be.
        """
        try:
            places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Broken("its name is not known") from error
        for family, kind, protocol, _, address in places:
            self._socket = socket.socket(family, kind, protocol)
            try:
                self._connect(self._socket, address)
                break
            except (OSError, Broken):
                self._socket.close()
            except Rung:
                self._socket.close()
                raise
        else:
            raise Broken("it cannot be reached")
        if tls is not None:
            self._socket = tls.wrap_socket(
                self._socket, server_hostname=host, do_handshake_on_connect=False
            )
            self._shake_hands(self._socket)

    def read_line(self) -> bytes:
        """Give the next line with its end.

        :raises Broken: where none comes in time or none will.
        """
        ends = time.monotonic() + self.patience
        searched = 0
        while (end := self._heard.find(b"\n", searched)) < 0:
            searched = len(self._heard)
            if searched > _LONGEST_LINE:
                raise Broken("it sent a line without end")
            self._hear(ends)
        return self._take(end + 1)

    def read(self, size: int) -> bytes:
        """Give exactly ``size`` bytes.

        :raises Broken: where they do not come; each chunk has ``patience`` seconds.
        """
        if size > _LONGEST_LITERAL:
            raise Broken("it sent more than was asked for")
        while len(self._heard) < size:
            self._hear(time.monotonic() + self.patience)
        return self._take(size)

    def write(self, data: bytes) -> None:
        """Write all of it.

        :raises Broken: where it is not taken in time.
        """
        ends, left = time.monotonic() + self.patience, memoryview(data)
        while left:
            try:
                left = left[self._open_socket.send(left) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                self._wait(selectors.EVENT_WRITE, ends)
            except ssl.SSLWantReadError:
                self._wait(selectors.EVENT_READ, ends)
            except OSError as error:
                raise Broken("it hung up") from error

    def wait(self, seconds: float) -> bool:
        """Wait until something is there to be read; False where nothing came in that time.

        :raises Broken: where the connection ended.
        """
        ends = time.monotonic() + seconds
        while not self._heard:
            try:
                self._hear(ends)
            except Silent:
                return False
        return True

    def close(self) -> None:
        """Close; may be called twice."""
        if self._socket is not None:
            self._socket.close()
        self._bell.close()
        self._rope.close()

    @property
    def _open_socket(self) -> socket.socket:
        if self._rung.is_set():
            raise Rung
        if self._socket is None or self._socket.fileno() < 0:
            raise Broken("it is closed")
        return self._socket

    def _connect(self, sock: socket.socket, address: object) -> None:
        if self._rung.is_set():
            raise Rung
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:
            if option := getattr(socket, name, None):
                sock.setsockopt(socket.IPPROTO_TCP, option, value)
        try:
            sock.connect(address)  # type: ignore[arg-type]  # getaddrinfo's, whatever the family
        except BlockingIOError:
            self._wait(selectors.EVENT_WRITE, time.monotonic() + self.patience)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, "")

    def _shake_hands(self, sock: ssl.SSLSocket) -> None:
        ends = time.monotonic() + self.patience
        while True:
            try:
                sock.do_handshake()
                return
            except ssl.SSLWantReadError:
                self._wait(selectors.EVENT_READ, ends)
            except ssl.SSLWantWriteError:
                self._wait(selectors.EVENT_WRITE, ends)
            except ssl.SSLCertVerificationError:
                raise
            except OSError as error:
                raise Broken("it does not speak TLS") from error

    def _hear(self, ends: float) -> None:
        """Take in what comes next.

        :raises Broken: at the end of the connection, or where nothing came: then `Silent`.
        """
        while True:
            try:
                data = self._open_socket.recv(_CHUNK)
                break
            except (BlockingIOError, ssl.SSLWantReadError):
                self._wait(selectors.EVENT_READ, ends)
            except ssl.SSLWantWriteError:
                self._wait(selectors.EVENT_WRITE, ends)
            except OSError as error:
                raise Broken("it hung up") from error
        if not data:
            raise Broken("it hung up")
        self._heard += data

    def _wait(self, event: int, ends: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._open_socket, event)
            selector.register(self._bell, selectors.EVENT_READ)
            ready = selector.select(max(0.0, ends - time.monotonic()))
        if self._rung.is_set():
            raise Rung
        if not ready:
            raise Silent("it fell silent")

    def _take(self, size: int) -> bytes:
        taken = bytes(self._heard[:size])
        del self._heard[:size]
        return taken
