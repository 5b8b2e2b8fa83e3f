"""A key of config.yaml, described."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: what it means, an example of its value, and the default as a person writes it
    ("" for none).
    """

    doc: str
    example: str
    default: str = ""
    required: bool = False
