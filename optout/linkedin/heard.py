"""What becomes of a page's own requests while a sign-in goes through it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optout.linkedin.address import origin_in, reports_only

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page, Request, Response

ASKING = frozenset({"document", "fetch", "xhr"})


@dataclass(kw_only=True)
class Heard:
    """What became of the page's own loads: their HTTP statuses, and the browser's words for failed ones.

    `unsent` are the words for what the page itself tried to send to the site in vain. `open` is what it has
    asked the site for and got no first line of an answer to, `loading` the next document among that: until
    it begins, the browser lets nobody look at the page (Chromium 156).
    """

    statuses: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    open: "set[Request]" = field(default_factory=set)
    loading: "set[Request]" = field(default_factory=set)

    @property
    def unanswered(self) -> bool:
        """Whether something that was sent, and not merely asked for, has no answer yet."""
        return any(request.method != "GET" or request.is_navigation_request() for request in self.open)


@contextmanager
def listening(page: "Page", origin: str) -> Iterator[Heard]:
    """Given a page and the site's origin, yield what is heard of the page's own loads."""
    heard = Heard()

    def note(request: "Request") -> None:
        if request.resource_type in ASKING and _is_for_the_site(request, origin):
            heard.open.add(request)
            if request.is_navigation_request() and request.frame == page.main_frame:
                heard.loading.add(request)

    def remember(response: "Response") -> None:
        close(response.request)
        if response.request.is_navigation_request() and response.frame == page.main_frame:
            heard.statuses.append(response.status)

    def note_failure(request: "Request") -> None:
        close(request)
        word = request.failure or ""
        if not word or "ERR_ABORTED" in word:
            return
        if request.is_navigation_request() and request.frame == page.main_frame:
            heard.failures.append(word)
        elif request.method != "GET" and _is_for_the_site(request, origin):
            heard.unsent.append(word)

    def close(request: "Request") -> None:
        heard.open.discard(request)
        heard.loading.discard(request)

    def begin(frame: "Frame") -> None:
        if frame == page.main_frame:
            heard.loading.clear()  # what was asked for before it reaches nobody any more

    page.on("framenavigated", begin)
    page.on("request", note)
    page.on("response", remember)
    page.on("requestfailed", note_failure)
    try:
        yield heard
    finally:
        page.remove_listener("framenavigated", begin)
        page.remove_listener("request", note)
        page.remove_listener("response", remember)
        page.remove_listener("requestfailed", note_failure)


def _is_for_the_site(request: "Request", origin: str) -> bool:
    """Return whether a page asks its own site for something, and does not merely report."""
    return origin_in(request.url) == origin and not reports_only(request.url)
