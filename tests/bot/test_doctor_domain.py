"""What the sender's domain says about its mails, asked of a real name server on this machine."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from bot.doctor.domain import check_domain
from bot.doctor.verdict import Verdict
from channels.email import Settings
from tests.bot.test_doctor import patient_of

HEALTHY = {
    ("acme.example", "MX"): ["10 mx.acme.example."],
    ("acme.example", "TXT"): ['"v=spf1 include:relay.example ~all"', '"other=1"'],
    ("selector1._domainkey.acme.example", "TXT"): ['"v=DKIM1; k=rsa; p=MIGf" "MA0G"'],
    ("_dmarc.acme.example", "TXT"): ['"v=DMARC1; p=quarantine; rua=mailto:d@acme.example"'],
}
Zone = Mapping[tuple[str, str], list[str]]


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """Answers from a zone over UDP; what is not in it does not exist. ``asked`` is its record."""

    zone: Zone
    dead: bool = False
    asked: list[str] = field(default_factory=list)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, sender: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text().rstrip(".").lower(), question.rdtype.name
        self.asked.append(name)
        if self.dead:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        records = self.zone.get((name, kind))
        if records:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif name not in {known for known, _ in self.zone}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(answer.to_wire(), sender)


@asynccontextmanager
async def name_server(zone: Zone) -> AsyncIterator[tuple[NameServer, dns.asyncresolver.Resolver]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: NameServer(zone), local_addr=("127.0.0.1", 0)
    )
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    try:
        yield server, resolver
    finally:
        transport.close()


async def ask(zone: Zone, folder: Path, sender: str = "hi@acme.example") -> dict[str, Verdict]:
    settings = Settings(smtp="smtp://127.0.0.1:1?starttls=never", sender=sender)
    async with name_server(zone) as (_, resolver):
        verdicts = await check_domain(patient_of(folder, resolver=resolver), settings)
    return {verdict.about.split()[0]: verdict for verdict in verdicts}


def without(*gone: tuple[str, str], **_: str) -> Zone:
    return {key: texts for key, texts in HEALTHY.items() if key not in gone}


SPF, DMARC = ("acme.example", "TXT"), ("_dmarc.acme.example", "TXT")
KEY = ("selector1._domainkey.acme.example", "TXT")


async def test_a_healthy_domain(tmp_path: Path) -> None:
    found = await ask(HEALTHY, tmp_path)
    assert [v.state for v in found.values()] == ["✓"] * 4
    assert found["DKIM"].text == "a key is published (selector1)"
    assert found["DMARC"].text == "published (p=quarantine)"
    assert found["MX"].text == "1 mail server"


@pytest.mark.parametrize(
    ("zone", "about", "state", "words"),
    [
        (without(SPF), "SPF", "!", "none; mails rest on DKIM alone"),
        (without(SPF, KEY), "SPF", "✗", "Gmail refuses"),
        ({**HEALTHY, SPF: ['"v=spf1 ~all"', '"v=spf1 -all"']}, "SPF", "✗", "two records"),
        ({**HEALTHY, SPF: ['"v=spf1 +all"']}, "SPF", "!", "allows everybody"),
        ({**HEALTHY, SPF: ['"v=spf1 all"']}, "SPF", "!", "allows everybody"),
        (without(KEY), "DKIM", "!", "no key under the usual names"),
        ({**HEALTHY, KEY: ['"v=DKIM1; p="']}, "DKIM", "✗", "was withdrawn"),
        (without(DMARC), "DMARC", "!", "Gmail and Yahoo ask"),
        ({**HEALTHY, DMARC: ['"v=DMARC1; p=none"'] * 1}, "DMARC", "✓", "p=none"),
        (
            {**HEALTHY, DMARC: ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']},
            "DMARC",
            "✗",
            "two records",
        ),
        (without(("acme.example", "MX")), "MX", "!", "takes no mail"),
        ({**HEALTHY, ("acme.example", "MX"): ["0 ."]}, "MX", "!", "takes no mail"),
    ],
)
async def test_what_is_wrong_with_a_domain(
    tmp_path: Path, zone: Zone, about: str, state: str, words: str
) -> None:
    found = (await ask(zone, tmp_path))[about]
    assert found.state == state
    assert words in found.line


async def test_a_subdomain_is_covered_by_the_policy_above_it(tmp_path: Path) -> None:
    zone = {
        ("mail.acme.example", "MX"): ["10 mx.acme.example."],
        DMARC: HEALTHY[DMARC],
    }
    found = await ask(zone, tmp_path, "hi@mail.acme.example")
    assert found["DMARC"].state == "✓"


async def test_a_domain_that_is_not_there(tmp_path: Path) -> None:
    found = await ask(HEALTHY, tmp_path, "hi@amce.example")
    assert found["mail"].state == "✗"
    assert "there is no such domain" in found["mail"].line


async def test_a_borrowed_domain_is_refused_without_asking(tmp_path: Path) -> None:
    found = await ask({}, tmp_path, "acme@gmail.com")
    assert "this domain is not yours" in found["mail"].line


async def test_without_a_name_server_nothing_is_held_against_the_domain(tmp_path: Path) -> None:
    settings = Settings(smtp="smtp://127.0.0.1:1?starttls=never", sender="hi@acme.example")
    async with name_server(HEALTHY) as (server, resolver):
        server.dead = True
        resolver.lifetime = resolver.timeout = 0.1
        patient = patient_of(tmp_path, resolver=resolver)
        (verdict,) = await check_domain(patient, settings)
    assert server.asked
    assert verdict.state == "!"
    assert "could not be looked up" in verdict.line
