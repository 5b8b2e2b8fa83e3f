# ruff: noqa: D101, D106 - a model is its table, whose columns the first migration explains
"""Colleagues' side: cases, what they did and paused, reports, webhooks, settings."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from storage.models.columns import Text, make_json, make_key, make_serial


class CustomerCase(Model):
    id = make_serial()
    contact_id = fields.BigIntField()
    invitation_id = fields.BigIntField(db_index=True)
    survey = Text()
    interaction_id = Text()
    agent = Text()
    team = Text()
    line = Text()
    population = Text()
    state = Text()
    owner = Text()
    cause = Text()
    steps = make_json()
    opened_at = fields.BigIntField()
    respond_by = fields.BigIntField(null=True, db_index=True)
    escalate_at = fields.BigIntField(null=True, db_index=True)
    escalate_to = Text()
    claimed_at = fields.BigIntField(null=True)
    contacted_at = fields.BigIntField(null=True, db_index=True)
    closed_at = fields.BigIntField(null=True)
    talk_channel = Text()
    talk_address = Text()
    talk_at = fields.BigIntField(null=True)
    recovery = make_json()
    recovery_id = fields.BigIntField(db_index=True)
    version = fields.BigIntField()

    class Meta:
        table = "customer_case"
        indexes = (
            Index(fields=["contact_id", "state"]),
            Index(fields=["team", "opened_at"]),
            Index(fields=["state", "opened_at"]),
            Index(fields=["closed_at", "recovery_id"]),
        )


class CaseEntry(Model):
    id = make_serial()
    case_id = fields.BigIntField()
    at = fields.BigIntField()
    kind = Text()
    who = Text()
    text = Text()
    channel = Text()

    class Meta:
        table = "case_entry"
        indexes = (Index(fields=["case_id", "id"]),)


class StaffPost(Model):
    id = make_serial()
    case_id = fields.BigIntField(db_index=True)
    due_id = Text(unique=True)
    kind = Text()
    lane = Text()
    address = Text()
    name = Text()
    at = fields.BigIntField()
    external_id = Text()
    reason = Text()
    todo = Text()

    class Meta:
        table = "staff_post"
        indexes = (Index(fields=["lane", "external_id"]), Index(fields=["todo", "at"]))


class Audit(Model):
    number = fields.BigIntField(primary_key=True, generated=False)
    at = fields.BigIntField()
    person = Text()
    role = Text()
    channel = Text()
    command = Text()
    line = Text()
    verdict = Text()
    hash = Text()

    class Meta:
        indexes = (Index(fields=["person", "number"]), Index(fields=["command", "number"]))


class Confirmation(Model):
    who = make_key()
    code = Text()
    line = Text()
    expires_at = fields.BigIntField()


class Paused(Model):
    name = make_key()
    person = Text()
    at = fields.BigIntField()


class ReportRun(Model):
    report = make_key()
    wall = Text()
    at = fields.BigIntField()

    class Meta:
        table = "report_run"
        unique_together = (("report", "wall"),)


class WebhookCall(Model):
    id = make_serial()
    endpoint = Text()
    message_id = Text()
    kind = Text()
    contact_id = fields.BigIntField(db_index=True)
    body = Text()
    at = fields.BigIntField(db_index=True)
    due_at = fields.BigIntField(null=True)
    attempts = fields.IntField()
    fence = fields.BigIntField()
    verdict = Text()

    class Meta:
        table = "webhook_call"
        unique_together = (("endpoint", "message_id"),)
        # The migration's index leaves out what is settled.
        indexes = (Index(fields=["due_at"]),)


class Setting(Model):
    name = make_key()
    value = Text()
