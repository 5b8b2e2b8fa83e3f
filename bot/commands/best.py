"""Which channel wins: how those stand among which the service chooses by itself."""

from bot.commands.context import Context
from bot.commands.phrases import percent
from scheduler.best import days_counted
from surveys.channel_standing import ChannelStanding, Standings


async def spell_standings(context: Context, surveys: tuple[str, ...]) -> tuple[str, ...]:
    """Give a line for each rule of these surveys that chooses its channel; none to whoever may see
    some teams only, for these are counts of everybody.
    """
    routes = {key: via for key, via in context.config.best.items() if key[0] in surveys}
    if context.teams is not None or not routes:
        return ()
    found = await context.store.load_standings(set(routes), *days_counted(context.today))
    lines = [_line(key[1], via, found.get(key, {})) for key, via in sorted(routes.items())]
    return ("\n".join(("Chosen by what people answer best on:", *lines)),)


def _line(rule: str, via: tuple[str, ...], standings: Standings) -> str:
    known = {channel: standings.get(channel, ChannelStanding()) for channel in via}
    order = sorted(via, key=lambda channel: -_rate(known[channel]))
    told = (
        f"{channel} {one.answered:,} of {one.asked:,}"
        + (f" ({percent(_rate(one))})" if one.asked else "")
        for channel in order
        for one in [known[channel]]
    )
    return f"  {rule}: {', '.join(told)}"


def _rate(one: ChannelStanding) -> float:
    return min(1.0, one.answered / one.asked) if one.asked else 0.0
