"""/comments: customers' own words, from surveys and comment cards, newest first."""

from collections.abc import Sequence

from bot.commands.answers import card_author, card_mark, spell_scores, spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError, Request, read_request, write_again
from bot.commands.phrases import fold
from surveys.comment import CARDS, COMPLAINT, PRAISE, Comment, Search

PAGE = 8
"""Comments in one message: at their longest they still fit (`bot.commands.MOST_CHARACTERS`)."""

_TEXT, _NAME, _WORD, _SCORES = 240, 60, 30, 100
_ONLY = {
    "card": CARDS,
    "cards": CARDS,
    "praise": PRAISE,
    "complaint": COMPLAINT,
    "complaints": COMPLAINT,
}


async def answer_comments(context: Context, words: Sequence[str]) -> Reply:
    """List one page of comments.

    :raises GrammarError: where the words cannot be read.
    :raises PeriodError: where the period cannot be read.
    """
    only, rest = _take_only(words)
    request = read_request(rest, context.vocabulary, context.today, free=True)
    _refuse(request)
    page = max(request.page, 1)
    search = Search(rows=context.filter(request), words=request.about, only=only)
    found = await context.store.list_comments(search, limit=PAGE + 1, offset=(page - 1) * PAGE)
    # The store limits the rows already; a name shown to the wrong team is worth a second lock.
    shown = [comment for comment in found[:PAGE] if context.sees(comment.team)]
    head = _title(context, request, only)
    if not shown:
        return Reply(text=f"{head}\n\n{_nothing(request, page)}")
    again = " ".join(word for word in (only, write_again(request, page + 1)) if word)
    more = f" · more: /comments {again}" if len(found) > PAGE else ""
    blocks = [_block(context, comment) for comment in shown]
    return Reply(text="\n\n".join((head, *blocks, f"Page {page}{more}")))


def _take_only(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Give which kind is asked for, and the words without it; a kind after ``about`` is a word to
    look for.
    """
    for number, word in enumerate(words):
        behind_about = number > 0 and words[number - 1].casefold() == "about"
        if word.casefold() in _ONLY and not behind_about:
            return _ONLY[word.casefold()], (*words[:number], *words[number + 1 :])
    return "", tuple(words)


def _refuse(request: Request) -> None:
    if request.by:
        raise GrammarError(f"/comments has no groups. Write /results by {request.by}.")
    if request.metric and not request.question:
        raise GrammarError(
            f"/comments shows words. For scores write /results {request.metric}; to look for the "
            f"word, /comments about {request.metric}."
        )


def _title(context: Context, request: Request, only: str) -> str:
    what = {CARDS: "Comment cards", PRAISE: "Praise", COMPLAINT: "Complaints"}.get(only, "Comments")
    about = ", ".join(f"'{fold(word, _WORD)}'" for word in request.about)
    return context.title(f"{what} with {about}" if about else what, request)


def _nothing(request: Request, page: int) -> str:
    if page > 1:
        return f"Page {page} is empty: the comments end before it."
    if request.about:
        return "No comment has these words. Try fewer of them, or a longer period: 90d."
    return "No comments yet. Try a longer period: /comments 90d."


def _block(context: Context, comment: Comment) -> str:
    """Give one comment in three lines: when and where it belongs, the words, who."""
    at = spell_time(comment.at, context.config.timezone)
    return "\n".join(
        (f"{at} · {_kind(context, comment)}", f"“{fold(comment.text, _TEXT)}”", _who(comment))
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


def _who(comment: Comment) -> str:
    card, contact = comment.card, comment.contact
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
    parts += [f"answer to {fold(card.email, _NAME)}"] if card and card.email else []
    return " · ".join(parts)


COMMENTS = Command(
    name="comments",
    summary="customers' own words, from surveys and comment cards",
    forms=(
        "/comments [words to look for] [cards, praise or complaints] [survey] [period]\n"
        "          [channel X] [team X] [agent X] [language X] [page N]\n"
        "Words come in any order. Without a period: the last 30 days."
    ),
    explanation=(
        "Newest first: what customers wrote in surveys, with the scores they gave, and comment "
        "cards, which they wrote unasked. Words that mean nothing else are looked for, each of "
        "them, whatever their capitals; 'about delivery' looks for a word that is also a name "
        "here, and quotes keep words together. Thanks and greetings are left out."
    ),
    examples=(
        ("/comments", "the latest of the last 30 days"),
        ("/comments queue 7d", "the last week's in which 'queue' occurs"),
        ("/comments complaints team support", "one team's complaints"),
        ('/comments after_call about "long wait"', "one survey, words in this order"),
    ),
    answer=answer_comments,
)
