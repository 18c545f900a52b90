"""What a page has asked the site for and not been told yet: as long as it waits, it may still change."""

from typing import TYPE_CHECKING

from optout.linkedin.address import reports_only

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Response

ASKING = frozenset({"fetch", "xhr", "script", "document"})


class Traffic:
    """Listens to one page from its beginning; `quiet` says whether every request that counts has an answer.

    Requests by which a page only reports what its user does, and streams that stay open, do not count.
    """

    def __init__(self, page: "Page") -> None:
        self._unanswered: set[Request] = set()
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("requestfailed", self._failed)

    @property
    def quiet(self) -> bool:
        """Whether the page waits for nothing."""
        return not self._unanswered

    def forget(self) -> None:
        """Forget what an earlier document asked for: its answers no longer reach anybody."""
        self._unanswered.clear()

    def _asked(self, request: "Request") -> None:
        if request.resource_type in ASKING and not reports_only(request.url):
            self._unanswered.add(request)

    def _failed(self, request: "Request") -> None:
        self._unanswered.discard(request)

    def _answered(self, response: "Response") -> None:
        self._unanswered.discard(response.request)
