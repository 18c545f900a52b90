"""What a page asks for and does not get, in a real browser, one page per question."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from optout.browser.window import open_window
from optout.linkedin import traffic
from optout.linkedin.sight import wait
from optout.linkedin.traffic import Traffic
from optout.verdict import Cause

if TYPE_CHECKING:
    from playwright.sync_api import Page

JSON, STREAM, SCRIPT = "application/json", "text/event-stream", "text/javascript"
LONG = b'{"errors": [1], "x": "' + b"x" * traffic.LONGEST_READ + b'"}'
# Path: status, kind, body and what it is sent on to.
ANSWERS: dict[str, tuple[int, str, bytes]] = {
    "/good": (200, JSON, b"{}"),
    "/empty": (200, JSON, b""),
    "/script": (200, SCRIPT, b"1"),
    "/errors": (200, JSON, b'{"errors": [{"message": "x"}], "data": null}'),
    "/no-errors": (200, JSON, b'{"errors": [], "data": {}}'),
    "/nested": (200, JSON, b'{"data": {"errors": ["x"]}}'),
    "/list": (200, JSON, b'["errors"]'),
    "/long": (200, JSON, LONG),
    "/unauthorized": (401, JSON, b"{}"),
    "/forbidden": (403, JSON, b"{}"),
    "/li/track": (500, JSON, b"{}"),
    "/voyager/api/settings/tracking-preferences": (500, JSON, b"{}"),
    "/moved": (302, "/good", b""),
    "/to-sign-in": (302, "/uas/login?session_redirect=x", b""),
    "/to-checkpoint": (302, "/checkpoint/challenge/x", b""),
    "/to-no-address": (302, "http://[/login", b""),
    "/to-nowhere": (302, "/missing", b""),
}
ENDLESS = {"/stream": STREAM, "/slow": JSON, "/slow-text": "text/plain"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Site"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        if path in ENDLESS:
            return self._begin(ENDLESS[path])
        page = (200, "text/html", self.server.page.encode())
        status, kind, body = page if path == "/" else ANSWERS.get(path, (404, JSON, b""))
        self.send_response(status)
        self.send_header("Location" if status == 302 else "Content-Type", kind)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def do_POST(self) -> None:
        self.do_GET()

    def _begin(self, kind: str) -> None:
        """Send the first line and half the body, the other half when the site says so."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{")
        self.server.go_on.wait()
        self.wfile.write(b"}")

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the browser has left the page
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard server's word
        """Write nothing."""


class _Site(ThreadingHTTPServer):
    """Serves one page and the answers above; `go_on` ends those that only began."""

    daemon_threads = True
    page = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.go_on = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def origin(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class Bench:
    """A page of the site, with a listener of its own for each script that is run in it."""

    def __init__(self, new_page: "Callable[[], Page]", site: _Site, other: _Site) -> None:
        self._new_page, self.site, self.other = new_page, site, other
        self.page = new_page()

    def run(self, body: str) -> Traffic:
        """Load a page with this body; return what was heard once it said that it was done."""
        self.site.go_on.set()  # six answers that never end, and the browser would ask for nothing more
        self.page.close()
        self.page = self._new_page()
        heard = Traffic(self.page, self.site.origin)
        self.site.page = f"<!doctype html><meta charset=utf-8><link rel=icon href=data:,>{body}"
        self.site.go_on.clear()
        self.page.goto(self.site.origin)
        return heard

    def done(self, script: str) -> Traffic:
        """Run a script in a page to its end; return what was heard once the page was quiet."""
        act = f"(async () => {{ {script} }})().catch(() => 0)"
        heard = self.run(f"<script>{act}.then(() => document.title = 'done')</script>")
        assert wait(self.page, 5, lambda: self.page.title() == "done" and heard.quiet)
        return heard


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    site, other = _Site(), _Site()
    with open_window(choice=None, headed=False, cookies=[], timeout=5) as window:
        yield Bench(window.page.context.new_page, site, other)
        for each in (site, other):
            each.go_on.set()
            each.shutdown()
            each.server_close()


READS = "const read = (path, how) => fetch(path, how).then(answer => answer.text());"
ABORT = (
    "const c = new AbortController(); const given = fetch('{}', {{signal: c.signal}}); {} c.abort();"
    " await given;"
)
LOADS = (
    "const el = document.createElement('{}'); el.{} = '{}'; {} await new Promise(go => {{"
    " el.onload = el.onerror = go; (document.body || document.documentElement).append(el); }});"
)


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        ("await read('/good')", None),
        ("await read('/moved')", None),
        ("await fetch('/good', {method: 'POST', body: '1'})", None),
        ("await fetch('/empty')", None),
        ("await fetch('/empty', {method: 'POST', body: '1'})", None),
        ("await read('/no-errors')", None),
        ("await read('/nested')", None),
        ("await read('/list')", None),
        ("await read('/long')", None),
        ("await read('/errors')", Cause.SITE),
        ("await read('/missing')", Cause.SITE),
        ("await read('/forbidden')", Cause.SITE),
        ("await read('/to-nowhere')", Cause.SITE),
        ("await read('/to-no-address')", Cause.SITE),
        ("await read('/unauthorized')", Cause.PERSON),
        ("await read('/unauthorized'); await read('/forbidden')", Cause.PERSON),
        ("await read('/to-sign-in')", Cause.PERSON),
        ("await fetch('/to-sign-in', {redirect: 'manual'})", Cause.PERSON),
        ("await read('/to-checkpoint')", Cause.PERSON),
        ("await read('OTHER/forbidden')", None),
        ("await read('/li/track', {method: 'POST', body: '1'})", None),
        ("await read('/li/track')", Cause.SITE),
        ("navigator.sendBeacon('/forbidden', '1')", None),
        ("await read('/voyager/api/settings/tracking-preferences')", Cause.SITE),
        (
            "await read('/voyager/api/settings/tracking-preferences', {method: 'POST', body: '1'})",
            Cause.SITE,
        ),
        (ABORT.format("/good", ""), Cause.SITE),
        (ABORT.format("/slow", "await given;"), Cause.SITE),
        (ABORT.format("OTHER/good", ""), None),
        (LOADS.format("script", "src", "/script", ""), None),
        (LOADS.format("script", "src", "/missing", ""), Cause.SITE),
        (LOADS.format("img", "src", "/missing", ""), None),
        (LOADS.format("link", "href", "/missing", "el.rel = 'stylesheet';"), None),
        (LOADS.format("iframe", "src", "/missing", ""), None),
    ],
)
def test_what_counts_as_an_answer(bench: Bench, script: str, failure: Cause | None) -> None:
    """What the page's own code asked its own site for and did not get counts; pictures and reports do not."""
    heard = bench.done(READS + script.replace("OTHER", bench.other.origin))
    assert heard.failure is failure


