"""The command line: ``python -m bot`` or ``./afterword``. Heavy imports stay inside commands."""

import argparse
import io
import os
import sys
from pathlib import Path

from bot import __version__
from bot.command_words import Command, add_command
from bot.embed.grammar import add_words
from bot.import_words import add_import
from bot.store_words import add_store_commands

EPILOG = "`./afterword demo` needs no account and no network. Docs: docs/ in the repository."


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    _spare_sinks()
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # somebody piped us into head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return status


def _spare_sinks() -> None:
    """Let a terminal that cannot say a letter show "?" for it, rather than ending the command."""
    for sink in (sys.stdout, sys.stderr):
        if isinstance(sink, io.TextIOWrapper) and sink.errors == "strict":
            sink.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="afterword", description="Ask customers how it went, and act on it.", epilog=EPILOG
    )
    parser.add_argument("--version", action="version", version=f"afterword {__version__}")
    commands: argparse._SubParsersAction[argparse.ArgumentParser] = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", parser_class=Command
    )
    _add_demo(commands)
    _add_run(commands)
    _add_check(commands)
    _add_plan(commands)
    _add_preview(commands)
    _add_test_send(commands)
    _add_embed(commands)
    _add_doctor(commands)
    _add_report(commands)
    _add_import(commands)
    add_store_commands(commands)
    return parser


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "demo", "see it work: simulated business, customers and staff")
    parser.add_argument("--port", type=int, default=8080, help="default: 8080, or a free one")
    parser.add_argument("--calls", type=int, default=1000, help="calls to simulate; default: 1000")
    parser.add_argument("--exit", action="store_true", help="stop after the report")

    def run(options: argparse.Namespace) -> int:
        from bot.demo import run_demo  # noqa: PLC0415

        return run_demo(port=options.port, calls=options.calls, leave=options.exit)

    parser.set_defaults(run=run)


def _add_run(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "run", "run the service")
    parser.add_argument(
        "--log", choices=["debug", "info", "warning", "error"], default="info", help="default: info"
    )

    def run(options: argparse.Namespace) -> int:
        from bot.running import run_service  # noqa: PLC0415

        return run_service(options.config, options.log)

    parser.set_defaults(run=run)


def _add_check(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "check", "say whether a configuration is right, and what is not")
    parser.add_argument("file", nargs="?", type=Path, help="the file; default: --config")
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON Schema for editors instead"
    )

    def run(options: argparse.Namespace) -> int:
        from bot.check import run_check  # noqa: PLC0415

        return run_check(options.file or options.config, schema=options.schema, out=sys.stdout)

    parser.set_defaults(run=run)


def _add_plan(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    says = "say who would be asked what over the next days, and whether that is too much"
    parser = add_command(commands, "plan", says)
    parser.add_argument("--days", type=_days, default=30, help="1 to 366; default: 30")
    parser.add_argument(
        "--against", default="", help="live (what runs now) or a file: show the difference"
    )
    formats = ["terminal", "html", "json"]
    parser.add_argument("--format", choices=formats, default="terminal", help="default: terminal")
    parser.add_argument("--out", type=Path, help="the file to write instead of the terminal")

    def run(options: argparse.Namespace) -> int:
        from bot.plan.command import Wish, run_plan  # noqa: PLC0415
        from bot.running import run_async  # noqa: PLC0415

        wish = Wish(
            days=options.days, against=options.against, format=options.format, out=options.out
        )
        return run_async(run_plan(options.config, wish, sys.stdout))

    parser.set_defaults(run=run)


def _days(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 366:
        raise argparse.ArgumentTypeError("a number of days from 1 to 366 is expected")
    return int(text)


def _add_preview(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "preview", "show a survey as customers will see it, everywhere")
    parser.add_argument("survey", help="its name in the file")
    parser.add_argument(
        "--language", action="append", default=[], help="only this; may be repeated"
    )
    parser.add_argument("--channel", action="append", default=[], help="only this; repeatable")
    parser.add_argument("--all", action="store_true", help="every channel there is")
    parser.add_argument("--fact", action="append", default=[], help="name=value, to fill {name}")
    parser.add_argument("--terminal", action="store_true", help="here instead of on a page")
    parser.add_argument("--out", type=Path, help="the page's file; default: a temporary one")
    parser.add_argument(
        "--open", action=argparse.BooleanOptionalAction, default=None, help="open it in the browser"
    )

    def run(options: argparse.Namespace) -> int:
        from bot.preview.command import Wish, run_preview  # noqa: PLC0415

        wish = Wish(
            survey=options.survey,
            languages=options.language,
            channels=options.channel,
            every=options.all,
            facts=options.fact,
            terminal=options.terminal,
            file=options.out,
            look=options.open,
        )
        return run_preview(options.config, wish, sys.stdout)

    parser.set_defaults(run=run)


def _add_test_send(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "test-send", "send a survey's first question to a colleague")
    parser.add_argument("survey", help="its name in the file")
    parser.add_argument("--to", required=True, help="a listed colleague, such as staff:Maija")
    parser.add_argument("--via", default="", help="the channel; default: the colleague's first")
    parser.add_argument("--language", default="", help="default: the service's")

    def run(options: argparse.Namespace) -> int:
        from bot.running import run_async  # noqa: PLC0415
        from bot.test_send import Trial, run_test_send  # noqa: PLC0415

        trial = Trial(
            survey=options.survey, to=options.to, via=options.via, language=options.language
        )
        return run_async(run_test_send(options.config, trial, sys.stdout))

    parser.set_defaults(run=run)


def _add_embed(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    says = "make links, QR codes and snippets by which people come to a survey by themselves"
    add_words(add_command(commands, "embed", says))


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(
        commands, "doctor", "check tokens, mail, DNS and the machine; say what to do"
    )

    def run(options: argparse.Namespace) -> int:
        from bot.doctor.command import run_doctor  # noqa: PLC0415
        from bot.running import run_async  # noqa: PLC0415

        return run_async(run_doctor(options.config, sys.stdout))

    parser.set_defaults(run=run)


def _add_report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "report", "make a report of config.yaml as it would be sent now")
    parser.add_argument("name", help="its name under reports:")
    parser.add_argument(
        "--format", choices=["terminal", "html", "png"], default="terminal", help="or html, png"
    )
    parser.add_argument("--out", type=Path, help="the file to write; default: here, NAME.png")
    parser.add_argument("--language", default="", help="default: the report's")
    parser.add_argument("--period", default="", help='such as "last week", q3; default: its own')

    def run(options: argparse.Namespace) -> int:
        from datetime import UTC, datetime  # noqa: PLC0415

        from bot.reports.command import Wish, run_report  # noqa: PLC0415
        from bot.running import run_async  # noqa: PLC0415

        wish = Wish(
            name=options.name,
            form=options.format,
            file=options.out,
            language=options.language,
            period=options.period,
        )
        return run_async(run_report(options.config, wish, sys.stdout, datetime.now(UTC)))

    parser.set_defaults(run=run)


def _add_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    says = "take in contacts, or past interactions, from a file"
    add_import(add_command(commands, "import", says))


if __name__ == "__main__":
    sys.exit(main())
