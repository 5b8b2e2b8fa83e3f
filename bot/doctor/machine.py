"""The machine: the fonts of pictures, and how many connections may be open at once."""

import resource
from collections.abc import Sequence
from pathlib import Path

import bot
from bot.doctor.examination import Patient
from bot.doctor.verdict import Verdict, advise, broken, good

FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
ENOUGH, LEAST = 4096, 512
"""Open files: what a busy service wants, and what even a small one needs."""


async def check_fonts(_patient: Patient, folder: Path | None = None) -> Sequence[Verdict]:
    """Whether pictures in reports have their letters; ``folder`` is the shipped one by default."""
    place = folder or Path(bot.__file__).parent / "fonts"
    lacking = [name for name in FONTS if not _is_font(place / name)]
    if lacking:
        todo = "Install Afterword again: pictures would have no words"
        return [broken("fonts", f"missing or damaged: {', '.join(lacking)}", todo)]
    return [good("fonts", "present")]


async def check_open_files(_patient: Patient) -> Sequence[Verdict]:
    """Whether the process may hold as many connections as customers and providers open."""
    return [judge_open_files(resource.getrlimit(resource.RLIMIT_NOFILE)[0])]


def judge_open_files(limit: int) -> Verdict:
    """Give the verdict on a limit; a negative one is none at all."""
    about = "open files"
    todo = "Set LimitNOFILE=65536 in the systemd unit, or run `ulimit -n 65536` before starting"
    if limit < 0 or limit >= ENOUGH:
        return good(about, "no limit" if limit < 0 else f"up to {limit}")
    if limit < LEAST:
        return broken(about, f"at most {limit}, too few even for a small service", todo)
    return advise(about, f"at most {limit}: fine for some hundred visitors at once", todo)


def _is_font(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"\x00\x01\x00\x00", b"OTTO", b"true")
    except OSError:
        return False
