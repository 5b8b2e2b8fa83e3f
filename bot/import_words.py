"""The words behind ``import``: of contacts, or of past interactions."""

import argparse
import sys
from pathlib import Path

from bot.command_words import Command


def add_import(parser: argparse.ArgumentParser) -> None:
    """Give the command its words."""
    assert isinstance(parser, Command)  # noqa: S101 - what the command line makes commands of
    parser.kinds = ("contacts", "interactions")
    parser.usage = "%(prog)s [contacts | interactions] [options] FILE"
    parser.epilog = "Interactions are past events, which start no survey; without a word, contacts."
    parser.add_argument(
        "file",
        type=Path,
        help="CSV, whose first row names the columns: user_id, for interactions also event and "
        "timestamp; interactions also as JSON lines",
    )
    parser.add_argument(
        "--event", default="", help="interactions: what all rows are, where no column says it"
    )
    parser.add_argument(
        "--ask",
        action="store_true",
        help="interactions: let events no older than a trigger's max_age start its survey",
    )

    def run(options: argparse.Namespace) -> int:
        from bot.importing import run_import  # noqa: PLC0415
        from bot.interactions import run_interactions  # noqa: PLC0415
        from bot.running import run_async  # noqa: PLC0415

        if options.kind == "contacts":
            if options.event or options.ask:
                parser.error("--event and --ask go with import interactions")
            return run_async(run_import(options.config, options.file))
        where = (options.config, options.file, sys.stdout)
        return run_async(run_interactions(*where, event=options.event, asks=options.ask))

    parser.set_defaults(run=run, kind="contacts")
