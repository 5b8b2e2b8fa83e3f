"""A Message as the form that sends a text. Pure."""

from collections.abc import Mapping

from channels.sms import Settings
from channels.sms.segments import is_gsm
from surveys.message import Message

_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if code != 10}
_PLAINER = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("‘’‚′", "'"),
        **dict.fromkeys("“”„″«»", '"'),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "),
        "…": "...",
        "\u200b": "",
    }
)
"""Typography that is outside GSM-7, and the same in GSM-7."""


def to_payload(
    message: Message, settings: Settings, *, number: str, status_url: str, company: str
) -> Mapping[str, str]:
    """Give the form fields; ``number`` is where to, in E.164."""
    sender = "MessagingServiceSid" if settings.is_service else "From"
    return {
        "To": number,
        sender: settings.sender,
        "Body": sms_text(message, company=company, named=settings.is_name),
        "StatusCallback": status_url,
    }


def sms_text(message: Message, *, company: str = "", named: bool = False) -> str:
    """Give the words of the text message, which is what costs: count them by `segments`.

    The first message of a survey says whose it is, unless its text or the sender (``named``)
    does. A named sender cannot be answered, so that the links to answer and to stop follow.
    Where typography alone would make a UCS-2 message of it, at twice the price, dashes and
    quotes are written plainly.
    """
    opens = bool(message.greeting) and not named and company and company not in message.text
    text = f"{company}: {message.text}" if opens else message.text
    # The text holds the numbers already; an adapter does not know them.
    ends = f"({' - '.join(message.ends)})" if message.ends else ""
    parts = (message.notice, text, ends, *_links(message, named=named))
    return _plain("\n".join(part for part in parts if part))


def _links(message: Message, *, named: bool) -> list[str]:
    if not named:
        # A question is answered here; only a note's link leads on to somewhere.
        return [message.link] if message.link and not message.question_id else []
    labels = {link.url: link.label for link in message.footer}
    wanted = dict.fromkeys(url for url in (message.link, message.stop_link) if url)
    return [f"{labels[url]}: {url}" if labels.get(url) else url for url in wanted]


def _plain(text: str) -> str:
    """Leave out what no text message carries, and halves of surrogate pairs."""
    clean = text.translate(_CONTROLS).encode("utf-8", "replace").decode()
    plainer = clean.translate(_PLAINER)
    return plainer if is_gsm(plainer) else clean
