"""/comments: customers' own words, from surveys and comment cards, newest first."""

from collections.abc import Sequence

from bot.commands.answers import card_author, card_mark, spell_scores, spell_time
from bot.commands.comment_words import Taken, near_theme, take_words
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError, Request, read_request, write_again
from bot.commands.keyphrases import summarise_phrases
from bot.commands.paging import page_buttons
from bot.commands.people import show_person, show_words
from bot.commands.phrases import fold
from bot.commands.themes import summarise_themes
from surveys.comment import CARDS, COMPLAINT, PRAISE, Comment, Search

PAGE = 8
"""Comments in one message: at their longest they still fit (`bot.commands.MOST_CHARACTERS`)."""

_TEXT, _NAME, _WORD, _SCORES = 240, 60, 30, 100


async def answer_comments(context: Context, words: Sequence[str]) -> Reply:
    """List one page of comments.

    :raises GrammarError: where the words cannot be read.
    :raises PeriodError: where the period cannot be read.
    """
    taken = take_words(words, context.config.gists, context.vocabulary)
    request = read_request(taken.rest, context.vocabulary, context.today, free=True)
    _refuse(request, taken)
    if taken.summary == "themes":
        return await summarise_themes(context, request)
    if taken.summary == "phrases":
        return await summarise_phrases(context, request)
    page = max(request.page, 1)
    search = Search(
        rows=context.filter(request),
        words=request.about,
        only=taken.only,
        themes=taken.themes,
        tone=taken.tone,
    )
    found = await context.store.list_comments(search, limit=PAGE + 1, offset=(page - 1) * PAGE)
    # The store limits the rows already; a name shown to the wrong team is worth a second lock.
    shown = [comment for comment in found[:PAGE] if context.sees(comment.team)]
    head = _title(context, request, taken)
    if not shown:
        return Reply(text=f"{head}\n\n{_nothing(context, request, taken)}")

    def write(number: int) -> str:
        words = ("/comments", taken.again, write_again(request, number))
        return " ".join(word for word in words if word)

    more = f" · more: {write(page + 1)}" if len(found) > PAGE else ""
    buttons = page_buttons(write, page, more=len(found) > PAGE)
    blocks = [_block(context, comment) for comment in shown]
    return Reply(text="\n\n".join((head, *blocks, f"Page {page}{more}")), buttons=buttons)


def _refuse(request: Request, taken: Taken) -> None:
    if taken.summary and (taken.only or taken.tone or taken.themes or request.about):
        raise GrammarError(
            f"/comments {taken.summary} counts all comments. To read some of them leave the word "
            f"'{taken.summary}' out."
        )
    if request.by:
        raise GrammarError(f"/comments has no groups. Write /results by {request.by}.")
    if request.metric and not request.question:
        raise GrammarError(
            f"/comments shows words. For scores write /results {request.metric}; to look for the "
            f"word, /comments about {request.metric}."
        )


def _title(context: Context, request: Request, taken: Taken) -> str:
    kinds = {CARDS: "Comment cards", PRAISE: "Praise", COMPLAINT: "Complaints"}
    what = kinds.get(taken.only, "Comments")
    themes = [context.config.gists.theme(theme) for theme in taken.themes]
    named = [fold(theme.name(), _WORD) for theme in themes if theme]
    what += f" on {' and '.join(named)}" if named else ""
    what += f" that sound {taken.tone}" if taken.tone else ""
    about = ", ".join(f"'{fold(word, _WORD)}'" for word in request.about)
    return context.title(f"{what} with {about}" if about else what, request)


def _nothing(context: Context, request: Request, taken: Taken) -> str:
    if request.page > 1:
        return f"Page {request.page} is empty: the comments end before it."
    if request.about:
        near = next((n for w in request.about if (n := near_theme(w, context.config.gists))), "")
        hint = f" Did you mean the theme {near}?" if near else ""
        return f"No comment has these words.{hint} Try fewer of them, or a longer period: 90d."
    if taken.themes or taken.tone:
        return "No such comment. Try a longer period: 90d."
    return "No comments yet. Try a longer period: /comments 90d."


def _block(context: Context, comment: Comment) -> str:
    """Give one comment in three lines: when and where it belongs, the words, who."""
    at, named = spell_time(comment.at, context.config.timezone), context.member.sees_people
    names = (*comment.names, *context.staff_names)
    words = fold(show_words(comment.text, named=named, names=names), _TEXT)
    return "\n".join(
        (f"{at} · {_kind(context, comment)}", f"“{words}”", _who(comment, named=named))
    )


def _kind(context: Context, comment: Comment) -> str:
    if comment.card is not None:
        mark = card_mark(comment.card.praise)
        return f"comment card{f', {mark}' if mark else ''}"
    response = comment.response
    if response is None:
        return "comment"
    if response.contact_id == 0:  # nobody's: the words alone
        return fold(response.survey, _SCORES)
    scores = spell_scores(response, context.config.surveys.get(response.survey))
    return fold(" · ".join((response.survey, *scores)), _SCORES)


def _who(comment: Comment, *, named: bool) -> str:
    card = comment.card
    contact = comment.contact and show_person(comment.contact, named=named)
    if card is not None:
        name = card_author(card, contact)
    else:
        name = fold(contact.name, _NAME) if contact else "anonymous"
    agent = comment.response.interaction.agent if comment.response else ""
    parts = [name]
    parts += [f"agent {fold(agent, _WORD)}"] if agent else []
    parts += [f"team {fold(comment.team, _WORD)}"] if comment.team else []
    parts += [f"by {fold(comment.channel, _WORD)}"]
    parts += [f"from {fold(card.source, _WORD)}"] if card and card.source else []
    parts += [f"answer to {fold(card.email, _NAME)}"] if card and card.email and named else []
    return " · ".join(parts)


COMMENTS = Command(
    name="comments",
    summary="customers' own words, from surveys and comment cards",
    forms=(
        "/comments [words to look for] [cards, praise or complaints] [survey] [period]\n"
        "          [theme X] [positive, negative, mixed or neutral]\n"
        "          [channel X] [team X] [agent X] [language X] [page N]\n"
        "/comments themes or phrases [survey] [period] [channel X] [team X] [agent X]\n"
        "          [language X]\n"
        "Words come in any order. Without a period: the last 30 days."
    ),
    explanation=(
        "Newest first: what customers wrote in surveys, with the scores they gave, and comment "
        "cards, which they wrote unasked. Words that mean nothing else are looked for, each of "
        "them, whatever their capitals; 'about delivery' looks for a word that is also a name "
        "here, and quotes keep words together. Thanks and greetings are left out. A theme's "
        "name shows what speaks of it (waiting, staff, solution, price, website, delivery, "
        "information, quality, and your own), 'negative' what sounds so; both are found by lists "
        "of words. 'themes' counts them: people, share, the scores they gave, and the period "
        "before; 'phrases' gives what many people write alike."
    ),
    examples=(
        ("/comments", "the latest of the last 30 days"),
        ("/comments queue 7d", "the last week's in which 'queue' occurs"),
        ("/comments themes 90d", "what customers speak of, with scores and what changed"),
        ("/comments phrases 90d", "what many people write alike, language by language"),
        ("/comments negative waiting", "what sounds negative and speaks of waiting time"),
        ("/comments complaints team support", "one team's complaints"),
        ('/comments after_call about "long wait"', "one survey, words in this order"),
    ),
    answer=answer_comments,
)
