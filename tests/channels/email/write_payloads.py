"""Write the golden mails anew: ``python -m tests.channels.email.write_payloads``.

Look at each difference before you keep it.
"""

from pathlib import Path

from channels.email import to_payload
from tests.channels.email.messages import LETTERHEAD, MESSAGES, NOW

PAYLOADS = Path(__file__).parent / "payloads"

if __name__ == "__main__":
    for name, message in MESSAGES.items():
        (PAYLOADS / f"{name}.eml").write_bytes(to_payload(message, LETTERHEAD, NOW))
