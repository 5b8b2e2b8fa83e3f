"""The grammar of ``embed``. Light, since every start of the command line reads it."""

import argparse
from pathlib import Path
from typing import TypeAlias

from bot.embed.tools import TOOLS

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name


def add_words(parser: argparse.ArgumentParser) -> None:
    """Add what may follow ``embed``."""
    words = parser.add_subparsers(title="what to make", required=True, metavar="WHAT")
    _add_link(words)
    _add_qr(words)
    _add_share(words)
    _add_newsletter(words)
    _add_widget(words)


def add_word(words: _Commands, name: str, says: str) -> argparse.ArgumentParser:
    """Add one word, which takes the survey's name and ``--config``."""
    parser: argparse.ArgumentParser = words.add_parser(name, help=says, description=says)
    parser.add_argument("survey", help="its name in the file; it must be public")
    parser.add_argument(
        "--config", type=Path, default=Path("config.yaml"), help="default: config.yaml"
    )
    return parser


def _add_link(words: _Commands) -> None:
    parser = add_word(words, "link", "print the link by which anybody comes to a survey")
    parser.add_argument("--source", default="", help="where it will stand; default: link")

    def run(options: argparse.Namespace) -> int:
        from bot.embed.command import run_link  # noqa: PLC0415

        return run_link(options)

    parser.set_defaults(run=run)


def _add_qr(words: _Commands) -> None:
    parser = add_word(words, "qr", "make the QR code of a survey's link, for screens and print")
    parser.add_argument("--source", default="", help="where it will hang; default: qr")
    parser.add_argument(
        "--format", choices=["png", "svg"], default="", help="default: as --output ends, else png"
    )
    parser.add_argument(
        "--output", type=Path, help="the file; default: SURVEY-SOURCE.png, SVG to standard output"
    )

    def run(options: argparse.Namespace) -> int:
        from bot.embed.command import run_qr  # noqa: PLC0415

        return run_qr(options)

    parser.set_defaults(run=run)


def _add_share(words: _Commands) -> None:
    parser = add_word(words, "share", "print share links for social networks, each with its source")
    parser.add_argument("--language", default="", help="of the words; default: the service's")
    parser.add_argument("--text", default="", help="the words; default: the survey's title")

    def run(options: argparse.Namespace) -> int:
        from bot.embed.command import run_share  # noqa: PLC0415

        return run_share(options)

    parser.set_defaults(run=run)


def _add_newsletter(words: _Commands) -> None:
    parser = add_word(
        words, "newsletter", "print a snippet with one-click answers for a newsletter"
    )
    parser.add_argument("--tool", required=True, choices=list(TOOLS), help="who sends it")
    parser.add_argument("--question", default="", help="what it asks; default: the first question")
    parser.add_argument("--language", default="", help="default: the service's")
    parser.add_argument("--source", default="", help="default: newsletter")
    parser.add_argument("--tag", default="", help="a merge tag of your own for the subscriber's id")
    parser.add_argument("--text", action="store_true", help="for the plain part instead of HTML")

    def run(options: argparse.Namespace) -> int:
        from bot.embed.command import run_newsletter  # noqa: PLC0415

        return run_newsletter(options)

    parser.set_defaults(run=run)


def _add_widget(words: _Commands) -> None:
    parser = add_word(words, "widget", "print a snippet that shows a survey inside a page of yours")
    parser.add_argument("--source", default="", help="which page or site; default: widget")
    parser.add_argument(
        "--show",
        default="",
        choices=["inline", "button", "corner"],
        help="where it stands; default: inline, in the text of the page",
    )
    parser.add_argument("--language", default="", help="default: the page's, else the browser's")

    def run(options: argparse.Namespace) -> int:
        from bot.embed.command import run_widget  # noqa: PLC0415

        return run_widget(options)

    parser.set_defaults(run=run)
