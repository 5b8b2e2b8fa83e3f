"""``python -m bot test-send SURVEY --to staff:Maija``: one real message to a listed colleague.

The message says [TEST], and its buttons and links carry a token sealed with a key that is thrown
away: whatever is pressed is refused by the running service and recorded nowhere.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from bot.config import ChannelConfig, Config, ConfigError, load_config
from bot.config.faults import nearest, quote
from bot.preview.album import PAGE, capabilities_of, title_of
from bot.preview.command import Unknown, find_survey
from bot.preview.moments import compose_moment, list_moments
from bot.preview.painters import Stage, painter_of
from bot.preview.sample import make_setting, sample_facts
from bot.preview.terminal import print_picture
from channels import CHANNELS, Entry
from channels.base import Surroundings
from channels.errors import (
    BadResponse,
    Blocked,
    ChannelError,
    Misconfigured,
    Rejected,
    Relocated,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from surveys.compose import choose_language
from surveys.link import Purpose, seal
from surveys.message import Entry as Answering
from surveys.message import Message
from surveys.staff import StaffMember

MARK = "[TEST]"

_MEANINGS: Mapping[type[ChannelError], str] = {
    Throttled: "The provider asks us to slow down; nothing was sent. Try again a little later.",
    Unavailable: "The provider cannot be reached just now; nothing was sent. Try again soon.",
    Rejected: "The provider refuses this message for good; customers would not get it either.",
    Unreachable: "That address does not work. Check it under staff; in most chats the colleague "
    "must write to us first.",
    Blocked: "The colleague has blocked us there and must unblock us first.",
    Misconfigured: "The channel's settings are wrong, so nobody gets anything there. "
    "`./afterword doctor` says more.",
    BadResponse: "The provider gave an answer that its documents do not allow. Try again; if it "
    "stays so, look at its status page.",
    Uncertain: "The message may or may not have arrived: the connection broke before the answer.",
    Relocated: "That address has a new name at the provider. Change it under staff.",
}
"""What went wrong -> what it means, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is to be sent: the first question of ``survey`` to the colleague ``to`` (``staff:Maija``
    or ``Maija``). ``via`` is a channel, "" for their first that is set up; ``language`` a code, ""
    for the service's.
    """

    survey: str
    to: str
    via: str = ""
    language: str = ""


async def run_test_send(
    path: Path,
    trial: Trial,
    out: TextIO,
    *,
    environ: Mapping[str, str] | None = None,
    registry: Mapping[str, Entry] = CHANNELS,
) -> int:
    """Send, and say in plain words what became of it; give the exit status, 0 or 1.

    ``environ`` is the process's own where none is given.
    """
    try:
        config = load_config(path, os.environ if environ is None else environ, registry=registry)
        sender = _Sender(config, trial, registry)
    except ConfigError as error:
        out.writelines(fault.render() + "\n" for fault in error.faults)
        return 1
    except Unknown as error:
        out.write(f"{error}\n")
        return 1
    if sender.channel.sandbox or sender.via == PAGE:
        sender.show(out)
        return 0
    return await sender.send(out)


def explain(error: ChannelError) -> str:
    """Give what an error means for whoever tries a message."""
    return next((text for kind, text in _MEANINGS.items() if isinstance(error, kind)), "")


class _Sender:
    """One message, composed and ready.

    :raises Unknown: for a survey, colleague, channel or language that cannot be.
    """

    def __init__(self, config: Config, trial: Trial, registry: Mapping[str, Entry]) -> None:
        self.survey = find_survey(config, trial.survey)
        self.member = find_colleague(config, trial.to)
        self.via = choose_channel(config, self.member, trial.via)
        if trial.language and trial.language not in self.survey.languages:
            asked = ", ".join(self.survey.languages)
            raise Unknown(
                f"{self.survey.id} is not asked in {quote(trial.language)}; it is asked in: {asked}"
            )
        self.language = choose_language(
            self.survey, trial.language or None, config.service.language
        )
        self._config, self._registry = config, registry
        self._key = secrets.token_bytes(32)
        self.message = self._compose()

    @property
    def channel(self) -> ChannelConfig:
        return self._config.channels[self.via]

    @property
    def what(self) -> str:
        return f"the first question of {self.survey.id} in {self.language}"

    async def send(self, out: TextIO) -> int:
        """Send it over the real channel."""
        adapter = self._registry[self.via].adapter_class()
        channel = adapter.build(self.channel.settings, self._surroundings())
        try:
            receipt = await channel.send(self.message)
        except ChannelError as error:
            out.write(f"Not sent to {self.member.name} by {title_of(self.via)}: {error}\n")
            out.write(f"{explain(error)}\n")
            return 1
        finally:
            await channel.close()
        out.write(f"Sent {self.what} to {self.member.name} by {title_of(self.via)}.\n")
        out.write(f"The provider calls it {receipt.external_id}. Pressing its buttons records ")
        out.write("nothing.\n")
        return 0

    def show(self, out: TextIO) -> None:
        """Show it here, where the channel sends nothing."""
        if self.via == PAGE:
            why = "The web page waits for its visitor, so nothing can be sent there"
        else:
            why = f"{title_of(self.via)} is played by the sandbox in this file, so nothing was sent"
        out.write(f"{why}. This is {self.what} as {self.member.name} would see it:\n")
        stage = Stage(
            company=self._config.service.name,
            privacy_url=self._config.service.privacy_url,
            languages=self._config.languages,
            settings=self.channel.settings,
        )
        # Its address may be none that the channel could write to, and is not shown.
        shown = replace(self.message, address="anna@example.com")
        print_picture(painter_of(self.via)(shown, stage), title_of(self.via), out)

    def _compose(self) -> Message:
        config = self._config
        token = seal(self._key, Purpose.ANSWER, 0, datetime.now(UTC) + timedelta(days=1))
        address = self.member.addresses[self.via]
        facts = {**sample_facts(config, {}), "first_name": self.member.name.split()[0]}
        setting = make_setting(
            config, self.survey, self.language, facts, token=token, address=address
        )
        can = capabilities_of(config, self.via, self._registry)
        message = compose_moment(list_moments(self.survey)[0], setting, can)
        notice = f"{MARK} {message.notice}".strip()
        subject = f"{MARK} {message.subject}" if message.subject else ""
        marked = replace(message, notice=notice, subject=subject)
        if (
            can.inline and not can.waits
        ):  # a call fetches its question by its token, which is good for nothing
            marked = replace(marked, question_id="", buttons=(), entry=Answering.NONE)
        return marked

    def _surroundings(self) -> Surroundings:
        service = self._config.service
        return Surroundings(
            public_url=service.public_url,
            company=service.name,
            privacy_url=service.privacy_url,
            language=service.language,
            languages=self._config.languages,
            key=self._key,
            clock=lambda: datetime.now(UTC),
            nonce=lambda: secrets.token_urlsafe(9),
        )


def find_colleague(config: Config, written: str) -> StaffMember:
    """Give the colleague meant by ``staff:Maija`` or ``Maija``.

    :raises Unknown: with the name most like it.
    """
    name = written.removeprefix("staff:").strip()
    names = {member.name: member for member in config.staff}
    folded = {member.name.casefold(): member for member in config.staff}
    if name.casefold() in folded:
        return folded[name.casefold()]
    meant = nearest(name, names)
    question = f" (did you mean {quote(meant)}?)" if meant else ""
    listed = ", ".join(names) or "nobody"
    raise Unknown(f"no colleague is called {quote(name)}{question}; under staff there is: {listed}")


def choose_channel(config: Config, member: StaffMember, wished: str) -> str:
    """Give the channel to send by: the one wished for, else the colleague's first that is set up.

    :raises Unknown: where there is none, with what to write into the file.
    """
    reachable = [name for name in member.addresses if name in config.channels]
    if wished and wished not in config.channels:
        meant = nearest(wished, config.channels)
        question = f" (did you mean {quote(meant)}?)" if meant else ""
        there = ", ".join(config.channels)
        raise Unknown(f"no channel {quote(wished)} is set up{question}; there is: {there}")
    if wished in reachable:
        return wished
    if wished:
        raise Unknown(
            f"{member.name} has no {wished} id; add {wished}: ... to their entry under staff"
        )
    if not reachable:
        raise Unknown(
            f"{member.name} has no id on a channel of this file; add one of "
            f"{', '.join(config.channels)} to their entry under staff"
        )
    return reachable[0]
