"""The words after ``embed``: which there are, and what each does."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from bot.embed.newsletter import Wanted, render_html, render_text
from bot.embed.place import Embedded, NoEntrance, run_embed
from bot.embed.share import share_link
from bot.embed.tools import TOOLS
from bot.embed.widget import origins, render_widget
from channels.web.qr import draw_qr
from surveys.compose import choose_language
from surveys.entrance import LINK, NETWORKS, QR
from surveys.template import fill


def run_link(options: argparse.Namespace) -> int:
    """Print the link to a survey."""
    return _run(options, lambda e: e.link(options.source or LINK) + "\n")


def run_share(options: argparse.Namespace) -> int:
    """Print a share link for each network, one a line."""

    def work(embedded: Embedded) -> str:
        text = options.text or share_text(embedded, options.language)
        lines = (f"{n}: {share_link(n, embedded.link(n), text)}\n" for n in NETWORKS)
        return "".join(lines)

    return _run(options, work)


def run_qr(options: argparse.Namespace) -> int:
    """Write the QR code of a survey to a file, or an SVG to standard output."""

    def work(embedded: Embedded) -> str:
        kind = _kind(options.format, options.output)
        link = embedded.link(options.source or QR)
        picture = draw_qr(link, kind)
        if options.output is None and kind == "svg":
            return picture.decode()
        file = options.output or Path(f"{embedded.survey.id}-{options.source or QR}.png")
        try:
            file.write_bytes(picture)
        except OSError as error:
            raise NoEntrance(f"{file}: {error.strerror or error}") from error
        _say(f"{file}: {link}")
        return ""

    return _run(options, work)


def run_newsletter(options: argparse.Namespace) -> int:
    """Print a newsletter's snippet, and say what the tool needs for it."""
    wanted = Wanted(
        tool=options.tool,
        source=options.source,
        question=options.question,
        language=options.language,
        tag=options.tag,
    )

    def work(embedded: Embedded) -> str:
        written = (render_text if options.text else render_html)(embedded, wanted)
        _say(_needed(wanted))
        return written

    return _run(options, work)


def _needed(wanted: Wanted) -> str:
    """Say where the subscriber's id comes from, for a person at the terminal."""
    tool = TOOLS[wanted.tool]
    if wanted.tag:
        return (
            f"afterword: {wanted.tag} must give an id that nobody can guess, and no e-mail address"
        )
    if not tool.tag:
        return "afterword: everybody answers without a name; --tag names the subscriber"
    if tool.own:
        return (
            f"afterword: make a field {tool.exported} in {wanted.tool}, with a random value for "
            "each subscriber; see docs/embedding.md"
        )
    return f"afterword: import the same id ({tool.exported}) to join answers to your contacts"


def run_widget(options: argparse.Namespace) -> int:
    """Print the widget's snippet, and say what is still missing for it to show."""

    def work(embedded: Embedded) -> str:
        if not origins(embedded.config):
            _say(
                "afterword: no site may show it yet; list yours in config.yaml: "
                "channels: { web: { origins: [https://www.your-site.example] } }"
            )
        return render_widget(
            embedded, source=options.source, show=options.show, language=options.language
        )

    return _run(options, work)


def share_text(embedded: Embedded, language: str = "") -> str:
    """Give the words to share a survey with: its title, else the company's name."""
    config, survey = embedded.config, embedded.survey
    code = choose_language(survey, language or None, config.service.language)
    title = survey.title.get(code) or next(iter(survey.title.values()), "")
    return fill(title, {"company": config.service.name}) or config.service.name


def _kind(wanted: str, output: Path | None) -> str:
    if wanted:
        return wanted
    return "svg" if output is not None and output.suffix.lower() == ".svg" else "png"


def _run(
    options: argparse.Namespace,
    work: Callable[[Embedded], str | None],
    out: TextIO | None = None,
) -> int:
    return run_embed(options.config, options.survey, work, out or sys.stdout, say=_say)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
