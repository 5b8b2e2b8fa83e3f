"""Facebook Messenger: the adapter. Sends by the Send API; Meta calls our webhook."""

import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

import orjson

from channels.base import Ack, Channel, Receipt, Request, Surroundings
from channels.errors import BadResponse, Misconfigured, Rejected, Uncertain, Untrusted
from channels.http import Http, Reply
from channels.messenger import CAPABILITIES, Settings
from channels.messenger.feedback import House
from channels.messenger.payload import to_payload
from channels.messenger.refusal import refusal
from channels.messenger.update import GET_STARTED, find_warnings, from_payload
from surveys.inbound import Inbound
from surveys.message import Message

_log = logging.getLogger(__name__)
_SIGNATURE = "x-hub-signature-256"


class Messenger(Channel):
    """One Facebook page.

    ``house`` is what its feedback templates show. ``clock`` tells how long ago a person wrote and
    dates what Meta does not. ``seconds`` bounds one call.
    """

    name = "messenger"

    def __init__(
        self,
        settings: Settings,
        *,
        house: House,
        clock: Callable[[], datetime],
        seconds: float = 20.0,
    ) -> None:
        self.capabilities = replace(CAPABILITIES, rate=settings.per_second)
        self._settings, self._house, self._clock = settings, house, clock
        secret, token = settings.app_secret.encode(), settings.page_token.encode()
        self._secret = secret
        # https://developers.facebook.com/docs/graph-api/guides/secure-requests
        self._proof = hmac.new(secret, token, "sha256").hexdigest()
        self._http = Http(
            settings.api_base,
            headers={"authorization": f"Bearer {settings.page_token}"},
            total=seconds,
            clock=clock,
        )

    @classmethod
    def build(cls, settings: Settings, around: Surroundings) -> Self:
        """Make the page of a service."""
        house = House(
            company=around.company,
            privacy_url=settings.privacy_url or around.privacy_url,
            languages=around.languages,
        )
        return cls(settings, house=house, clock=around.clock)

    async def start(self) -> None:
        """Give the page its Get Started button: without one, a new person's link says nothing.

        :raises ChannelError: Misconfigured for a wrong token, page or permission.
        """
        button = {"get_started": {"payload": GET_STARTED}}
        try:
            await self._post("messenger_profile", button)
        except Rejected as error:
            raise Misconfigured(f"{error}: check page_id and the permissions") from None

    def deep_link(self, token: str) -> str:
        """Give the link that opens a chat with the page and hands it ``token``."""
        return f"https://m.me/{self._settings.page_id}?ref={token}"

    async def send(self, message: Message) -> Receipt:
        """Say a message."""
        body = to_payload(message, self._house, now=self._clock())
        reply = await self._post("messages", body)
        mid = reply.body.get("message_id") if isinstance(reply.body, Mapping) else None
        if not isinstance(mid, str) or not mid:
            raise Uncertain("Messenger took the message and did not say what it is called")
        return Receipt(external_id=mid)

    async def receive(self, request: Request) -> Sequence[Inbound]:
        """Verify and read one call: Meta's question whether the webhook is ours (GET), or events.

        What cannot be read is let go: Meta would otherwise send it again, and in the end stop
        calling at all.
        """
        if request.method == "GET":
            if not self._is_handshake(request):
                raise Untrusted("a call to set up the Messenger webhook had no right verify_token")
            return ()
        self._check_signature(request)
        body = _decode(request.body)
        for action in find_warnings(body, page_id=self._settings.page_id):
            said = " ".join(action.split())
            _log.error("messenger: Meta acts on the page (%s): read its support inbox", said)
        return from_payload(body, page_id=self._settings.page_id, now=self._clock())

    def ack(
        self,
        request: Request,
        messages: Sequence[Message],  # noqa: ARG002 - empty here: Messenger is no inline channel
    ) -> Ack:
        """Give Meta its challenge back, 200 for events, 404 for what is not about a page."""
        if request.method == "GET":
            challenge = request.query.get("hub.challenge", "").encode("utf-8", "replace")
            return Ack(headers={"content-type": "text/plain; charset=utf-8"}, body=challenge)
        body = _decode(request.body)
        ours = isinstance(body, Mapping) and body.get("object") == "page"
        return Ack(status=200 if ours else 404)

    async def close(self) -> None:
        """Let go of connections. May be called twice; whatever is sent later is `Unavailable`."""
        await self._http.close()

    async def _post(self, edge: str, body: Mapping[str, Any]) -> Reply:
        """Call the page's own edge of the graph, and give an answer that is no refusal."""
        path = f"{self._settings.page_id}/{edge}?appsecret_proof={self._proof}"
        try:
            reply = await self._http.post_json(path, body)
        except BadResponse as error:  # a 2xx whose body cannot be read: it was taken, or was it?
            raise Uncertain(f"Messenger's answer cannot be read: {error}") from None
        refused = refusal(reply, self._clock())
        if refused is not None:
            raise refused
        return reply

    def _is_handshake(self, request: Request) -> bool:
        given = request.query.get("hub.verify_token", "").encode("utf-8", "replace")
        same = hmac.compare_digest(given, self._settings.verify_token.encode())
        return same and request.query.get("hub.mode") == "subscribe"

    def _check_signature(self, request: Request) -> None:
        """Hold the call to its signature, over the bytes as they came: Meta signs the text with
        its escapes. The old SHA-1 signature is not looked at.
        """
        given = request.headers.get(_SIGNATURE, "").encode("utf-8", "replace")
        digest = hmac.new(self._secret, request.body, "sha256").hexdigest()
        if not hmac.compare_digest(given, f"sha256={digest}".encode()):
            raise Untrusted("a call to the Messenger webhook came without the right signature")


def _decode(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
