"""Playing: the steps of a story, one after the other, and what is looked at on the way."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from channels import CHANNELS, errors
from surveys.compose import WORDS, payload
from surveys.inbound import Inbound, OptedIn, OptedOut, Replied, StatusChanged, Unblocked, Viewed
from surveys.invitation import DeliveryState
from surveys.link import Purpose, seal
from surveys.message import Button, Message
from tests.scenarios.looking import look
from tests.scenarios.script import Misspelt, as_list, laid_over, local_time, span
from tests.scenarios.stage import Stage
from tests.scenarios.telling import like

PAGE = "page"
FAILURES: Mapping[str, type[errors.ChannelError]] = {
    "blocked": errors.Blocked,
    "unreachable": errors.Unreachable,
    "unavailable": errors.Unavailable,
    "rejected": errors.Rejected,
    "uncertain": errors.Uncertain,
}


class Fault(AssertionError):
    """Something came otherwise than the story says."""


class Player:
    """Plays one scenario on a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.story = stage, stage.scenario
        self.where: dict[tuple[str, str], str] = {}
        self.pages: dict[str, Message] = {}
        for member in stage.config.staff:
            for channel, address in member.addresses.items():
                stage.telling.names[channel, address] = member.name.lower()
                self.where[member.name.lower(), channel] = address

    async def play(self) -> None:
        """Play the story to its end.

        :raises Fault: where something comes otherwise; it names the step.
        """
        for name, known in self.story.people.items():
            await self._meet(name, known)
        await self.stage.settle()
        for number, step in enumerate(self.story.story, 1):
            faults = await self._step(step)
            if faults:
                raise Fault(self._told(f"step {number}", faults))
        faults = await look(self.stage, self.story.end)
        if faults:
            raise Fault(self._told("the end", faults))

    def _told(self, place: str, faults: list[str]) -> str:
        told = "\n".join([f"{self.story.title}\n", str(self.stage.telling), f"\nAt {place}:"])
        return "\n".join([told, *faults])

    async def _step(self, step: Mapping[str, Any]) -> list[str]:
        if "at" in step:
            await self._move(local_time(step["at"], self.story.zone))
        if "after" in step:
            await self._move(self.stage.now + span(step["after"]))
        faults: list[str] = []
        for key, value in step.items():
            if key in self.story.people or any(who == key for who, _ in self.where):
                await self._do(key, value)
            elif key == "expect":
                faults += self.stage.telling.compare({} if value == "nothing" else value)
            elif key == "check":
                faults += await look(self.stage, value)
            elif key in ("event", "tell", "alias", "change", "outage"):
                await getattr(self, f"_{key}")(step)
        return faults

    async def _move(self, moment: datetime) -> None:
        if moment < self.stage.now:
            raise Misspelt(f"{self.story.title}: the story goes back to {moment}")
        await self.stage.move_to(moment)

    # What business systems report

    async def _event(self, step: Mapping[str, Any]) -> None:
        who, properties = step["about"], dict(step.get("properties") or {})
        body: dict[str, Any] = {"event": step["event"], "properties": properties, **self._id(who)}
        happened = ""
        if "id" in step:
            body["messageId"] = str(step["id"])
        if "happened" in step:
            body["timestamp"] = local_time(step["happened"], self.story.zone).isoformat()
            happened = f", of {step['happened']}"
        if step.get("imported"):
            body["context"] = {"history": True}
            happened += ", imported"
        told = "".join(f", {key}: {value}" for key, value in properties.items())
        self.stage.telling.notes(f"{step['event']} ({who}{told}{happened})")
        await self.stage.report("track", **body)

    async def _tell(self, step: Mapping[str, Any]) -> None:
        for name, known in step["tell"].items():
            self.stage.telling.notes(f"known of {name} now: {_listed(known)}")
            await self._meet(name, known)

    async def _alias(self, step: Mapping[str, Any]) -> None:
        for old, new in step["alias"].items():
            self.stage.telling.notes(f"{old} turns out to be {new}")
            await self.stage.report("alias", previousId=old, userId=new)

    async def _meet(self, name: str, known: Mapping[str, Any]) -> None:
        """Identify somebody; who is ``unknown`` only has addresses in the story."""
        traits = {}
        for key, value in known.items():
            if key in CHANNELS:
                self.where[name, key] = str(value)
                self.stage.telling.names.setdefault((key, str(value)), name)
                traits[CHANNELS[key].trait] = value
            elif key not in ("unknown", "anonymous"):
                traits[key] = value
        if not known.get("unknown"):
            await self.stage.report("identify", traits=traits, **self._id(name))
            contact = await self.stage.contact(name)
            if contact:
                self.stage.telling.names.setdefault(("web", str(contact.id)), name)

    def _id(self, name: str) -> dict[str, str]:
        anonymous = self.story.people.get(name, {}).get("anonymous")
        return {"anonymousId" if anonymous else "userId": name}

    # What we do ourselves

    async def _change(self, step: Mapping[str, Any]) -> None:
        self.stage.telling.notes("the file is saved anew")
        await self.stage.save(laid_over(self.stage.settings, step["change"]))

    async def _outage(self, step: Mapping[str, Any]) -> None:
        self.stage.telling.notes(f"the service does not run for {step['outage']}")
        await self.stage.miss(span(step["outage"]))
        self.stage.telling.notes("it runs again")

    # What people do

    async def _do(self, who: str, deeds: Mapping[str, Any]) -> None:
        for channel, given in deeds.items():
            deed = given if isinstance(given, Mapping) else {"write": given}
            for label in as_list(deed.get("press")):
                await self._press(who, channel, str(label), str(deed.get("on", "*")))
            if "reply" in deed:
                await self._reply(who, channel, str(deed["reply"]), str(deed.get("on", "*")))
            for act in ("write", "link", "join", "report"):
                if act in deed:
                    await getattr(self, f"_{act}")(who, channel, str(deed[act]))
            for kind in as_list(deed.get("fail")):
                self.stage.telling.notes(f"{who} cannot be reached next time ({channel}: {kind})")
                self._line_of(channel).fail_with(self._at(who, channel), FAILURES[kind](kind))

    async def _press(self, who: str, channel: str, label: str, on: str) -> None:
        self.stage.telling.notes(f"{who} presses {label} ({channel})")
        if channel == PAGE:
            button = _button(self.pages[who], label) if who in self.pages else None
            await self._on_page(who, payloads=(self._found(button, who, label).payload,))
            return
        lines = self._line_of(channel).history(self._at(who, channel))
        for line in reversed(lines):
            button = _button(line.message, label) if line.message else None
            if button is None or not like(line.text, on):
                continue
            if self._line_of(channel).capabilities.links:  # the button is a link to the page
                await self._on_page(who, payloads=(button.payload,))
            else:
                self._line_of(channel).press(self._at(who, channel), button.payload, line.id)
                await self.stage.settle()
            return
        self._found(None, who, label)

    async def _write(self, who: str, channel: str, text: str) -> None:
        self.stage.telling.notes(f"{who} writes ({channel}): {text}")
        if channel == PAGE:
            page = self.pages[who]
            token = page.link.rpartition("/")[2]
            words = payload(token, page.question_id, WORDS)
            await self._on_page(who, payloads=(words,), text=text)
            return
        if self._line_of(channel).write(self._at(who, channel), text) is None:
            raise Misspelt(f"{self.story.title}: {channel} takes no words")
        await self.stage.settle()

    async def _reply(self, who: str, channel: str, text: str, on: str) -> None:
        """Write to one message of ours, in its thread: the newest like ``on``."""
        self.stage.telling.notes(f"{who} replies ({channel}): {text}")
        address = self._at(who, channel)
        ours = [
            line
            for line in self._line_of(channel).history(address)
            if line.sender == "us" and like(line.text, on)
        ]
        if not ours:
            raise Fault(self._told("this step", [f"{who} has no message like {on!r}"]))
        source = self._source(channel, address)
        await self.stage.hear(Replied(**source, text=text, external_id=ours[-1].id))
        await self.stage.settle()

    async def _link(self, who: str, channel: str, kind: str) -> None:
        """Follow a link under the last message: answer, stop, or start on the stop page."""
        self.stage.telling.notes(f"{who} follows the link: {kind} ({channel})")
        sent = [line.message for line in self._line_of(channel).history(self._at(who, channel))]
        message = [one for one in sent if one][-1]
        link = message.link if kind == "answer" else message.stop_link
        token = link.rpartition("/")[2]
        makes: dict[str, type[Any]] = {"answer": Viewed, "stop": OptedOut, "start": OptedIn}
        if kind not in makes:
            raise Misspelt(f"{self.story.title}: link is one of {', '.join(makes)}")
        await self._paged(who, makes[kind](**self._source("web", ""), token=token))

    async def _join(self, who: str, channel: str, address: str) -> None:
        """Open the chat by the person's own opt-in link."""
        self.stage.telling.notes(f"{who} opens the chat by their link ({channel})")
        self.where[who, channel] = address
        self.stage.telling.names[channel, address] = who
        contact = await self.stage.contact(who)
        expires = self.stage.now + timedelta(days=30)
        token = seal(self.stage.store.key, Purpose.OPT_IN, contact.id if contact else 0, expires)
        self._line_of(channel).write(address, f"/start {token}")
        await self.stage.settle()

    async def _report(self, who: str, channel: str, status: str) -> None:
        """Have the provider report on the address, or (bounced, failed) on the last message."""
        self.stage.telling.notes(f"{channel} reports of {who}: {status}")
        source = self._source(channel, self._at(who, channel))
        item: Inbound
        if status == "unblocked":
            item = Unblocked(**source)
        else:
            lines = self._line_of(channel).history(source["address"])
            last = [line.id for line in lines if line.sender == "us"][-1]
            about = "" if status == "blocked" else last
            item = StatusChanged(**source, status=DeliveryState(status), external_id=about)
        await self.stage.hear(item)
        await self.stage.settle()

    async def _on_page(self, who: str, **given: Any) -> None:
        await self._paged(who, Replied(**self._source("web", ""), **given))

    async def _paged(self, who: str, item: Inbound) -> None:
        for message in await self.stage.hear(item):
            self.pages[who] = message
            self.stage.telling.hears(PAGE, message, who)
        await self.stage.settle()

    def _source(self, channel: str, address: str) -> dict[str, Any]:
        event_id = f"e{next(self.stage.ids)}"
        return {
            "event_id": event_id,
            "channel": channel,
            "address": address,
            "at": self.stage.now,
        }

    def _line_of(self, channel: str) -> Any:
        return self.stage.channels[channel]

    def _at(self, who: str, channel: str) -> str:
        if (who, channel) not in self.where:
            raise Misspelt(f"{self.story.title}: {who} has no {channel} address")
        return self.where[who, channel]

    def _found(self, button: Button | None, who: str, label: str) -> Button:
        if button is None:
            raise Fault(self._told("this step", [f"{who} has no button {label!r} to press"]))
        return button


def _button(message: Message, label: str) -> Button | None:
    return next((b for b in message.buttons if b.label.removeprefix("✓ ") == label), None)


def _listed(known: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in known.items())
