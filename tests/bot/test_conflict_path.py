"""Conflicting claims over real wires: two systems, one address, a manager in a chat."""

from pathlib import Path

from tests.bot.whole import MANAGER, person, until, whole_service


async def test_a_manager_hears_of_it_and_settles_it_in_the_chat(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        shared = {"email": "family@example.com"}
        await whole.report(person(1, **shared), person(2, **shared))
        await whole.service.conflicts.sweep()
        await until(lambda: whole.telegram.sent(MANAGER))
        told = whole.telegram.sent(MANAGER)[0].text
        assert "f…@\u200bexample.com" in told and "Anna2 (user:u2)" in told
        for said, answered in (
            ("/conflicts", "1 · email f…@\u200bexample.com"),
            ("/conflicts merge 1", "write /yes within five minutes"),
            ("/conflicts give 1", "Anna2 (user:u2)'s now"),
            ("/conflicts", "No address is claimed by two."),
        ):
            seen = len(whole.telegram.sent(MANAGER))
            whole.telegram.say(MANAGER, said)
            await until(lambda seen=seen: len(whole.telegram.sent(MANAGER)) > seen)  # type: ignore[misc]
            assert answered in whole.telegram.sent(MANAGER)[-1].text
        owner = await whole.service.store.find_contact("email", "family@example.com")
        assert owner and owner.keys == ("user:u2",)
