"""What a section of the suite needs of a channel. Nothing else leaves a section out.

@needs(edits=True)             a capability is as wanted; offers="buttons" too
@needs(max_buttons=12)         ... or at least that much
@needs(receive=True)           the adapter writes that method of `Channel`
"""

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, TypeVar

from channels.base import Channel
from surveys.message import Capabilities
from tests.channels.rig import Rig

CAPABILITIES = frozenset(field.name for field in fields(Capabilities))
LEVERS = {"receive": "calls", "listen": "speak"}
"""Method of a channel -> the lever of a rig without which this way of running it has none."""

Test = TypeVar("Test", bound=Callable[..., Any])


def needs(**wanted: bool | int | str) -> Callable[[Test], Test]:
    """Mark a section with what it needs: names of capabilities, or of methods of `Channel`."""
    unknown = wanted.keys() - CAPABILITIES - LEVERS.keys()
    assert not unknown, f"no capability and no method: {sorted(unknown)}"

    def mark(test: Test) -> Test:
        test.__dict__["needs"] = wanted
        return test

    return mark


def lacking(rig: Rig, section: Callable[..., Any]) -> Iterator[str]:
    """Give why a rig's channel is spared a section; nothing where it must stand it."""
    wanted: dict[str, bool | int | str] = getattr(section, "needs", {})
    for name, least in wanted.items():
        if name in LEVERS:
            if not is_in_use(rig, name):
                yield f"Channel.{name} is not in use"
            continue
        given = getattr(rig.channel.capabilities, name)
        if isinstance(least, bool | str):
            if given != least:
                yield f"Capabilities.{name} is {given}"
        elif given < least:
            yield f"Capabilities.{name} is {given}, below {least}"


def is_in_use(rig: Rig, method: str) -> bool:
    """Whether the adapter writes a method, and runs in a way that uses it."""
    written = getattr(type(rig.channel), method) is not getattr(Channel, method)
    lever = LEVERS[method]
    return written and getattr(type(rig), lever) is not getattr(Rig, lever)
