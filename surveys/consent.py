"""Consent: on what basis we may ask a person, for which purpose and over which channel.

What is recorded is never changed: the newest record of a purpose and channel stands. A record may
be about every purpose or every channel (""). One that is about less than a refusal is about does
lift it for its part; one that is about more does not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

FEEDBACK = "feedback"
"""What surveys are for unless they say otherwise."""

IDENTIFY, CONFIG = "identify", "config"
"""Sources that are systems: `IDENTIFY` may have a note behind it ("identify: web form"). Any other
source is the channel on which the person said so themselves."""

MOST_SAID = 20
"""Consents read from one event."""

LONGEST_NAME = 40
LONGEST_NOTE = 80

_YES = frozenset({"true", "yes", "1", "granted"})
_NO = frozenset({"false", "no", "0", "withdrawn", "denied"})


class Basis(StrEnum):
    """What asking rests on (GDPR, article 6, paragraph 1 (a), (b) and (f))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One record: from ``at`` on, we may or may not ask for a purpose over a channel.

    ``purpose`` and ``channel`` "" stand for all. A grant for all purposes takes a refusal back and
    is no basis by itself. ``dated`` is whether the source said when, rather than us.
    """

    purpose: str = ""
    channel: str = ""
    granted: bool
    basis: Basis = Basis.CONSENT
    source: str
    at: datetime
    dated: bool = False

    @property
    def by_person(self) -> bool:
        """Whether the person said so to us, rather than a system about them."""
        return self.source.partition(":")[0] not in (IDENTIFY, CONFIG)

    @property
    def scope(self) -> tuple[str, str]:
        """What it is about."""
        return self.purpose, self.channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What asking rests on where nothing is recorded of a person.

    With the basis CONSENT nothing can stand in for theirs. ``channels`` empty stands for all.
    """

    basis: Basis = Basis.LEGITIMATE_INTEREST
    purposes: tuple[str, ...] = (FEEDBACK,)
    channels: tuple[str, ...] = ()

    def covers(self, purpose: str, channel: str) -> bool:
        """Whether it stands for a purpose over a channel."""
        return (
            self.basis is not Basis.CONSENT
            and purpose in self.purposes
            and (not self.channels or channel in self.channels)
        )


def find_basis(
    consents: Sequence[Consent], purpose: str, channel: str, standing: Standing, now: datetime
) -> Consent | None:
    """Give what asking a person for a purpose over a channel rests on, None for nothing.

    What nobody recorded yet and ``standing`` covers comes back as a record to be kept.
    """
    about = [c for c in consents if c.purpose in ("", purpose) and c.channel in ("", channel)]
    grants = [c for c in about if c.granted]
    if any(not c.granted and not any(_lifts(g, c) for g in grants) for c in about):
        return None
    named = [c for c in grants if c.purpose == purpose]
    if named:
        return max(named, key=lambda c: (c.channel == channel, c.at))
    if standing.covers(purpose, channel):
        return Consent(
            purpose=purpose,
            channel=channel,
            granted=True,
            basis=standing.basis,
            source=CONFIG,
            at=now,
        )
    return None


def admit(known: Sequence[Consent], said: Iterable[Consent]) -> tuple[Consent, ...]:
    """Give what of ``said`` is news. A system that repeats itself says nothing new, and does not
    take back for a person what they refused themselves, unless it says when that changed.
    """
    news: list[Consent] = []
    for consent in said:
        before = _newest((*known, *news), consent.scope)
        if before and before.granted == consent.granted and before.basis == consent.basis:
            continue
        if consent.granted and not consent.by_person and _stays_refused((*known, *news), consent):
            continue
        news.append(consent)
    return tuple(news)


def agree(
    known: Sequence[Consent], source: str, at: datetime, *, channel: str, purpose: str = FEEDBACK
) -> tuple[Consent, ...]:
    """Give what is news in that a person agreed, on the channel ``source``, to be asked."""
    yes = Consent(purpose=purpose, channel=channel, granted=True, source=source, at=at)
    return admit(known, (yes,))


