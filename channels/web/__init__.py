"""The web: the hosted survey page and the stop page.

A visitor's call comes in by `Web.receive`, is handed to the core, and is answered with the next
page by `Web.ack`. The page holds no script; nothing is recorded until a button is pressed.
"""

from channels.web.adapter import Web
from channels.web.settings import CAPABILITIES, Settings

__all__ = ["CAPABILITIES", "Settings", "Web"]
