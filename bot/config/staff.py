"""Staff: listed colleagues, and what they are called on each channel."""

from collections.abc import Mapping, Sequence

from bot.config.faults import quote
from bot.config.model import Registry
from bot.config.place import Place
from bot.config.reading import known_keys, read_block, read_values
from bot.config.shape import StaffShape
from bot.words import languages
from surveys.staff import StaffMember


def read_member(place: Place, registry: Registry) -> StaffMember | None:
    """Give one colleague, or None where the entry has faults."""
    entry = place.value
    if not isinstance(entry, Mapping):
        read_block(StaffShape, place)
        return None
    shape = read_values(
        StaffShape,
        {key: value for key, value in entry.items() if key not in registry},
        place,
        known=[*known_keys(StaffShape), *registry],
    )
    if shape is not None and shape.language.partition("-")[0] not in ("", *languages()):
        place.at("language").unknown("language", languages())
        return None
    addresses = {key: _address(place.at(key)) for key in entry if key in registry}
    if shape is None or not all(addresses.values()):
        return None
    return StaffMember(
        name=shape.name,
        role=shape.role,
        teams=shape.teams,
        addresses=addresses,
        display_name=shape.display_name,
        language=shape.language,
    )


def refuse_repeats(members: Sequence[tuple[Place, StaffMember]]) -> None:
    """Report a name, or an id on a channel, that two colleagues share."""
    seen: dict[tuple[str, str], Place] = {}
    for place, member in members:
        for kind, value in (("name", member.name), *member.addresses.items()):
            first = seen.setdefault((kind, value.casefold()), place)
            if first is not place:
                at = place.at(kind)
                at.fault(
                    f"{quote(value)} is another colleague's {kind} already ({first.shown})",
                    hint="give each colleague their own",
                )


def _address(place: Place) -> str:
    """Give an id on a channel as it is written: ``0123`` keeps its first character."""
    if isinstance(place.value, bool | list | Mapping) or place.value is None:
        place.fault("an id or address on this channel is expected here", hint='write it: "777"')
        return ""
    text: str = place.value if isinstance(place.value, str) else place.raw
    if not text.strip():
        place.fault("this is empty", hint="write the id, or remove the key")
    return text.strip()
