# ruff: noqa: D101, D106 - a model is its table, whose columns its migration explains
"""What comments speak of."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from storage.models.columns import Text, make_key, make_serial


class CommentGist(Model):
    id = make_serial()
    kind = Text()
    ref = fields.BigIntField()
    question_id = Text()
    at = fields.BigIntField()
    contact_id = fields.BigIntField(db_index=True)
    invitation_id = fields.BigIntField(db_index=True)
    survey = Text()
    channel = Text()
    team = Text()
    agent = Text()
    language = Text()
    themes = Text()
    tone = Text()
    question = Text()
    metric = Text()
    metric_version = Text()
    scale = Text()
    population = Text()
    value = fields.FloatField(null=True)
    weight = fields.FloatField()
    read_as = Text(db_index=True)

    class Meta:
        table = "comment_gist"
        indexes = (Index(fields=["ref", "kind"]), Index(fields=["at", "tone", "themes"]))


class CommentUnread(Model):
    kind = make_key()
    ref = fields.BigIntField()
    marks = fields.BigIntField()

    class Meta:
        table = "comment_unread"
        unique_together = (("kind", "ref"),)
