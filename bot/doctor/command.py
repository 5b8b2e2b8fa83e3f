"""``python -m bot doctor``: the command."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import dns.asyncresolver

from bot.config import Config, ConfigError, load_config
from bot.config.masking import url_password
from bot.doctor.channels import list_checks
from bot.doctor.examination import SECONDS, Check, Patient, examine, make_mask
from bot.doctor.machine import check_fonts, check_open_files
from bot.doctor.paper import check_languages, check_staff, check_write_keys
from bot.doctor.reach import check_address, check_clock
from bot.doctor.store import check_database
from bot.doctor.verdict import State, broken, good
from channels import CHANNELS, Entry

_SECRET_WORDS = ("TOKEN", "SECRET", "PASSWORD", "KEY", "DSN")


async def run_doctor(
    path: Path,
    out: TextIO,
    *,
    environ: Mapping[str, str] | None = None,
    registry: Mapping[str, Entry] = CHANNELS,
    resolver: dns.asyncresolver.Resolver | None = None,
    seconds: float = SECONDS,
) -> int:
    """Check everything and write a line about each; give 1 where something is broken, else 0.

    ``environ`` is the process's own where none is given, ``resolver`` the machine's. ``seconds`` is
    how long one check may take.
    """
    given = os.environ if environ is None else environ
    config = _read(path, given, registry, out)
    if config is None:
        return 1
    patient = Patient(
        config=config,
        registry=registry,
        clock=lambda: datetime.now(UTC),
        resolver=resolver,
        seconds=seconds,
    )
    mask, states = make_mask(config, _secrets(given)), [State.GOOD]
    async for verdict in examine(patient, _checks(patient)):
        out.write(mask.text(verdict.line) + "\n")
        out.flush()
        states.append(verdict.state)
    out.write(_sum_up(states))
    return int(State.BROKEN in states)


def _read(
    path: Path, environ: Mapping[str, str], registry: Mapping[str, Entry], out: TextIO
) -> Config | None:
    about = "configuration"
    try:
        config = load_config(path, environ, registry=registry)
    except ConfigError as error:
        out.writelines(fault.render() + "\n\n" for fault in error.faults)
        count = len(error.faults)
        text = f"{path.name} has {count} fault{'s' if count > 1 else ''}, listed above"
        todo = "The rest can be checked once it is right"
        out.write(broken(about, text, todo).line + "\n")
        return None
    out.write(good(about, f"{path.name} is right").line + "\n")
    return config


def _checks(patient: Patient) -> Sequence[Check]:
    """Give all checks, in the order their lines come: from our own to what is far away."""
    return (
        Check(about="write keys", run=check_write_keys),
        Check(about="colleagues", run=check_staff),
        Check(about="languages", run=check_languages),
        Check(about="fonts", run=check_fonts),
        Check(about="open files", run=check_open_files),
        Check(about="database", run=check_database),
        Check(about="public_url", run=check_address),
        Check(about="clock", run=check_clock, late=State.ADVICE),
        *list_checks(patient),
    )


def _secrets(environ: Mapping[str, str]) -> list[str]:
    """Give what looks like a secret in the environment, passwords inside addresses included."""
    named = [v for n, v in environ.items() if any(word in n.upper() for word in _SECRET_WORDS)]
    return [*filter(None, named), *filter(None, map(url_password, environ.values()))]


def _sum_up(states: Sequence[State]) -> str:
    bad, better = states.count(State.BROKEN), states.count(State.ADVICE)
    if bad:
        return f"\n{bad} broken (✗), {better} could be better (!)\n"
    return f"\nNothing is broken; {better} could be better (!)\n" if better else "\nAll is well\n"
