"""Alerts: what a team leader reads when an answer was bad. Pure: values in, Message out."""

from bot.commands.answers import english, spell_comments, spell_scores, spell_time
from bot.commands.phrases import fold
from surveys.bands import scored_bands
from surveys.contact import AddressStatus, Contact
from surveys.event import Interaction
from surveys.inbound import Asked
from surveys.invitation import Invitation
from surveys.message import Message
from surveys.metric import Band
from surveys.response import Response
from surveys.survey import Survey

MOST_CHARACTERS = 1000
_NAME, _WORD, _COMMENTS = 60, 40, 400


def compose_alert(
    *,
    response: Response,
    contact: Contact,
    survey: Survey,
    invitation: Invitation,
    address: str,
    timezone: str,
    added: bool = False,
) -> Message:
    """Say who gave bad feedback about what, in at most `MOST_CHARACTERS` of plain text.

    ``address`` is the colleague's own; ``timezone`` the service's; ``added`` says that this only
    adds words to feedback the colleague was told of before. Customers' words are folded to
    one line and cannot mention anybody.
    """
    lines = (
        _headline(response, contact, survey, added=added),
        fold(", ".join(spell_scores(response, survey)), 200),
        *spell_comments(response, _COMMENTS),
        _interaction(response.interaction),
        _when(response, timezone),
        _survey(survey, invitation),
    )
    text = "\n".join(line for line in lines if line)
    return Message(address=address, text=text[:MOST_CHARACTERS])


def compose_call(
    *, contact: Contact, last: Interaction | None, asked: Asked, address: str, timezone: str
) -> Message:
    """Say that a customer wants to talk to somebody, what they last had to do with us, and where
    they can be reached; ``address`` is the colleague's own.
    """
    team = fold(last.team, _WORD) if last else ""
    words = fold(asked.words, _COMMENTS)
    lines = (
        f"{fold(contact.name, _NAME)}{f' ({team})' if team else ''} wants to talk to somebody",
        f"“{words}”" if words else "",
        _interaction(last) if last else "",
        f"Asked {spell_time(asked.at, timezone)} by {fold(asked.channel, _WORD)}",
        _reached(contact),
    )
    text = "\n".join(line for line in lines if line)
    return Message(address=address, text=text[:MOST_CHARACTERS])


def _reached(contact: Contact) -> str:
    usable = (a for a in contact.addresses if a.status is AddressStatus.OK)
    named = [f"{a.channel} {fold(a.value, _NAME)}" for a in usable]
    return f"Reach them by {', '.join(named)}" if named else ""


def _headline(response: Response, contact: Contact, survey: Survey, *, added: bool) -> str:
    team = fold(response.interaction.team, _WORD)
    bands = scored_bands(survey, response)
    good = bands and all(band is Band.HIGH for band in bands)
    kind = "Bad feedback" if Band.LOW in bands else "Good feedback" if good else "Feedback"
    what = "More words" if added else kind
    return f"{what} from {fold(contact.name, _NAME)}{f' ({team})' if team else ''}"


def _interaction(about: Interaction) -> str:
    named = (("interaction", about.id), ("agent", about.agent), ("line", about.line))
    text = ", ".join(f"{what} {fold(value, _WORD)}" for what, value in named if value)
    return text[:1].upper() + text[1:]


def _when(response: Response, timezone: str) -> str:
    last = max(response.answers, key=lambda a: a.at, default=None)
    at = last.at if last else response.started_at
    channel = fold(last.channel if last else response.channel, _WORD)
    return f"Answered {spell_time(at, timezone)}{f' by {channel}' if channel else ''}"


def _survey(survey: Survey, invitation: Invitation) -> str:
    name = fold(english(survey.title) or survey.id, _NAME)
    return f"{name}, invitation {invitation.id}"
