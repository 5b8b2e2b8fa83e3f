"""A small provider in the Twilio dialect over a real socket: text messages, calls, webhooks.

It keeps the limits Twilio keeps, signs what it sends us by Twilio's own library, and writes all it
accepted into ``ledger``. People are played by ``text`` and ``pick_up``; trouble is scripted by
``fail`` and ``refuse``.

    async with TwilioServer() as server:
        Settings(account_sid=server.account_sid, auth_token=server.auth_token, sender=server.number,
                 api_base=server.url)
"""

import asyncio
import base64
import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Self

import aiohttp
import orjson
from aiohttp import web
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from tests.providers.twilio_call import Conversation, Live, Step, converse

ACCOUNT, TOKEN, NUMBER = f"AC{'0a1b' * 8}", "12345-test-auth-token-67890", "+358401234567"
STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "REVOKE", "OPTOUT", "CANCEL"}
_E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One message or call the server took: what the provider's own record would say."""

    resource: str
    sid: str
    to: str
    fields: Mapping[str, str]

    @property
    def body(self) -> str:
        return self.fields.get("Body", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the next calls of a resource get instead of an answer.

    ``hang`` waits that many seconds first; ``cut`` drops the connection; ``after`` carries the
    call out before: the answer is lost, the message is not.
    """

    status: int = 500
    body: bytes = b""
    headers: Mapping[str, str] | None = None
    cut: bool = False
    hang: float = 0.0
    after: bool = False


class RestError(Exception):
    """A refusal as the REST API writes it."""

    def __init__(self, code: int, status: int = 400) -> None:
        super().__init__(code)
        self.status = status
        self.body = orjson.dumps(
            {
                "code": code,
                "message": "The provider's own words, which may name +358401110000.",
                "more_info": f"https://www.twilio.com/docs/errors/{code}",
                "status": status,
            }
        )

    @property
    def fault(self) -> Fault:
        return Fault(status=self.status, body=self.body)


class TwilioServer:
    """See the module. ``reports`` are the states told of every message, one after the other."""

    def __init__(self, *, reports: Sequence[str] = ()) -> None:
        self.account_sid, self.auth_token, self.number = ACCOUNT, TOKEN, NUMBER
        self.url = ""
        self.sms_url = ""  # where texts to our number go: {public_url}/sms
        self.ledger: list[Accepted] = []
        self.conversations: list[Conversation] = []
        self.answers: list[
            tuple[str, int]
        ] = []  # every call of ours, and what it was answered (0: nothing)
        self.asked_of_us: list[tuple[str, Mapping[str, str]]] = []  # the same calls, as they were
        self.opted_out: set[str] = set()
        self.turned_away: list[str] = []  # numbers of people who said stop, written to all the same
        self._reports = tuple(reports)
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._refused: dict[str, RestError] = {}
        self._people: dict[str, Sequence[Step] | Live | str] = {}
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._signer = RequestValidator(TOKEN)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{sid}/{resource}.json", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()
        await self._runner.cleanup()

    # People

    async def text(self, sender: str, body: str, *, times: int = 1, **more: str) -> str:
        """Write a text to our number and deliver it that often; gives its sid."""
        sid = self._sid("SM")
        word = body.strip().upper()
        if word in STOP_WORDS:
            self.opted_out.add(sender)
        elif word in ("START", "UNSTOP", "YES"):
            self.opted_out.discard(sender)
        fields = {
            "MessageSid": sid,
            "SmsSid": sid,
            "AccountSid": ACCOUNT,
            "From": sender,
            "To": NUMBER,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
            **more,
        }
        for _ in range(times):
            await self.call(self.sms_url, fields)
        return sid

    def pick_up(self, number: str, *steps: Step) -> None:
        """Let a person take calls: press keys (``"9#"``), be silent (``""``) or speak."""
        self._people[number] = steps

    def pick_up_live(self, number: str) -> Live:
        """Let a person take calls who does what they are told to as the call goes on."""
        self._people[number] = live = Live()
        return live

    def hang_back(self, number: str, ending: str) -> None:
        """Let a call end as ``busy``, ``no-answer``, ``failed``, or ``machine`` (voice mail)."""
        self._people[number] = ending

    async def call_us(self, url: str, number: str, *steps: Step) -> Conversation:
        """Let a person call the number behind ``url``, or be put through to it."""
        conversation = Conversation(sid=self._sid("CA"), to=NUMBER, sender=number)
        self.conversations.append(conversation)
        await converse(conversation, self.call, steps, url=url, direction="inbound")
        return conversation

    # Trouble

    def fail(self, resource: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next requests to ``Messages`` or ``Calls`` fail."""
        self._faults[resource].extend([fault] * times)

    def slow_down(self, resource: str, retry_after: int) -> None:
        """Answer the next request to ``Messages`` or ``Calls`` 429."""
        headers = {"Retry-After": str(retry_after), "Content-Type": "application/json"}
        self.fail(resource, Fault(status=429, body=RestError(20429, 429).body, headers=headers))

    def refuse(self, number: str, code: int, status: int = 400) -> None:
        """Refuse everything to one number from now on."""
        self._refused[number] = RestError(code, status)

    # The record

    def sent(self, number: str) -> list[Accepted]:
        """Give what was accepted for one number, in order."""
        return [entry for entry in self.ledger if entry.to == number]

    async def until(self, true: Callable[[], Any], *, seconds: float = 10.0) -> None:
        """Wait until something holds; TimeoutError where it does not in time."""
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.005)

    # Calling us

    def sign(self, url: str, fields: Mapping[str, str]) -> str:
        """Give the signature of a call, by Twilio's own library."""
        return str(self._signer.compute_signature(url, dict(fields)))

    async def call(self, url: str, fields: Mapping[str, str]) -> str:
        """Call a webhook of ours, signed; gives what it answered."""
        headers = {"X-Twilio-Signature": self.sign(url, fields)}
        self.asked_of_us.append((url, fields))
        try:
            async with self._client.post(url, data=dict(fields), headers=headers) as answer:
                body = await answer.text()
        except aiohttp.ClientError:
            self.answers.append((url, 0))
            return ""
        self.answers.append((url, answer.status))
        return body if answer.status == 200 else ""

    async def report(self, sid: str, status: str, error_code: int = 0) -> None:
        """Tell us what became of a message."""
        entry = next(entry for entry in self.ledger if entry.sid == sid)
        fields = {
            "MessageSid": sid,
            "SmsSid": sid,
            "AccountSid": ACCOUNT,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": entry.to,
            "From": entry.fields.get("From", ""),
        }
        if error_code:
            fields["ErrorCode"] = str(error_code)
        await self.call(entry.fields["StatusCallback"], fields)

    # The REST API

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        resource = request.match_info["resource"]
        fields = {name: str(value) for name, value in (await request.post()).items()}
        fault = self._faults[resource].popleft() if self._faults[resource] else None
        if fault and not fault.after:
            return await _break(request, fault)
        try:
            self._check_login(request)
            entry = self._accept(resource, fields)
        except RestError as refusal:
            return web.Response(
                body=refusal.body, status=refusal.status, content_type="application/json"
            )
        if fault:
            return await _break(request, fault)
        body = {"sid": entry.sid, "status": "queued", "to": entry.to, "error_code": None}
        return web.json_response(body, status=201)

    def _check_login(self, request: web.Request) -> None:
        login = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {login}":
            raise RestError(20003, 401)
        if request.match_info["sid"] != ACCOUNT:
            raise RestError(20404, 404)

    def _accept(self, resource: str, fields: Mapping[str, str]) -> Accepted:
        to = fields.get("To", "")
        if to in self._refused:
            raise self._refused[to]
        if not _E164.fullmatch(to):
            raise RestError(21211)
        if resource == "Messages":
            self._check_text(to, fields)
        elif resource != "Calls" or ("Url" in fields) == ("Twiml" in fields):
            raise RestError(21205)
        elif len(fields.get("Twiml", "")) > 4000:
            raise RestError(21620)
        sid = self._sid("SM" if resource == "Messages" else "CA")
        entry = Accepted(resource=resource, sid=sid, to=to, fields=dict(fields))
        self.ledger.append(entry)
        self._begin(self._carry_on(entry))
        return entry

    def _check_text(self, to: str, fields: Mapping[str, str]) -> None:
        if not fields.get("Body", "").strip():
            raise RestError(21602)
        if len(fields["Body"]) > 1600:
            raise RestError(21617)
        if not fields.get("From") and not fields.get("MessagingServiceSid"):
            raise RestError(21603)
        if to in self.opted_out:
            self.turned_away.append(to)
            raise RestError(21610)

    # What follows

    async def _carry_on(self, entry: Accepted) -> None:
        """Report on a message; place a call, where somebody is there to take it."""
        if entry.resource == "Messages":
            for status in self._reports:
                await self.report(entry.sid, status)
            return
        person = self._people.get(entry.to)
        if person is None:
            return
        conversation = Conversation(sid=entry.sid, to=entry.to, sender=entry.fields["From"])
        self.conversations.append(conversation)
        status = "completed" if person == "machine" or not isinstance(person, str) else person
        found = "human"
        if person == "machine" and entry.fields.get("MachineDetection") == "Enable":
            found = "machine_start"
        if status == "completed":
            steps = () if isinstance(person, str) else person
            url, twiml = entry.fields.get("Url", ""), entry.fields.get("Twiml", "")
            await converse(conversation, self.call, steps, url=url, twiml=twiml, answered_by=found)
        fields = conversation.fields(CallStatus=status, AnsweredBy=found)
        await self.call(entry.fields["StatusCallback"], fields)
        conversation.ended = status

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _sid(self, kind: str) -> str:
        return f"{kind}{next(self._numbers):032x}"


async def _break(request: web.Request, fault: Fault) -> web.StreamResponse:
    await asyncio.sleep(fault.hang)
    if fault.cut and request.transport:
        request.transport.abort()
    return web.Response(body=fault.body, status=fault.status, headers=fault.headers)
