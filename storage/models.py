# ruff: noqa: D101, D106 - a model is its table, whose columns the first migration explains
"""Tortoise models of the tables, for cold paths; `migrations/` makes the tables.

A test holds both equal. The ORM cannot declare a key of several columns: `Due`, `Rollup` and
`Flow` name the first column of theirs here and the whole of it in ``unique_together``.
Times are epoch milliseconds UTC. Columns are explained in the first migration.
"""

from typing import Any

from tortoise import fields
from tortoise.fields.base import Field
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model


# Field and str both have an `index`; Tortoise's own fields are built the same way.
class Text(Field[str], str):  # type: ignore[misc]  # noqa: SLOT000 - fields have a __dict__
    """TEXT that may be a key or indexed, without a length to run into."""

    SQL_TYPE = "TEXT"
    indexable = True


def _key() -> Any:
    return Text(primary_key=True)


def _serial() -> Any:
    return fields.BigIntField(primary_key=True)


def _json() -> "fields.JSONField[Any]":
    return fields.JSONField()


class Secret(Model):
    name = _key()
    value = Text()


class Contact(Model):
    id = _serial()
    language = Text(null=True)
    timezone = Text(null=True)
    attributes = _json()
    opted_out_at = fields.BigIntField(null=True)
    paused_until = fields.BigIntField(null=True)
    only_channel = Text(null=True)
    forget_asked_at = fields.BigIntField(null=True)


def _contact() -> Any:
    return fields.ForeignKeyField("storage.Contact", related_name=False, db_index=True)


class ContactKey(Model):
    key = _key()
    contact = _contact()

    class Meta:
        table = "contact_key"


class Address(Model):
    id = _serial()
    channel = Text()
    value = Text()
    contact = _contact()
    status = Text()
    position = fields.IntField()
    heard_at = fields.BigIntField(null=True)

    class Meta:
        unique_together = (("channel", "value"),)


class SoftBounce(Model):
    id = _serial()
    address: Any = fields.ForeignKeyField("storage.Address", related_name=False)
    delivery_id = fields.BigIntField()
    at = fields.BigIntField()

    class Meta:
        table = "soft_bounce"
        unique_together = (("address_id", "delivery_id"),)


class Refusal(Model):
    id = _serial()
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
    id = _serial()
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
    id = _serial()
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
    id = _serial()
    chat = Text()
    place = Text()
    at = fields.BigIntField()

    class Meta:
        table = "link_code"
        indexes = (Index(fields=["chat", "at"]), Index(fields=["place", "at"]))


class OpenedLink(Model):
    link = _key()
    chat = Text()
    at = fields.BigIntField()

    class Meta:
        table = "opened_link"


class Consent(Model):
    id = _serial()
    contact = _contact()
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


class Event(Model):
    message_id = _key()
    kind = Text()
    name = Text()
    user_id = Text(null=True)
    anonymous_id = Text(null=True, db_index=True)
    previous_id = Text(null=True, db_index=True)
    group_id = Text(null=True)
    occurred_at = fields.BigIntField()
    received_at = fields.BigIntField(db_index=True)
    properties = _json()
    traits = _json()
    language = Text(null=True)
    timezone = Text(null=True)
    verdict = Text()

    class Meta:
        # The migration's index leaves out who has no user id; a model can name values only.
        indexes = (Index(fields=["user_id", "received_at"]),)


class Counter(Model):
    key = _key()
    value = fields.BigIntField()
    idle_since = fields.BigIntField(default=0)


class Inbound(Model):
    id = _serial()
    channel = Text()
    event_id = Text()
    kind = Text()
    at = fields.BigIntField()
    address = Text()
    body = _json()

    class Meta:
        unique_together = (("channel", "event_id"),)
        indexes = (Index(fields=["channel", "address"]),)


class Suppression(Model):
    hash = _key()
    at = fields.BigIntField()
    source = Text()


