"""Consent: what stands, what takes it back, and what a system may say about a person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.consent import (
    FEEDBACK,
    Basis,
    Consent,
    Standing,
    admit,
    current,
    find_basis,
    read_consents,
    replaced,
)
from surveys.contact import Contact, unite

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHANNELS = ("email", "sms", "telegram")
NOTHING = Standing(basis=Basis.CONSENT)
ANY = Standing()


def yes(purpose: str = FEEDBACK, channel: str = "", **more: Any) -> Consent:
    return Consent(
        **{
            "purpose": purpose,
            "channel": channel,
            "granted": True,
            "source": "identify",
            "at": NOW,
            **more,
        }
    )


def no(purpose: str = "", channel: str = "", **more: Any) -> Consent:
    return yes(purpose, channel, granted=False, **more)


def later(hours: float = 1) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("records", "channel", "allowed"),
    [
        ([], "sms", False),
        ([yes()], "sms", True),
        ([yes(channel="email")], "sms", False),
        ([yes(channel="email")], "email", True),
        ([yes("research")], "sms", False),
        ([yes(), no(channel="sms", at=later())], "sms", False),
        ([yes(), no(channel="sms", at=later())], "email", True),
        ([no(channel="sms"), yes(at=later())], "sms", False),  # broader: does not lift it
        ([no(channel="sms"), yes(channel="sms", at=later())], "sms", True),
        ([yes(channel="sms"), no(channel="sms", at=later())], "sms", False),
        ([no(FEEDBACK), yes(channel="sms", at=later())], "sms", True),
        ([no(FEEDBACK), yes(channel="sms", at=later())], "email", False),
        ([no("research"), yes()], "sms", True),
        ([no(), yes("", at=later()), yes()], "sms", True),
        ([yes("")], "sms", False),  # takes a stop back, and is no basis
        ([yes(channel="sms"), no(at=later())], "sms", False),
        ([yes("research"), no(FEEDBACK)], "sms", False),
    ],
)
def test_what_stands_where_only_consent_counts(
    records: list[Consent], channel: str, allowed: bool
) -> None:
    found = find_basis(replaced((), records), FEEDBACK, channel, NOTHING, later(9))
    assert (found is not None) == allowed


def test_where_nothing_is_recorded_the_file_says_on_what_asking_rests() -> None:
    found = find_basis((), FEEDBACK, "sms", ANY, NOW)
    assert found == Consent(
        purpose=FEEDBACK,
        channel="sms",
        granted=True,
        basis=Basis.LEGITIMATE_INTEREST,
        source="config",
        at=NOW,
    )
    assert find_basis((), "panel", "sms", ANY, NOW) is None
    narrow = Standing(channels=("email",), purposes=(FEEDBACK, "panel"))
    assert find_basis((), "panel", "email", narrow, NOW) and not find_basis(
        (), FEEDBACK, "sms", narrow, NOW
    )
    assert find_basis((no(channel="sms"),), FEEDBACK, "sms", ANY, NOW) is None
    assert find_basis((yes(channel="email"),), FEEDBACK, "sms", ANY, NOW).source == "config"  # type: ignore[union-attr]


def test_the_narrowest_basis_is_named() -> None:
    here = yes(channel="sms", basis=Basis.CONTRACT)
    assert find_basis((here, yes(at=later())), FEEDBACK, "sms", ANY, NOW) == here


def test_a_system_that_repeats_itself_says_nothing_new() -> None:
    assert admit((yes(),), [yes(at=later())]) == ()
    assert admit((yes(),), [no(FEEDBACK, at=later())]) != ()
    assert admit((), [yes(), yes(at=later())]) == (yes(),)
    assert len(admit((yes(),), [yes(basis=Basis.CONTRACT)])) == 1


@pytest.mark.parametrize(
    "refusal", [no(source="telegram"), no(FEEDBACK, source="sms"), no(channel="sms", source="web")]
)
def test_a_system_does_not_take_back_what_the_person_refused(refusal: Consent) -> None:
    again = yes(channel="sms", at=later())
    assert admit((refusal,), [again]) == ()
    assert admit((refusal,), [yes(channel="sms", at=later(), dated=True)]) != ()
    assert admit((refusal,), [yes(channel="sms", at=later(-1), dated=True)]) == ()
    assert admit((refusal,), [yes(channel="sms", at=later(), source="telegram")]) != ()
    by_system = yes(refusal.purpose, refusal.channel, granted=False)
    assert admit((by_system,), [again]) == (again,)


def test_of_two_that_become_one_person_the_refusal_stays() -> None:
    one, two = Contact(id=1, consents=(yes(at=later()),)), Contact(id=2, consents=(no(FEEDBACK),))
    for united in (unite(one, two), unite(two, one)):
        assert find_basis(united.consents, FEEDBACK, "sms", ANY, NOW) is None


def test_what_is_recorded_takes_the_place_of_what_stood() -> None:
    assert replaced((yes(), yes("research")), (no(FEEDBACK),)) == (no(FEEDBACK), yes("research"))


def read(said: Any) -> list[tuple[str, str, bool]]:
    return [(c.purpose, c.channel, c.granted) for c in read_consents(said, CHANNELS, NOW)]


def test_the_trait_is_read_by_purpose_and_channel() -> None:
    assert read({"feedback": True, "sms": False, "email": "yes"}) == [
        (FEEDBACK, "", True),
        ("", "sms", False),
        (FEEDBACK, "email", True),
    ]
    assert read({"research": {"email": True, "sms": 0, "fax": True}}) == [
        ("research", "email", True),
        ("research", "sms", False),
    ]
    (found,) = read_consents(
        {
            "panel": {
                "granted": "yes",
                "basis": "contract",
                "at": "2026-10-01",
                "source": " web\nform ",
            }
        },
        CHANNELS,
        NOW,
    )
    assert found == Consent(
        purpose="panel",
        granted=True,
        basis=Basis.CONTRACT,
        source="identify: web form",
        at=datetime(2026, 10, 1, tzinfo=UTC),
        dated=True,
    )
    assert not found.by_person
    (ahead,) = read_consents({"x": {"granted": True, "at": "2099-01-01T00:00:00Z"}}, CHANNELS, NOW)
    assert ahead.at == NOW


@pytest.mark.parametrize(
    "said",
    [None, True, "yes", [], {"feedback": None}, {"feedback": "perhaps"}, {"": True}, {"x" * 41: True},
     {"feedback": {"granted": True, "basis": "because"}}, {"feedback": {"granted": {}}}, {"feedback": [True]}],
)  # fmt: skip
def test_what_cannot_be_read_grants_nothing(said: Any) -> None:
    assert read(said) == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["feedback", "sms", "granted", "basis", "at", "source", "x"]),
            inner,
            max_size=5,
        )
    ),
)


@given(_JSON)
def test_anything_may_stand_in_the_trait(said: Any) -> None:
    news = admit((), read_consents({"feedback": said, "more": said}, CHANNELS, NOW))
    assert all(c.at <= NOW and not c.by_person for c in news)
    find_basis(current(news), FEEDBACK, "sms", ANY, NOW)
