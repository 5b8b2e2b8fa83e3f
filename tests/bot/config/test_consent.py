"""The consent block, and what a survey is for."""

from pathlib import Path

import pytest

from bot.config.load import read_config
from surveys.consent import Basis, Standing

FILE = """
service: {{ name: Acme }}
channels: {{ email: {{ sandbox: true }}, web: {{}} }}
surveys:
  s: {{ questions: [nps]{survey} }}
{more}
"""


def read(folder: Path, more: str = "", survey: str = ""):  # type: ignore[no-untyped-def]
    path = folder / "config.yaml"
    path.write_text(FILE.format(more=more, survey=survey))
    return read_config(path, {})


def test_without_the_block_customers_may_be_asked_for_feedback(tmp_path: Path) -> None:
    config = read(tmp_path).config
    assert config and config.consent == Standing()
    assert config.surveys["s"].purpose == "feedback"


def test_the_block_and_a_surveys_purpose_are_read(tmp_path: Path) -> None:
    more = "consent: { basis: contract, purposes: [feedback, research], channels: email }"
    config = read(tmp_path, more, ", purpose: research").config
    assert config and config.surveys["s"].purpose == "research"
    assert config.consent == Standing(
        basis=Basis.CONTRACT, purposes=("feedback", "research"), channels=("email",)
    )


@pytest.mark.parametrize(
    ("more", "survey", "said"),
    [
        ("consent: { basis: hope }", "", "hope"),
        ("consent: { channels: [emial] }", "", "emial"),
        ("consent: { purposes: [My Feedback] }", "", "My Feedback"),
        ("consent: { because: yes }", "", "because"),
        ("consent: yes", "", "consent"),
        ("", ", purpose: Nosy Questions", "Nosy Questions"),
    ],
)
def test_what_cannot_be_meant_is_said_where_it_stands(
    tmp_path: Path, more: str, survey: str, said: str
) -> None:
    reading = read(tmp_path, more, survey)
    assert reading.config is None
    (fault,) = reading.faults
    assert said in fault.message and fault.line > 1
