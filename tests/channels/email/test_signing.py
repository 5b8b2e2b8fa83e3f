"""DKIM: signed here, checked by the library's verifier against a key from a name server."""

import base64
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import dkim
import dns.resolver
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.doctor.domain import check_domain
from channels.email import Settings, to_payload
from channels.email.mime import Letterhead
from channels.email.settings import Plus
from channels.email.signing import Dkim, Signer, is_published, public_key
from channels.errors import Misconfigured
from tests.bot.test_doctor import patient_of
from tests.bot.test_doctor_domain import name_server
from tests.channels.email.messages import LETTERHEAD, MESSAGES, NOW, NPS, REPORT
from tests.providers.certificate import client_context
from tests.providers.smtp import SmtpServer

KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=1024)
HEAD = Letterhead(company="Acme", sender=LETTERHEAD.sender, plus=Plus.ALL)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, form: PrivateFormat) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def published(key: rsa.RSAPrivateKey = KEY) -> str:
    public = key.public_key()
    info = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(info).decode()


PKCS1 = pem(KEY, PrivateFormat.TraditionalOpenSSL)
PKCS8 = pem(KEY, PrivateFormat.PKCS8)
OURS = Dkim(selector="s1", key=PKCS1)


@pytest.fixture
async def look_up() -> AsyncIterator[Callable[..., bytes]]:
    """A name server that publishes our key, and how the verifier asks it."""
    record = f'"v=DKIM1; k=rsa; " "p={published()}"'
    zone = {("s1._domainkey.acme.example", "TXT"): [record]}
    async with name_server(zone) as (_, resolver):
        plain = dns.resolver.Resolver(configure=False)
        plain.nameservers, plain.port = resolver.nameservers, resolver.port

        def ask(name: bytes, timeout: float = 5) -> bytes:
            found = plain.resolve(name.decode(), "TXT", lifetime=timeout)
            return b"".join(next(iter(found)).strings)

        yield ask


async def verified(mail: bytes, look_up: Callable[..., bytes]) -> bool:
    import asyncio

    return bool(await asyncio.to_thread(dkim.verify, mail, dnsfunc=look_up))


@pytest.mark.parametrize("name", MESSAGES)
async def test_every_kind_of_mail_is_signed_so_that_others_believe_it(
    name: str, look_up: Callable[..., bytes]
) -> None:
    mail = Signer(OURS, "acme.example").sign(to_payload(MESSAGES[name], HEAD, NOW))
    assert await verified(mail, look_up)
    assert max(map(len, mail.split(b"\r\n"))) <= 200