class Invitation(Model):
    id = _serial()
    key = Text(unique=True)
    contact_id = fields.BigIntField(db_index=True)
    survey = Text()
    survey_version = Text()
    trigger = Text()
    via = _json()
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
    facts = _json()
    language = Text()
    asked_at = fields.BigIntField(null=True)
    delivered = fields.BooleanField()
    best = fields.BooleanField(default=False)

    class Meta:
        # The migration's index covers two states; a model can name one value only.
        indexes = (
            PartialIndex(fields=["expires_at"], condition={"state": "asked"}),
            Index(fields=["trigger", "due_at"]),
        )


class Due(Model):
    lane = _key()
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


class AskHold(Model):
    invitation_id = fields.BigIntField(primary_key=True, generated=False)
    contact_id = fields.BigIntField(db_index=True)
    survey = Text()
    channel = Text()
    at = fields.BigIntField()

    class Meta:
        table = "ask_hold"


class HumanTalk(Model):
    id = _serial()
    contact_id = fields.BigIntField(db_index=True)
    at = fields.BigIntField()

    class Meta:
        table = "human_talk"


class Setting(Model):
    name = _key()
    value = Text()


class JourneyProgress(Model):
    journey = _key()
    contact_id = fields.BigIntField(db_index=True)
    key = Text()
    origin = fields.BigIntField()
    entered_at = fields.BigIntField(null=True)
    ended_at = fields.BigIntField(null=True)
    counts = _json()
    reached = _json()
    first_seen = fields.JSONField[Any](null=True)
    seen = _json()

    class Meta:
        table = "journey_progress"
        unique_together = (("journey", "contact_id", "key"),)


class CampaignRun(Model):
    campaign = _key()
    wall = Text()
    begins = fields.BigIntField()
    cursor = fields.BigIntField()
    enlisted = fields.BigIntField()
    done = fields.BooleanField()

    class Meta:
        table = "campaign_run"
        unique_together = (("campaign", "wall"),)


class ReportRun(Model):
    report = _key()
    wall = Text()
    at = fields.BigIntField()

    class Meta:
        table = "report_run"
        unique_together = (("report", "wall"),)


class CampaignSeen(Model):
    name = _key()
    at = fields.BigIntField()

    class Meta:
        table = "campaign_seen"


class Delivery(Model):
    id = _serial()
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
    id = _serial()
    channel = Text()
    external_id = Text()
    state = Text()
    reason = Text()
    received_at = fields.BigIntField()

    class Meta:
        table = "early_status"
        unique_together = (("channel", "external_id"),)


class Decision(Model):
    id = _serial()
    invitation_id = fields.BigIntField(db_index=True)
    at = fields.BigIntField()
    verdict = Text()
    rule = Text()
    inputs = _json()


class Response(Model):
    invitation_id = fields.BigIntField(primary_key=True, generated=False)
    contact_id = fields.BigIntField(db_index=True)
    survey = Text()
    survey_version = Text()
    started_at = fields.BigIntField(db_index=True)
    completed_at = fields.BigIntField(null=True)
    language = Text()
    channel = Text()
    trigger = Text()
    weight = fields.FloatField()
    interaction_id = Text()
    agent = Text()
    team = Text()
    line = Text()
    population = Text()


class Answer(Model):
    id = _serial()
    invitation_id = fields.BigIntField()
    question_id = Text()
    revision = fields.IntField()
    is_latest = fields.BooleanField()
    wording = Text()
    language = Text()
    channel = Text()
    at = fields.BigIntField()
    value = fields.FloatField(null=True)
    choices = _json()
    text = Text()
    skipped = fields.BooleanField()
    draft = fields.BooleanField()
    metric_id = Text()
    metric_version = Text()
    scale_id = Text()
    satisfied = fields.IntField(null=True)

    class Meta:
        unique_together = (("invitation_id", "question_id", "revision"),)
        # Unique in the migration; a model's partial index cannot be.
        indexes = (Index(fields=["invitation_id", "question_id"]),)


class CommentCard(Model):
    id = _serial()
    contact_id = fields.BigIntField(db_index=True)
    invitation_id = fields.BigIntField()
    channel = Text()
    text = Text()
    at = fields.BigIntField(db_index=True)
    praise = fields.BooleanField(null=True)
    source = Text()
    email = Text()
    language = Text()
    team = Text()
    quiet = fields.BooleanField()

    class Meta:
        table = "comment_card"


