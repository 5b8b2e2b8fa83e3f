"""Notes: short messages that ask nothing, and the page on which somebody stops or resumes. Pure."""

from dataclasses import replace

from scheduler.rules import Rules
from surveys.contact import Contact
from surveys.message import Button, Message
from surveys.template import fill


def compose_plain(rules: Rules, address: str, contact: Contact | None, key: str) -> Message:
    """Give one fixed text in the contact's language; in the service's where nobody is known."""
    bank = rules.bank(contact.language if contact else None)
    facts = {**(contact.attributes if contact else {}), "company": rules.company}
    return Message(address=address, text=fill(bank.texts[key], facts), language=bank.code)


def compose_control(rules: Rules, address: str, contact: Contact, key: str) -> Message:
    """Give the page that asks for a stop (``stop_confirm``) or is its receipt (``stopped``,
    ``resumed``), with the button that leads the other way.
    """
    way = "resume" if key == "stopped" else "stop"
    words = fill(rules.bank(contact.language).texts[way], {"company": rules.company})
    page = compose_plain(rules, address, contact, key)
    return replace(page, buttons=(Button(label=words, payload=way),))
