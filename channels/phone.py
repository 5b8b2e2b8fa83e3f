"""Phone numbers, as they are kept and as providers write them: E.164, ``+358501234567``.

The one place that reads them, for the intake as much as for SMS and voice.
"""

import re

import phonenumbers


def to_e164(written: str) -> str:
    """Give a number in E.164. ``00`` before the country code is as good as ``+``.

    :raises ValueError: where it is none, saying why. Its country code is never guessed.
    """
    try:
        number = phonenumbers.parse(re.sub(r"^\s*00", "+", written), None)
    except phonenumbers.NumberParseException:
        raise ValueError("not a phone number with its country code, such as +358…") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a phone number: it has too few or too many digits")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country_of(number: str) -> str:
    """Give the country of an E.164 number, such as ``FI``; "" where it has none."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number, None)) or ""
