"""The service block: who asks, and where this service runs."""

from zoneinfo import ZoneInfo, available_timezones

from bot.config.model import Service
from bot.config.place import Place
from bot.config.reading import read_block
from bot.config.shape import ServiceShape
from surveys.language import Languages
from surveys.thanks import LINKS


def read_service(place: Place, bank: Languages) -> Service | None:
    """Give the service block, or None where it has faults."""
    for key in _keys(place.at("write_keys")):
        place.findings.mask.hide_literal(key.raw)
    place.findings.mask.hide_literal(place.at("database").raw)
    before = len(place.findings.faults)
    shape = read_block(ServiceShape, place)
    _check_names(place, bank)
    if shape is None or len(place.findings.faults) > before:
        return None
    host, port = shape.listen
    shown = f"[{host}]" if ":" in host else host
    return Service(
        name=shape.name,
        public_url=shape.public_url or f"http://{shown}:{port}",
        host=host,
        port=port,
        database=shape.database,
        timezone=shape.timezone,
        language=shape.language,
        write_keys=shape.write_keys,
        privacy_url=shape.privacy_url,
        links={name: url for name in LINKS if (url := getattr(shape, name))},
        identity=shape.identity,
    )


def _check_names(place: Place, bank: Languages) -> None:
    zone, language = place.at("timezone"), place.at("language")
    if isinstance(zone.value, str) and not is_timezone(zone.value.strip()):
        hint = "write it as in Europe/Helsinki"
        zone.unknown("time zone", available_timezones(), hint=hint)
    if isinstance(language.value, str) and language.value.strip() not in bank:
        by_name = {known.name.casefold(): code for code, known in bank.items()}
        meant = by_name.get(language.value.strip().casefold())
        hint = f"write {meant}" if meant else f"shipped: {', '.join(sorted(bank))}"
        language.unknown("language", bank, hint=hint)


def main_language(place: Place, bank: Languages) -> str:
    """Give the language of texts that name none, even where the block has faults."""
    written = place.at("language").value
    return written if isinstance(written, str) and written in bank else "en"


def is_timezone(name: str) -> bool:
    """Whether a time zone of that name is known."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, or a name that is a path or a folder
        return False
    return True


def _keys(place: Place) -> list[Place]:
    if isinstance(place.value, list):
        return [place.at(number) for number in range(len(place.value))]
    return [place] if place.exists else []
