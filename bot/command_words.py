"""What the commands of the command line have in common."""

import argparse
from pathlib import Path


class Command(argparse.ArgumentParser):
    """A command whose first word may be one of ``kinds``, which goes into ``kind``: argparse itself
    takes it for what stands behind it, where an option stands between the two.
    """

    kinds: tuple[str, ...] = ()

    def parse_known_args(  # type: ignore[override]  # only what subparsers call is overridden
        self, args: list[str], namespace: None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        if args and args[0] in self.kinds:
            return super().parse_known_args(args[1:], argparse.Namespace(kind=args[0]))
        return super().parse_known_args(args, namespace)


def add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, says: str
) -> argparse.ArgumentParser:
    """Add a command which reads a config.yaml, named by ``--config``; ``says`` is its help."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=says, description=says)
    if name not in ("demo", "embed"):
        parser.add_argument(
            "--config", type=Path, default=Path("config.yaml"), help="default: config.yaml"
        )
    return parser
