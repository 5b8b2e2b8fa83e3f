"""Said: customers' own words as the page shows them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.commands.answers import spell_scores
from bot.commands.context import Context
from bot.commands.people import show_person, show_words
from bot.commands.phrases import clean, fold
from bot.words import Words
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
    open_, words = context.member.sees_people, context.words
    text = clean(comment.text)[:_LONGEST]
    card, response = comment.card, comment.response
    language = card.language if card else response.language if response else ""
    return Said(
        at=context.words.moment(comment.at.astimezone(ZoneInfo(context.config.timezone))),
        moment=comment.at.isoformat(),
        about=_about(context, comment),
        text=show_words(text, named=open_, names=(*comment.names, *context.staff_names)),
        language=language,
        facts=_facts(comment, _author(comment, words, open_=open_), words, open_=open_),
    )


def _about(context: Context, comment: Comment) -> str:
    words = context.words
    if comment.card is not None:
        mark = {None: "", True: words.say("praise"), False: words.say("complaint")}
        kind = (words.say("comment_card"), mark[comment.card.praise])
        return ", ".join(part for part in kind if part)
    if comment.response is None:
        return words.say("comment_word")
    if comment.response.contact_id == 0:  # nobody's: the words alone
        return fold(comment.response.survey, 200)
    survey = context.config.surveys.get(comment.response.survey)
    scores = spell_scores(comment.response, survey, words)
    return fold(" · ".join((comment.response.survey, *scores)), 200)


def _author(comment: Comment, words: Words, *, open_: bool) -> str:
    """Give who said it, as far as the reader may know."""
    contact, card = comment.contact, comment.card
    if contact is None:
        return words.say("anonymous" if card is None else "a_visitor")
    if not open_:
        return words.say("a_customer")
    if card is not None and not (contact.keys or contact.attributes):
        return words.say("a_visitor" if card.contact_id == 0 else "somebody_new")
    return fold(show_person(contact, named=open_).name, _NAME)


def _facts(comment: Comment, author: str, words: Words, *, open_: bool) -> tuple[str, ...]:
    card = comment.card
    agent = comment.response.interaction.agent if comment.response else ""
    found = {
        "of_agent": fold(agent, _WORD),
        "of_team": fold(comment.team, _WORD),
        "by_way": fold(comment.channel, _WORD),
        "from_source": fold(card.source, _WORD) if card else "",
        "answer_to": fold(card.email, _NAME) if card and open_ else "",
    }
    return (author, *(words.say(key, name=name) for key, name in found.items() if name))
