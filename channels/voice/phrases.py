"""What only a phone says: which key to press, that it records, that it heard nothing. Data.

A language that is not here is asked in its own words, with these in English around them.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One language. ``option`` has ``{label}`` and ``{key}``, ``scale`` has ``{low}`` and
    ``{high}``, ``opening`` has ``{company}``. ``hash`` and ``star`` name those keys in ``option``;
    ``menu``, ``back``, ``finish`` and ``elsewhere`` are labels there.
    """

    opening: str
    option: str
    hash: str
    star: str
    scale: str
    then_hash: str
    record: str
    silence: str
    leaving: str
    goodbye: str
    menu: str
    wish: str
    back: str
    finish: str
    elsewhere: str


PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        opening="Hello. This is a short survey from {company}.",
        option="{label}: press {key}.",
        hash="the hash key",
        star="the star key",
        scale="Press a number from {low} to {high}.",
        then_hash="Then press the hash key.",
        record="Please speak after the tone. Your words will be recorded. "
        "When you are done, press the hash key.",
        silence="We did not hear an answer.",
        leaving="Thank you for your time.",
        goodbye="Goodbye.",
        menu="No more questions, or another wish",
        wish="What would you like?",
        back="Back to the question",
        finish="End the call",
        elsewhere="Questions in another way",
    ),
    "fi": Phrases(
        opening="Hei. Tämä on lyhyt kysely: {company}.",
        option="{label}: paina {key}.",
        hash="ruutua",
        star="tähteä",
        scale="Vastaa puhelimen näppäimillä. Pienin numero on {low}, suurin {high}.",
        then_hash="Paina lopuksi ruutua.",
        record="Puhu äänimerkin jälkeen. Vastauksesi nauhoitetaan. Kun olet valmis, paina ruutua.",
        silence="Emme saaneet vastausta.",
        leaving="Kiitos ajastasi.",
        goodbye="Kuulemiin.",
        menu="Jos et halua kyselyitä tai haluat muuta",
        wish="Mitä haluaisit?",
        back="Takaisin kysymykseen",
        finish="Lopeta puhelu",
        elsewhere="Kyselyt toista kautta",
    ),
    "de": Phrases(
        opening="Guten Tag. Dies ist eine kurze Umfrage von {company}.",
        option="{label}: drücken Sie die {key}.",
        hash="Raute-Taste",
        star="Stern-Taste",
        scale="Drücken Sie eine Zahl von {low} bis {high}.",
        then_hash="Drücken Sie danach die Raute-Taste.",
        record="Bitte sprechen Sie nach dem Signalton. Ihre Antwort wird aufgezeichnet. "
        "Wenn Sie fertig sind, drücken Sie die Raute-Taste.",
        silence="Wir haben keine Antwort erhalten.",
        leaving="Vielen Dank für Ihre Zeit.",
        goodbye="Auf Wiederhören.",
        menu="Keine Fragen mehr oder ein anderer Wunsch",
        wish="Was möchten Sie?",
        back="Zurück zur Frage",
        finish="Gespräch beenden",
        elsewhere="Fragen auf anderem Weg",
    ),
    "hr": Phrases(
        opening="Dobar dan. Ovo je kratka anketa tvrtke {company}.",
        option="{label}: pritisnite {key}.",
        hash="ljestve",
        star="zvjezdicu",
        scale="Pritisnite broj od {low} do {high}.",
        then_hash="Zatim pritisnite ljestve.",
        record="Govorite nakon zvučnog signala. Vaš će se odgovor snimiti. "
        "Kad završite, pritisnite ljestve.",
        silence="Nismo primili odgovor.",
        leaving="Hvala na Vašem vremenu.",
        goodbye="Doviđenja.",
        menu="Ako ne želite pitanja ili želite nešto drugo",
        wish="Što želite?",
        back="Natrag na pitanje",
        finish="Završetak poziva",
        elsewhere="Pitanja na drugi način",
    ),
    "lv": Phrases(
        opening="Labdien. {company} lūdz Jūs atbildēt uz dažiem jautājumiem.",
        option="{label}: nospiediet {key}.",
        hash="restīti",
        star="zvaigznīti",
        scale="Nospiediet skaitli no {low} līdz {high}.",
        then_hash="Pēc tam nospiediet restīti.",
        record="Lūdzu, runājiet pēc skaņas signāla. Jūsu atbilde tiks ierakstīta. "
        "Beigās nospiediet restīti.",
        silence="Mēs nesaņēmām atbildi.",
        leaving="Paldies par Jūsu laiku.",
        goodbye="Visu labu.",
        menu="Ja nevēlaties jautājumus vai vēlaties ko citu",
        wish="Ko Jūs vēlaties?",
        back="Atpakaļ pie jautājuma",
        finish="Beigt sarunu",
        elsewhere="Jautājumi citā veidā",
    ),
}

LOCALES: Mapping[str, str] = {
    "en": "en-GB",
    "fi": "fi-FI",
    "de": "de-DE",
    "hr": "hr-HR",
    "lv": "lv-LV",
    "cs": "cs-CZ",
    "da": "da-DK",
    "es": "es-ES",
    "et": "et-EE",
    "fr": "fr-FR",
    "it": "it-IT",
    "lt": "lt-LT",
    "nb": "nb-NO",
    "nl": "nl-NL",
    "pl": "pl-PL",
    "pt": "pt-PT",
    "sk": "sk-SK",
    "sl": "sl-SI",
    "sv": "sv-SE",
}
"""Language -> how the provider names it in ``<Say>``."""


def phrases_for(language: str) -> tuple[str, Phrases]:
    """Give the language the phrases are in, and the phrases."""
    code = language if language in PHRASES else language.split("-", maxsplit=1)[0]
    return (code, PHRASES[code]) if code in PHRASES else ("en", PHRASES["en"])


def locale_of(language: str) -> str:
    """Give a language as ``<Say>`` names it: ``fi`` is ``fi-FI``, ``pt-br`` is ``pt-BR``."""
    base, _, region = language.partition("-")
    return f"{base}-{region.upper()}" if region else LOCALES.get(base, base)
