"""``python -m bot preview SURVEY``: makes the page, says where it is, and opens it."""

import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bot.config import Config, ConfigError, load_config
from bot.config.faults import nearest, quote
from bot.preview.album import Album, make_album
from bot.preview.page import render_page
from bot.preview.terminal import print_album, print_remarks
from channels import CHANNELS, Entry
from surveys.errors import AfterwordError
from surveys.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be shown, and how.

    ``languages`` and ``channels`` are codes and names, empty for all that the survey and the file
    have; ``every`` asks for every channel there is. ``facts`` are written ``name=value``. ``file``
    is the page's, None for one in the temporary folder. ``look`` opens it in the browser, None
    where somebody is there to look.
    """

    survey: str
    languages: Sequence[str] = ()
    channels: Sequence[str] = ()
    every: bool = False
    facts: Sequence[str] = ()
    terminal: bool = False
    file: Path | None = None
    look: bool | None = None


class Unknown(AfterwordError):
    """A name that is not there; the text names what is."""


def run_preview(
    path: Path,
    wish: Wish,
    out: TextIO,
    *,
    environ: Mapping[str, str] | None = None,
    registry: Mapping[str, Entry] = CHANNELS,
    browse: Callable[[str], object] = webbrowser.open,
) -> int:
    """Show a survey; give the exit status, 0 or 1.

    ``environ`` is the process's own where none is given; ``browse`` opens an address.
    """
    try:
        config = load_config(path, os.environ if environ is None else environ, registry=registry)
        album = choose(config, wish, registry)
        if wish.terminal:
            print_album(album, out)
            return 0
        file = _write(album, wish.file)
    except ConfigError as error:
        out.writelines(fault.render() + "\n" for fault in error.faults)
        return 1
    except Unknown as error:
        out.write(f"{error}\n")
        return 1
    except OSError as error:
        out.write(f"the page cannot be written to {wish.file}: {error.strerror or error}\n")
        return 1
    print_remarks(album, out)
    out.write(f"{_summary(album)}: {file}\n")
    if _can_look() if wish.look is None else wish.look:
        browse(file.as_uri())
    return 0


def choose(config: Config, wish: Wish, registry: Mapping[str, Entry] = CHANNELS) -> Album:
    """Give the album that is wished for.

    :raises Unknown: for a survey, language, channel or fact that cannot be.
    """
    survey = find_survey(config, wish.survey)
    for name in wish.channels:
        if name not in registry:
            raise Unknown(_unknown("channel", name, registry))
    for code in wish.languages:
        if code not in survey.languages:
            raise Unknown(
                f"{survey.id} is not asked in {quote(code)}; it is asked in: "
                f"{', '.join(survey.languages)}"
            )
    return make_album(
        config,
        survey,
        channels=wish.channels or _channels(config, registry, every=wish.every),
        languages=wish.languages or survey.languages,
        facts=dict(_read_fact(fact) for fact in wish.facts),
        registry=registry,
    )


def find_survey(config: Config, name: str) -> Survey:
    """Give the survey of a name.

    :raises Unknown: with the name most like it.
    """
    if name not in config.surveys:
        raise Unknown(_unknown("survey", name, config.surveys))
    return config.surveys[name]


def _channels(config: Config, registry: Mapping[str, Entry], *, every: bool) -> list[str]:
    """Give the file's channels, or every one but the sandbox, which no customer sees."""
    if not every:
        return list(config.channels)
    return [*config.channels, *(c for c in registry if c not in (*config.channels, "sandbox"))]


def _read_fact(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier():
        raise Unknown(f"a fact is written name=value, such as order_name=Shoes, not {quote(text)}")
    return name, value


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    meant = nearest(name, known)
    question = f" (did you mean {quote(meant)}?)" if meant else ""
    return f"there is no {what} {quote(name)}{question}; there is: {', '.join(known) or 'none'}"


def _write(album: Album, file: Path | None) -> Path:
    if file is None:
        handle, name = tempfile.mkstemp(prefix=f"afterword-{album.survey}-", suffix=".html")
        os.close(handle)
        file = Path(name)
    file.write_text(render_page(album), encoding="utf-8")
    return file.absolute()


def _summary(album: Album) -> str:
    languages = ", ".join(chapter.code for chapter in album.chapters)
    return f"{album.survey} on {', '.join(album.channels)} in {languages}"


def _can_look() -> bool:
    """Whether somebody sits before a screen: not in a pipe, on a server or in a test."""
    screen = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return sys.stdout.isatty() and screen
