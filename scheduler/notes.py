"""Notes: short messages that ask nothing. Pure."""

from scheduler.rules import Rules
from surveys.contact import Contact
from surveys.message import Message
from surveys.template import fill


def compose_plain(
    rules: Rules, address: str, contact: Contact | None, key: str, **more: object
) -> Message:
    """Give one fixed text in the contact's language; in the service's where nobody is known.

    ``more`` are facts of this text's own.
    """
    bank = rules.bank(contact.language if contact else None)
    facts = {**(contact.attributes if contact else {}), "company": rules.company, **more}
    return Message(address=address, text=fill(bank.texts[key], facts), language=bank.code)
