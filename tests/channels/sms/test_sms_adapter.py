"""Text messages over the wire: what is posted, what refusals become, what is answered."""

from dataclasses import replace
from typing import Any

import pytest

from channels.errors import Rejected, Throttled, Uncertain, Unreachable, Untrusted
from channels.sms import Settings
from channels.sms.adapter import Sms
from tests.channels.rig import AROUND, ask
from tests.channels.sms.rig import SmsRig, sms_rig
from tests.providers.twilio import Fault


def make(rig: SmsRig, **more: Any) -> Sms:
    assert isinstance(rig.settings, Settings)
    return Sms.build(replace(rig.settings, **more), AROUND)


async def test_a_number_is_written_in_full_and_learned() -> None:
    async with sms_rig() as rig:
        receipt = await rig.channel.send(ask(rig, "Hello", address="+358 40 111 2233"))
        assert receipt.address == "+358401112233"
        accepted = rig.server.ledger[-1]
        assert accepted.to == "+358401112233"
        assert accepted.sid == receipt.external_id
        assert accepted.fields["StatusCallback"] == "https://feedback.example.org/sms/status"
        again = await rig.channel.send(ask(rig, "Hello again"))
        assert again.address == ""


async def test_countries_are_a_hard_limit() -> None:
    async with sms_rig() as rig:
        channel = make(rig, countries=("FI",))
        await channel.send(ask(rig, "Hello"))
        with pytest.raises(Rejected, match=r"sms\.countries does not have EE"):
            await channel.send(ask(rig, "Tere", address="+37251234567"))
        with pytest.raises(Rejected):
            await channel.send(ask(rig, "?", address="+8835100012345"))
        with pytest.raises(Unreachable):
            await channel.send(ask(rig, "?", address="0401112233"))
        assert len(rig.server.ledger) == 1
        await channel.close()


async def test_a_full_queue_makes_everybody_wait_and_one_person_does_not() -> None:
    async with sms_rig() as rig:
        for code, account in ((30001, True), (14107, False)):
            rig.server.refuse(rig.address, code)
            with pytest.raises(Throttled) as caught:
                await rig.channel.send(ask(rig, "Hello"))
            assert caught.value.account is account


@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut=True, after=True),
        Fault(status=201, body=b"<html>", after=True),
        Fault(status=200, body=b"{}", after=True),
        Fault(status=201, body=b'{"sid": null}', after=True),
        Fault(status=201, body=b'{"sid": "a/../b"}', after=True),
        Fault(hang=4.0, after=True),
    ],
    ids=["cut", "unreadable", "empty", "nameless", "strange name", "slow"],
)
async def test_what_may_have_been_sent_is_uncertain(fault: Fault) -> None:
    async with sms_rig() as rig:
        rig.server.fail("Messages", fault)
        with pytest.raises(Uncertain):
            await rig.channel.send(ask(rig, "Hello"))
        assert len(rig.server.ledger) == 1, "it was sent"


async def test_a_stop_is_heeded_by_the_provider_too() -> None:
    async with sms_rig() as rig:
        rig.server.opted_out.add(rig.address)
        with pytest.raises(Exception, match="opted out") as caught:
            await rig.channel.send(ask(rig, "Hello"))
        assert type(caught.value).__name__ == "Blocked"


async def test_too_long_a_text_is_refused_and_not_cut() -> None:
    async with sms_rig() as rig:
        with pytest.raises(Rejected, match="1600"):
            await rig.channel.send(ask(rig, "a" * 1601))


async def test_every_answer_to_a_webhook_is_an_empty_document() -> None:
    async with sms_rig() as rig:
        for call in rig.calls():
            ack = rig.channel.ack(call, ())
            assert ack.status == 200
            assert ack.body.endswith(b"<Response/>")
            assert ack.headers["content-type"] == "application/xml"


async def test_a_signature_for_another_page_is_none_here() -> None:
    async with sms_rig() as rig:
        honest = rig.request("", {"MessageSid": "SM1", "From": rig.address, "Body": "9"})
        with pytest.raises(Untrusted):
            await rig.channel.receive(replace(honest, path="/"))


def test_the_rig_knows_every_kind_it_can_meet() -> None:
    assert {kind.__name__ for kind in SmsRig.faults} == {
        "Unavailable",
        "Throttled",
        "Rejected",
        "Unreachable",
        "Blocked",
        "Misconfigured",
        "Uncertain",
    }
