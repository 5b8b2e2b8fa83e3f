"""A page of another site: served from an origin of its own, with whatever is embedded in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

STRICT = (
    "default-src 'none'; script-src {service}; connect-src {service}; base-uri 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The strictest policy a page can have with the widget on it, as docs/embedding.md gives it. Of
styles it allows none at all."""

_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>A page of docs</title>
{style}</head><body><main><h1>How to return a parcel</h1>
<p>Put it into its box and bring it to any of our shops.</p>
{embedded}
<p><a href="#top">Back to the top</a></p></main></body></html>"""

_HOSTILE = """<style>
* { color: #fefefe !important; font-size: 3px !important; }
button, input, textarea, p, h2, div { display: none; background: url(x); position: absolute; }
main * { letter-spacing: 2em; text-transform: uppercase; }
div { display: none !important; opacity: 0 !important; }
</style>"""


@dataclass(slots=True)
class Host:
    """The other site. ``embedded`` is what stands on its page; the rest is how the page is made."""

    url: str
    service: str
    embedded: str = ""
    language: str = "en"
    strict: bool = False
    hostile: bool = False
    asked: list[str] = field(default_factory=list)

    def embed(self, **given: str) -> None:
        """Put the widget on the page by its script tag."""
        told = "".join(f' data-{name}="{value}"' for name, value in given.items())
        self.embedded = f'<script src="{self.service}/widget.js"{told} defer></script>'

    async def page(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        style = _HOSTILE if self.hostile else ""
        text = _PAGE.format(language=self.language, embedded=self.embedded, style=style)
        policy = {"Content-Security-Policy": STRICT.format(service=self.service)}
        headers = policy if self.strict else {}
        return web.Response(text=text, content_type="text/html", headers=headers)


@asynccontextmanager
async def hosting(service: str, port: int) -> AsyncIterator[Host]:
    """Serve the other site on a port of its own: another origin."""
    host = Host(url=f"http://127.0.0.1:{port}", service=service)
    app = web.Application()
    app.router.add_get("/", host.page)
    app.router.add_get("/favicon.ico", _nothing)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield host
    finally:
        await runner.cleanup()


async def _nothing(_request: web.Request) -> web.Response:
    return web.Response(status=204)
