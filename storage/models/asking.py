# ruff: noqa: D101, D106 - a model is its table, whose columns the first migration explains
"""What was reported, who is to be asked for it, and when."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from storage.models.columns import Text, make_json, make_key, make_serial


class Event(Model):
    message_id = make_key()
    kind = Text()
    name = Text()
    user_id = Text(null=True)
    anonymous_id = Text(null=True, db_index=True)
    previous_id = Text(null=True, db_index=True)
    group_id = Text(null=True)
    occurred_at = fields.BigIntField()
    received_at = fields.BigIntField(db_index=True)
    properties = make_json()
    traits = make_json()
    language = Text(null=True)
    timezone = Text(null=True)
    verdict = Text()

    class Meta:
        # The migration's index leaves out who has no user id; a model can name values only.
        indexes = (Index(fields=["user_id", "received_at"]),)


class Counter(Model):
    key = make_key()
    value = fields.BigIntField()
    idle_since = fields.BigIntField(default=0)


class Invitation(Model):
    id = make_serial()
    key = Text(unique=True)
    contact_id = fields.BigIntField(db_index=True)
    survey = Text()
    survey_version = Text()
    trigger = Text()
    via = make_json()
    all_channels = fields.BooleanField()
    state = Text()
    channel = Text()
    due_at = fields.BigIntField()
    expires_at = fields.BigIntField()
    not_after = fields.BigIntField(null=True)
    weight = fields.FloatField()
    interaction_id = Text()
    agent = Text()
    team = Text()
    line = Text()
    population = Text()
    facts = make_json()
    language = Text()
    asked_at = fields.BigIntField(null=True)
    delivered = fields.BooleanField()
    best = fields.BooleanField(default=False)
    held_on = Text(default="")
    held_until = fields.BigIntField(null=True)

    class Meta:
        # The migration's index covers three states; a model can name one value only.
        indexes = (
            PartialIndex(fields=["expires_at"], condition={"state": "planned"}),
            Index(fields=["trigger", "due_at", "state", "asked_at", "delivered", "team"]),
        )


class AskHold(Model):
    invitation_id = fields.BigIntField(primary_key=True, generated=False)
    contact_id = fields.BigIntField(db_index=True)
    survey = Text()
    channel = Text()
    at = fields.BigIntField()

    class Meta:
        table = "ask_hold"


class HumanTalk(Model):
    id = make_serial()
    contact_id = fields.BigIntField(db_index=True)
    at = fields.BigIntField()

    class Meta:
        table = "human_talk"


class JourneyProgress(Model):
    journey = make_key()
    contact_id = fields.BigIntField(db_index=True)
    key = Text()
    origin = fields.BigIntField()
    entered_at = fields.BigIntField(null=True)
    ended_at = fields.BigIntField(null=True)
    counts = make_json()
    reached = make_json()
    first_seen = fields.JSONField[Any](null=True)
    seen = make_json()

    class Meta:
        table = "journey_progress"
        unique_together = (("journey", "contact_id", "key"),)


class CampaignRun(Model):
    campaign = make_key()
    wall = Text()
    begins = fields.BigIntField()
    cursor = fields.BigIntField()
    enlisted = fields.BigIntField()
    done = fields.BooleanField()

    class Meta:
        table = "campaign_run"
        unique_together = (("campaign", "wall"),)


class CampaignSeen(Model):
    name = make_key()
    at = fields.BigIntField()

    class Meta:
        table = "campaign_seen"


class Decision(Model):
    id = make_serial()
    invitation_id = fields.BigIntField(db_index=True)
    at = fields.BigIntField()
    verdict = Text()
    rule = Text()
    inputs = make_json()
