"""The e-mail block: what it takes, and the words for what it does not."""

from dataclasses import replace
from typing import Any

import pytest

from channels.email import Relay, Settings
from channels.email.settings import Mailbox, Plus, Postbox, Tls, is_address

GOOD = Settings(smtp="smtp://feedback:s%2Fsame@mail.acme.example", sender="Acme <fb@acme.example>")


def test_the_relay_is_read() -> None:
    assert GOOD.relay == Relay(
        host="mail.acme.example", port=587, tls=Tls.START, user="feedback", password="s/same"
    )
    assert replace(GOOD, smtp="smtps://mail.acme.example").relay == Relay(
        host="mail.acme.example", port=465, tls=Tls.IMPLICIT
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_a_relay_on_this_machine_may_go_without_tls(host: str) -> None:
    assert replace(GOOD, smtp=f"smtp://{host}:2525/?starttls=never").relay.tls is Tls.NONE


def test_the_mailbox_for_replies_is_read() -> None:
    assert GOOD.postbox is None
    box = replace(GOOD, replies="imaps://feedback:s%2Fsame@mail.acme.example").postbox
    assert box == Postbox(
        host="mail.acme.example", port=993, tls=True, user="feedback", password="s/same"
    )
    full = "imap://f%40acme.example:x@[::1]:1143/?folder=H%C3%A4iri%C3%B6&plus=never"
    assert replace(GOOD, replies=full).postbox == Postbox(
        host="::1", port=1143, tls=False, user="f@acme.example", password="x",
        folder="Häiriö", plus=Plus.NEVER,
    )  # fmt: skip
    assert replace(GOOD, replies="imap://f:x@localhost?plus=all").postbox == Postbox(
        host="localhost", port=143, tls=False, user="f", password="x", plus=Plus.ALL
    )


def test_from_is_the_key_for_sender() -> None:
    assert Settings.KEYS == {"from": "sender"}
    assert GOOD.mailbox == Mailbox(name="Acme", address="fb@acme.example")
    assert replace(GOOD, sender="fb@acme.example").mailbox.name == ""
    assert GOOD.answers_to is None


@pytest.mark.parametrize(
    ("rate", "speed"), [(50, 50), ("50/s", 50), ("300/min", 5), ("7200/h", 2), ("0.5/s", 0.5)]
)
def test_the_rate_is_per_second(rate: float | str, speed: float) -> None:
    assert replace(GOOD, rate=rate).per_second == speed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"replies": "mail.acme.example"}, "write it as imaps://"),
        ({"replies": "imaps://mail.acme.example"}, "write it as imaps://"),
        ({"replies": "pop3://me:sesame@mail.acme.example"}, "write it as imaps://"),
        ({"replies": "imap://me:sesame@mail.acme.example"}, "only for a server on this machine"),
        ({"replies": "imaps://me:se/same@mail.acme.example"}, "%2F"),
        ({"replies": "imaps://me:se#same@mail.acme.example"}, "%23"),
        ({"replies": "imaps://me:sesame@mail.acme.example:port"}, "cannot be read"),
        ({"replies": "imaps://me:sesame@h/INBOX"}, "?folder=INBOX"),
        ({"replies": "imaps://me:sesame@h?inbox=INBOX"}, "?folder=INBOX"),
        ({"replies": "imaps://me:sesame@h?folder="}, "the folder in 'replies' has no name"),
        ({"replies": "imaps://me:sesame@h?folder=a%0Db"}, "the folder in 'replies' has no name"),
        ({"replies": "imaps://me:sesame@h?plus=maybe"}, "?plus=never"),
        ({"replies": "imaps://me:se%0D%0Asame@h"}, "must not hold line breaks"),
        ({"sessions": 0}, "1 to 50"),
        ({"rate": "fast"}, "write it as 50/s"),
        ({"rate": 0}, "write it as 50/s"),
        ({"sender": "Acme"}, "'from' is not a mail address"),
        ({"sender": "Acme <fb@acme.example>\r\nBcc: x@y.example"}, "'from' is not a mail address"),
        ({"reply_to": "nobody"}, "'reply_to' is not a mail address"),
        ({"smtp": "mail.acme.example:587"}, "write it as smtp://"),
        ({"smtp": "http://mail.acme.example"}, "write it as smtp://"),
        ({"smtp": "smtp://me:se/same@mail.acme.example"}, "%2F"),
        ({"smtp": "smtp://me:se#same@mail.acme.example"}, "%23"),
        ({"smtp": "smtp://me:sesame@mail.acme.example:port"}, "cannot be read"),
        ({"smtp": "smtp://me:sesame@h/?tls=no"}, "?starttls=never"),
        ({"smtp": "smtp://me:sesame@h/?starttls=maybe"}, "?starttls=never"),
        ({"smtp": "smtps://me:sesame@localhost/?starttls=never"}, "?starttls=never"),
        ({"smtp": "smtp://me:sesame@mail.acme.example/?starttls=never"}, "on this machine"),
        ({"smtp": "smtp://me:sesame@128.0.0.1/?starttls=never"}, "on this machine"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError) as caught:
        replace(GOOD, **change)
    assert words in str(caught.value)
    assert "same" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_password_is_not_shown() -> None:
    both = replace(GOOD, replies="imaps://feedback:s%2Fsame@mail.acme.example")
    assert "same" not in repr(both) + str(both) + repr(both.relay) + repr(both.postbox)


@pytest.mark.parametrize(
    "text", ["a@b.example", "o'hara+x@sub.b-c.example", "a_b@xn--bcher-kva.ch"]
)
def test_addresses_we_can_write_to(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@", "@b", "a b@c.example", "a@b@c.example", "a@b..c", ".a@b.c", '"a b"@c.d',
     "a@[1.2.3.4]", "a@b.c>", "a@b.c\r\nRCPT TO:<x@y>", "ä@b.c", "a@b.c\n", "a" * 251 + "@b.c"],
)  # fmt: skip
def test_addresses_we_cannot_write_to(text: str) -> None:
    assert not is_address(text)
