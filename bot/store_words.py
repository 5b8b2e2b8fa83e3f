"""The words of the commands over what is stored: links, why, exports, erasing, back-ups."""

import argparse
import sys
from pathlib import Path

from bot.command_words import add_command


def add_store_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add the commands over what is stored, in the order in which the help lists them."""
    _add_link(commands)
    _add_why(commands)
    _add_erase(commands)
    _add_retention(commands)
    _add_compact(commands)
    _add_backup(commands)
    _add_restore(commands)
    _add_audit(commands)
    _add_export(commands)
    _add_webhooks(commands)


def _add_link(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "link", "print the link that ties a contact's chat to them")
    parser.add_argument("user_id", help="the contact, as your systems call them")
    parser.add_argument("--via", default="telegram", help="the channel; default: telegram")

    def run(options: argparse.Namespace) -> int:
        from bot.running import print_link, run_async  # noqa: PLC0415

        return run_async(print_link(options.config, options.user_id, options.via))

    parser.set_defaults(run=run)


def _add_why(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(
        commands, "why", "say what was decided about one customer, and by which rule"
    )
    parser.add_argument("person", nargs="+", help="your own id of them, an address, or a name")

    def run(options: argparse.Namespace) -> int:
        from bot.running import run_async  # noqa: PLC0415
        from bot.why import run_why  # noqa: PLC0415

        return run_async(run_why(options.config, options.person, sys.stdout))

    parser.set_defaults(run=run)


def _add_erase(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "erase", "delete everything about one person, for good")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--person", default="", help="as your systems call them: user:42, anon:...")
    who.add_argument("--email", default="", help="by mail address")
    who.add_argument("--phone", default="", help="by number, with its country code")
    parser.add_argument("--yes", action="store_true", help="do not ask whether this is meant")

    def run(options: argparse.Namespace) -> int:
        from bot.erase import Wish, run_erase  # noqa: PLC0415
        from bot.running import run_async  # noqa: PLC0415

        wish = Wish(
            person=options.person, email=options.email, phone=options.phone, sure=options.yes
        )
        return run_async(run_erase(options.config, wish, sys.stdout))

    parser.set_defaults(run=run)


def _add_retention(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "retention", "say what is old enough to go now; changes nothing")

    def run(options: argparse.Namespace) -> int:
        from bot.retaining import run_retention  # noqa: PLC0415
        from bot.running import run_async  # noqa: PLC0415

        return run_async(run_retention(options.config, sys.stdout))

    parser.set_defaults(run=run)


def _add_compact(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(
        commands, "compact", "write a SQLite file anew, so that nothing deleted is left in it"
    )

    def run(options: argparse.Namespace) -> int:
        from bot.compacting import run_compact  # noqa: PLC0415
        from bot.running import run_async  # noqa: PLC0415

        return run_async(run_compact(options.config, sys.stdout))

    parser.set_defaults(run=run)


def _add_backup(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "backup", "copy the database to a file while the service runs")
    parser.add_argument("to", type=Path, help="the file to write")

    def run(options: argparse.Namespace) -> int:
        from bot.running import run_async, run_backup  # noqa: PLC0415

        return run_async(run_backup(options.config, options.to))

    parser.set_defaults(run=run)


def _add_restore(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(
        commands, "restore", "put a back-up in the database's place; starts on hold"
    )
    parser.add_argument(
        "backup", type=Path, nargs="?", help="the file; none after a restore of PostgreSQL's own"
    )
    parser.add_argument(
        "--skip-waiting", action="store_true", help="ask nobody who waited when it was made"
    )
    parser.add_argument(
        "--suppressed",
        type=Path,
        help="CSV of hashes of those who were erased or said stop since (hash, at, source)",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask whether this is meant")

    def run(options: argparse.Namespace) -> int:
        from bot.restoring import Wish, run_restore  # noqa: PLC0415
        from bot.running import run_async  # noqa: PLC0415

        wish = Wish(
            backup=options.backup,
            skip=options.skip_waiting,
            sure=options.yes,
            suppressed=options.suppressed,
        )
        return run_async(run_restore(options.config, wish, sys.stdout))

    parser.set_defaults(run=run)


def _add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "audit", "say whether the log of staff commands is whole")
    parser.add_argument("what", choices=["verify"], help="follow the chain from its beginning")
    parser.add_argument("--contains", default="", help="a hash noted earlier that must be in it")

    def run(options: argparse.Namespace) -> int:
        from bot.audit import verify_audit  # noqa: PLC0415
        from bot.running import run_async  # noqa: PLC0415

        return run_async(verify_audit(options.config, options.contains, sys.stdout))

    parser.set_defaults(run=run)


def _add_export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "export", "write answers, comments or contacts to a file")
    kinds = ["responses", "comments", "invitations", "cases", "contacts", "audit", "person"]
    parser.add_argument("what", choices=kinds, help="person: everything about one, as JSON")
    parser.add_argument("who", nargs="?", default="", help="with person: user:42 or an address")
    parser.add_argument("--out", type=Path, help="the file to write; person: default the terminal")
    parser.add_argument("--format", default="", help="csv, xlsx, jsonl, parquet; default: by --out")
    parser.add_argument("--since", default="", help="a day or a period: 2026-10-01, 30d, q3")
    parser.add_argument("--survey", default="", help="only this; its name in the file")
    parser.add_argument("--team", action="append", default=[], help="only this; repeatable")

    def run(options: argparse.Namespace) -> int:
        from bot.exporting.command import Wish, run_export  # noqa: PLC0415
        from bot.running import run_async  # noqa: PLC0415

        wish = Wish(
            kind=options.what,
            who=options.who,
            out=options.out,
            form=options.format,
            since=options.since,
            survey=options.survey,
            team=tuple(options.team),
        )
        return run_async(run_export(options.config, wish, sys.stdout))

    parser.set_defaults(run=run)


def _add_webhooks(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "webhooks", "tell other systems again what they missed")
    parser.add_argument("what", choices=["replay"], help="make calls due again")
    parser.add_argument("--since", required=True, help="a day or a period: 2026-10-01, 7d")
    parser.add_argument("--to", default="", help="one webhook's name; default: each")
    parser.add_argument("--all", action="store_true", help="also those that were delivered")

    def run(options: argparse.Namespace) -> int:
        from bot.running import run_async  # noqa: PLC0415
        from bot.webhooks.command import run_replay  # noqa: PLC0415

        work = run_replay(options.config, options.since, options.to, sys.stdout, every=options.all)
        return run_async(work)

    parser.set_defaults(run=run)
