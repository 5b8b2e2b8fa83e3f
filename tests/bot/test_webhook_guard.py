"""Webhooks: where calls may lead, how they are signed, and how long they are tried."""

import socket
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.webhooks.guard import Forbidden, GuardedResolver, check_url, is_public
from storage.store import Store
from surveys.webhook import WAITS, next_try, read_secret, sign
from tests.bot.webhook_receiver import SECRET, calling, endpoint, put, receiving
from tests.storage.make import NOW

# The guard


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1"),
        *("::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1", "nonsense"),
        *("fec0::1", "2001:db8::1"),
    ],
)
def test_addresses_off_the_open_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"]
)
def test_addresses_on_it(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://acme.example/", "https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/"),
        *("https://2130706433/", "https://127.1/", "https://169.254.169.254/latest", "https:///x"),
        *("https://0177.0.0.1/", "ftp://acme.example/"),
    ],
)
def test_urls_that_are_not_called(url: str) -> None:
    with pytest.raises(Forbidden):
        check_url(url)


class Rebinding(AbstractResolver):
    """A name server that says a public address first, and then our own."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        return [
            ResolveResult(
                hostname=host, host=answer, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_leads_inside_is_refused_and_asked_for_once(store: Store) -> None:
    async with receiving() as crm:
        port = crm.url.split(":")[2].split("/")[0]
        hook = endpoint(f"https://rebind.example:{port}/hook", allow_private=False)
        async with calling(store, hook) as (caller, clock):
            names = Rebinding("127.0.0.1")
            session = caller._session(private=False)
            connector = session.connector
            assert isinstance(connector, aiohttp.TCPConnector)
            assert isinstance(connector._resolver, GuardedResolver)
            connector._resolver._inner = names
            await put(store)
            await caller.tick()
            assert names.asked == 1 and crm.taken == []
            clock.think(10)
            names.answers = ["93.184.216.34", "127.0.0.1"]
            names.asked = 0
            with pytest.raises(Forbidden):
                await GuardedResolver(Rebinding("10.0.0.1")).resolve("x")
            found = await GuardedResolver(names).resolve("rebind.example", 443)
            assert [f["host"] for f in found] == ["93.184.216.34"], "what was checked is called"


# Signing


def test_the_specifications_own_example() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    body = b'{"test": 2432232314}'
    found = sign(read_secret(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert found["webhook-timestamp"] == "1614265330"


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_ü"]
)
def test_weak_secrets_are_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        read_secret(secret)


def test_waits_grow_and_end() -> None:
    assert next_try(1, NOW, None) == NOW + WAITS[0]
    assert next_try(len(WAITS), NOW, None) == NOW + WAITS[-1]
    assert next_try(len(WAITS) + 1, NOW, None) is None
    assert next_try(1, NOW, timedelta(days=400)) == NOW + timedelta(days=1)
    assert sum(WAITS, timedelta()) > timedelta(days=3)
