"""Erase: one person forgotten by command, whether or not the service runs."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from bot.calling import call_erase
from bot.config import Config
from bot.running import read_config
from channels.phone import to_e164
from storage.errors import StoreInUse
from storage.outside import look_up
from storage.store import Erased, Store
from surveys.contact import address_value
from surveys.errors import AfterwordError
from surveys.link import Purpose, seal

Name = tuple[str, ...]
"""``("user:42",)``, or a channel and an address."""

_PHONE_CHANNELS = ("sms", "voice")
_KINDS = ("user:", "anon:")


class EraseError(AfterwordError):
    """Nobody was erased, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom to erase: by what business systems call them, by mail address or by number. ``sure``
    asks no further.
    """

    person: str = ""
    email: str = ""
    phone: str = ""
    sure: bool = False


async def run_erase(
    path: Path, wish: Wish, out: TextIO, ask: Callable[[str], str] | None = None
) -> int:
    """Erase one person for good; gives the exit status. ``ask`` reads a line from the terminal.

    :raises EraseError: where nobody is found, or nothing was confirmed.
    :raises StoreError: where the store cannot be opened.
    """
    config = read_config(path)
    if config is None:
        return 1
    names = read_names(wish)
    confirm(wish, ask or _ask)
    print("looking for everything about this person ...", file=out, flush=True)
    try:
        erased = await _erase_here(config, names)
    except StoreInUse:
        print("the service runs: it does it ...", file=out, flush=True)
        erased = await _erase_there(config, names)
    print(spell_erased(erased), file=out)
    return 0


def read_names(wish: Wish) -> list[Name]:
    """Give the names to look for.

    :raises EraseError: where none is given, or one is none.
    """
    names: list[Name] = []
    if wish.person:
        if not wish.person.startswith(_KINDS):
            raise EraseError(f"--person {wish.person}: write user:{wish.person}, or anon:...")
        names.append((wish.person,))
    if wish.email:
        names.append(("email", address_value("email", wish.email.strip())))
    if wish.phone:
        names += [(channel, _number(wish.phone)) for channel in _PHONE_CHANNELS]
    if not names:
        raise EraseError("say who: --person user:42, --email anna@example.com or --phone +358...")
    return names


def confirm(wish: Wish, ask: Callable[[str], str]) -> None:
    """Ask once more, for it cannot be undone.

    :raises EraseError: where the answer is not yes.
    """
    if wish.sure:
        return
    said = ask("This deletes everything about the person and cannot be undone. Write yes: ")
    if said.strip().lower() != "yes":
        raise EraseError("nobody was erased: write yes, or add --yes")


def spell_erased(erased: Erased) -> str:
    """Give the line for the audit file: numbers only."""
    return (
        f"erased contact {erased.contact_id}: {erased.invitations} invitations,"
        f" {erased.answers} answers, {erased.events} events, {erased.messages} messages;"
        f" {erased.hashes} hashes are kept so that they are not asked again"
    )


async def _erase_here(config: Config, names: Sequence[Name]) -> Erased:
    store = await Store.open(config.service.database, config.service.timezone)
    try:
        for name in names:
            if number := await store.find_number(name):
                erased = await store.erase(number, datetime.now(UTC))
                if erased:
                    return erased
    finally:
        await store.close()
    raise EraseError(_NOBODY)


async def _erase_there(config: Config, names: Sequence[Name]) -> Erased:
    key, number = look_up(config.service.database, names)
    if not number:
        raise EraseError(_NOBODY)
    token = seal(key, Purpose.ERASE, number, datetime.now(UTC) + timedelta(minutes=5))
    return Erased(**await call_erase(config, token))


_NOBODY = "nobody is known by that: nothing was erased"


def _number(written: str) -> str:
    try:
        return to_e164(written)
    except ValueError as error:
        raise EraseError(f"--phone: {error}") from None


def _ask(question: str) -> str:
    return input(question) if sys.stdin.isatty() else ""
