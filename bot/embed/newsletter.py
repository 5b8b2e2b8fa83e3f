"""The newsletter snippet: one question with a link for each answer, to paste into a mailing tool.

A click ticks the answer on the page and the reader sends it there; scanners that open every link
record nothing. The snippet is a table with everything inline, without script, style sheet or
picture, so that it looks the same in every mail program.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.config.faults import nearest, quote
from bot.embed.place import Embedded, NoEntrance
from bot.embed.tools import TOOLS
from bot.templates import open_templates
from channels.web import Settings
from surveys.compose import DONE, Setting, choose_language, compose_question, split_payload
from surveys.message import Button, Capabilities, Message
from surveys.question import Question
from surveys.reading import SKIP
from surveys.template import fill

IN_A_ROW = 6
"""Cells of 44 pixels, with the room between them: they fit a screen of 320."""

NARROW = 3
"""Characters of the longest label that still stands in such a cell."""

_SHOWN = Capabilities(max_text=4000, max_buttons=100, button_text=200, payload_bytes=256)
_TEMPLATES = open_templates(Path(__file__).parent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What snippet is asked for; "" for the usual. ``tag`` takes the place of the tool's own."""

    tool: str
    source: str = ""
    question: str = ""
    language: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One answer: what is read, what is said, and where it leads."""

    label: str
    spoken: str
    link: str


def render_html(embedded: Embedded, wanted: Wanted) -> str:
    """Give the snippet as HTML.

    :raises NoEntrance: where the survey has no such question, source or language.
    """
    message = _compose(embedded, wanted)
    cells = list(_cells(embedded, wanted, message))
    narrow = all(len(cell.label) <= NARROW for cell in cells)
    return _TEMPLATES.get_template("newsletter.html").render(
        company=_commented(embedded.config.service.name),
        survey=embedded.survey.id,
        question=message.question_id,
        language=message.language,
        text=message.text,
        rows=_rows(cells, IN_A_ROW if narrow else 1),
        narrow=narrow,
        ends=_ends(message),
        accent=_accent(embedded),
    )


def render_text(embedded: Embedded, wanted: Wanted) -> str:
    """Give the same for the plain part of a newsletter.

    :raises NoEntrance: where the survey has no such question, source or language.
    """
    message = _compose(embedded, wanted)
    lines = [message.text, *(_ends(message) or ())]
    for cell in _cells(embedded, wanted, message):
        name = cell.label if len(cell.label) > NARROW or not cell.spoken else cell.spoken
        lines.append(f"{name}: {cell.link}")
    return "\n".join(lines) + "\n"


def _compose(embedded: Embedded, wanted: Wanted) -> Message:
    survey, config = embedded.survey, embedded.config
    if wanted.language and wanted.language not in survey.languages:
        raise NoEntrance(
            f"{survey.id} is not asked in {quote(wanted.language)}; it is asked in: "
            f"{', '.join(survey.languages)}"
        )
    setting = Setting(
        survey=survey,
        languages=config.languages,
        language=choose_language(survey, wanted.language or None, config.service.language),
        address="",
        token="newsletter",  # noqa: S106 - stands for a token in payloads, which are taken apart
        facts={"company": config.service.name},
    )
    return compose_question(setting, _question(embedded, wanted.question), _SHOWN)


def _question(embedded: Embedded, name: str) -> Question:
    """Give the question asked for, or the first that can open the survey."""
    first = [q for q in embedded.survey.questions if q.condition is None]
    if not first:
        raise NoEntrance(f"every question of {embedded.survey.id} waits for another one's answer")
    found = next((q for q in first if q.id == name), None) if name else first[0]
    if found is None:
        meant = nearest(name, [q.id for q in first])
        asked = f" (did you mean {quote(meant)}?)" if meant else ""
        raise NoEntrance(
            f"no newsletter can ask {quote(name)} first{asked}; it can ask: "
            f"{', '.join(q.id for q in first)}"
        )
    return found


def _cells(embedded: Embedded, wanted: Wanted, message: Message) -> Iterator[Cell]:
    answers = [b for b in message.buttons if _value(b) not in (SKIP, DONE)]
    for button in answers:
        link = _link(embedded, wanted, message, _value(button))
        spoken = button.spoken if button.spoken != button.label else ""
        yield Cell(label=button.label, spoken=spoken, link=link)
    if not answers:  # words are written on the page
        bank = embedded.config.languages.get(message.language) or embedded.config.languages["en"]
        label = fill(bank.texts["answer_here"], {"company": embedded.config.service.name})
        yield Cell(label=label, spoken="", link=_link(embedded, wanted, message, ""))


def _link(embedded: Embedded, wanted: Wanted, message: Message, value: str) -> str:
    """Give the link of one answer; the merge tag stands as the tool wants it, unencoded."""
    link = embedded.link(
        wanted.source or "newsletter",
        question=message.question_id,
        value=value,
        language=message.language if wanted.language else "",
    )
    tag = wanted.tag or TOOLS[wanted.tool].tag
    return f"{link}&c={wanted.tool}:{tag}" if tag else link


def _rows(cells: Sequence[Cell], size: int) -> list[Sequence[Cell]]:
    return [cells[start : start + size] for start in range(0, len(cells), size)]


def _ends(message: Message) -> tuple[str, str] | None:
    values = [b.value for b in message.buttons if b.value is not None]
    if message.ends is None or not values:
        return None
    return f"{values[0]} – {message.ends[0]}", f"{values[-1]} – {message.ends[1]}"


def _accent(embedded: Embedded) -> str:
    """Give the colour of the survey page, on which white can be read."""
    web = embedded.config.channels.get("web")
    settings = web.settings if web and isinstance(web.settings, Settings) else Settings()
    return settings.accent


def _value(button: Button) -> str:
    parts = split_payload(button.payload)
    return parts[2] if parts else ""


def _commented(text: str) -> str:
    """Give a name that cannot end the HTML comment it stands in."""
    return text.replace("--", "–").replace(">", "")
