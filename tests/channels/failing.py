"""What every channel must do when its provider, or its caller, lets it down."""

import asyncio

import pytest

from channels.errors import ChannelError, Relocated, Retryable, Throttled, Unavailable, Uncertain
from tests.channels.needs import needs
from tests.channels.rig import Failure, Rig, ask


class Failing:
    """Each kind of error, a provider that is away, closing, cancelling."""

    @needs(waits=False)
    async def test_each_failure_has_its_kind(self, rig: Rig) -> None:
        assert Unavailable in rig.failures, "every provider can be away"
        for kind in rig.failures:
            before = len(rig.shown())
            error = await fail_to_say(rig, kind)
            assert type(error) is kind, f"{kind.__name__} became {error!r}"
            assert str(error), f"{kind.__name__} says nothing"
            assert rig.address not in str(error), f"{kind.__name__} names a person"
            if not issubclass(kind, Uncertain):
                assert len(rig.shown()) == before, f"{kind.__name__}, yet it was sent"
            if isinstance(error, Throttled):
                assert error.retry_after > 0
            if isinstance(error, Relocated):
                assert error.new_address not in ("", rig.address)
            await rig.say(ask(rig, f"Works again after {kind.__name__}"))

    @needs(waits=False)
    async def test_a_provider_that_is_away_is_unavailable(self, rig: Rig) -> None:
        await rig.go_away()
        with pytest.raises(Retryable) as caught:
            await asyncio.wait_for(rig.say(ask(rig, "Anybody there?")), 10)
        assert type(caught.value) is Unavailable
        assert rig.address not in str(caught.value)

    @needs(waits=False)
    async def test_after_closing_it_says_so(self, rig: Rig) -> None:
        await rig.say(ask(rig, "Before"))
        await rig.channel.close()
        await rig.channel.close()
        with pytest.raises(ChannelError):
            await asyncio.wait_for(rig.say(ask(rig, "After")), 10)

    async def test_closing_what_was_never_used(self, rig: Rig) -> None:
        await rig.channel.close()
        await rig.channel.close()

    async def test_a_cancelled_send_leaves_it_usable(self, rig: Rig) -> None:
        for patience in (0.0, 0.0005, 0.002, 0.01):
            task = asyncio.create_task(rig.say(ask(rig, "Cut off")))
            await asyncio.sleep(patience)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert not task.done() or task.cancelled() or task.exception() is None
        await asyncio.wait_for(rig.say(ask(rig, "Still here")), 10)
        assert sum("Still here" in shown.text for shown in rig.shown()) == 1


async def fail_to_say(rig: Rig, kind: Failure | None) -> ChannelError:
    """Say something that must fail and give the error; None: the provider is away already."""
    if kind is not None:
        await rig.fail(kind)
    try:
        await asyncio.wait_for(rig.say(ask(rig, "Will not get through")), 15)
    except ChannelError as error:
        return error
    raise AssertionError(f"{kind.__name__ if kind else 'a provider away'} raised nothing")
