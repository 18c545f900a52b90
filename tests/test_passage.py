"""The way from a sent form to a signed-in page, on pages made for one question each, in a real browser."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from optout.browser.window import Window, open_window
from optout.errors import AnotherMember, GivenUp, PersonNeeded, SignInStopped, SiteUnavailable
from optout.linkedin import by_hand
from optout.linkedin.challenge import recognise
from optout.linkedin.form import Place, send_code, submit
from optout.linkedin.member import Witness
from optout.linkedin.passage import Passage
from optout.linkedin.person import NOBODY, Person
from optout.linkedin.sight import look
from optout.practice.wire import Reply, Request, Server, redirect

if TYPE_CHECKING:
    from playwright.sync_api import Page

ACCOUNT = "me@example.org"
CODE = "730164"
ALIVE = ["li_at=one; Path=/", "JSESSIONID=two; Path=/"]
FIELDS = "<input id=username name=session_key><input id=password name=session_password type=password>"
FORM = f"<main><form method=post action=/uas/login-submit>{FIELDS}<button>in</button></form></main>"
BY_SCRIPT = (
    "<script>const form = document.querySelector('form');"
    "form.addEventListener('submit', (event) => {{ event.preventDefault(); {} }});</script>"
)
PIN = "<input name=pin autocomplete=one-time-code>"
VERIFY = "method=post action=/checkpoint/verify"
ASKS = f"<main><form id=email-pin-challenge {VERIFY}>{PIN}<button>x</button></form></main>"
FEED = "<main>words</main>"
Answer = Callable[[Request], Reply]


class Pages:
    """Pages by their path, and how often each was asked for; where none is known it is a page of members."""

    def __init__(self) -> None:
        self.answers: dict[str, str | Answer] = {}
        self.counts: Counter[str] = Counter()
        self.released = threading.Event()
        self._server = Server(0, self._answer, self._fault)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End every connection."""
        self.released.set()
        self._server.stop(answering=True)
        self._thread.join()

    def _answer(self, request: Request) -> Reply:
        self.counts[f"{request.method} {request.path}"] += 1
        known = self.answers.get(request.path, FEED)
        reply = Reply(body=known) if isinstance(known, str) else known(request)
        if request.path == "/feed/":
            reply.cookies = ALIVE
        reply.headers["Content-Security-Policy"] = ""
        return reply

    def _fault(self, error: BaseException) -> None:
        raise error


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    """One browser for all of this."""
    with open_window(choice=None, headed=False, cookies=[], timeout=5) as opened:
        yield opened


@pytest.fixture
def pages() -> Iterator[Pages]:
    """A server of this test's own."""
    served = Pages()
    yield served
    served.stop()


@pytest.fixture
def place(window: Window, pages: Pages) -> Place:
    """An empty page that knows no cookie."""
    return Place(page=window.afresh(()), origin=pages.origin, account=ACCOUNT)


def _open(place: Place, path: str) -> "Page":
    place.page.goto(place.origin + path)
    return place.page


def _go(
    place: Place,
    send: Callable[[], frozenset[str]] | None = None,
    code: Callable[[str], str | None] | None = None,
    timeout: float = 4.0,
) -> None:
    person = Person(code=code) if code else NOBODY
    Passage(place=place, person=person, tell=lambda _: None, timeout=timeout).go(send)


def _ending(place: Place, **keywords: float) -> str:
    with pytest.raises(SignInStopped) as stop:
        _go(place, **keywords)  # type: ignore[arg-type]  # only the time-out is ever given here
    return stop.value.state


def _filled(place: Place) -> None:
    place.page.fill("#username", ACCOUNT)
    place.page.fill("#password", "not-a-real-one")


def test_a_form_whose_script_takes_its_time_is_not_sent_again(place: Place, pages: Pages) -> None:
    """A page that was told to submit and asks for something first is left alone, however long it takes."""
    late = "window.sent = (window.sent || 0) + 1; setTimeout(() => fetch('/late', {method: 'POST'}), 3000);"
    pages.answers["/login"] = FORM + BY_SCRIPT.format(late)
    _open(place, "/login")
    _filled(place)
    submit(place)
    assert place.page.evaluate("window.sent") == 1


