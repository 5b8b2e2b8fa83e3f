"""The menus: what customers may write, and what colleagues may, behind a button in the chat. Pure.

Telegram shows the menu of the narrowest scope that has one, in the language of the person's app:
https://core.telegram.org/bots/api#determining-list-of-commands
"""

from collections.abc import Iterator, Mapping, Sequence

from channels.telegram.payload import Call
from surveys.language import Language, Languages
from surveys.request import PAUSE_DAYS
from surveys.template import fill

MOST_COLLEAGUES = 50
"""Colleagues who get a menu of their own at the start; each is one call."""

CUSTOMER_COMMANDS: Mapping[str, str] = {
    "feedback": "card_open",
    "pause": "choice_pause",
    "language": "choice_language",
    "person": "choice_person",
    "mydata": "choice_know",
    "forget": "choice_forget",
    "stop": "stop",
    "start": "resume",
    "help": "choice_help",
}
"""Command -> the fixed text that says what it does. The names are English in every language: the
app's language is not always the one we speak with a person, and English is understood everywhere.
"""

_DESCRIPTION = 256  # characters, Telegram's limit

Commands = Sequence[tuple[str, str]]
"""(name, what it does) of each command."""


def menu_calls(
    commands: Commands,
    colleagues: Sequence[str],
    languages: Languages,
    *,
    language: str,
    company: str,
) -> Iterator[Call]:
    """Give the calls that fill the menus.

    ``commands`` are the staff's: they stand in groups, and in the private chats of ``colleagues``.
    Everybody else's private chat has the customers', in ``language`` where their app speaks none
    of ``languages``.
    """
    if commands:
        yield _call(commands)
    if language in languages:
        yield _call(customer_menu(languages[language], company), scope=_PRIVATE)
    for code, bank in languages.items():
        if len(code) == 2:  # Telegram knows no regions
            menu = customer_menu(bank, company)
            yield _call(menu, scope=_PRIVATE, language_code=code)
    for chat in colleagues[:MOST_COLLEAGUES] if commands else ():
        yield _call(commands, scope={"type": "chat", "chat_id": chat})


def customer_menu(bank: Language, company: str) -> Commands:
    """Give what a customer may write, described in one language."""
    facts = {"company": company, "days": PAUSE_DAYS}
    return [(name, fill(bank.texts[key], facts)) for name, key in CUSTOMER_COMMANDS.items()]


_PRIVATE = {"type": "all_private_chats"}


def _call(commands: Commands, **where: object) -> Call:
    listed = [{"command": name, "description": says[:_DESCRIPTION]} for name, says in commands]
    return Call(method="setMyCommands", params={"commands": listed, **where})
