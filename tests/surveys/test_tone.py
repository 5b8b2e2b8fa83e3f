"""Tone: praise and complaint, turned round by a negation within reach."""

import pytest

from bot.config.lexicons import load_themes
from surveys.theme import GistReader
from surveys.tone import Tone

READER = GistReader((), load_themes().lexicons)


@pytest.mark.parametrize(
    ("language", "text", "tone"),
    [
        ("en", "good", Tone.POSITIVE),
        ("en", "not good", Tone.NEGATIVE),
        ("en", "not bad", Tone.POSITIVE),
        ("en", "not at all bad", Tone.POSITIVE),
        ("en", "It isn't good", Tone.NEGATIVE),
        ("en", "No problems", Tone.POSITIVE),
        ("en", "I did not call. It was good", Tone.POSITIVE),
        ("en", "Not a lot to say but good", Tone.POSITIVE),
        ("en", "Not now. Good", Tone.POSITIVE),
        ("en", "not cheap but good", Tone.MIXED),
        ("en", "good and bad", Tone.MIXED),
        ("en", "good, great, lovely, one bad day", Tone.POSITIVE),
        ("en", "Tuesday", Tone.NEUTRAL),
        ("en", "👍", Tone.POSITIVE),
        ("en", ":(", Tone.NEGATIVE),
        ("fi", "ei huono", Tone.POSITIVE),
        ("fi", "En ollut tyytyväinen", Tone.NEGATIVE),
        ("de", "nicht gut", Tone.NEGATIVE),
        ("de", "gar nicht schlecht", Tone.POSITIVE),
        ("de", "Das gefällt mir nicht", Tone.NEGATIVE),
        ("de", "Es gefällt mir", Tone.POSITIVE),
        ("de", "gut, nicht nur das Wetter", Tone.POSITIVE),
        ("hr", "nije loše", Tone.POSITIVE),
        ("hr", "nisu bili ljubazni", Tone.NEGATIVE),
        ("hr", "nikad nisu ljubazni", Tone.NEGATIVE),
        ("lv", "nav slikti", Tone.POSITIVE),
        ("lv", "neiesaku", Tone.NEGATIVE),
        ("lv", "nebija laipni", Tone.NEGATIVE),
        ("lv", "nelaipni", Tone.NEGATIVE),
        ("sv", "bra", Tone.UNKNOWN),
        ("de-AT", "gut", Tone.POSITIVE),
    ],
)
def test_the_tone_of_a_text(language: str, text: str, tone: Tone) -> None:
    assert READER.read(text, language).tone is tone