def test_a_form_that_enter_does_not_send_is_sent_by_its_button(place: Place, pages: Pages) -> None:
    """Twin: where nothing at all was sent, the button is pressed, once."""
    pages.answers["/login"] = FORM + (
        "<script>document.querySelector('#password').addEventListener('keydown',"
        "(event) => event.preventDefault());"
        "document.querySelector('form').addEventListener('submit', (event) => { event.preventDefault();"
        "window.sent = (window.sent || 0) + 1; });</script>"
    )
    _open(place, "/login")
    _filled(place)
    submit(place)
    assert place.page.evaluate("window.sent") == 1


@pytest.mark.parametrize("after", [0, 150])
def test_a_code_that_its_page_sends_by_itself_is_sent_once(place: Place, pages: Pages, after: int) -> None:
    """A page may submit the sixth digit; Enter would send the code a second time."""
    script = (
        "<script>window.sent = 0; const form = document.querySelector('form'); let due = false;"
        "form.addEventListener('submit', (event) => { event.preventDefault(); window.sent += 1; });"
        "form.pin.addEventListener('input', () => { if (form.pin.value.length < 6 || due) return; due = true;"
        f"setTimeout(() => form.requestSubmit(), {after}); }});</script>"
    )
    pages.answers["/checkpoint/x"] = ASKS + script
    _open(place, "/checkpoint/x")
    send_code(place, CODE)
    assert place.page.evaluate("window.sent") == 1


def test_a_tab_from_before_does_not_count_as_signed_in(window: Window, place: Place, pages: Pages) -> None:
    """What an older tab shows was signed in once; the new one decides."""
    pages.answers["/login"] = FORM
    _open(place, "/feed/")
    here = Place(page=window.beside(), origin=pages.origin, account=ACCOUNT)
    _open(here, "/login")
    assert _ending(here, timeout=1.0) == "form_stayed"
    here.page.evaluate("window.open('/feed/')")
    _go(here)


def test_an_empty_page_is_no_page_behind_the_sign_in(place: Place, pages: Pages) -> None:
    """A shell without a word is waited for; then the cookies say whether a setting is worth opening."""
    pages.answers["/feed/"] = "<main></main>"
    _open(place, "/feed/")
    begun = time.monotonic()
    _go(place, timeout=1.0)
    assert time.monotonic() - begun >= 1.0
    place.page.context.clear_cookies()
    assert _ending(place, timeout=1.0) == "no_session"


@pytest.mark.parametrize("typed", [CODE, None], ids=["typed", "given up"])
def test_a_page_that_went_on_meanwhile_needs_no_code(place: Place, pages: Pages, typed: str | None) -> None:
    """If the person has answered elsewhere while they were asked, the page is in, and no code is sent."""
    arrived = threading.Event()

    def feed(_request: Request) -> Reply:
        arrived.set()
        return Reply(body=FEED)

    def poll(_request: Request) -> Reply:
        pages.released.wait(10)
        return Reply(body="")

    def person(_question: str) -> str | None:
        pages.released.set()
        assert arrived.wait(10)
        return typed

    pages.answers |= {"/feed/": feed, "/poll": poll}
    pages.answers["/checkpoint/x"] = (
        ASKS + "<script>fetch('/poll').then(() => location.assign('/feed/'))</script>"
    )
    _open(place, "/checkpoint/x")
    _go(place, code=person)
    assert pages.counts["POST /checkpoint/verify"] == 0


def test_a_page_that_stayed_is_given_up(place: Place, pages: Pages) -> None:
    """Twin: where nothing went on, an empty answer is the end."""
    pages.answers["/checkpoint/x"] = ASKS
    _open(place, "/checkpoint/x")
    with pytest.raises(GivenUp):
        _go(place, code=lambda _question: None)


def test_a_form_that_leads_elsewhere_asks_nobody(place: Place, pages: Pages) -> None:
    """The place of a code is looked at before the person is asked for it."""
    pages.answers["/checkpoint/x"] = ASKS.replace("/checkpoint/verify", "http://localhost:9/x")
    asked: list[str] = []

    def person(question: str) -> str:
        asked.append(question)
        return CODE

    _open(place, "/checkpoint/x")
    with pytest.raises(SignInStopped) as stop:
        _go(place, code=person)
    assert (stop.value.state, asked) == ("off_site", [])


