"""People: who among the staff reads customers' names, addresses and numbers. One rule for all.

A viewer does not, and neither does a place (a channel of Slack, a mailbox): the file does not say
who reads along there. Team leads and up read those of the rows they see. Pure.
"""

from collections.abc import Sequence
from dataclasses import replace

from surveys.casework import CaseView
from surveys.comment import names_of
from surveys.contact import Contact
from surveys.masking import mask_words
from surveys.response import Response
from surveys.staff import StaffMember

SOMEBODY = Contact(attributes={"name": "a customer"})
"""How a customer stands before those who do not read names."""


def reads_people(staff: Sequence[StaffMember], address: str) -> bool:
    """Whether whoever has that address, on whatever channel, reads names; a place does not."""
    found = [m for m in staff if address and address in m.addresses.values()]
    return bool(found) and all(member.sees_people for member in found)


def show_person(contact: Contact, *, named: bool) -> Contact:
    """Give a contact as it is shown: themselves, or somebody."""
    return contact if named else replace(SOMEBODY, id=contact.id)


def show_words(text: str, *, named: bool, names: Sequence[str] = ()) -> str:
    """Give a customer's words as they are shown: to some, without these names and all else that
    tells who wrote them (`surveys.masking.mask_words`).
    """
    return text if named else mask_words(text, names)


def show_response(response: Response, *, named: bool, names: Sequence[str] = ()) -> Response:
    """Give a response as it is shown, its words likewise."""
    if named:
        return response
    answers = (replace(a, text=mask_words(a.text, names)) for a in response.answers)
    return replace(response, answers=tuple(answers))


def show_case(view: CaseView, *, named: bool) -> CaseView:
    """Give a case with its story as it is shown."""
    if named:
        return view
    about = view.conversation
    names = names_of(about.contact)
    response = about.response and show_response(about.response, named=False, names=names)
    hidden = replace(about, contact=show_person(about.contact, named=False), response=response)
    story = tuple(replace(entry, text=mask_words(entry.text, names)) for entry in view.story)
    return replace(view, conversation=hidden, story=story)