def current(consents: Iterable[Consent]) -> tuple[Consent, ...]:
    """Give what stands, one record for each purpose and channel: the newest, and of two that became
    one person's the refusal.
    """
    found: dict[tuple[str, str], Consent] = {}
    for consent in consents:
        other = found.get(consent.scope)
        if other is None or (not consent.granted, consent.at) > (not other.granted, other.at):
            found[consent.scope] = consent
    return tuple(found.values())


def replaced(known: Sequence[Consent], news: Sequence[Consent]) -> tuple[Consent, ...]:
    """Give what stands once news are recorded."""
    by_scope = {c.scope: c for c in (*known, *news)}
    return tuple(by_scope.values())


def read_consents(said: Any, channels: Iterable[str], at: datetime) -> Iterator[Consent]:
    """Read the trait ``consent``: purpose or channel -> yes, no, or a mapping.

    ``{"feedback": true, "sms": false, "research": {"email": true}, "panel": {"granted": true,
    "basis": "contract", "at": "2026-10-01T12:00:00Z", "source": "web form"}}``. A channel's own
    name means: no to all purposes there, or yes to feedback there. What cannot be read is left out:
    it grants nothing.
    """
    if not isinstance(said, Mapping):
        return
    known = frozenset(channels)
    for name, value in list(said.items())[:MOST_SAID]:
        word = str(name).strip().lower()
        if not word or len(word) > LONGEST_NAME:
            continue
        if word in known:
            yield from _read_one("", word, value, at)
        elif isinstance(value, Mapping) and not _is_record(value):
            for channel, inner in list(value.items())[:MOST_SAID]:
                if str(channel) in known:
                    yield from _read_one(word, str(channel), inner, at)
        else:
            yield from _read_one(word, "", value, at)


def _read_one(purpose: str, channel: str, value: Any, at: datetime) -> Iterator[Consent]:
    record = value if isinstance(value, Mapping) else {"granted": value}
    granted = read_flag(record.get("granted"))
    basis = str(record.get("basis", Basis.CONSENT)).strip().lower()
    if granted is None or basis not in tuple(Basis):
        return
    note = " ".join(str(record.get("source") or "").split())[:LONGEST_NOTE]
    when = _read_time(record.get("at"))
    yield Consent(
        purpose=purpose or (FEEDBACK if granted else ""),
        channel=channel,
        granted=granted,
        basis=Basis(basis),
        source=f"{IDENTIFY}: {note}" if note else IDENTIFY,
        at=min(when, at) if when else at,
        dated=when is not None,
    )


def read_flag(value: Any) -> bool | None:
    """Give whether a value says yes or no, None where it says neither."""
    word = str(value).strip().lower()
    return True if word in _YES else False if word in _NO else None


def _is_record(value: Mapping[str, Any]) -> bool:
    return "granted" in value


def _read_time(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _lifts(grant: Consent, refusal: Consent) -> bool:
    """Whether a grant takes a refusal back for what both are about."""
    as_narrow = (refusal.channel in ("", grant.channel)) and (
        refusal.purpose in ("", grant.purpose)
    )
    return as_narrow and grant.scope != refusal.scope and grant.at > refusal.at


def _newest(consents: Sequence[Consent], scope: tuple[str, str]) -> Consent | None:
    return next((c for c in reversed(consents) if c.scope == scope), None)


def _stays_refused(known: Sequence[Consent], grant: Consent) -> bool:
    """Whether the person's own refusal of this is newer than the day a system names, if any."""
    return any(
        refusal.by_person
        and not refusal.granted
        and refusal.purpose in ("", grant.purpose)
        and refusal.channel in ("", grant.channel)
        and not (grant.dated and grant.at > refusal.at)
        for refusal in current(known)
    )
