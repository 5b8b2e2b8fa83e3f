"""Every refusal of the Graph API, over real sockets: what the dispatcher is told to do."""

import json
import logging

import pytest

from channels import errors
from surveys.message import Message
from tests.channels.messenger.conftest import ANNA, MakePage
from tests.providers.graph import Fault, GraphError, GraphServer
from tests.providers.graph_api import fault

NOTE = Message(address=ANNA, text="Kept between us")
USAGE = {
    "X-Business-Use-Case-Usage": json.dumps(
        {"109876543210987": [{"type": "messenger", "estimated_time_to_regain_access": 7}]}
    )
}


def refused(code: int, subcode: int = 0, status: int = 400) -> Fault:
    said = f"Something about {ANNA} and 'Kept between us'"
    return fault(GraphError(code, said, subcode=subcode, status=status))


FAILURES: list[tuple[str, Fault, type[errors.ChannelError]]] = [
    ("outside the window", refused(10, 2018278), errors.Rejected),
    ("outside the window, as it was called", refused(10, 2018065), errors.Rejected),
    ("not receiving messages", refused(10, 2018108), errors.Unreachable),
    ("no permission", refused(10), errors.Misconfigured),
    ("not available", refused(551), errors.Unreachable),
    ("not available, by subcode", refused(200, 1545041), errors.Unreachable),
    ("no such person", refused(100, 2018001), errors.Unreachable),
    ("invalid parameter", refused(100), errors.Rejected),
    ("unknown code", refused(4711), errors.Rejected),
    ("for the moment", refused(2, status=500), errors.Unavailable),
    ("unknown error", refused(1, 99), errors.Unavailable),
    ("temporary failure", refused(1200), errors.Unavailable),
    ("app's limit", refused(4), errors.Throttled),
    ("page's limit", refused(32), errors.Throttled),
    ("calls' limit", refused(613), errors.Throttled),
    ("Messenger's limit", refused(80006), errors.Throttled),
    ("token expired", refused(190, 463, 401), errors.Misconfigured),
    ("permission missing", refused(200, 0, 403), errors.Misconfigured),
    ("permission taken", refused(230, 0, 403), errors.Misconfigured),
    ("page stopped", refused(368), errors.Misconfigured),
    ("429 of a proxy", Fault(status=429, body=b"<h1>slow down</h1>"), errors.Throttled),
    ("bad gateway", Fault(status=502, body=b"<html>nginx</html>"), errors.Unavailable),
    ("no such path", Fault(status=404, body=b"<html>"), errors.Misconfigured),
    ("refusal unreadable", Fault(status=400, body=b"<html>"), errors.BadResponse),
    ("refusal of odd shape", Fault(status=400, body=b'{"error":"no"}'), errors.BadResponse),
    ("code of odd shape", Fault(status=400, body=b'{"error":{"code":"1"}}'), errors.BadResponse),
    ("success unreadable", Fault(status=200, body=b"{{"), errors.Uncertain),
    ("success without a name", Fault(status=200, body=b'{"recipient_id":"7"}'), errors.Uncertain),
    ("success of odd shape", Fault(status=200, body=b"[1]"), errors.Uncertain),
    ("cut before", Fault(cut=True), errors.Uncertain),
    ("cut after", Fault(cut=True, after=True), errors.Uncertain),
    ("gateway timed out", Fault(status=504), errors.Uncertain),
    ("no verdict in time", Fault(hang=3.0), errors.Uncertain),
]


@pytest.mark.parametrize(("given", "kind"), [f[1:] for f in FAILURES], ids=[f[0] for f in FAILURES])
async def test_failures_have_names(
    graph: GraphServer,
    make_page: MakePage,
    caplog: pytest.LogCaptureFixture,
    given: Fault,
    kind: type[errors.ChannelError],
) -> None:
    caplog.set_level(logging.DEBUG)
    page = make_page(seconds=0.5 if given.hang else 20.0)
    graph.say(ANNA, "Hello")
    graph.fail(given)
    with pytest.raises(errors.ChannelError) as caught:
        await page.send(NOTE)
    assert type(caught.value) is kind
    assert len(graph.calls) == 1, "an adapter never retries"
    told = f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"
    for secret in (graph.token, graph.secret, "appsecret_proof", ANNA, "Kept between us"):
        assert secret not in told
    await page.send(NOTE)  # and the next message goes through


@pytest.mark.parametrize(("code", "account"), [(4, True), (32, True), (80006, True), (613, False)])
async def test_who_must_wait(
    graph: GraphServer, make_page: MakePage, code: int, account: bool
) -> None:
    graph.say(ANNA, "Hello")
    graph.fail(refused(code))
    with pytest.raises(errors.Throttled) as caught:
        await make_page().send(NOTE)
    assert (caught.value.retry_after, caught.value.account) == (60.0, account)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (USAGE, 420.0),
        ({"Retry-After": "90"}, 90.0),
        ({"Retry-After": "5"}, 60.0),
        ({"X-Business-Use-Case-Usage": "{"}, 60.0),
        ({"X-Business-Use-Case-Usage": "[1]"}, 60.0),
        ({"X-Business-Use-Case-Usage": '{"1": [3, {"a": 1}, null], "2": 5}'}, 60.0),
    ],
)
async def test_how_long_to_wait(
    graph: GraphServer, make_page: MakePage, headers: dict[str, str], seconds: float
) -> None:
    graph.say(ANNA, "Hello")
    graph.fail(fault(GraphError(80006, "too many calls"), headers))
    with pytest.raises(errors.Throttled) as caught:
        await make_page().send(NOTE)
    assert caught.value.retry_after == seconds


async def test_a_block_is_kept_to(graph: GraphServer, make_page: MakePage) -> None:
    page = make_page()
    graph.say(ANNA, "Hello")
    graph.block(ANNA)
    with pytest.raises(errors.Unreachable, match="551"):
        await page.send(NOTE)
    graph.unblock(ANNA)
    await page.send(NOTE)


async def test_who_never_wrote_cannot_be_written_to(make_page: MakePage) -> None:
    with pytest.raises(errors.Unreachable):
        await make_page().send(NOTE)


async def test_wrong_settings_say_which(graph: GraphServer, make_page: MakePage) -> None:
    graph.say(ANNA, "Hello")
    with pytest.raises(errors.Misconfigured, match="page_token") as wrong:
        await make_page(page_token="EAAB-somebody-elses").send(NOTE)
    assert "somebody" not in str(wrong.value)
    with pytest.raises(errors.Misconfigured, match="page_id"):
        await make_page(page_id="1").start()
    with pytest.raises(errors.Misconfigured, match="page_id and the permissions"):
        await make_page(app_secret="f" * 32).start()
    assert graph.ledger == []
