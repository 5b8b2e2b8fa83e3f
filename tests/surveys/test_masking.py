import pytest

from surveys.masking import mask_address


@pytest.mark.parametrize(
    ("channel", "value", "shown"),
    [
        ("email", "anna.virtanen@example.com", "a…@example.com"),
        ("email", '"a@b"@example.com', '"…@example.com'),
        ("email", "nobody", "…"),
        ("sms", "+358 40 123 4567", "…67"),
        ("voice", "+358401234567", "…67"),
        ("sms", "112", "…"),
        ("telegram", "123456789", ""),
        ("slack", "U024BE7LH", ""),
    ],
)
def test_only_the_owner_recognises_it(channel: str, value: str, shown: str) -> None:
    assert mask_address(channel, value) == shown
