"""/comments phrases: what many people write alike, language by language."""

from collections import defaultdict
from collections.abc import Sequence

from bot.charts.painting import aside
from bot.commands.context import Context, Reply
from bot.commands.grammar import Request
from bot.commands.phrases import count, fitted, fold
from surveys.keyphrase import Keyphrase, Written, find_keyphrases
from surveys.masking import mask_words

MOST_READ = 3_000
"""Comments that are read, the newest: so that the answer takes no second."""

_SHOWN = 12
_LEANS = {
    "unhappy": ", more by those who scored low",
    "happy": ", more by those who did not score low",
}
_EXPLAINED = (
    'Each person counts once. Forms of a word are taken together. /comments about "..." shows who '
    "wrote it."
)


async def summarise_phrases(context: Context, request: Request) -> Reply:
    """Give what many people write alike in the period asked for."""
    title = context.title("What customers write", request)
    written = await context.store.list_written(context.filter(request), MOST_READ)
    blocks = await aside(_spell_all, context, written)
    if not blocks:
        return Reply(text=f"{title}\n\n{_nothing(context, len(written))}")
    cut = f"Of the newest {MOST_READ:,} comments." if len(written) >= MOST_READ else ""
    head = "\n".join(line for line in (title, cut) if line)
    return Reply(text="\n\n".join((head, *fitted([*blocks, _EXPLAINED]))))


def _spell_all(context: Context, written: Sequence[tuple[str, Written]]) -> list[str]:
    """Give a block for each language in which there is something to say."""
    by_language: dict[str, list[Written]] = defaultdict(list)
    for language, one in written:
        by_language[language.partition("-")[0]].append(one)
    most_first = sorted(by_language, key=lambda code: (-len(by_language[code]), code))
    blocks = (_spell_language(context, code, by_language[code]) for code in most_first)
    return [block for block in blocks if block]


def _spell_language(context: Context, code: str, written: Sequence[Written]) -> str:
    lexicon = context.config.gists.lexicons.get(code)
    stop = lexicon.stop if lexicon else frozenset()
    found = find_keyphrases(written, stop, code, least=context.config.minimum, most=2 * _SHOWN)
    lines = [_spell(one) for one in found if _is_nobodys(context, one)][:_SHOWN]
    if not lines:
        return ""
    people = count(len({one.who for one in written}), "person", "people")
    return "\n".join((f"{code} · {people}", *lines))


def _spell(one: Keyphrase) -> str:
    people = count(one.people, "person", "people")
    return f"“{fold(one.text, 60)}” {people}{_LEANS.get(one.lean, '')}"


def _is_nobodys(context: Context, one: Keyphrase) -> bool:
    """Whether a phrase names no colleague, and holds nothing else that is masked."""
    staff = [name for m in context.config.staff for name in (m.name, m.display_name)]
    return mask_words(one.text, staff) == one.text


def _nothing(context: Context, read: int) -> str:
    if read:
        least = context.config.minimum
        return f"Nothing is written alike by {least} people. Try a longer period: 90d."
    return "No comments yet. Try a longer period: /comments phrases 90d."
