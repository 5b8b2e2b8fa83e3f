from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scheduler.people import People, identity_keys
from surveys.contact import Address, Contact
from surveys.event import Event, EventKind

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TRAITS = {"email": "email", "telegram": "telegram_id"}


def event(kind: EventKind = EventKind.IDENTIFY, **more: Any) -> Event:
    return Event(message_id="m", kind=kind, occurred_at=NOW, received_at=NOW, **more)


def met(*events: Event, known: dict[str, Contact] | None = None) -> People:
    people = People(known or {}, TRAITS)
    for e in events:
        people.meet(e)
    return people


def test_an_unknown_person_becomes_a_contact_with_what_is_said() -> None:
    said = event(user_id="42", traits={"email": "a@example.com", "first_name": "Anna"})
    people = met(said)
    contact = people.of(said)
    assert contact.keys == ("user:42",)
    assert contact.addresses == (Address(channel="email", value="a@example.com"),)
    assert contact.attributes["first_name"] == "Anna"
    assert people.changed() == [contact]


def test_a_known_person_told_nothing_new_is_not_saved_again() -> None:
    anna = Contact(id=5, keys=("user:42",), attributes={"plan": "pro"})
    said = event(user_id="42", traits={"plan": "pro"})
    people = met(said, known={"user:42": anna})
    assert people.changed() == [] and people.of(said) is anna


def test_a_new_address_comes_after_the_old_and_is_used() -> None:
    old = Contact(id=5, keys=("user:42",), addresses=(Address(channel="email", value="old@x.fi"),))
    said = event(user_id="42", traits={"email": "new@x.fi"})
    contact = met(said, known={"user:42": old}).of(said)
    assert [a.value for a in contact.addresses] == ["old@x.fi", "new@x.fi"]
    found = contact.address("email")
    assert found and found.value == "new@x.fi"


def test_identify_ties_a_visitor_to_the_person() -> None:
    visitor = Contact(id=1, keys=("anon:v",), attributes={"seen": "pricing"})
    person = Contact(id=2, keys=("user:42",), attributes={"plan": "pro"})
    said = event(user_id="42", anonymous_id="v")
    people = met(said, known={"anon:v": visitor, "user:42": person})
    assert people.merges == [(2, 1)]
    assert people.of(said).keys == ("user:42", "anon:v")
    assert people.of(said).attributes == {"seen": "pricing", "plan": "pro"}


def test_two_known_people_are_never_merged_by_a_shared_browser() -> None:
    first = Contact(id=1, keys=("user:1", "anon:v"))
    second = Contact(id=2, keys=("user:2",))
    said = event(user_id="2", anonymous_id="v")
    people = met(said, known={"anon:v": first, "user:1": first, "user:2": second})
    assert people.merges == [] and people.of(said).id == 2


def test_a_new_user_in_a_used_browser_is_a_new_person() -> None:
    first = Contact(id=1, keys=("user:1", "anon:v"), attributes={"plan": "pro"})
    said = event(user_id="2", anonymous_id="v", traits={"email": "second@x.fi"})
    later = event(EventKind.TRACK, user_id="2", anonymous_id="v", name="Call Ended")
    people = met(said, later, known={"anon:v": first, "user:1": first})
    assert people.of(later).id == 0 and people.of(later).keys == ("user:2",)
    assert people.of(later).attributes == {"email": "second@x.fi"}
    assert len(people.changed()) == 1


def test_going_back_to_an_old_address_makes_it_the_one_to_use() -> None:
    first, second = (event(user_id="42", traits={"email": e}) for e in ("a@x.fi", "b@x.fi"))
    people = met(first, second, first)
    found = people.of(first).address("email")
    assert found and found.value == "a@x.fi"
    assert [a.value for a in people.of(first).addresses] == ["b@x.fi", "a@x.fi"]


def test_saying_the_same_address_again_does_not_outrank_a_newer_one() -> None:
    chosen = (Address(channel="telegram", value="1"), Address(channel="telegram", value="2"))
    anna = Contact(id=5, keys=("user:42",), attributes={"telegram_id": "1"}, addresses=chosen)
    said = event(user_id="42", traits={"telegram_id": "1"})
    people = met(said, known={"user:42": anna})
    assert people.of(said).addresses == chosen and people.changed() == []


def test_only_words_and_whole_numbers_are_addresses() -> None:
    for value in (True, 1.5, ["x"], {"id": 1}, "  ", None):
        said = event(user_id="42", traits={"telegram_id": value})
        assert met(said).of(said).addresses == ()
    said = event(user_id="42", traits={"telegram_id": 10_001})
    assert met(said).of(said).addresses == (Address(channel="telegram", value="10001"),)


def test_alias_merges_and_a_stop_survives_it() -> None:
    stopped = Contact(id=1, keys=("user:old",), opted_out_at=NOW)
    person = Contact(id=2, keys=("user:new",))
    said = event(EventKind.ALIAS, user_id="new", previous_id="old")
    people = met(said, known={"user:old": stopped, "user:new": person})
    assert people.merges == [(2, 1)] and people.of(said).opted_out_at == NOW


def test_events_after_a_merge_in_the_same_batch_find_the_merged_person() -> None:
    alias = event(EventKind.ALIAS, user_id="new", previous_id="anon1")
    later = event(EventKind.TRACK, anonymous_id="anon1", name="Call Ended")
    people = met(event(anonymous_id="anon1", traits={"plan": "pro"}), alias, later)
    assert people.of(later).keys[-1] == "user:new" or "user:new" in people.of(later).keys
    assert people.of(later).attributes == {"plan": "pro"}
    assert len(people.changed()) == 1


def test_what_the_person_prefers_beats_what_the_browser_says() -> None:
    page = event(EventKind.PAGE, user_id="42", language="en-US")
    asked = event(user_id="42", traits={"language": "fi", "timezone": "America/New_York"})
    contact = met(asked, page).of(page)
    assert (contact.language, contact.timezone) == ("fi", "America/New_York")


def test_saved_contacts_take_the_place_of_new_ones() -> None:
    said = event(user_id="42", traits={"x": 1})
    people = met(said)
    people.saved([replace(c, id=9) for c in people.changed()])
    assert people.of(said).id == 9 and people.changed() == []


def test_identity_keys_put_the_business_id_first() -> None:
    both = event(user_id="u", anonymous_id="a")
    assert identity_keys(both) == ("user:u", "anon:a")
