"""Said: customers' own words as the page shows them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.answers import card_author, card_mark, spell_scores, spell_time
from bot.commands.context import Context
from bot.commands.people import show_person, show_words
from bot.commands.phrases import clean, fold
from surveys.comment import Comment

PAGE = 20
"""Comments on one page."""

_LONGEST = 4000
_NAME, _WORD = 60, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One comment: ``about`` is the survey with what was scored, or what kind of card it is;
    ``facts`` say who, and where it belongs.
    """

    at: str
    moment: str
    about: str
    text: str
    language: str
    facts: tuple[str, ...]


def list_said(context: Context, found: Sequence[Comment]) -> tuple[Said, ...]:
    """Give comments as their reader may see them."""
    # The store limits the rows already; a name shown to the wrong team is worth a second lock.
    return tuple(_said(context, one) for one in found[:PAGE] if context.sees(one.team))


def _said(context: Context, comment: Comment) -> Said:
    open_ = context.member.sees_people
    text = clean(comment.text)[:_LONGEST]
    card, response = comment.card, comment.response
    language = card.language if card else response.language if response else ""
    return Said(
        at=spell_time(comment.at, context.config.timezone),
        moment=comment.at.isoformat(),
        about=_about(context, comment),
        text=show_words(text, named=open_, names=(*comment.names, *context.staff_names)),
        language=language,
        facts=_facts(comment, _author(comment, open_=open_), open_=open_),
    )


def _about(context: Context, comment: Comment) -> str:
    if comment.card is not None:
        mark = card_mark(comment.card.praise)
        return f"Comment card{f', {mark}' if mark else ''}"
    if comment.response is None:
        return "Comment"
    if comment.response.contact_id == 0:  # nobody's: the words alone
        return fold(comment.response.survey, 200)
    survey = context.config.surveys.get(comment.response.survey)
    scores = spell_scores(comment.response, survey)
    return fold(" · ".join((comment.response.survey, *scores)), 200)


def _author(comment: Comment, *, open_: bool) -> str:
    contact = comment.contact and show_person(comment.contact, named=open_)
    if comment.card is not None:
        return card_author(comment.card, contact)
    return fold(contact.name, _NAME) if contact else "anonymous"


def _facts(comment: Comment, author: str, *, open_: bool) -> tuple[str, ...]:
    card = comment.card
    agent = comment.response.interaction.agent if comment.response else ""
    found = (
        author,
        f"agent {fold(agent, _WORD)}" if agent else "",
        f"team {fold(comment.team, _WORD)}" if comment.team else "",
        f"by {fold(comment.channel, _WORD)}",
        f"from {fold(card.source, _WORD)}" if card and card.source else "",
        f"answer to {fold(card.email, _NAME)}" if card and card.email and open_ else "",
    )
    return tuple(fact for fact in found if fact)