@pytest.mark.parametrize(
    "script",
    [
        "setTimeout(() => location.assign('/feed/'), 600)",
        "fetch('/slow').then(() => location.assign('/feed/'))",
    ],
    ids=["gone soon", "with an open request"],
)
def test_an_error_that_does_not_stay_is_none(place: Place, pages: Pages, script: str) -> None:
    """What stands at a form for a moment, or while it is still being asked, is no refusal."""

    def slow(request: Request) -> Reply:
        request.wait(2.0)
        return Reply(body="")

    pages.answers["/slow"] = slow
    pages.answers["/login"] = FORM
    page = _open(place, "/login")

    def send() -> frozenset[str]:
        page.evaluate(f"document.body.insertAdjacentHTML('beforeend', '<p role=alert>no</p>'); void {script}")
        return frozenset()

    _go(place, send)


def test_an_error_that_stays_is_a_refusal(place: Place, pages: Pages) -> None:
    """Twin: an error that is there for good is one, and one that came just before the end of the wait too."""
    pages.answers["/login"] = FORM + "<p role=alert>no</p>"
    _open(place, "/login")
    assert _ending(place) == "wrong_credentials"
    assert _ending(place, timeout=0.5) == "wrong_credentials"


def test_a_form_without_an_answer_blames_no_password(place: Place, pages: Pages) -> None:
    """What was sent and never answered ends as a site that is too slow."""

    def never(_request: Request) -> Reply:
        pages.released.wait(30)
        return Reply(status=503)

    pages.answers |= {"/login": FORM, "/uas/login-submit": never}
    _open(place, "/login")
    _filled(place)
    with pytest.raises(SiteUnavailable):
        _go(place, lambda: submit(place), timeout=1.0)
    assert pages.counts["POST /uas/login-submit"] == 1


SLOW_PICTURE = "<img src=/slow.png>"
LATE_FORM = (
    f"<main>words</main>{SLOW_PICTURE}<script>addEventListener('load', () =>"
    f" {{ document.querySelector('main').innerHTML = '{ASKS[6:-7]}'; }})</script>"
)


def _slow_picture(seconds: float) -> Answer:
    def picture(request: Request) -> Reply:
        request.wait(seconds)
        return Reply(status=404)

    return picture


def test_half_a_page_with_400_is_not_a_dead_sign_in(place: Place, pages: Pages) -> None:
    """After a code HTTP 400 means what the whole page says: here that the code was wrong."""
    said: list[str] = []

    def person(question: str) -> str:
        said.append(question)
        return CODE

    def verify(_request: Request) -> Reply:
        if pages.counts["POST /checkpoint/verify"] == 1:
            return Reply(status=400, body=LATE_FORM)
        return redirect("/feed/", status=303)

    pages.answers |= {"/checkpoint/x": ASKS, "/checkpoint/verify": verify, "/slow.png": _slow_picture(0.8)}
    _open(place, "/checkpoint/x")
    _go(place, code=person)
    assert len(said) == 2
    assert said[1].startswith("The site did not accept that code. ")


def test_a_bare_400_after_a_code_is_one(place: Place, pages: Pages) -> None:
    """Twin: a whole page without the form is what rejected cookies bring."""
    pages.answers |= {
        "/checkpoint/x": ASKS,
        "/checkpoint/verify": lambda _: Reply(status=400, body="<main>400</main>"),
    }
    _open(place, "/checkpoint/x")
    with pytest.raises(SignInStopped) as stop:
        _go(place, code=lambda _question: CODE)
    assert stop.value.state == "bad_cookies"


def test_a_checkpoint_has_time_to_show_which_one_it_is(place: Place, pages: Pages) -> None:
    """Its two seconds begin when the page is ready; until then nobody knows it."""
    pages.answers |= {
        "/checkpoint/x": LATE_FORM,
        "/slow.png": _slow_picture(2.6),
        "/checkpoint/verify": lambda _: redirect("/feed/", status=303),
    }
    place.page.goto(place.origin + "/checkpoint/x", wait_until="commit")
    _go(place, code=lambda _question: CODE)
    assert pages.counts["POST /checkpoint/verify"] == 1


