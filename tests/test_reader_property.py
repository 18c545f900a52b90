"""Whatever page is made at random, what the program says of it is true, or it says that it could not tell."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Never

import pytest
from generated_pages import LANDINGS, Made, html, pages
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from optout import verdict
from optout.browser.window import open_window
from optout.linkedin import menu, switch
from optout.linkedin.catalogue import AI_TRAINING, KNOWN_ROWS
from optout.linkedin.menu import Menu, Row
from optout.linkedin.reading import reading
from optout.linkedin.sight import Clock
from optout.linkedin.stay import Stay
from optout.linkedin.switch import SETTLE, Shows
from optout.verdict import Listed, Verdict, Witnesses, conclude, weigh

if TYPE_CHECKING:
    from playwright.sync_api import Page

BATCHES, EACH = 8, 270
USEFUL = 0.99  # of the pages that a person calls plain, how many have to be read and not only doubted
TIMEOUT = SETTLE * 2.1
# The most tempting list there is: complete, and without the setting's row.
WITHOUT_ROW = Menu(
    category=AI_TRAINING.category,
    rows=tuple(
        Row(path=path, label="x", state=None)
        for path in sorted(KNOWN_ROWS[AI_TRAINING.category] - {AI_TRAINING.path})
    ),
    lang="en",
    complete=True,
)
Reader = Callable[[Made], Verdict]


class Pages(ThreadingHTTPServer):
    """Serves one page at a time, at the address it is to land on; the setting's own leads there."""

    html, landing = "", ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Pages

    def do_GET(self) -> None:
        here = self.path == self.server.landing
        body = self.server.html.encode() if here else b""
        self.send_response(200 if here else 302)
        if not here:
            self.send_header("Location", self.server.landing)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard server's word
        """Write nothing."""


class Virtual:
    """A clock that stands still while the program thinks and moves on, in the page too, when it waits."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        """What it says."""
        return self.seconds

    def pause(self, page: "Page", seconds: float) -> None:
        """Let a while pass for both; while the page still loads, time stands still."""
        loaded = "(ms) => document.readyState === 'complete' && (advance(ms), true)"
        self.seconds += seconds if page.evaluate(loaded, seconds * 1000) else 0.0


class Reading:
    """The program's own way from an address to a verdict, on pages that are made here."""

    def __init__(self, page: "Page", server: Pages) -> None:
        self.page, self.server = page, server
        # One stay for all pages: each listens to its page for good.
        self.stay = Stay(
            page=page, renewed=lambda _: page, beside=lambda: page, shown=lambda: page,
            origin=f"http://127.0.0.1:{server.server_port}", account="x", password=_nobody,
            timeout=TIMEOUT, tell=lambda _: None,
        )  # fmt: skip

    def serve(self, made: Made) -> None:
        """Have a page ready at its address."""
        self.server.html, self.server.landing = html(made), LANDINGS[made.landing]

    def verdict(self, made: Made) -> Verdict:
        """What the program concludes from this page, if the list of settings leaves all doubt to it."""
        self.serve(made)
        clock = Virtual()
        self.stay.clock = Clock(now=clock.now, pause=clock.pause, poll=SETTLE / 3)
        seen = switch.read(self.stay, AI_TRAINING)
        look = reading(seen, alive=True) or menu.offered(
            AI_TRAINING, seen, WITHOUT_ROW, read_earlier=False, look_into=lambda _: Shows.NO_SWITCH
        )
        row = Listed.MISSING if look.reading is verdict.Reading.NOT_OFFERED else None
        look = weigh(look, Witnesses(row=row))  # the page alone: what it says has to be right by itself
        return conclude(look, look, clicked=False, proved_off_earlier=False)

    def naive(self, made: Made) -> Verdict:
        """What somebody would say who takes the first box on the page at its first word."""
        self.serve(made)
        self.page.goto(f"http://127.0.0.1:{self.server.server_port}{AI_TRAINING.path}")
        on = self.page.evaluate("(document.querySelector('input[type=checkbox]') || {}).checked")
        return Verdict.NOT_OFFERED if on is None else Verdict.ON if on else Verdict.ALREADY_OFF


def _nobody() -> Never:
    raise AssertionError("nothing here asks for a password")


@pytest.fixture(scope="module")
def reading_of() -> Iterator[Reading]:
    server = Pages()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    with open_window(choice=None, headed=False, cookies=[], timeout=5) as window:
        yield Reading(window.page, server)
    server.shutdown()
    server.server_close()
    thread.join()


def _require_true(made: Made, said: Verdict) -> None:
    """Fail, with the whole page, if what was said of it is not so."""
    true = {
        Verdict.ALREADY_OFF: made.may_be_off,
        Verdict.NOT_OFFERED: not made.ours,
        Verdict.ON: made.may_be_on,
    }.get(said, True)
    assert true, f"said {said} of this page, with a true {made}:\n{html(made)}"


def _tell_of_all(number: int, reader: Reader, *, each: int = EACH, shrink: bool = True) -> Counter[str]:
    """Let a reader read the pages of one seed; return how many there were, plain ones and plain ones read."""
    told: Counter[str] = Counter()
    word = {Verdict.ALREADY_OFF: "off", Verdict.ON: "on", Verdict.NOT_OFFERED: "not_offered"}

    @seed(number)
    @settings(
        max_examples=each, deadline=None, database=None, print_blob=False, verbosity=Verbosity.quiet,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(pages())
    def tell(made: Made) -> None:
        said = reader(made)
        _require_true(made, said)
        told["pages"] += 1
        told[str(said)] += 1
        if made.expected is not None:
            told["plain"] += 1
            told["plain, read"] += word.get(said) == made.expected
            if word.get(said) != made.expected:
                told[f"said {said} of {made}"] += 1

    tell()
    return told


@pytest.mark.parametrize("number", range(BATCHES))
def test_nothing_false_is_said_of_any_page(reading_of: Reading, number: int) -> None:
    """No page is called off that is on, or not offered that has the key; and plain pages are read."""
    told = _tell_of_all(number, reading_of.verdict)
    assert told["pages"] >= EACH * 0.95, told
    assert told["plain, read"] >= USEFUL * told["plain"] > EACH * 0.15, told


def test_a_hasty_reader_is_caught(reading_of: Reading) -> None:
    """Twin: the first box's first word is a lie on some of these pages, and that is seen."""
    with pytest.raises(AssertionError, match="said "):
        _tell_of_all(0, reading_of.naive, shrink=False)
