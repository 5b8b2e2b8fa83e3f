"""What is embedded: a public survey and a source of it, found in the configuration or refused with
the name that was probably meant.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bot.config import Config, ConfigError, load_config
from bot.config.faults import nearest, quote
from surveys.entrance import Entrance, entrance_link
from surveys.errors import AfterwordError
from surveys.survey import Survey


class NoEntrance(AfterwordError):
    """What is asked for cannot be embedded; the text says what can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A public survey of one configuration."""

    config: Config
    survey: Survey
    entrance: Entrance

    def link(self, source: str, **more: str) -> str:
        """Give the link from a source; ``more`` as in `surveys.entrance.entrance_link`.

        :raises NoEntrance: where the survey does not know the source.
        """
        if source not in self.entrance.known:
            raise NoEntrance(
                f"{_unknown('source', source, self.entrance.known)}; list it in config.yaml: "
                f"surveys: {{ {self.survey.id}: {{ public: {{ sources: [{source}] }} }} }}"
            )
        return entrance_link(self.config.service.public_url, self.survey.id, source, **more)

    @property
    def is_local(self) -> bool:
        """Whether the links lead to this machine only."""
        return "//127.0.0.1" in self.config.service.public_url or (
            "//localhost" in self.config.service.public_url
        )


def find_embedded(config: Config, name: str) -> Embedded:
    """Give the public survey of a name.

    :raises NoEntrance: where there is none.
    """
    if name not in config.surveys:
        raise NoEntrance(_unknown("survey", name, config.surveys))
    if name not in config.entrances:
        others = f"; public are: {', '.join(config.entrances)}" if config.entrances else ""
        raise NoEntrance(
            f"nobody may come to {quote(name)} by themselves: add public: true to it{others}"
        )
    return Embedded(config=config, survey=config.surveys[name], entrance=config.entrances[name])


def run_embed(
    path: Path,
    survey: str,
    work: Callable[[Embedded], str | None],
    out: TextIO,
    *,
    say: Callable[[str], object],
    environ: Mapping[str, str] | None = None,
) -> int:
    """Do some work with a public survey and write what it gives; give the exit status, 0 or 1.

    ``say`` tells the person what does not belong into the output.
    """
    try:
        config = load_config(path, os.environ if environ is None else environ)
        embedded = find_embedded(config, survey)
        written = work(embedded)
    except ConfigError as error:
        for fault in error.faults:
            say(fault.render())
        return 1
    except NoEntrance as error:
        say(f"afterword: {error}")
        return 1
    if written:
        out.write(written)
    if embedded.is_local:
        say("afterword: these links lead to this machine only; set service.public_url")
    return 0


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    meant = nearest(name, known)
    question = f" (did you mean {quote(meant)}?)" if meant else ""
    return f"there is no {what} {quote(name)}{question}; there is: {', '.join(known) or 'none'}"
