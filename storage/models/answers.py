# ruff: noqa: D101, D106 - a model is its table, whose columns the first migration explains
"""What was answered, and its sums."""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from storage.models.columns import Text, make_json, make_key, make_serial


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


class AnonymousReply(Model):
    invitation_id = fields.BigIntField(primary_key=True, generated=False)
    contact_id = fields.BigIntField(db_index=True)
    survey = Text()
    population = Text()
    channel = Text()
    started_at = fields.BigIntField()
    completed_at = fields.BigIntField(null=True)
    ready_at = fields.BigIntField(null=True)
    body = Text()

    class Meta:
        table = "anonymous_reply"
        indexes = (Index(fields=["survey", "ready_at"]),)


class Answer(Model):
    id = make_serial()
    invitation_id = fields.BigIntField()
    question_id = Text()
    revision = fields.IntField()
    is_latest = fields.BooleanField()
    wording = Text()
    language = Text()
    channel = Text()
    at = fields.BigIntField()
    value = fields.FloatField(null=True)
    choices = make_json()
    text = Text()
    skipped = fields.BooleanField()
    draft = fields.BooleanField()
    metric_id = Text()
    metric_version = Text()
    scale_id = Text()
    satisfied = fields.IntField(null=True)

    class Meta:
        unique_together = (("invitation_id", "question_id", "revision"),)
        # Unique in the migration; a model's partial index cannot be. That of the times there leaves
        # out what says nothing.
        indexes = (
            Index(fields=["invitation_id", "question_id"]),
            PartialIndex(fields=["at"], condition={"is_latest": True}),
        )


class CommentCard(Model):
    id = make_serial()
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
    survey = make_key()
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
    survey = make_key()
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


class PeriodSum(Model):
    source = make_key()
    period = fields.BigIntField()
    announced_at = fields.BigIntField()
    version = fields.BigIntField()
    built = fields.BigIntField()

    class Meta:
        table = "period_sum"
        unique_together = (("source", "period"),)


class RollupPeriod(Model):
    dim = make_key()
    period = fields.BigIntField()
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
        table = "rollup_period"
        unique_together = (
            (
                "dim", "period", "survey", "question", "metric", "metric_version", "scale",
                "population", "team", "grp", "value",
            ),
        )  # fmt: skip


class FlowPeriod(Model):
    dim = make_key()
    period = fields.BigIntField()
    survey = Text()
    population = Text()
    team = Text()
    grp = Text()
    stage = Text()
    n = fields.BigIntField()

    class Meta:
        table = "flow_period"
        unique_together = (("dim", "period", "survey", "population", "team", "grp", "stage"),)
