"""Routes: the results page over HTTP. A GET shows; what it opens it never records.

A link becomes a session in a cookie at once, so that it stands neither in the address bar nor in
what the page leads to. Without a session, or with one that is no longer good, every address gives
the same 404.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Hashable, Mapping
from datetime import datetime
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.commands.context import Context, StaffConfig
from bot.commands.grammar import GrammarError, Request
from bot.commands.report_store import ReportStore
from bot.periods import PeriodError
from bot.results.access import Access, Pass
from bot.results.asked import Asked, read_asked, read_given, write_query
from bot.results.live import Full, Watch
from bot.results.page import (
    Counted,
    Look,
    Moment,
    count_results,
    render_fault,
    render_gone,
    render_results,
)
from bot.results.sharing import Shared
from bot.words import words_of
from surveys.report import Filter
from surveys.staff import StaffMember

AT_ONCE = 4
"""Pages counted at once; others wait their turn, so that answers do not."""

GATHER = 0.03
"""Seconds in which all that were told of an answer at once ask for it, as browsers do."""

ALIVE = 15.0
"""Seconds between two signs of life on a stream; proxies hang up after a minute of silence."""

AGAIN = 10_000
"""Milliseconds after which a page whose stream broke comes back."""

_KEPT = "public, max-age=86400"
_SAFE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_MACHINE = re.compile(
    r"bot\b|crawl|spider|preview|unfurl|expander|externalhit|slurp", re.IGNORECASE
)
"""What looks into links for a chat program; it is shown nothing."""

log = logging.getLogger("afterword.results")

Opened = Callable[[StaffMember], Awaitable[None]]
"""Called when somebody opens their link, before anything is shown; where it fails nothing is."""


async def note_nothing(_member: StaffMember) -> None:
    """Note nothing, where nobody keeps a log."""


class ResultsPage:
    """The page. ``public_url`` is where links lead; ``opened`` hears of every opened link."""

    def __init__(
        self,
        *,
        store: ReportStore,
        config: Callable[[], StaffConfig],
        access: Access,
        watch: Watch,
        look: Look,
        clock: Callable[[], datetime],
        public_url: str,
        opened: Opened = note_nothing,
    ) -> None:
        self._store, self._config, self._clock = store, config, clock
        self._access, self.watch, self._look = access, watch, look
        self._public_url = public_url
        self._opened = opened
        self._room = asyncio.Semaphore(AT_ONCE)
        self._counts: Shared[Counted] = Shared(GATHER)
        place = urlsplit(public_url)
        self._secure = place.scheme == "https"
        self._path = f"{place.path}/r/"
        self._cookie = "__Secure-results" if self._secure else "results"

    def link(self, member: StaffMember, request: Request) -> str:
        """Give the address that shows a colleague what they asked for."""
        token = self._access.make_link(member)
        return f"{self._public_url}/r/{token}{write_query(request)}"

    def add_routes(self, app: web.Application) -> None:
        """Add the page to the service's own server; what it needs starts and stops with that."""
        app.router.add_get("/r/", self.show)
        app.router.add_get("/r/live", self.stream)
        app.router.add_get("/r/{file:results\\.(?:css|js)}", self.file)
        app.router.add_post("/r/leave", self.leave)
        app.router.add_get("/r/{token}", self.open)
        app.router.add_get("/r", self.lead)
        app.on_startup.append(self._start)
        app.on_shutdown.append(self._stop)

    async def _start(self, _app: web.Application) -> None:
        self.watch.start()

    async def _stop(self, _app: web.Application) -> None:
        await self.watch.stop()
        await self._counts.close()

    async def open(self, request: web.Request) -> web.Response:
        """Turn a link into a session, and lead on to the page."""
        if _MACHINE.search(request.headers.get("User-Agent", "")) or _is_ahead(request):
            return self._gone()
        found = self._access.open_link(request.match_info["token"])
        if found is None:
            return self._gone()
        await self._opened(found.member)
        query = urlencode(read_given(request.query))
        answer = web.Response(status=303, headers=_SAFE)
        answer.headers["Location"] = f"./?{query}" if query else "./"
        life = int((found.until - self._clock()).total_seconds())
        self._set_cookie(answer, found.session, life)
        return answer

    async def show(self, request: web.Request) -> web.Response:
        """Show what is asked for."""
        found = self._pass(request)
        if found is None:
            return self._gone()
        context = self._context(found.member)
        moment = Moment(
            now=context.now.astimezone(ZoneInfo(context.config.timezone)),
            until=found.until.astimezone(ZoneInfo(context.config.timezone)),
            mark=await self.watch.look(),
        )
        try:
            asked, wanted = read_asked(request.query, context)
        except (GrammarError, PeriodError) as fault:
            given = read_given(request.query)
            page = render_fault(self._look, context, given, str(fault), moment)
            return _html(page, status=400, code=context.words.code)
        counted = await self._counts.get(
            same_page(context, asked), lambda: self._count(context, asked, wanted)
        )
        page = render_results(self._look, context, asked, moment, counted)
        return _html(page, code=context.words.code)

    async def _count(self, context: Context, asked: Asked, wanted: Filter) -> Counted:
        async with self._room:
            mark = await self.watch.look()
            return await count_results(context, asked, wanted, mark)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Keep a page up to date for as long as it is open and its reader may look."""
        found = self._pass(request)
        if found is None:
            return self._gone()
        session = found.session
        try:
            with self.watch.follow(
                session, lambda: _is_there(request) and self._may(session)
            ) as stream:
                answer = await _begin(request)
                mark = await self.watch.look()
                await answer.write(f"retry: {AGAIN}\nevent: mark\ndata: {mark}\n\n".encode())
                while not stream.ended:
                    news = await stream.wait(ALIVE)
                    if stream.ended:
                        break
                    line = f"event: mark\ndata: {self.watch.mark}\n\n" if news else ": alive\n\n"
                    await answer.write(line.encode())
                if not self._may(session):
                    await answer.write(b"event: gone\ndata:\n\n")
                return answer
        except Full:
            return web.Response(status=503, headers={**_SAFE, "Retry-After": "30"})
        except ConnectionError:  # the page was closed
            return answer

    async def file(self, request: web.Request) -> web.Response:
        """Give the stylesheet or the script: nobody's secret."""
        media, content = self._look.files[request.match_info["file"]]
        headers = {**_SAFE, "Cache-Control": _KEPT}
        return web.Response(body=content, content_type=media, charset="utf-8", headers=headers)

    async def leave(self, _request: web.Request) -> web.Response:
        """Forget the session in this browser."""
        answer = self._gone()
        self._set_cookie(answer, "", 0)
        return answer

    async def lead(self, _request: web.Request) -> web.Response:
        """Lead on to where the page is, from where somebody left its last character out."""
        return web.Response(status=303, headers={**_SAFE, "Location": "r/"})

    def _gone(self) -> web.Response:
        words = words_of(self._config().language)
        return _html(render_gone(self._look, words), status=404, code=words.code)

    def _pass(self, request: web.Request) -> Pass | None:
        return self._access.read_session(request.cookies.get(self._cookie, ""))

    def _may(self, session: str) -> bool:
        return self._access.read_session(session) is not None

    def _context(self, member: StaffMember) -> Context:
        return Context(member=member, config=self._config(), store=self._store, now=self._clock())

    def _set_cookie(self, answer: web.Response, session: str, life: int) -> None:
        answer.set_cookie(
            self._cookie,
            session,
            max_age=life,
            path=self._path,
            secure=self._secure,
            httponly=True,
            samesite="Lax",  # Strict would not come along from a chat in the browser
        )


def same_page(context: Context, asked: Asked) -> Hashable:
    """Give what is the same for two readers to whom the same page is shown."""
    member = context.member
    seen = (member.role, context.teams, context.today, context.words.code)
    said = (asked.words, asked.theme, asked.tone, asked.page)
    return (*seen, *sorted(asked.given.items()), *said)


def _is_there(request: web.Request) -> bool:
    """Whether a page is still open: a handler is not told when it is not."""
    return request.transport is not None and not request.transport.is_closing()


async def _begin(request: web.Request) -> web.StreamResponse:
    headers: Mapping[str, str] = {
        **_SAFE,
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",  # nginx would keep it all to itself
    }
    answer = web.StreamResponse(headers=headers)
    await answer.prepare(request)
    return answer


def _html(page: str, *, code: str, status: int = 200) -> web.Response:
    headers = {**_SAFE, "Content-Language": code}
    return web.Response(text=page, status=status, content_type="text/html", headers=headers)


def _is_ahead(request: web.Request) -> bool:
    """Whether a browser fetches this in case somebody might want it."""
    ahead = request.headers.get("Sec-Purpose") or request.headers.get("Purpose") or ""
    return "prefetch" in ahead.lower()
