"""The widget's snippet: what somebody pastes into a page of theirs."""

from html import escape

from bot.config import Config
from bot.embed.place import Embedded
from surveys.compose import choose_language
from surveys.entrance import WIDGET
from surveys.template import fill

SHOWS = ("inline", "button", "corner")
"""How the widget stands on the page: in its text, behind a button, or in a corner of its own."""


def render_widget(
    embedded: Embedded, *, source: str = "", show: str = "", language: str = ""
) -> str:
    """Give the script tag, and a plain link for whoever runs no script.

    :raises bot.embed.place.NoEntrance: where the survey does not know the source.
    """
    link = embedded.link(source or WIDGET, **({"language": language} if language else {}))
    given = {
        "src": f"{embedded.config.service.public_url}/widget.js",
        "data-survey": embedded.survey.id,
        "data-source": source,
        "data-show": show if show != SHOWS[0] else "",
        "data-language": language,
    }
    told = " ".join(f'{name}="{escape(text)}"' for name, text in given.items() if text)
    words = escape(_words(embedded, language))
    return (
        f"<script {told} defer></script>\n"
        f'<noscript><a href="{escape(link)}">{words}</a></noscript>\n'
    )


def origins(config: Config) -> tuple[str, ...]:
    """Give the sites whose pages may show the widget."""
    channel = config.channels.get("web")
    found: tuple[str, ...] = getattr(channel.settings, "origins", ()) if channel else ()
    return found


def _words(embedded: Embedded, language: str) -> str:
    """Give the words of the plain link: the survey's title, else an invitation to speak."""
    config, survey = embedded.config, embedded.survey
    code = choose_language(survey, language or None, config.service.language)
    title = fill(survey.title.get(code, ""), {"company": config.service.name})
    bank = config.languages.get(code) or config.languages["en"]
    return title or bank.texts["card_open"]