def test_a_page_that_comes_back_prolongs_no_approval(place: Place, pages: Pages) -> None:
    """One passage waits once, at least 5 s and as long as the first page said."""
    back = "<script>setTimeout(() => location.assign('/checkpoint/{}'), {})</script>"
    seconds = "<code id=totalPollingTimeInSeconds hidden>1</code>"

    def ask(_request: Request) -> Reply:
        if pages.counts["GET /checkpoint/x"] > 9:
            return redirect("/feed/")
        form = f"<main><form id=in-app-challenge>wait{seconds}</form></main>"
        return Reply(body=form + back.format("y", 700))

    pages.answers["/checkpoint/x"] = ask
    pages.answers["/checkpoint/y"] = "<main>one moment</main>" + back.format("x", 400)
    _open(place, "/checkpoint/x")
    began = time.monotonic()
    with pytest.raises(GivenUp):
        _go(place)
    assert time.monotonic() - began >= 5
    assert pages.counts["GET /checkpoint/x"] > 2


BAR = "<header><a href=/in/me-myself/>me</a></header>"
PUSH = "<main><form id=in-app-challenge>wait</form></main>"


@pytest.mark.parametrize(
    ("path", "html", "state"),
    [
        ("/checkpoint/x", ASKS, "code_email"),
        ("/checkpoint/x", PUSH, "app_push"),
        ("/login", ASKS, "sign_in_page"),
        ("/login", PUSH, "sign_in_page"),
        ("/uas/login", ASKS.replace("email-pin-challenge", "two-step-challenge"), "sign_in_page"),
        ("/feed/", ASKS, "inside"),
        ("/checkpoint/x", ASKS.replace("<input", "<input hidden"), "unknown_checkpoint"),
        ("/checkpoint/x", ASKS.replace("<form", "<form style='display:none'"), "unknown_checkpoint"),
        ("/checkpoint/x", "<main>words<form id=two-step-challenge>x</form></main>", "unknown_checkpoint"),
        ("/checkpoint/x", "<main>words<div id=auth-app-div>x</div></main>", "unknown_checkpoint"),
        ("/checkpoint/x", PUSH.replace("<form", "<form hidden"), "unknown_checkpoint"),
        ("/checkpoint/x", "<code id=totalPollingTimeInSeconds>9</code>", "unknown_checkpoint"),
    ],
)
def test_a_question_counts_where_it_belongs_and_can_be_seen(
    place: Place, pages: Pages, path: str, html: str, state: str
) -> None:
    """A code or an approval is one under /checkpoint/ only, with its field or its form there to be seen."""
    pages.answers[path] = html
    sight = look(_open(place, path))
    assert sight is not None
    assert recognise(sight, place.origin) == state


@pytest.mark.parametrize(
    ("html", "cookies", "error"),
    [
        (f"{BAR}{FEED}", ALIVE, None),
        (FEED, ALIVE, None),
        (f"{BAR}<main></main>", ALIVE, PersonNeeded),
        (f"{BAR}{FEED}", [], PersonNeeded),
        (FORM, ALIVE, PersonNeeded),
        (f"{BAR.replace('me-myself', 'somebody')}{FEED}", ALIVE, AnotherMember),
    ],
)
def test_a_sign_in_by_hand_is_believed_once_the_home_page_shows_it(
    place: Place,
    pages: Pages,
    html: str,
    cookies: list[str],
    error: type[PersonNeeded] | None,
) -> None:
    """It has to show words, living cookies and nobody else; whose it is, it may leave open."""
    pages.answers["/home"] = lambda _: Reply(body=html, cookies=list(cookies))
    witness = Witness(place.page, pages.origin)
    _open(place, "/home")
    if error is None:
        assert set(by_hand.welcomed(witness, expected="me-myself", seconds=1.0)) <= {"me-myself"}
        return
    with pytest.raises(error) as stop:
        by_hand.welcomed(witness, expected="me-myself", seconds=1.0)
    assert type(stop.value) is error
