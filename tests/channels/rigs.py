"""The table of rigs: a line a channel, or a line for each way it can be run.

Each rig stands beside its channel's payloads, in ``tests/channels/<name>/rig.py``.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from tests.channels.email.rig import email_rig
from tests.channels.messenger.rig import messenger_rig
from tests.channels.rig import Rig
from tests.channels.sandbox.rig import sandbox_rig
from tests.channels.telegram.rig import polling_rig, webhook_rig
from tests.channels.web.rig import web_rig

RIGS: Mapping[str, Callable[[], AbstractAsyncContextManager[Rig]]] = {
    "sandbox": sandbox_rig,
    "web": web_rig,
    "email": email_rig,
    "telegram-polling": polling_rig,
    "telegram-webhook": webhook_rig,
    "messenger": messenger_rig,
}
"""Channel, or channel and mode -> how to build its rig."""

SAMPLE_SECRETS: Mapping[str, str] = {
    "TELEGRAM_TOKEN": "123456789:TEST-abcdefghijklmnopqrstuvwxyz0123",
    "TELEGRAM_SECRET": "a-secret-of-our-own-choice",
    "MESSENGER_PAGE_TOKEN": "EAABsbCS1iHgBO-TEST",
    "MESSENGER_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "MESSENGER_VERIFY_TOKEN": "a-word-of-our-own-choice",
    "SMTP_PASSWORD": "sesame",
    "IMAP_PASSWORD": "sesame",
}
"""What the ``${NAME}`` of the sample blocks stand for in tests."""
