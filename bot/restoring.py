"""Restore: a back-up takes the place of the database, by command, while the service is stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from bot.commands.phrases import count
from bot.running import read_config
from storage.restoring import Restored, restore
from surveys.errors import AfterwordError

_WARNING = (
    "Everything since the back-up is forgotten: answers, and what people asked of us. Who was"
    " erased or said stop since is so again, as far as the database that is there now says, or"
    " --suppressed."
)


class RestoreError(AfterwordError):
    """Nothing was restored, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to restore: a ``backup``, None where the server's own tool has done so. ``skip`` asks
    nobody who waited when it was made; ``sure`` asks no further. ``suppressed`` is a list of hashes
    of those who were forgotten or said stop.
    """

    backup: Path | None
    skip: bool = False
    sure: bool = False
    suppressed: Path | None = None


async def run_restore(
    path: Path, wish: Wish, out: TextIO, ask: Callable[[str], str] = input
) -> int:
    """Restore, and say what to do next; gives the exit status.

    :raises RestoreError: where it was not confirmed.
    :raises StoreError: where it cannot be done; nothing was changed then.
    """
    config = read_config(path)
    if config is None:
        return 1
    if not wish.sure:
        _confirm(ask, out)
    service = config.service
    done = await restore(
        service.database,
        wish.backup,
        datetime.now(UTC),
        timezone=service.timezone,
        skip=wish.skip,
        suppressed=wish.suppressed,
    )
    print(spell(done), file=out)
    return 0


def spell(done: Restored) -> str:
    """Say what was done and what comes next."""
    waiting = count(done.waiting, "question")
    lines = ["Restored. Everything is on hold: nobody is asked until somebody resumes."]
    if done.aside:
        lines.append(f"The database that was there is kept: {done.aside}")
    if done.erased:
        lines.append(f"{count(done.erased, 'person', 'people')} erased since: erased again.")
    if done.stopped:
        lines.append(f"{count(done.stopped, 'person', 'people')} who said stop since: kept.")
    if done.unknown:
        lines.append(
            "Nothing says who was erased or said stop since: repeat what was asked of you, or"
            " restore once more with --suppressed FILE."
        )
    if done.let_go:
        lines.append(
            f"{count(done.let_go, 'message')} under way then may have been sent since: let go."
        )
    if done.skipped:
        lines.append(f"{waiting} that waited then: skipped, with the reason.")
    elif done.waiting:
        lines.append(
            f"{waiting} waited when it was made: those that were asked since will be asked again"
            " after /resume all. To ask none of them, restore once more with --skip-waiting."
        )
    lines.append(
        "Start the service, let your systems send the events since then again (those that are known"
        " are passed over), look around, and write /resume all."
    )
    return "\n".join(lines)


def _confirm(ask: Callable[[str], str], out: TextIO) -> None:
    print(_WARNING, file=out)
    try:
        said = ask("Write RESTORE to go on: ")
    except EOFError:
        said = ""
    if said.strip() != "RESTORE":
        raise RestoreError("nothing was restored (in a script, add --yes)")
