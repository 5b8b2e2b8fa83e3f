"""What every channel must do, as one class: subclass `Conformance` and give it a ``rig`` fixture.

A rig (`tests.channels.rig`) is an adapter joined to a real provider server, with the levers a test
needs. A section is left out only by what it says it `needs` (`tests.channels.needs`): a capability,
or a method of `Channel` that the adapter writes.
"""

import logging
from datetime import timedelta

import pytest

from channels import CHANNELS
from tests.channels.asking import Asking
from tests.channels.commenting import Commenting
from tests.channels.failing import Failing, fail_to_say
from tests.channels.reading import Reading, hear, receive_calmly
from tests.channels.rig import AROUND, TOKEN, Rig, assert_tells_nothing, question
from tests.channels.saying import Saying


class Identity:
    """What a channel says it is."""

    async def test_it_is_the_registered_adapter(self, rig: Rig) -> None:
        entry = CHANNELS[rig.name]
        assert type(rig.channel) is entry.adapter_class()
        assert isinstance(rig.settings, entry.settings_class())
        assert rig.channel.name == rig.name
        assert entry.trait

    async def test_the_service_can_build_it(self, rig: Rig) -> None:
        built = CHANNELS[rig.name].adapter_class().build(rig.settings, AROUND)
        assert built.name == rig.name
        assert built.capabilities == rig.channel.capabilities
        assert built.deep_link(TOKEN) == "" or TOKEN in built.deep_link(TOKEN)
        await built.close()

    async def test_its_settings_only_narrow_its_capabilities(self, rig: Rig) -> None:
        general, own = CHANNELS[rig.name].capabilities(), rig.channel.capabilities
        for limit in ("max_text", "max_buttons", "button_text", "payload_bytes"):
            assert getattr(own, limit) <= getattr(general, limit), limit
        for flag in ("edits", "images", "send_key", "lookup", "receipts"):
            assert getattr(own, flag) <= getattr(general, flag), flag

    async def test_its_capabilities_make_sense(self, rig: Rig) -> None:
        can = rig.channel.capabilities
        assert can.max_text >= 70, "the shortest text message there is"
        assert can.rate > 0
        assert can.concurrency >= 1
        assert can.window is None or can.window > timedelta(0)
        assert can.markup in ("none", "html", "blocks")
        assert can.max_buttons >= 0
        if can.max_buttons:
            assert can.button_text >= 1
            assert can.payload_bytes >= 64, "our payloads take up to 64 bytes"


class Discretion:
    """What a channel tells nobody."""

    async def test_it_keeps_secrets_and_people_to_itself(
        self, rig: Rig, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        said: list[str] = [repr(rig.settings), str(rig.settings), repr(rig.channel)]
        await rig.say(question(rig))
        if type(rig).speak is not Rig.speak:
            await rig.speak("kept to ourselves")
            await hear(rig, 1)
        if not rig.channel.capabilities.waits:
            said += [explain(await fail_to_say(rig, kind)) for kind in rig.failures]
        for call in (*rig.calls(), *rig.forged(), *rig.foreign(), rig.call_with(b"\0")):
            said.append(explain(await receive_calmly(rig, call)))
        if not rig.channel.capabilities.waits:
            await rig.go_away()
            said.append(explain(await fail_to_say(rig, None)))
        await rig.channel.close()
        assert_tells_nothing(rig, "\n".join(said))
        ours = [r for r in caplog.records if r.name not in rig.provider_logs]
        assert_tells_nothing(
            rig, "\n".join(map(logging.Formatter("%(name)s: %(message)s").format, ours))
        )


def explain(error: BaseException | None) -> str:
    """Give everything a traceback would say of an error and what is behind it."""
    parts: list[str] = []
    while error is not None and len(parts) < 20:
        parts.append(repr(error))
        suppressed = error.__suppress_context__ and error.__cause__ is None
        error = error.__cause__ or (None if suppressed else error.__context__)
    return "\n".join(parts)


class Conformance(Identity, Saying, Asking, Failing, Reading, Commenting, Discretion):
    """The whole suite. Every test gets a fresh ``rig``."""
