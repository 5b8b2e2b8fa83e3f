"""docs/commands.md shows the table of rights as it is, and every command is in it."""

from pathlib import Path

from bot.commands import COMMANDS
from bot.commands.rights import RIGHTS, spell_rights

PAGE = Path("docs/commands.md")


def test_the_page_shows_the_table() -> None:
    assert spell_rights() in PAGE.read_text("utf-8"), f"paste it anew:\n{spell_rights()}"


def test_every_command_says_who_may_give_it() -> None:
    missing = [name for name in COMMANDS if name not in RIGHTS]
    assert not missing, f"say in bot/commands/rights.py who may, and in {PAGE}: {missing}"