class Rollup(Model):
    survey = _key()
    day = fields.IntField()
    question = Text()
    metric = Text()
    metric_version = Text()
    scale = Text()
    population = Text()
    channel = Text()
    team = Text()
    agent = Text()
    language = Text()
    value = Text()
    n = fields.BigIntField()
    weight = fields.FloatField()
    weight_squared = fields.FloatField()

    class Meta:
        unique_together = (
            (
                "survey", "day", "question", "metric", "metric_version", "scale", "population",
                "channel", "team", "agent", "language", "value",
            ),
        )  # fmt: skip


class Flow(Model):
    survey = _key()
    day = fields.IntField()
    channel = Text()
    team = Text()
    agent = Text()
    language = Text()
    population = Text()
    stage = Text()
    n = fields.BigIntField()

    class Meta:
        unique_together = (
            ("survey", "day", "channel", "team", "agent", "language", "population", "stage"),
        )


class MonthSum(Model):
    month = fields.BigIntField(primary_key=True, generated=False)
    announced_at = fields.BigIntField()
    version = fields.BigIntField()
    built = fields.BigIntField()

    class Meta:
        table = "month_sum"


class RollupMonth(Model):
    dim = _key()
    month = fields.BigIntField()
    survey = Text()
    question = Text()
    metric = Text()
    metric_version = Text()
    scale = Text()
    population = Text()
    team = Text()
    grp = Text()
    value = Text()
    n = fields.BigIntField()
    weight = fields.FloatField()
    weight_squared = fields.FloatField()

    class Meta:
        table = "rollup_month"
        unique_together = (
            (
                "dim", "month", "survey", "question", "metric", "metric_version", "scale",
                "population", "team", "grp", "value",
            ),
        )  # fmt: skip


class FlowMonth(Model):
    dim = _key()
    month = fields.BigIntField()
    survey = Text()
    population = Text()
    team = Text()
    grp = Text()
    stage = Text()
    n = fields.BigIntField()

    class Meta:
        table = "flow_month"
        unique_together = (("dim", "month", "survey", "population", "team", "grp", "stage"),)


class ChannelStanding(Model):
    survey = _key()
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
    opened = _json()
    machine_at = fields.BigIntField(null=True)
    reason = Text()
    seen_at = fields.BigIntField(db_index=True)

    class Meta:
        table = "link_signal"


class HeldPress(Model):
    id = _serial()
    invitation_id = fields.BigIntField()
    question_id = Text()
    metric_id = Text()
    channel = Text()
    chosen = _json()
    text = Text()
    reason = Text()
    hints = _json()
    presses = fields.IntField()
    at = fields.BigIntField(db_index=True)

    class Meta:
        table = "held_press"
        unique_together = (("invitation_id", "question_id"),)


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
    who = _key()
    code = Text()
    line = Text()
    expires_at = fields.BigIntField()


class Paused(Model):
    name = _key()
    person = Text()
    at = fields.BigIntField()


class WebhookCall(Model):
    id = _serial()
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


class CustomerCase(Model):
    id = _serial()
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
    steps = _json()
    opened_at = fields.BigIntField()
    respond_by = fields.BigIntField(null=True)
    escalate_at = fields.BigIntField(null=True, db_index=True)
    escalate_to = Text()
    claimed_at = fields.BigIntField(null=True)
    contacted_at = fields.BigIntField(null=True)
    closed_at = fields.BigIntField(null=True)
    talk_channel = Text()
    talk_address = Text()
    talk_at = fields.BigIntField(null=True)
    recovery = _json()
    recovery_id = fields.BigIntField(db_index=True)
    version = fields.BigIntField()

    class Meta:
        table = "customer_case"
        indexes = (
            Index(fields=["contact_id", "state"]),
            Index(fields=["team", "opened_at"]),
            Index(fields=["state", "opened_at"]),
        )


class CaseEntry(Model):
    id = _serial()
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
    id = _serial()
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
