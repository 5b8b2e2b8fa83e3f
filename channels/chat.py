"""Chat: what messages in chats have in common, whichever the provider. Pure."""

from surveys.message import Message

_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if code not in (9, 10)}


def plain(text: str) -> str:
    """Leave out what no request can carry: control characters and halves of surrogate pairs."""
    return text.translate(_CONTROLS).encode("utf-8", "replace").decode()


def name_ends(message: Message) -> str:
    """Say what a scale's two ends mean: "0 = not at all likely · 10 = extremely likely"."""
    if message.ends is None:
        return ""
    values = [button for button in message.buttons if button.value is not None]
    if not values:
        return " – ".join(message.ends)
    low, high = message.ends
    return f"{values[0].label} = {low} · {values[-1].label} = {high}"
