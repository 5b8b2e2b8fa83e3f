# ruff: noqa: D101, D106 - a model is its table, whose columns the first migration explains
"""People: who they are, where they are reached, what they allowed."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from storage.models.columns import Text, make_json, make_key, make_serial, point_to_contact


class Secret(Model):
    name = make_key()
    value = Text()


class Contact(Model):
    id = make_serial()
    language = Text(null=True)
    timezone = Text(null=True)
    attributes = make_json()
    opted_out_at = fields.BigIntField(null=True)
    paused_until = fields.BigIntField(null=True)
    only_channel = Text(null=True)
    forget_asked_at = fields.BigIntField(null=True)
    names = Text(null=True, db_index=True)  # written by the database, from the attributes


class ContactKey(Model):
    key = make_key()
    contact = point_to_contact()

    class Meta:
        table = "contact_key"


class Address(Model):
    id = make_serial()
    channel = Text()
    value = Text()
    contact = point_to_contact()
    status = Text()
    position = fields.IntField()
    heard_at = fields.BigIntField(null=True)

    class Meta:
        unique_together = (("channel", "value"),)
        indexes = (Index(fields=["value"]),)


class SoftBounce(Model):
    id = make_serial()
    address: Any = fields.ForeignKeyField("storage.Address", related_name=False)
    delivery_id = fields.BigIntField()
    at = fields.BigIntField()

    class Meta:
        table = "soft_bounce"
        unique_together = (("address_id", "delivery_id"),)


class Refusal(Model):
    id = make_serial()
    channel = Text()
    delivery_id = fields.BigIntField(unique=True)
    at = fields.BigIntField()

    class Meta:
        indexes = (Index(fields=["channel", "at"]),)


class ContactMerged(Model):
    gone_id = fields.BigIntField(primary_key=True, generated=False)
    keep: Any = fields.ForeignKeyField("storage.Contact", related_name=False, db_index=True)
    at = fields.BigIntField()

    class Meta:
        table = "contact_merged"


class AddressConflict(Model):
    id = make_serial()
    channel = Text()
    value = Text()
    owner_id = fields.BigIntField()
    claimant_id = fields.BigIntField()
    first_at = fields.BigIntField(default=0)
    last_at = fields.BigIntField(default=0)
    times = fields.IntField(default=1)
    told_at = fields.BigIntField(null=True, db_index=True)
    settled = Text(default="")
    settled_by = Text(default="")
    settled_at = fields.BigIntField(null=True)

    class Meta:
        table = "address_conflict"
        unique_together = (("channel", "value", "claimant_id"),)


class ChatLinking(Model):
    id = make_serial()
    chat = Text(unique=True)
    until = fields.BigIntField()
    language = Text()
    wanted_id = fields.BigIntField()
    known_id = fields.BigIntField()
    code = Text()
    expires_at = fields.BigIntField(null=True)
    tries = fields.IntField()

    class Meta:
        table = "chat_linking"


class LinkCode(Model):
    id = make_serial()
    chat = Text()
    place = Text()
    at = fields.BigIntField()

    class Meta:
        table = "link_code"
        indexes = (Index(fields=["chat", "at"]), Index(fields=["place", "at"]))


class OpenedLink(Model):
    link = make_key()
    chat = Text()
    at = fields.BigIntField()

    class Meta:
        table = "opened_link"


class Consent(Model):
    id = make_serial()
    contact = point_to_contact()
    granted = fields.BooleanField()
    at = fields.BigIntField()
    source = Text()
    purpose = Text(default="")
    channel = Text(default="")
    basis = Text(default="consent")
    is_latest = fields.BooleanField(default=True)

    class Meta:
        indexes = (
            PartialIndex(
                fields=["contact_id", "purpose", "channel"], condition={"is_latest": True}
            ),
        )


class Suppression(Model):
    hash = make_key()
    at = fields.BigIntField()
    source = Text()
