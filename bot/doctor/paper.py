"""What can be told from the configuration alone: write keys, colleagues, languages."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.config import Config, load_languages
from bot.doctor.examination import Patient
from bot.doctor.verdict import Verdict, advise, broken, good
from bot.preview.remarks import find_gaps
from surveys.staff import StaffMember

SAMPLES = frozenset({"demo-write-key", "local-key", "write-key", "change-me", "changeme", "secret"})
"""Write keys that stand in our own documents, or that anybody would try first."""
SHORTEST = 16
"""Characters of a write key below which it can be guessed."""
_MOST_NAMED = 5


def is_local(config: Config) -> bool:
    """Whether customers on other machines cannot reach the public address anyway."""
    host = urlsplit(config.service.public_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def check_write_keys(patient: Patient) -> Sequence[Verdict]:
    """Whether somebody may send events, and only who should."""
    config, about = patient.config, "write keys"
    keys = config.service.write_keys
    make = 'Make one with `openssl rand -hex 24` and write write_keys: ["${WRITE_KEY}"]'
    if not keys:
        return [advise(about, "none is set, so nobody can send events", make)]
    if SAMPLES.intersection(keys):
        verdict = advise if is_local(config) else broken
        return [verdict(about, "a sample key is in use, which everybody knows", make)]
    if min(map(len, keys)) < SHORTEST:
        text = f"one has less than {SHORTEST} characters and may be guessed"
        return [advise(about, text, make)]
    return [good(about, f"{len(keys)} set")]


async def check_staff(patient: Patient) -> Sequence[Verdict]:
    """Whether colleagues are told when it is bad."""
    config, about = patient.config, "colleagues"
    real = {name for name, channel in config.channels.items() if not channel.sandbox}
    reached = [m for m in config.staff if real.intersection(m.addresses)]
    played = [m for m in config.staff if m not in reached and _is_played(m, config)]
    lost = [m.name for m in config.staff if m not in reached and m not in played]
    if not config.staff:
        state = broken if config.alerts else advise
        return [state(about, "nobody is listed under staff", "Add whoever wants results")]
    if lost:
        todo = f"Add an id on one of: {', '.join(config.channels)}"
        state = advise if reached or played else broken
        return [state(about, f"cannot be reached: {_named(lost)}", todo)]
    if played:
        names = _named([m.name for m in played])
        return [advise(about, f"reached in the sandbox only, so not for real: {names}")]
    return [good(about, "everybody listed can be reached")]


async def check_languages(patient: Patient) -> Sequence[Verdict]:
    """Whether every survey has all its words in every language it is asked in."""
    config, about = patient.config, "languages"
    shipped = load_languages()  # checked as it is read
    main = config.service.language
    gaps = [
        f"{survey.id}: {gap}"
        for survey in config.surveys.values()
        for language in survey.languages
        for gap in find_gaps(survey, language, config.languages, main)
    ]
    if not gaps:
        return [good(about, f"{', '.join(shipped)} are complete, and so are the surveys")]
    more = f", and {len(gaps) - 1} more" if len(gaps) > 1 else ""
    return [advise(about, f"{gaps[0]}{more}", "`./afterword preview` shows each of them")]


def _is_played(member: StaffMember, config: Config) -> bool:
    return any(name in config.channels for name in member.addresses)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
