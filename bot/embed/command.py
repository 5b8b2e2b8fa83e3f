"""The words after ``embed``: which there are, and what each does."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from bot.embed.place import Embedded, NoEntrance, run_embed
from bot.embed.share import share_link
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
