"""The kinds of columns that the models share."""

from typing import Any

from tortoise import fields
from tortoise.fields.base import Field


# Field and str both have an `index`; Tortoise's own fields are built the same way.
class Text(Field[str], str):  # type: ignore[misc]  # noqa: SLOT000 - fields have a __dict__
    """TEXT that may be a key or indexed, without a length to run into."""

    SQL_TYPE = "TEXT"
    indexable = True


def make_key() -> Any:
    """A key of text."""
    return Text(primary_key=True)


def make_serial() -> Any:
    """A key that the database counts up."""
    return fields.BigIntField(primary_key=True)


def make_json() -> "fields.JSONField[Any]":
    """A value of JSON."""
    return fields.JSONField()


def point_to_contact() -> Any:
    """The contact that a row is about."""
    return fields.ForeignKeyField("storage.Contact", related_name=False, db_index=True)
