"""What a page has asked the site for: while an answer is due, and where one failed, it proves nothing."""

from typing import TYPE_CHECKING

from optout.linkedin.address import origin_in, reports_only

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Response

# Only these can still change what a page shows; scripts count, as one may draw the switch.
ASKING = frozenset({"document", "script", "fetch", "xhr"})
ANSWERING = frozenset({"script", "fetch", "xhr"})
REFUSALS = frozenset({429, 999})
SERVER_ERROR = 500


class Traffic:
    """Listens to one page from its beginning.

    An answer counts from its first line, so a stream that never ends holds nothing up. Requests by which
    a page only reports what its user does do not count.
    """

    def __init__(self, page: "Page", origin: str) -> None:
        self._page = page
        self._origin = origin
        self._unanswered: set[Request] = set()
        self._failed = False
        self._cut_short = False
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("requestfailed", self._given_up)

    @property
    def quiet(self) -> bool:
        """Whether the page waits for nothing."""
        return not self._unanswered

    @property
    def failed(self) -> bool:
        """Whether the site failed or refused to answer something that this document asked for."""
        return self._failed

    @property
    def cut_short(self) -> bool:
        """Whether the document itself broke off before its end."""
        return self._cut_short

    def forget(self) -> None:
        """Forget what an earlier document asked for: its answers no longer reach anybody."""
        self._unanswered.clear()
        self._failed = False
        self._cut_short = False

    def _asked(self, request: "Request") -> None:
        if request.resource_type in ASKING and not reports_only(request.url):
            self._unanswered.add(request)

    def _answered(self, response: "Response") -> None:
        request = response.request
        if request in self._unanswered:
            self._unanswered.discard(request)
            if response.status >= SERVER_ERROR or response.status in REFUSALS:
                self._note(request)

    def _given_up(self, request: "Request") -> None:
        """Note a request that came to nothing, or whose answer broke off in the middle."""
        self._unanswered.discard(request)
        asked = request.resource_type in ASKING and not reports_only(request.url)
        if not asked or "ERR_ABORTED" in (request.failure or ""):
            return
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self._cut_short = True
        else:
            self._note(request)

    def _note(self, request: "Request") -> None:
        if request.resource_type in ANSWERING and origin_in(request.url) == self._origin:
            self._failed = True
