"""The webhooks block: which systems are told what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field, PlainValidator

from bot.config import units
from bot.config.place import Place
from bot.config.reading import CLOSED, read_block
from bot.config.rules import check_name
from bot.config.shape import Names
from surveys.webhook import EVENTS, Endpoint, read_secret


@dataclass(frozen=True, kw_only=True)
class WebhookShape:
    """One webhook."""

    SECTION: ClassVar = "webhook"
    __pydantic_config__: ClassVar = CLOSED

    url: Annotated[str, PlainValidator(units.read_url)]
    secret: Annotated[str, Field(min_length=1, max_length=200)]
    events: Names
    allow_private: bool = False


def hide_webhook_secrets(place: Place) -> None:
    """Mask the secrets of webhooks, before any fault is written."""
    for name in place.value if isinstance(place.value, Mapping) else ():
        secret = place.at(name, "secret")
        mask = place.findings.mask
        mask.hide_literal(secret.raw)
        if isinstance(secret.value, str) and secret.value != secret.raw:
            mask.hide(secret.value, secret.raw)


def read_webhooks(place: Place) -> tuple[Endpoint, ...]:
    """Give the webhooks of the file that have no faults."""
    if not place.exists or place.value is None:
        return ()
    if not isinstance(place.value, Mapping):
        place.fault("webhooks are expected here, by name", hint="crm: { url: ..., secret: ... }")
        return ()
    read = (_read(place.at(name), str(name)) for name in place.value)
    return tuple(endpoint for endpoint in read if endpoint)


def _read(place: Place, name: str) -> Endpoint | None:
    check_name(place, "webhook")
    shape = read_block(WebhookShape, place)
    if shape is None:
        return None
    _check(place, shape)
    secret = place.at("secret")
    if "${" not in secret.raw:
        secret.fault("a secret comes from the environment", hint='write secret: "${CRM_SECRET}"')
        return None
    try:
        key = read_secret(shape.secret)
    except ValueError as error:
        secret.fault(str(error), hint="make one: echo whsec_$(openssl rand -base64 32)")
        return None
    return Endpoint(
        name=name,
        url=shape.url,
        secret=key,
        events=shape.events,
        allow_private=shape.allow_private,
    )


def _check(place: Place, shape: WebhookShape) -> None:
    events = place.at("events")
    if not shape.events:
        events.fault("no event is named", hint=f"known: {', '.join(EVENTS)}")
    for number, event in enumerate(shape.events):
        if event not in EVENTS:
            at = events.at(number) if isinstance(events.value, list) else events
            at.unknown("event", EVENTS)
    if not shape.url.startswith("https://") and not shape.allow_private:
        hint = "write https://, or allow_private: true for a system beside this one"
        place.at("url").fault("a webhook is called by https only", hint=hint)
