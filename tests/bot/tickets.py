"""Tickets for files that are fetched by a link."""

from typing import Any

from bot.exporting.ticket import LIVES, Ticket
from storage.codec import to_ms
from tests.storage.make import NOW

KEY = b"k" * 32


def ticket(**more: Any) -> Ticket:
    given = {"kind": "responses", "form": "csv", "since": 0, "until": 0, "survey": "", "team": ""}
    return Ticket(**{**given, "member": "Otto", "expires": to_ms(NOW + LIVES), **more})