def test_an_answer_holds_to_its_last_byte(bench: Bench) -> None:
    """JSON that has only begun is waited for, and no longer once it has ended."""
    heard = bench.run(
        "<script>fetch('/slow').then(a => { document.title = 'begun'; return a.text(); })</script>"
    )
    assert wait(bench.page, 5, lambda: bench.page.title() == "begun")
    assert not heard.quiet
    bench.site.go_on.set()
    assert wait(bench.page, 5, lambda: heard.quiet)
    assert heard.failure is None


@pytest.mark.parametrize(
    ("path", "how", "patience", "quiet"),
    [
        ("/stream", "{}", 60.0, True),
        ("/slow-text", "{}", 60.0, False),
        ("/slow-text", "{}", 0.0, True),
        ("/slow", "{method: 'POST', body: '1'}", 0.0, True),
        ("/slow", "{}", 0.0, False),
    ],
)
def test_what_may_never_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, path: str, how: str, patience: float, quiet: bool
) -> None:
    """A stream of events holds nothing up, other answers for a while, JSON that was asked for to its end."""
    monkeypatch.setattr(traffic, "BODY_PATIENCE", patience)
    heard = bench.run(f"<script>fetch('{path}', {how}).then(() => document.title = 'begun')</script>")
    assert wait(bench.page, 5, lambda: bench.page.title() == "begun")
    assert heard.quiet is quiet


@pytest.mark.parametrize(
    ("body", "leave", "failure"),
    [
        ("", "location.assign('/good')", None),
        ("<iframe src=/good></iframe>", "document.querySelector('iframe').remove()", Cause.SITE),
        ("<iframe src=/good></iframe>", "frames[0].given.abort()", Cause.SITE),
    ],
)
def test_what_a_document_that_is_left_gives_up(
    bench: Bench, body: str, leave: str, failure: Cause | None
) -> None:
    """Leaving a page gives up what it asked for: no failure. What a page that stays gives up is one."""
    heard = bench.run(body)
    events: list[str] = []
    for event in ("request", "requestfailed"):
        bench.page.on(event, lambda request, event=event: events.append(f"{event} {request.url}"))
    bench.page.frames[-1].evaluate(
        "() => { window.given = new AbortController();"
        " void fetch('/slow', {signal: given.signal}).catch(() => 0); }"
    )
    assert wait(bench.page, 5, lambda: f"request {bench.site.origin}/slow" in events)
    bench.page.evaluate(leave)
    assert wait(bench.page, 5, lambda: f"requestfailed {bench.site.origin}/slow" in events and heard.quiet)
    assert heard.failure is failure


def test_what_an_earlier_document_asked_for_is_forgotten(bench: Bench) -> None:
    """A failure of the page before is none of the next one."""
    heard = bench.done("await fetch('/missing')")
    assert heard.failure is Cause.SITE
    heard.forget()
    assert heard.failure is None
