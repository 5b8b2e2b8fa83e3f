from datetime import date

import pytest

from surveys.dates import spell_date

DAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("code", "spelled"),
    [
        ("en", "5 March 2026"),
        ("fi", "5.3.2026"),
        ("de", "5.3.2026"),
        ("de-at", "5.3.2026"),
        ("hr", "5. 3. 2026."),
        ("lv", "05.03.2026"),
        ("sv", "2026-03-05"),
    ],
)
def test_a_date_reads_as_people_write_it(code: str, spelled: str) -> None:
    assert spell_date(code, DAY) == spelled
