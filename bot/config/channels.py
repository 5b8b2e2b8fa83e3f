"""Channels: each block goes into its channel's own Settings.

A channel's Settings is a standard-library dataclass. Its secrets are the fields left out of its
representation (``field(repr=False)``); ``KEYS``, where it has one, maps a key of the file to the
field it fills (``from`` cannot be a field). A ``ValueError`` of its ``__post_init__`` is in the
words of whoever wrote the block and names the key it is about.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_args

from bot.config.faults import quote
from bot.config.keys import CHANNEL
from bot.config.model import ChannelConfig, Registry
from bot.config.place import Place
from bot.config.reading import known_keys, read_values, report_key

PAGES = "web"
"""The channel that other channels' links lead to."""


def read_channels(place: Place, registry: Registry) -> Mapping[str, ChannelConfig]:
    """Give the channels of the file that have no faults, in its order."""
    read: dict[str, ChannelConfig] = {}
    if not isinstance(place.value, Mapping):
        place.fault("channels are expected here, by name", hint="for example: web: {}")
        return read
    if not place.value:
        place.fault("no channel is set up", hint="for example: web: {}")
    for name in place.value:
        at = place.at(name)
        if name not in registry:
            report_channel(at, registry)
        elif (channel := _read_channel(at, name, registry)) is not None:
            read[name] = channel
    return read


def report_channel(place: Place, registry: Registry) -> None:
    """Report a key that is no channel's name."""
    name = str(place.route[-1])
    hint = f"channels: {', '.join(registry)}"
    place.key_fault(f"unknown channel {quote(name)}", known=registry, hint=hint)


def keys_of(settings: type[Any]) -> Mapping[str, Field[Any]]:
    """Give the keys of a channel's block and the field of Settings each fills."""
    by_field = {field: key for key, field in getattr(settings, "KEYS", {}).items()}
    return {by_field.get(field.name, field.name): field for field in fields(settings) if field.init}


def inner_shape(field: Field[Any]) -> type[Any] | None:
    """Give the dataclass that the block under a key becomes, None for a plain value."""
    kinds = (field.type, *get_args(field.type))
    return next((k for k in kinds if isinstance(k, type) and is_dataclass(k)), None)


def is_required(field: Field[Any]) -> bool:
    """Whether a block must have the key of this field."""
    return field.default is MISSING and field.default_factory is MISSING


def hide_secrets(place: Place, registry: Registry) -> None:
    """Mask all that is or may be a secret under ``channels:``, before any fault is written."""
    blocks = place.value if isinstance(place.value, Mapping) else {}
    for name, block in blocks.items():
        known = keys_of(registry[name].settings_class()) if name in registry else {}
        for key in block if isinstance(block, Mapping) else ():
            field, at = known.get(key), place.at(name, key)
            if key not in CHANNEL and (field is None or not field.repr):
                _hide(at)
            inner = inner_shape(field) if field else None
            for secret in fields(inner) if inner and isinstance(at.value, Mapping) else ():
                if not secret.repr:
                    _hide(at.at(secret.name))


def _hide(place: Place) -> None:
    place.findings.mask.hide_literal(place.raw)
    if isinstance(place.value, str) and place.value != place.raw:
        place.findings.mask.hide(place.value, place.raw)


def _read_channel(place: Place, name: str, registry: Registry) -> ChannelConfig | None:
    block = {} if place.value is None else place.value
    if not isinstance(block, Mapping):
        place.fault(f"the settings of {name} are expected here", hint=f"for example: {name}: {{}}")
        return None
    settings = registry[name].settings_class()
    known = keys_of(settings)
    keys = [*known, *CHANNEL]
    for key in block:
        if key not in keys:
            report_key(place.at(key), keys)
        elif key in known and (inner := inner_shape(known[key])) and isinstance(block[key], dict):
            names = known_keys(inner)
            for name_inside in (n for n in block[key] if n not in names):
                report_key(place.at(key, name_inside), names)
    played = block.get("sandbox", False)
    if not isinstance(played, bool):
        place.at("sandbox").fault("true or false is expected here", hint="write sandbox: true")
        return None
    if played and name == PAGES:
        place.at("sandbox").fault(
            "web is this service's own page and needs no sandbox", hint="write web: {}"
        )
        return None
    if played or name == "sandbox":
        return ChannelConfig(name=name, sandbox=True)
    values = {known[key].name: value for key, value in block.items() if key in known}
    read = _read_settings(place, settings, known, values)
    return None if read is None else ChannelConfig(name=name, settings=read)


def _read_settings(
    place: Place, settings: type[Any], known: Mapping[str, Field[Any]], values: dict[str, Any]
) -> object | None:
    written = {field.name: key for key, field in known.items()}
    hint = "to try without an account, write { sandbox: true }"
    return read_values(settings, values, place, known=list(known), written=written, hint=hint)
