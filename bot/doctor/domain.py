"""The sender's domain: what it says in DNS about who may send its mails.

SPF is RFC 7208, DKIM keys are RFC 6376 (3.6), DMARC is RFC 7489. Gmail and Yahoo refuse mails with
neither SPF nor DKIM, and ask senders of thousands a day for all three
(https://support.google.com/mail/answer/81126).
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.resolver

from bot.doctor.examination import Patient
from bot.doctor.verdict import Verdict, advise, broken, good
from channels.email.settings import Settings
from channels.email.signing import is_published, public_key

SELECTORS = (
    "default", "dkim", "mail", "smtp", "google", "selector1", "selector2", "s1", "s2", "k1", "k2",
    "k3", "mandrill", "mailjet", "pm", "sendgrid", "zoho", "fm1", "key1", "dk",
)  # fmt: skip
"""Names under which mail providers usually publish keys; there is no list of them in DNS."""
BORROWED = frozenset({
    "gmail.com", "googlemail.com", "yahoo.com", "outlook.com", "hotmail.com", "live.com",
    "icloud.com", "aol.com", "gmx.de", "web.de", "proton.me",
})  # fmt: skip
"""Domains that belong to everybody: no server but their own may send for them."""


class Offline(Exception):
    """No name server answers."""


class NoDomain(Exception):
    """The name does not exist."""


class Names:
    """Asks for names."""

    def __init__(self, resolver: dns.asyncresolver.Resolver | None) -> None:
        self._resolver = resolver

    async def ask(self, name: str, kind: str) -> list[str]:
        """Give the records of a kind as text, none where the name has none.

        :raises NoDomain: where there is no such name.
        :raises Offline: where nobody can say.
        """
        try:
            resolver = self._resolver or dns.asyncresolver.Resolver()
            answer = await resolver.resolve(name, kind, lifetime=5, search=False)
        except dns.resolver.NoAnswer:
            return []
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            raise NoDomain from None
        except (dns.exception.DNSException, OSError):
            raise Offline from None
        return [_text(record) for record in answer]

    async def texts(self, name: str, begins: str) -> list[str]:
        """Give the TXT records of a name that begin with some words; none for no such name."""
        try:
            found = await self.ask(name, "TXT")
        except NoDomain:
            return []
        return [text for text in found if text.lower().startswith(begins)]


async def check_domain(patient: Patient, settings: Settings) -> Sequence[Verdict]:
    """Whether mail servers will believe that our mails are ours."""
    domain = settings.mailbox.domain.lower()
    names, about = Names(patient.resolver), f"mail domain {domain}"
    if domain in BORROWED:
        text = "this domain is not yours, and mails that others send in its name are refused"
        return [broken(about, text, "Write from: with an address of your own domain")]
    try:
        incoming = await names.ask(domain, "MX")
        spf = await names.texts(domain, "v=spf1")
        selector = settings.dkim.selector if settings.dkim else ""
        keys = await _find_keys(names, settings.signing_domain.lower(), selector)
        policies = await _find_policy(names, domain)
    except NoDomain:
        todo = "Check the address under from:, or register the domain"
        return [broken(about, "there is no such domain", todo)]
    except Offline:
        return [advise(about, "SPF, DKIM, DMARC and MX could not be looked up: no DNS here")]
    return [
        _judge_spf(spf, domain, signed=bool(keys)),
        _judge_own_key(keys, settings) if settings.dkim else _judge_keys(keys, domain),
        _judge_policy(policies, domain),
        _judge_incoming(incoming, domain),
    ]


async def _find_keys(names: Names, domain: str, selector: str) -> list[tuple[str, str]]:
    """Give (selector, key record) of those that are published."""
    wanted = (selector,) if selector else SELECTORS
    found = await asyncio.gather(
        *[names.texts(f"{name}._domainkey.{domain}", "") for name in wanted]
    )
    pairs = zip(wanted, found, strict=True)
    return [(name, text) for name, texts in pairs for text in texts if "p=" in text]


async def _find_policy(names: Names, domain: str) -> list[str]:
    """Give the DMARC records of a domain, or of the nearest one above it that has some."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        found = await names.texts(f"_dmarc.{'.'.join(labels[start:])}", "v=dmarc1")
        if found:
            return found
    return []


def _judge_spf(records: list[str], domain: str, *, signed: bool) -> Verdict:
    about = f"SPF of {domain}"
    todo = f"Publish a TXT record at {domain} such as: v=spf1 include:your-mail-provider ~all"
    if len(records) > 1:
        return broken(about, "two records, which counts as none", "Put both into one")
    if not records:
        if signed:
            return advise(about, "none; mails rest on DKIM alone", todo)
        return broken(about, "none, and no DKIM key was found: Gmail refuses such mails", todo)
    if re.search(r"(?:^|\s)\+?all(?:\s|$)", records[0].lower()):
        return advise(about, "allows everybody to send in your name", "End it in ~all or -all")
    return good(about, "published")


def _judge_own_key(keys: list[tuple[str, str]], settings: Settings) -> Verdict:
    """Whether others can check the signature that we make ourselves."""
    assert settings.dkim is not None  # noqa: S101 - asked for only then
    where = f"{settings.dkim.selector}._domainkey.{settings.signing_domain}"
    about = f"DKIM of {settings.signing_domain}"
    todo = f"Publish a TXT record there: v=DKIM1; k=rsa; p={public_key(settings.dkim)}"
    if not keys:
        return broken(about, f"no key at {where}, so nobody can check our signature", todo)
    if not any(is_published(settings.dkim, text) for _, text in keys):
        return broken(about, f"the key at {where} is another one than ours", todo)
    return good(about, f"our key is published ({settings.dkim.selector})")


def _judge_keys(keys: list[tuple[str, str]], domain: str) -> Verdict:
    about = f"DKIM of {domain}"
    good_keys = [name for name, text in keys if re.search(r"p=\s*[A-Za-z0-9+/]", text)]
    if good_keys:
        return good(about, f"a key is published ({', '.join(good_keys)})")
    if keys:
        todo = "Publish the key that your mail provider shows"
        return broken(about, f"the key {keys[0][0]} was withdrawn (p= is empty)", todo)
    text = "no key under the usual names; your mail provider may use another"
    return advise(about, text, "Ask it which one, and whether it signs your mails")


def _judge_policy(records: list[str], domain: str) -> Verdict:
    about = f"DMARC of {domain}"
    todo = f"Publish a TXT record at _dmarc.{domain} such as: v=DMARC1; p=none; rua=mailto:you@..."
    if len(records) > 1:
        return broken(about, "two records, which counts as none", "Keep one")
    if not records:
        return advise(about, "none; Gmail and Yahoo ask senders of many mails for one", todo)
    policy = re.search(r";\s*p\s*=\s*(\w+)", records[0])
    return good(about, f"published (p={policy[1].lower() if policy else 'not said'})")


def _judge_incoming(records: list[str], domain: str) -> Verdict:
    about = f"MX of {domain}"
    if not records or all(record.split()[-1] == "." for record in records):
        todo = "Without one, replies and bounces to your sender address are lost"
        return advise(about, "the domain takes no mail", todo)
    return good(about, f"{len(records)} mail server{'s' if len(records) > 1 else ''}")


def _text(record: Any) -> str:
    """Give a record as text; the pieces of a long TXT record belong together (RFC 7208, 3.3)."""
    strings = getattr(record, "strings", None)
    return b"".join(strings).decode("utf-8", "replace") if strings else str(record.to_text())
