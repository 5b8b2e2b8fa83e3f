"""The table of rigs: a line a channel, or a line for each way it can be run.

Each rig stands beside its channel's payloads, in ``tests/channels/<name>/rig.py``.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from tests.channels.email.rig import email_rig
from tests.channels.messenger.rig import messenger_rig
from tests.channels.rig import Rig
from tests.channels.sandbox.rig import sandbox_rig
from tests.channels.slack.rig import called_rig, socket_rig
from tests.channels.sms.rig import sms_rig
from tests.channels.telegram.rig import polling_rig, webhook_rig
from tests.channels.voice.rig import voice_rig
from tests.channels.web.rig import web_rig

RIGS: Mapping[str, Callable[[], AbstractAsyncContextManager[Rig]]] = {
    "sandbox": sandbox_rig,
    "web": web_rig,
    "email": email_rig,
    "telegram-polling": polling_rig,
    "telegram-webhook": webhook_rig,
    "slack-socket": socket_rig,
    "slack-http": called_rig,
    "messenger": messenger_rig,
    "sms": sms_rig,
    "voice": voice_rig,
}
"""Channel, or channel and mode -> how to build its rig."""

SAMPLE_SECRETS: Mapping[str, str] = {
    "TELEGRAM_TOKEN": "123456789:TEST-abcdefghijklmnopqrstuvwxyz0123",
    "TELEGRAM_SECRET": "a-secret-of-our-own-choice",
    "MESSENGER_PAGE_TOKEN": "EAABsbCS1iHgBO-TEST",
    "MESSENGER_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "MESSENGER_VERIFY_TOKEN": "a-word-of-our-own-choice",
    "TWILIO_ACCOUNT_SID": "AC" + "0a1b" * 8,
    "TWILIO_AUTH_TOKEN": "12345-test-auth-token-67890",
    "SLACK_BOT_TOKEN": "xoxb-1-2-TESTbotTOKEN",
    "SLACK_APP_TOKEN": "xapp-1-A0-TESTappTOKEN",
    "SLACK_SIGNING_SECRET": "5igning5ecret0f0urTests",
    "SMTP_PASSWORD": "sesame",
    "IMAP_PASSWORD": "sesame",
}
"""What the ``${NAME}`` of the sample blocks stand for in tests."""
