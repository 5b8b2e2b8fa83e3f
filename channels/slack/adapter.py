"""Slack: the adapter. Sends by the Web API; hears by Socket Mode or by signed HTTP calls."""

import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

import orjson

from channels.base import Ack, Channel, Receipt, Request, Surroundings
from channels.errors import (
    BadResponse,
    ChannelError,
    Misconfigured,
    Rejected,
    Uncertain,
    Untrusted,
)
from channels.slack import CAPABILITIES, Settings
from channels.slack.payload import Call, from_payload, to_form, to_payload, to_upload
from channels.slack.places import Places
from channels.slack.signature import is_genuine
from channels.slack.socket_mode import Pace, Socket
from channels.slack.update import challenge, decode, is_revoked, read_write
from channels.slack.wire import Wire
from surveys.inbound import Inbound
from surveys.language import Languages
from surveys.message import Message

_log = logging.getLogger(__name__)


class Slack(Channel):
    """One app in one workspace.

    ``company`` stands above the form for words, whose other texts come from ``languages``.
    ``commands`` are the names of the staff commands. ``clock`` gives aware UTC: it dates what
    Slack does not, and tells old signatures.
    """

    name = "slack"

    def __init__(
        self,
        settings: Settings,
        *,
        company: str,
        languages: Languages,
        language: str = "en",
        commands: Sequence[str] = (),
        clock: Callable[[], datetime],
        pace: Pace | None = None,
    ) -> None:
        self.capabilities = replace(CAPABILITIES, rate=settings.per_second)
        self._settings, self._clock, self._pace = settings, clock, pace or Pace()
        self._company, self._languages, self._language = company, languages, language
        self._commands = frozenset(commands)
        self._revoked = False
        self._wire = Wire(
            settings.bot_token, settings.api_base, seconds=self._pace.call, clock=clock
        )
        self._places = Places(self._wire.call)
        self._socket = Socket(
            ask=self._ask_for_line,
            connect=lambda url: self._wire.connect(url, heartbeat=self._pace.heartbeat),
            react=self._react,
            pace=self._pace,
        )

    @classmethod
    def build(cls, settings: Settings, around: Surroundings) -> Self:
        """Make the app of a service."""
        return cls(
            settings,
            company=around.company,
            languages=around.languages,
            language=around.language,
            commands=[name for name, _ in around.commands],
            clock=around.clock,
        )

    async def start(self) -> None:
        """Ask Slack whether the token is good.

        :raises ChannelError: Misconfigured where it is not.
        """
        try:
            await self._wire.call(Call(method="auth.test", params={}))
        except Rejected as error:
            raise Misconfigured(f"the app cannot be used: {error}") from error
        self._revoked = False

    async def send(self, message: Message) -> Receipt:
        """Say a message, or edit the one it replaces.

        A person given by e-mail is found first; the receipt then names them by Slack's id.
        """
        if self._revoked:
            await self.start()  # perhaps the app was installed again
        place = await self._places.find(message.address)
        if message.image:
            external_id = await self._show_picture(message, place)
        else:
            external_id = await self._say(replace(message, address=place))
            self._places.learn(place, external_id.partition(":")[0])
        return Receipt(external_id=external_id, address=place if "@" in message.address else "")

    async def _say(self, message: Message) -> str:
        bank = self._languages.get(message.language) or self._languages[self._language]
        answer = await self._wire.call(to_payload(message, write=bank.texts["write_here"]))
        channel, ts = answer.get("channel"), answer.get("ts")
        if not isinstance(channel, str) or not isinstance(ts, str):
            raise Uncertain("Slack took the message and did not say what it is called")
        return f"{channel}:{ts}"

    async def _show_picture(self, message: Message, place: str) -> str:
        """Upload a picture and share it in a conversation, in Slack's three steps.

        https://docs.slack.dev/messaging/working-with-files#upload
        """
        conversation = await self._places.open(place)
        png, alt = (message.image.png, message.image.alt) if message.image else (b"", "")
        params = {"filename": "picture.png", "length": str(len(png)), "alt_txt": alt[:1000]}
        ticket = await self._wire.call(
            Call(method="files.getUploadURLExternal", verb="GET", params=params)
        )
        url, file_id = ticket.get("upload_url"), ticket.get("file_id")
        if not isinstance(url, str) or not isinstance(file_id, str):
            raise BadResponse("Slack did not say where to upload a picture")
        await self._wire.upload(url, png)
        await self._wire.call(to_upload(message, file_id, conversation))
        return f"{conversation}:{file_id}"

    async def receive(self, request: Request) -> Sequence[Inbound]:
        """Verify and read one call of Slack's; in Socket Mode there are none to be trusted."""
        secret = "" if self._settings.app_token else self._settings.signing_secret
        if not is_genuine(request, secret, now=self._clock()):
            raise Untrusted("a call to the Slack address is unsigned, too old, or badly signed")
        body = decode(request.body)
        await self._react(body)
        return self._read(body)

    def ack(
        self,
        request: Request,
        messages: Sequence[Message],  # noqa: ARG002 - empty here: Slack is no inline channel
    ) -> Ack:
        """Give an empty 200, or the word Slack wants to hear when it checks the address."""
        word = challenge(decode(request.body))
        if not word:
            return Ack()
        return Ack(
            headers={"content-type": "application/json"}, body=orjson.dumps({"challenge": word})
        )

    async def listen(self) -> AsyncGenerator[Inbound, None]:
        """Give what comes in by Socket Mode, for ever; without an app token, end at once.

        Each piece of news is confirmed to Slack once it was consumed.

        :raises ChannelError: Misconfigured, which waiting does not mend.
        """
        while self._settings.app_token and (envelope := await self._socket.head()):
            for inbound in self._read(envelope.body):
                yield inbound
            await self._socket.confirm(envelope)

    async def close(self) -> None:
        """Let go of connections. May be called twice; whatever is sent later is `Unavailable`."""
        await self._socket.close()
        await self._wire.close()

    def _read(self, body: Mapping[str, Any]) -> list[Inbound]:
        return from_payload(body, now=self._clock(), commands=self._commands)

    async def _react(self, body: Mapping[str, Any]) -> None:
        """Do what cannot wait: open the form somebody asked for, note that we were thrown out."""
        if is_revoked(body):
            self._revoked = True
            _log.error("slack: the app was removed from the workspace, or its token revoked")
        press = read_write(body)
        if press is None:
            return
        bank = self._languages.get(press.language) or self._languages[self._language]
        label, send = bank.texts["write_here"], bank.texts["send"]
        try:
            await self._wire.call(to_form(press, title=self._company, label=label, send=send))
        except ChannelError as error:  # they may still write in the chat
            _log.warning("slack: a form to write in did not open: %s", error)

    async def _ask_for_line(self) -> str:
        answer = await self._wire.call(
            Call(method="apps.connections.open", params={}), token=self._settings.app_token
        )
        url = answer.get("url")
        if not isinstance(url, str) or not url.startswith(("ws://", "wss://")):
            raise BadResponse("Slack gave no address to connect to")
        return url
