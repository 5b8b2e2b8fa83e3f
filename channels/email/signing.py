"""Signing: DKIM (RFC 6376) by ourselves, for relays that do not sign.

A signature with a key of 2048 bits takes 7 ms of the processor in plain Python, a hundred times
what the rest of a mail takes. So it is made in a thread, and only where it is asked for.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.errors import Misconfigured

SIGNED = (
    b"from", b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type",
    b"reply-to", b"in-reply-to", b"references", b"auto-submitted", b"list-unsubscribe",
    b"list-unsubscribe-post",
)  # fmt: skip
"""Headers that are signed where a mail has them. ``from`` stands twice, so that none can be added;
RFC 8058 (4) asks for the last two."""

SMALLEST_KEY = 1024
"""Bits; mail servers take smaller keys for none (RFC 8301, 3.2)."""

NO_KEY = (
    "'key' is not a private RSA key in PEM form: make one with 'openssl genrsa 2048' and set it as"
    " DKIM_KEY in the environment"
)

_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
_PEM = re.compile(
    r"-----BEGIN (?P<kind>(?:RSA )?PRIVATE KEY)-----"
    r"(?P<base64>[A-Za-z0-9+/=\s]+)-----END (?P=kind)-----"
)
_INTEGER, _BIT_STRING, _SEQUENCE = 0x02, 0x03, 0x30
_RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")  # 1.2.840.113549.1.1.1, NULL
_KEY_RECORD = re.compile(r"(?:^|;)\s*p\s*=\s*([A-Za-z0-9+/=\s]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dkim:
    """How our mails are signed.

    selector  under which the public key is published: ``s1`` for ``s1._domainkey.acme.example``
    key       the private RSA key in PEM form, from the environment: ``${DKIM_KEY}``; its line
              breaks may be written as backslash and n
    domain    who signs: the domain of ``from`` or one above it; left out, the former

    :raises ValueError: in the words of somebody who writes config.yaml; never with the key.
    """

    selector: str
    key: str = field(repr=False)
    domain: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.selector):
            raise ValueError("'selector' is the name of the key in DNS: write it as s1")
        if self.domain and not _NAME.fullmatch(self.domain):
            raise ValueError("'domain' is who signs: write it as acme.example")
        _parse(_read_pem(self.key))


class Signer:
    """Signs mails for ``domain``, where the settings name no other."""

    def __init__(self, settings: Dkim, domain: str) -> None:
        self._library, self._pem = _library(), _read_pem(settings.key)
        self._selector = settings.selector.encode("ascii")
        self._domain = (settings.domain or domain).encode("idna")

    def sign(self, payload: bytes) -> bytes:
        """Give a mail with its signature on top. Takes some milliseconds; any thread may call it.

        :raises Misconfigured: where it cannot be signed.
        """
        heads = payload.partition(b"\r\n\r\n")[0]
        given = {line.partition(b":")[0].lower() for line in heads.split(b"\r\n")}
        try:
            signature = self._library.sign(
                payload,
                self._selector,
                self._domain,
                self._pem,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=[name for name in SIGNED if name in given],
            )
        except self._library.DKIMException as error:
            raise Misconfigured(f"a mail could not be signed: {type(error).__name__}") from None
        return bytes(signature) + payload


def is_published(settings: Dkim, record: str) -> bool:
    """Say whether a key record of DNS (RFC 6376, 3.6.1) holds the public half of our key."""
    crypto, found = _library().crypto, _KEY_RECORD.search(record)
    try:
        published = crypto.parse_public_key(base64.b64decode(found[1] if found else ""))
    except (binascii.Error, crypto.UnparsableKeyError, IndexError):
        return False
    ours = _parse(_read_pem(settings.key))
    return all(published[part] == ours[part] for part in ("modulus", "publicExponent"))


def public_key(settings: Dkim) -> str:
    """Give the public half of our key as a key record has it under ``p=``: a SubjectPublicKeyInfo
    (RFC 5280, 4.1) in base64.
    """
    ours = _parse(_read_pem(settings.key))
    numbers = b"".join(_der_number(ours[part]) for part in ("modulus", "publicExponent"))
    bits = _der(_BIT_STRING, b"\0" + _der(_SEQUENCE, numbers))
    return base64.b64encode(_der(_SEQUENCE, _RSA_ENCRYPTION + bits)).decode("ascii")


def _der_number(number: int) -> bytes:
    return _der(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    long_form = size.to_bytes((size.bit_length() + 7) // 8, "big")
    length = bytes([size]) if size < 128 else bytes([0x80 | len(long_form)]) + long_form
    return bytes([tag]) + length + content


def _library() -> Any:
    import dkim  # noqa: PLC0415 - takes 100 ms, and few have us sign

    return dkim


def _read_pem(text: str) -> bytes:
    """Give a private key in the PEM form that the library reads, whatever was made of its line
    breaks on the way.
    """
    found = _PEM.search(text.replace("\\n", "\n"))
    if found is None:
        raise ValueError(NO_KEY)
    try:
        der = base64.b64decode("".join(found["base64"].split()), validate=True)
    except binascii.Error:
        raise ValueError("'key' was cut off or changed on the way: copy it whole") from None
    return b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(der) + b"-----END PRIVATE KEY-----"


def _parse(pem: bytes) -> Mapping[str, Any]:
    crypto = _library().crypto
    try:
        found: Mapping[str, Any] = crypto.parse_pem_private_key(pem)
    except (crypto.UnparsableKeyError, IndexError):
        raise ValueError(NO_KEY) from None
    if found["modulus"].bit_length() < SMALLEST_KEY:
        raise ValueError(f"'key' is smaller than {SMALLEST_KEY} bits: mail servers ignore it")
    return found
