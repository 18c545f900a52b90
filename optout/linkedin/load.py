"""Load one address of the site afresh, and say what came back."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from optout.errors import OptoutError, PageNotUnderstood, SignInStopped, SiteUnavailable, Throttled
from optout.linkedin.address import State, without_values
from optout.linkedin.challenge import stopped
from optout.linkedin.failure import (
    BARE_STATUS,
    INTERRUPTED,
    TIMEOUT,
    TOO_MANY_REDIRECTS,
    refuse_failure,
    word_in,
)
from optout.linkedin.sight import wait

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

THROTTLED = frozenset({429, 999})  # 999 is LinkedIn's own (linkedin.md 6)
BAD_REQUEST = 400
FORBIDDEN = 403
PROXY_ASKS = 407
SERVER_ERROR = 500
TAKE_OVER_PATIENCE = 1.0  # seconds a load that cut ours short has to show its document


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One load: addresses without the values of their queries, times in UTC, `status` None if unknown.

    `failure` is the browser's word for why nothing came, empty if something did. `open_ended` says that the
    answer's end cannot be told from a connection that broke off.
    """

    at: datetime
    asked: str
    shown: str
    redirects: tuple[str, ...]
    status: int | None
    server_date: datetime | None
    failure: str
    open_ended: bool = False

    def step(self) -> dict[str, object]:
        """Return the load as a step of the evidence, without who is signed in."""
        skew = None if self.server_date is None else round((self.at - self.server_date).total_seconds())
        step: dict[str, object] = {
            "at": written(self.at),
            "did": "load",
            "asked": _nameless(self.asked),
            "redirects": [_nameless(address) for address in self.redirects],
            "shown": _nameless(self.shown),
            "status": self.status,
            "server_date": None if self.server_date is None else written(self.server_date),
            "skew_s": skew,
        }
        return step | ({"failure": self.failure} if self.failure else {})


def fetch(page: "Page", address: str, *, timeout: float) -> Loaded:
    """Given a page and an address, load it from the network and return what came back, failed or not.

    Returns as soon as the document has begun, or nothing came within `timeout` seconds; what it shows comes
    later (`sight.look`).
    """
    before = _document(page)
    answers: list[Response] = []

    def remember(response: "Response") -> None:
        if response.request.is_navigation_request() and response.frame == page.main_frame:
            answers.append(response)

    page.on("response", remember)
    try:
        response, failure = _go(page, address, timeout)
    finally:
        page.remove_listener("response", remember)
    if failure == BARE_STATUS and answers:
        response, failure = answers[-1], ""
    elif failure not in {TIMEOUT, TOO_MANY_REDIRECTS} and response is None and not _replaced(page, before):
        failure = failure or "no document"  # 204, a download: the old page stands there as if it were new
    elif failure in {"ERR_ABORTED", INTERRUPTED}:
        failure = ""  # another load took over
    return Loaded(
        at=datetime.now(UTC),
        asked=without_values(address),
        shown=without_values(page.url),
        redirects=tuple(without_values(url) for url in _redirects(response)),
        status=None if response is None else response.status,
        server_date=_server_date(response),
        failure=failure,
        open_ended=response is not None and _is_open_ended(page, response),
    )


def load(page: "Page", address: str, *, timeout: float) -> None:
    """Given a page and an address, load it from the network. Raise what `refuse` raises."""
    refuse(fetch(page, address, timeout=timeout))


def refuse(loaded: Loaded) -> None:
    """Given a load, raise what it stands for if nothing can be read from the page.

    Throttled on 429 and 999, SiteUnavailable on 5xx and where nothing came, SignInStopped(redirect_loop,
    bad_cookies) on what dead cookies bring, SignInStopped(untrusted) on a site that is not shown to be real.
    """
    refuse_failure(loaded.failure, loaded.asked)
    if loaded.status is not None:
        refuse_status(loaded.status)


def refuse_status(status: int) -> None:
    """Given the HTTP status of a document, raise what it stands for if nothing can be read from the page."""
    if status in THROTTLED:
        raise asks_for_calm(status)
    if status == PROXY_ASKS:
        refuse_failure("ERR_PROXY_AUTH_REQUESTED")
    if status >= SERVER_ERROR:
        raise SiteUnavailable(f"The site answered HTTP {status}.", "Try again later.")
    if status == BAD_REQUEST:
        raise stopped(State.BAD_COOKIES)


def forbids(*, arrived: bool) -> OptoutError:
    """Given whether another page was had before, return the error for one that is forbidden (HTTP 403)."""
    if arrived:
        return PageNotUnderstood("The site forbids this page (HTTP 403).", "Open it in your own browser.")
    return Throttled("The site refuses every page (HTTP 403).", "Wait some hours before the next visit.")


def asks_for_calm(status: int) -> Throttled:
    """Given the status by which the site asks for calm, return the error that ends the visit."""
    return Throttled(f"The site asks for calm (HTTP {status}).", "Wait some hours before the next visit.")


def is_dead_sign_in(stop: SignInStopped) -> bool:
    """Given why a load stopped, return whether a fresh sign-in without the old cookies may cure it."""
    return stop.state == State.REDIRECT_LOOP


def _go(page: "Page", address: str, timeout: float) -> "tuple[Response | None, str]":
    """Load an address and return the answer, if any, and the word for why there is none.

    The browser's own page about an earlier failure may come in between: then load once more.
    """
    from playwright.sync_api import Error
    from playwright.sync_api import TimeoutError as TimedOut

    for last in (False, True):
        try:
            return page.goto(address, wait_until="commit", timeout=timeout * 1000), ""
        except TimedOut:
            return None, TIMEOUT
        except Error as error:
            word = word_in(error.message)
            if last or word != INTERRUPTED or "chrome-error:" not in error.message:
                return None, word
    return None, ""


def _is_open_ended(page: "Page", response: "Response") -> bool:
    """Return whether only the closing of the connection ends the answer, as in old HTTP without a length."""
    from playwright.sync_api import Error

    if {"content-length", "transfer-encoding"} & response.headers.keys():
        return False
    try:
        protocol = page.evaluate("(performance.getEntriesByType('navigation')[0] || {}).nextHopProtocol")
    except Error:
        return True
    return not str(protocol).startswith(("h2", "h3"))  # these mark the end in frames of their own


def _document(page: "Page") -> float | None:
    """Return what tells one document from the next: the moment its load began. None while there is none."""
    from playwright.sync_api import Error

    try:
        return float(page.evaluate("performance.timeOrigin"))
    except Error:
        return None


def _replaced(page: "Page", before: float | None) -> bool:
    """Return whether another document stands in the page than before, after a moment if need be."""
    return wait(page, TAKE_OVER_PATIENCE, lambda: (now := _document(page)) is not None and now != before)


def _redirects(response: "Response | None") -> list[str]:
    """Return the addresses that sent the browser on, first to last, without the one it ended at."""
    chain: list[str] = []
    request = response.request.redirected_from if response else None
    while request is not None:
        chain.insert(0, request.url)
        request = request.redirected_from
    return chain


def _server_date(response: "Response | None") -> datetime | None:
    """Return the server's own clock, None if it told none."""
    written = response.headers.get("date") if response else None
    try:
        return parsedate_to_datetime(written).astimezone(UTC) if written else None
    except ValueError:
        return None


def _nameless(address: str) -> str:
    """Return an address without the member's public identifier."""
    return re.sub(r"/in/[^/?#]+", "/in/…", address)


def written(moment: datetime) -> str:
    """Given a time in UTC, return it in whole seconds, with a Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