async def test_what_is_changed_on_the_way_is_noticed(look_up: Callable[..., bytes]) -> None:
    answer = replace(NPS, replies_to=("<1@customer.example>",))
    mail = Signer(OURS, "acme.example").sign(to_payload(answer, HEAD, NOW))
    assert await verified(mail, look_up)
    head = mail.partition(b"\r\n\r\n")[0]
    for name in (b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Reply-To", b"References",
                 b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Content-Type"):  # fmt: skip
        assert b"\r\n%s: " % name in head, name
        assert not await verified(mail.replace(b"\r\n%s: " % name, b"\r\n%s: x" % name), look_up)
    assert not await verified(mail.replace(b"recommend", b"condemn"), look_up)
    assert not await verified(mail.replace(b"\r\nTo:", b"\r\nFrom: <x@y.example>\r\nTo:"), look_up)
    forged = Signer(replace(OURS, key=pem(OTHER, PrivateFormat.PKCS8)), "acme.example")
    assert not await verified(forged.sign(to_payload(NPS, HEAD, NOW)), look_up)


async def test_what_relays_do_to_headers_is_borne(look_up: Callable[..., bytes]) -> None:
    mail = Signer(OURS, "acme.example").sign(to_payload(NPS, HEAD, NOW))
    relayed = b"Received: from x by y; Sat, 21 Nov 2026 09:30:00 +0000\r\n" + mail.replace(
        b"Subject: ", b"subject:   "
    )
    assert await verified(relayed, look_up)


@pytest.mark.parametrize("plus", [None, Plus.NEVER])
async def test_mails_nobody_can_stop_or_answer_are_signed_too(
    plus: Plus | None, look_up: Callable[..., bytes]
) -> None:
    mail = Signer(OURS, "acme.example").sign(to_payload(REPORT, replace(HEAD, plus=plus), NOW))
    assert await verified(mail, look_up)


async def test_mails_leave_signed(look_up: Callable[..., bytes]) -> None:
    from channels.email import Email

    async with SmtpServer(tls="starttls") as relay:
        settings = Settings(smtp=relay.url, sender="Acme <feedback@acme.example>", dkim=OURS)
        channel = Email(
            settings, public_url="https://feedback.acme.example", company="Acme",
            clock=lambda: NOW, tls=client_context(),
        )  # fmt: skip
        await channel.send(NPS)
        await channel.close()
    assert await verified(relay.ledger[0].raw, look_up)


def test_the_mail_is_the_same_but_for_its_signature() -> None:
    payload = to_payload(NPS, HEAD, NOW)
    mail = Signer(replace(OURS, domain="example"), "acme.example").sign(payload)
    assert mail.endswith(payload)
    signature = re.sub(rb"\s", b"", mail.removesuffix(payload))
    assert b"d=example;" in signature
    assert b"s=s1;" in signature
    assert b"c=relaxed/relaxed" in signature
    assert b":list-unsubscribe:list-unsubscribe-post;" in signature


@pytest.mark.parametrize(
    "key",
    [PKCS1, PKCS8, PKCS1.replace("\n", "\\n"), PKCS8.replace("\n", "\r\n"), PKCS1.replace("\n", " ")],
    ids=["pkcs1", "pkcs8", "escaped", "crlf", "one line"],
)  # fmt: skip
def test_a_key_is_read_however_it_came_through_the_environment(key: str) -> None:
    assert public_key(Dkim(selector="s1", key=key)) == published()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"key": "sesame, open up! " * 5}, "not a private RSA key"),
        ({"key": PKCS1[:300]}, "not a private RSA key"),
        ({"key": PKCS1.replace(PKCS1.split("\n")[3], "")}, "not a private RSA key|cut off"),
        ({"key": pem(ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8)}, "private RSA"),
        ({"selector": "s1 s2"}, "'selector'"),
        ({"domain": "acme.example/x"}, "'domain'"),
    ],
)
def test_what_cannot_be_used_is_told_without_the_key(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        Dkim(**{"selector": "s1", "key": PKCS1, **settings})
    assert caught.value.__cause__ is None
    assert settings.get("key", PKCS1)[40:60] not in str(caught.value)
    assert PKCS1[40:60] not in repr(OURS)


def test_a_signature_of_another_domain_is_refused() -> None:
    def settings(sender: str, domain: str = "") -> Settings:
        signed = replace(OURS, domain=domain)
        return Settings(smtp="smtp://localhost", sender=sender, dkim=signed)

    assert settings("a@acme.example").signing_domain == "acme.example"
    assert settings("a@mail.acme.example", "ACME.example").signing_domain == "ACME.example"
    for sender, domain in (
        ("a@acme.example", "other.example"),
        ("a@myacme.example", "acme.example"),
    ):
        with pytest.raises(ValueError, match="'dkim' signs for"):
            settings(sender, domain)


def test_a_mail_that_cannot_be_signed_is_the_operators_business() -> None:
    with pytest.raises(Misconfigured):
        Signer(OURS, "acme.example").sign(b"Subject: nobody wrote this\r\n\r\n")


def test_a_signature_takes_milliseconds() -> None:
    large = Dkim(
        selector="s1",
        key=pem(
            rsa.generate_private_key(public_exponent=65537, key_size=2048), PrivateFormat.PKCS8
        ),
    )
    signer, payload = Signer(large, "acme.example"), to_payload(NPS, HEAD, NOW)
    start = time.perf_counter()
    for _ in range(5):
        signer.sign(payload)
    assert (time.perf_counter() - start) / 5 < 0.1


# What the doctor says of it


@pytest.mark.parametrize(
    ("record", "state", "words"),
    [
        (f"v=DKIM1; k=rsa; p={published()}", "✓", "our key is published"),
        (f"v=DKIM1; k=rsa; p={published(OTHER)}", "✗", "another one than ours"),
        ("v=DKIM1; p=", "✗", "another one than ours"),
        ("", "✗", "no key at s1._domainkey.acme.example"),
    ],
    ids=["ours", "another", "withdrawn", "none"],
)
async def test_the_doctor_compares_the_published_key(
    tmp_path: Path, record: str, state: str, words: str
) -> None:
    zone = {("acme.example", "TXT"): ['"v=spf1 -all"']}
    if record:
        zone["s1._domainkey.acme.example", "TXT"] = [
            " ".join(f'"{record[at : at + 200]}"' for at in range(0, len(record), 200))
        ]
    settings = Settings(smtp="smtp://localhost", sender="a@acme.example", dkim=OURS)
    async with name_server(zone) as (_, resolver):
        verdicts = await check_domain(patient_of(tmp_path, resolver=resolver), settings)
    [found] = [v for v in verdicts if v.about.startswith("DKIM")]
    assert found.state == state
    assert words in found.line
    assert (f"p={published()}" in found.line) == (state == "✗"), "what to publish is said whole"
    assert is_published(OURS, record) == (state == "✓")
