"""Load one address of the site afresh, and say what came back."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from optout.errors import SignInStopped, SiteUnavailable, Throttled
from optout.linkedin.address import State, without_values
from optout.linkedin.challenge import stopped
from optout.linkedin.sight import wait

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

THROTTLED = frozenset({429, 999})  # 999 is LinkedIn's own (linkedin.md 6)
BAD_REQUEST = 400
FORBIDDEN = 403
SERVER_ERROR = 500
TAKE_OVER_PATIENCE = 1.0  # seconds a load that cut ours short has to show its document


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One load: addresses without the values of their queries, times in UTC, `status` None if unknown.

    `failure` is the browser's word for why nothing came, empty if something did.
    """

    at: datetime
    asked: str
    shown: str
    redirects: tuple[str, ...]
    status: int | None
    server_date: datetime | None
    failure: str

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
    from playwright.sync_api import Error
    from playwright.sync_api import TimeoutError as TimedOut

    failure = ""
    response: Response | None = None
    before = _document(page)
    try:
        response = page.goto(address, wait_until="commit", timeout=timeout * 1000)
    except TimedOut:
        failure = "timeout"
    except Error as error:
        failure = _network_word(error.message)
    if (
        failure not in {"timeout", "ERR_TOO_MANY_REDIRECTS"}
        and response is None
        and not _replaced(page, before)
    ):
        failure = failure or "no document"  # 204, a download: the old page stands there as if it were new
    elif failure in {"ERR_ABORTED", "interrupted"}:
        failure = ""  # another load took over
    return Loaded(
        at=datetime.now(UTC),
        asked=without_values(address),
        shown=without_values(page.url),
        redirects=tuple(without_values(url) for url in _redirects(response)),
        status=None if response is None else response.status,
        server_date=_server_date(response),
        failure=failure,
    )


def load(page: "Page", address: str, *, timeout: float) -> None:
    """Given a page and an address, load it from the network. Raise what `refuse` raises."""
    refuse(fetch(page, address, timeout=timeout))


def refuse(loaded: Loaded) -> None:
    """Given a load, raise what it stands for if nothing can be read from the page.

    Throttled on 429 and 999, SiteUnavailable on 5xx and where nothing came, SignInStopped(redirect_loop,
    bad_cookies) on what dead cookies bring.
    """
    refuse_failure(loaded.failure)
    if loaded.status is not None:
        refuse_status(loaded.status)


def refuse_failure(word: str) -> None:
    """Given the browser's word for a failed load, empty if it did not fail, raise what it stands for."""
    if "ERR_TOO_MANY_REDIRECTS" in word:
        raise stopped(State.REDIRECT_LOOP)
    if word:
        raise SiteUnavailable(
            f"The site could not be reached ({word.removeprefix('net::')}).", "Try again later."
        )


def refuse_status(status: int) -> None:
    """Given the HTTP status of a document, raise what it stands for if nothing can be read from the page."""
    if status in THROTTLED:
        raise Throttled(f"The site asks for calm (HTTP {status}).", "Wait some hours before the next visit.")
    if status >= SERVER_ERROR:
        raise SiteUnavailable(f"The site answered HTTP {status}.", "Try again later.")
    if status == BAD_REQUEST:
        raise stopped(State.BAD_COOKIES)


def is_dead_sign_in(stop: SignInStopped) -> bool:
    """Given why a load stopped, return whether a fresh sign-in without the old cookies may cure it."""
    return stop.state == State.REDIRECT_LOOP


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


def _network_word(message: str) -> str:
    """Return the browser's own word for a failed load."""
    found = re.search(r"net::(ERR_[A-Z_]+)", message)
    if found:
        return found[1]
    return "interrupted" if "interrupted by another navigation" in message else "closed"


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
