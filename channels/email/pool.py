"""Pools: the open connections to the relay."""

import asyncio
import ssl
import time
from collections.abc import Callable

import aiosmtplib

from channels.email.dialogue import Refused, Session
from channels.email.refusal import Reply, Stage, error_for, later
from channels.email.settings import Relay, Tls
from channels.email.wire import Lost, Wire
from channels.errors import BadResponse, ChannelError, Misconfigured, Unavailable, Uncertain

_IDLE = 20.0
"""Seconds after which a connection is asked before it is trusted; relays hang up after minutes."""


class Pool:
    """At most ``size`` connections, opened when needed, used again, mended when the relay closed
    them. ``tls`` is the context to trust servers by; None for the machine's own.
    """

    def __init__(
        self,
        relay: Relay,
        *,
        size: int,
        hello: str,
        timeout: float,
        tls: ssl.SSLContext | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._relay, self._hello, self._timeout = relay, hello, timeout
        self._tls, self._ticks = tls, ticks
        self._slots = asyncio.Semaphore(size)
        self._idle: list[tuple[Session, float]] = []
        self._closed = False

    async def carry(self, sender: str, recipient: str, payload: bytes) -> None:
        """Hand one mail to the relay.

        :raises ChannelError: of the kind that tells the caller what to do, without addresses.
        """
        async with self._slots:
            session = await self._take()
            try:
                await self._use(session, sender, recipient, payload)
            except (Lost, Refused) as trouble:
                if not _is_stale(session, trouble):
                    raise _error_for(trouble, recipient) from None
            else:
                return
            # The relay had closed a connection used before: nothing was sent.
            fresh = await self._open()
            try:
                await self._use(fresh, sender, recipient, payload)
            except (Lost, Refused) as trouble:
                raise _error_for(trouble, recipient) from None

    async def warm(self) -> None:
        """Open one connection, to see whether the settings are right; raises as `carry` does."""
        async with self._slots:
            self._release(await self._take())

    async def close(self) -> None:
        """Say good-bye on every connection. May be called twice."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(session.quit() for session, _ in idle))

    async def _use(self, session: Session, sender: str, recipient: str, payload: bytes) -> None:
        try:
            await session.carry(sender, recipient, payload)
        finally:
            self._release(session)
            if self._closed:
                await session.quit()

    def _release(self, session: Session) -> None:
        if not session.alive:
            session.abort()
        elif not self._closed:
            self._idle.append((session, self._ticks()))

    async def _take(self) -> Session:
        while self._idle:
            session, since = self._idle.pop()
            if await self._is_good(session, since):
                return session
            session.abort()
        return await self._open()

    async def _is_good(self, session: Session, since: float) -> bool:
        if session.alive and self._ticks() - since > _IDLE:
            try:
                await session.check()
            except (Lost, Refused, BadResponse):
                return False
        return session.alive

    async def _open(self) -> Session:
        if self._closed:
            raise Unavailable("the e-mail channel is closed")
        client = await self._client()
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
            pipelining = client.supports_extension("pipelining")
            transport = client.transport
        except (OSError, ValueError, aiosmtplib.SMTPException) as error:
            client.close()
            raise _connect_error(error) from None
        if transport is None:
            raise Unavailable("the mail server hung up after its greeting")
        return Session(Wire(transport), pipelining=pipelining, timeout=self._timeout)

    async def _client(self) -> aiosmtplib.SMTP:
        relay = self._relay
        if self._tls is None and relay.tls is not Tls.NONE:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        return aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.user or None,
            password=relay.password or None,
            local_hostname=self._hello,
            timeout=self._timeout,
            use_tls=relay.tls is Tls.IMPLICIT,
            start_tls=relay.tls is Tls.START,
            tls_context=self._tls if relay.tls is not Tls.NONE else None,
        )


def _is_stale(session: Session, trouble: Lost | Refused) -> bool:
    """Whether the relay merely closed a connection that had carried mails before."""
    if session.carried == 0:
        return False
    if isinstance(trouble, Lost):
        return not trouble.written
    return trouble.reply.code == 421 and not trouble.reply.enhanced.startswith("4.7.")


def _error_for(trouble: Lost | Refused, recipient: str) -> ChannelError:
    if isinstance(trouble, Refused):
        return error_for(trouble.stage, trouble.reply, address=recipient)
    if trouble.written:
        return Uncertain("the connection to the mail server broke after the whole mail was written")
    return Unavailable("the connection to the mail server broke before the mail was written")


def _connect_error(error: Exception) -> ChannelError:
    """Give the error for a connection that could not be made.

    aiosmtplib raises a certificate that fails as it is after STARTTLS, and as the cause of its
    `SMTPConnectError` under smtps; a missing STARTTLS or AUTH as a bare `SMTPException`.
    """
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLError) and not isinstance(
        cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)
    ):
        reason = getattr(cause, "verify_message", "") or cause.reason or "the handshake failed"
        return Misconfigured(f"no protected connection to the mail server: {reason}")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        if error.code < 200:
            return BadResponse("the mail server's first words are not SMTP")
        return error_for(_stage(error), Reply(code=error.code, text=str(error.message)))
    if isinstance(error, OSError):
        return later(f"the mail server cannot be reached: {_plain_reason(cause)}", None)
    return Misconfigured(
        "the mail server offers no STARTTLS or no login that we know; see docs/channels/email.md"
    )


def _stage(error: aiosmtplib.SMTPResponseException) -> Stage:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Stage.LOGIN
    return Stage.HELLO if isinstance(error, aiosmtplib.SMTPHeloError) else Stage.CONNECT


def _plain_reason(cause: BaseException) -> str:
    strerror = getattr(cause, "strerror", None)
    return str(strerror) if strerror else "no answer"
