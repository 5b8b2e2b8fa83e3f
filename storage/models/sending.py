# ruff: noqa: D101, D106 - a model is its table, whose columns the first migration explains
"""What is to be sent and was sent, and what came back."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from storage.models.columns import Text, make_json, make_key, make_serial


class Due(Model):
    lane = make_key()
    at = fields.BigIntField()
    id = Text()
    due_at = fields.BigIntField()
    kind = Text()
    invitation_id = fields.BigIntField()
    message = Text(null=True)
    attempts = fields.IntField()
    fence = fields.BigIntField()

    class Meta:
        unique_together = (("lane", "at", "id"),)


class Delivery(Model):
    id = make_serial()
    due_id = Text()
    fence = fields.BigIntField()
    invitation_id = fields.BigIntField()
    channel = Text()
    address = Text()
    state = Text()
    external_id = Text()
    reason = Text()
    started_at = fields.BigIntField()
    settled_at = fields.BigIntField(null=True)

    class Meta:
        indexes = (
            Index(fields=["invitation_id", "id"]),
            Index(fields=["channel", "external_id"]),
            PartialIndex(fields=["due_id"], condition={"state": "sending"}),
            PartialIndex(fields=["channel", "address"], condition={"invitation_id": 0}),
            PartialIndex(fields=["id"], condition={"state": "uncertain"}),
        )


class EarlyStatus(Model):
    id = make_serial()
    channel = Text()
    external_id = Text()
    state = Text()
    reason = Text()
    received_at = fields.BigIntField()

    class Meta:
        table = "early_status"
        unique_together = (("channel", "external_id"),)


class Inbound(Model):
    id = make_serial()
    channel = Text()
    event_id = Text()
    kind = Text()
    at = fields.BigIntField()
    address = Text()
    body = make_json()

    class Meta:
        unique_together = (("channel", "event_id"),)
        indexes = (Index(fields=["channel", "address"]),)


class ChannelStanding(Model):
    survey = make_key()
    trigger = Text()
    day = fields.IntField()
    channel = Text()
    asked = fields.BigIntField()
    answered = fields.BigIntField()

    class Meta:
        table = "channel_standing"
        unique_together = (("survey", "trigger", "day", "channel"),)


class LinkSignal(Model):
    invitation_id = fields.BigIntField(primary_key=True, generated=False)
    opened = make_json()
    machine_at = fields.BigIntField(null=True)
    reason = Text()
    seen_at = fields.BigIntField(db_index=True)

    class Meta:
        table = "link_signal"


class HeldPress(Model):
    id = make_serial()
    invitation_id = fields.BigIntField()
    question_id = Text()
    metric_id = Text()
    channel = Text()
    chosen = make_json()
    text = Text()
    reason = Text()
    hints = make_json()
    presses = fields.IntField()
    at = fields.BigIntField(db_index=True)

    class Meta:
        table = "held_press"
        unique_together = (("invitation_id", "question_id"),)
