"""What a page has asked the site for: while an answer is due, and where one failed, it proves nothing."""

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from optout.linkedin.address import State, origin_in, path_state, reports_only
from optout.verdict import Cause

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Response

# Only these can still change what a page shows; scripts count, as one may draw the switch.
ASKING = frozenset({"document", "script", "fetch", "xhr"})
ANSWERING = frozenset({"script", "fetch", "xhr"})
READ = frozenset({"fetch", "xhr"})
REDIRECTS = range(300, 400)
UNAUTHORIZED = 401
ERROR = 400
# An answer that its page never reads may never be said to have ended (Chromium 156): no longer than this.
BODY_PATIENCE = 10.0
LONGEST_READ = 256 * 1024  # bytes of an answer in which a word of failure is looked for


@dataclass(slots=True, kw_only=True)
class _Asked:
    """A request without its end: how many navigations came before it, and when its answer began."""

    navigations: int
    answer: "Response | None" = None
    since: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether it may still change the page: what its page surely reads does to the very end."""
        if self.answer is None:
            return True
        asked = self.answer.request
        surely = asked.resource_type != "fetch" or (asked.method == "GET" and _is_json(self.answer))
        return surely or time.monotonic() - self.since < BODY_PATIENCE


class Traffic:
    """Listens to one page from its beginning.

    What a page fetches counts until its last byte, a stream of events never. Requests by which a page only
    reports what its user does do not count.
    """

    def __init__(self, page: "Page", origin: str) -> None:
        self._page = page
        self._origin = origin
        self._open: dict[Request, _Asked] = {}
        self._unread: list[Response] = []
        self._navigations = 0
        self._failure: Cause | None = None
        self._cut_short = False
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._given_up)

    @property
    def quiet(self) -> bool:
        """Whether the page waits for nothing."""
        return not any(asked.holds for asked in self._open.values())

    @property
    def failure(self) -> Cause | None:
        """Whom it waits for that the site did not answer all this document asked for; None if it did.

        Reads what was answered since the last time: an answer may be an error in the clothes of a success.
        """
        while self._unread and self._failure is None:
            if _tells_errors(self._unread.pop()):
                self._failure = Cause.SITE
        return self._failure

    @property
    def cut_short(self) -> bool:
        """Whether the document itself broke off before its end."""
        return self._cut_short

    def forget(self) -> None:
        """Forget what an earlier document asked for: its answers no longer reach anybody."""
        self._open.clear()
        self._unread.clear()
        self._failure = None
        self._cut_short = False

    def _asked(self, request: "Request") -> None:
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self._navigations += 1
        if request.resource_type in ASKING and not _is_report(request):
            self._open[request] = _Asked(navigations=self._navigations)

    def _answered(self, response: "Response") -> None:
        request = response.request
        asked = self._open.get(request)
        if asked is None:
            return
        asked.answer, asked.since = response, time.monotonic()
        if response.status == UNAUTHORIZED or self._leads_to_sign_in(response):
            self._note(request, Cause.PERSON)
        elif response.status >= ERROR:
            self._note(request, Cause.SITE)
        if request.resource_type == "document" or "text/event-stream" in _kind(response):
            del self._open[request]

    def _ended(self, request: "Request") -> None:
        asked = self._open.pop(request, None)
        if asked and asked.answer and request.resource_type in READ and self._is_own(request):
            self._unread += [asked.answer] if _is_json(asked.answer) else []

    def _given_up(self, request: "Request") -> None:
        """Note a request that came to nothing, or whose answer broke off in the middle."""
        asked = self._open.pop(request, None)
        aborted = "ERR_ABORTED" in (request.failure or "")
        if request.is_navigation_request():
            if not aborted and request.frame == self._page.main_frame:
                self._cut_short = True
        elif asked and not (aborted and self._is_harmless(request, asked)):
            self._note(request, Cause.SITE)

    def _is_harmless(self, request: "Request", asked: _Asked) -> bool:
        """Return whether a request was given up as its page was left, or for there being nothing to read.

        Chromium also calls an empty answer aborted if its page does not read it.
        """
        if asked.navigations != self._navigations:
            return True
        if asked.answer is None:
            return False
        return request.method != "GET" or asked.answer.headers.get("content-length") == "0"

    def _leads_to_sign_in(self, response: "Response") -> bool:
        target = response.headers.get("location")
        if response.status not in REDIRECTS or not target:
            return False
        try:
            state = path_state(urljoin(response.url, target), self._origin)
        except ValueError:  # no address: the browser does not follow it either
            return False
        return state not in {State.INSIDE, State.OFF_SITE}

    def _note(self, request: "Request", cause: Cause) -> None:
        if request.resource_type in ANSWERING and self._is_own(request) and self._failure is not Cause.PERSON:
            self._failure = cause

    def _is_own(self, request: "Request") -> bool:
        """Return whether the page asked its own site, wherever that led."""
        while request.redirected_from is not None:
            request = request.redirected_from
        return origin_in(request.url) == self._origin


def _is_report(request: "Request") -> bool:
    """Return whether a page only reports by a request; what it reads may have any address."""
    return request.method == "POST" and reports_only(request.url)


def _kind(response: "Response") -> str:
    return response.headers.get("content-type", "").lower()


def _is_json(response: "Response") -> bool:
    return "json" in _kind(response)


def _tells_errors(response: "Response") -> bool:
    """Given an answer that has ended, return whether it is JSON that speaks of errors, as GraphQL does."""
    from playwright.sync_api import Error

    length = response.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LONGEST_READ:
        return False
    try:
        body = response.body()
        told = json.loads(body) if len(body) <= LONGEST_READ else None
    except (Error, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and bool(told.get("errors"))
