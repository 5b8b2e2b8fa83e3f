"""The caller's end of a phone call: follows TwiML as the provider does, and presses keys."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, fromstring


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words said into a recording, kept by the provider under ``url``."""

    url: str
    seconds: int = 4


Step = str | Spoken
"""What a person does at one prompt: press keys, nothing (""), or speak."""


class Live:
    """What a person does who is played as the call goes on: each prompt waits for `do`."""

    def __init__(self) -> None:
        self._steps: asyncio.Queue[Step] = asyncio.Queue()

    def do(self, step: Step) -> None:
        """Do something at the prompt that is open, or at the next one."""
        self._steps.put_nowait(step)

    async def next(self) -> Step:
        return await self._steps.get()


class Written(Live):
    """What a person does who was told before; at the end they are silent."""

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__()
        for step in steps:
            self.do(step)

    async def next(self) -> Step:
        return "" if self._steps.empty() else await super().next()


Post = Callable[[str, Mapping[str, str]], Awaitable[str]]


@dataclass(slots=True)
class Conversation:
    """One call: what was said, in which language, and what it came to."""

    sid: str
    to: str
    sender: str
    direction: str = "outbound-api"
    answered_by: str = ""
    said: list[tuple[str, str]] = field(default_factory=list)
    prompts: list[Element] = field(default_factory=list)
    hung_up: bool = False
    ended: str = ""

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.said)

    def fields(self, **more: str) -> dict[str, str]:
        """Give the fields of one of the provider's requests about this call."""
        known = {
            "CallSid": self.sid,
            "To": self.to,
            "From": self.sender,
            "Direction": self.direction,
            "CallStatus": "in-progress",
            "ApiVersion": "2010-04-01",
            **more,
        }
        if self.answered_by:
            known.setdefault("AnsweredBy", self.answered_by)
        return known


async def converse(
    conversation: Conversation,
    post: Post,
    steps: Sequence[Step] | Live,
    *,
    url: str = "",
    twiml: str = "",
    direction: str = "outbound-api",
    answered_by: str = "",
) -> None:
    """Follow a call from its first document to its end. A person who has no step left is silent."""
    conversation.direction = direction
    conversation.answered_by = answered_by
    script = steps if isinstance(steps, Live) else Written(steps)
    document = twiml or await post(url, conversation.fields())
    for _ in range(200):
        following = await _follow(conversation, script, document) if document else None
        if following is None:
            return
        document = await post(following[0], conversation.fields(**following[1]))
    raise AssertionError("the call goes round in circles")


async def _follow(
    conversation: Conversation, script: Live, document: str
) -> tuple[str, dict[str, str]] | None:
    """Play one document; gives which address it leads to and with what, None for the end."""
    root = fromstring(document)
    assert root.tag == "Response"
    for verb in root:
        match verb.tag:
            case "Say":
                _hear(conversation, verb)
            case "Gather":
                if (led := await _gather(conversation, script, verb)) is not None:
                    return led
            case "Record":
                if (led := await _record(conversation, script, verb)) is not None:
                    return led
            case "Redirect":
                assert verb.get("method") == "POST"
                return str(verb.text), {}
            case "Hangup":
                conversation.hung_up = True
                return None
            case _:
                raise AssertionError(f"no such verb: {verb.tag}")
    conversation.hung_up = True
    return None


def _hear(conversation: Conversation, verb: Element) -> None:
    assert verb.get("language"), "Say needs its language"
    conversation.said.append((verb.attrib["language"], verb.text or ""))


async def _gather(
    conversation: Conversation, script: Live, verb: Element
) -> tuple[str, dict[str, str]] | None:
    """Take keys until there are enough, the ending key, or silence."""
    conversation.prompts.append(verb)
    for said in verb:
        _hear(conversation, said)
    step = await script.next()
    most, ending = int(verb.get("numDigits", "0")), verb.get("finishOnKey", "#")
    digits, finished = "", ""
    for key in step if isinstance(step, str) else "":
        if ending and key == ending:
            finished = key
            break
        digits += key
        if len(digits) == most:
            break
    if not digits and verb.get("actionOnEmptyResult") != "true":
        return None
    more = {"Digits": digits, "msg": "Gather End"}
    if finished:
        more["FinishedOnKey"] = finished
    return verb.attrib["action"], more


async def _record(
    conversation: Conversation, script: Live, verb: Element
) -> tuple[str, dict[str, str]] | None:
    """Take words; without any the document goes on, as Twilio's does."""
    conversation.prompts.append(verb)
    step = await script.next()
    if not isinstance(step, Spoken):
        return None
    return verb.attrib["action"], {
        "RecordingUrl": step.url,
        "RecordingSid": f"RE{conversation.sid[2:]}",
        "RecordingDuration": str(step.seconds),
        "Digits": "#",
    }
