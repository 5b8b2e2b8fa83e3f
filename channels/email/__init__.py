"""E-mail: an invitation with one-tap answer links, sent through the operator's own relay.

    settings   the channel's block in config.yaml, and what mail can do
    mime       Message -> the bytes of one mail
    body       both bodies of a mail, compiled once a question and language
    refusal    a server's reply -> the error that tells the caller what to do
    dialogue   one mail after another over one open connection
    pool       the open connections
    adapter    the channel

Reading replies and bounces is not in this version; `Settings` says so where it is asked for.
"""

from channels.email.adapter import Email
from channels.email.mime import Letterhead, to_payload
from channels.email.settings import CAPABILITIES, Relay, Settings

__all__ = ["CAPABILITIES", "Email", "Letterhead", "Relay", "Settings", "to_payload"]
