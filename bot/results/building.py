"""Building the page from what the service has."""

from collections.abc import Callable
from datetime import datetime
from secrets import token_bytes

from bot.commands.context import StaffConfig
from bot.commands.register import Register
from bot.config import Config
from bot.results.access import Access
from bot.results.live import Watch
from bot.results.page import make_look
from bot.results.routes import ResultsPage
from channels.web.settings import Settings
from storage.store import Store
from surveys.audit import Verdict
from surveys.staff import StaffMember

OPENED = ("opened", "in", "the", "browser")
"""What the audit says of an opened link, behind the name of the command."""


def build_results(
    store: Store,
    config: Callable[[], Config],
    staff: Callable[[], StaffConfig],
    clock: Callable[[], datetime],
) -> ResultsPage:
    """Give the page. ``config`` and ``staff`` give what is in force now; the service block and the
    colour are those of the start.
    """
    service, page = config().service, config().channels.get("web")
    settings = page.settings if page and page.settings else Settings()
    register = Register(store, clock, token_bytes(16))

    async def opened(member: StaffMember) -> None:
        await register.note(member, "web", ("results", OPENED), Verdict.ALLOWED)

    return ResultsPage(
        store=store,
        config=staff,
        access=Access(store.key, lambda: config().staff, clock),
        watch=Watch(store.last_said),
        look=make_look(service.name, settings),
        clock=clock,
        public_url=service.public_url,
        opened=opened,
    )
