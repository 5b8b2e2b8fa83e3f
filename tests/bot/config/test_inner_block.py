"""A block inside a channel's block: read, masked and described like the channel's own keys."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.config import ConfigError, load_config
from bot.config.schema import build_schema
from channels import CHANNELS
from tests.bot.config.schemas import problems

PEM = (
    rsa.generate_private_key(public_exponent=65537, key_size=1024)
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)
FILE = """
service: {{ name: Acme, public_url: https://acme.example, write_keys: ["${{KEY}}"] }}
channels:
  email:
    smtp: smtp://localhost?starttls=never
    from: Acme <feedback@acme.example>
    dkim: {dkim}
surveys:
  calls: {{ questions: [nps] }}
"""
ENVIRON = {"KEY": "write-key-value", "DKIM_KEY": PEM}


def load(folder: Path, dkim: str) -> object:
    path = folder / "config.yaml"
    path.write_text(FILE.format(dkim=dkim), encoding="utf-8")
    return load_config(path, ENVIRON).channels["email"].settings


def test_it_becomes_a_value_of_its_own(tmp_path: Path) -> None:
    settings = load(tmp_path, "{ selector: s1, key: '${DKIM_KEY}' }")
    assert settings.dkim.selector == "s1"  # type: ignore[attr-defined]
    assert settings.dkim.key == PEM  # type: ignore[attr-defined]
    assert "MII" not in repr(settings)


@pytest.mark.parametrize(
    ("dkim", "words"),
    [
        ("{ selector: s1 }", "'key' is missing"),
        ("{ selector: s1, key: literal-secret-4711 }", "not a private RSA key"),
        ("{ selector: s1, key: '${DKIM_KEY}', domain: other.example }", "'dkim' signs for"),
        ("{ selector: s1, key: '${DKIM_KEY}', keys: 1 }", "unknown key 'keys'"),
        ("s1", "is expected here"),
    ],
)
def test_faults_name_their_place_and_no_secret(tmp_path: Path, dkim: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, dkim)
    said = str(caught.value)
    assert words in said
    assert "config.yaml:7:" in said
    assert "literal-secret" not in said
    assert PEM.split("\n")[1] not in said


def test_the_schema_knows_it() -> None:
    schema = build_schema(CHANNELS)["properties"]["channels"]["properties"]["email"]
    known = schema["properties"]["dkim"]
    assert problems({"selector": "s1", "key": "x"}, known) == []
    assert problems({"selector": "s1"}, known)
    assert problems({"selector": "s1", "key": "x", "keys": 1}, known)
    assert known["properties"]["key"]["writeOnly"] is True
