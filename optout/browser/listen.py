"""Listen to what the page itself does while a switch is turned: a hint for people, never a proof."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page, Request, Response

SAVING = frozenset({"PUT", "POST", "PATCH"})
ASKING = frozenset({"confirm", "prompt"})  # dialogs that were declined, and would be again
ERROR = 400
CALM = frozenset({429, 999})  # 999 is LinkedIn's own (linkedin.md 6)
QUIET = 0.75  # seconds without a request after which nothing is expected to be saved any more


@dataclass(kw_only=True)
class Heard:
    """What was heard: requests under way, the answers (path, HTTP status or None), and kinds of dialogs."""

    page: "Page"
    under_way: list["Request"] = field(default_factory=list)
    answers: list[tuple[str, int | None]] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether the page did anything that could be heard."""
        return bool(self.answers or self.under_way or self.dialogs)

    @property
    def asks(self) -> bool:
        """Whether a box of the browser's came up that asked something."""
        return not ASKING.isdisjoint(self.dialogs)

    def refused(self, key: str) -> bool:
        """Given a setting's key, return whether the site has answered its saving with an error."""
        return any(key in path and status is not None and status >= ERROR for path, status in self.answers)

    def asked_for_calm(self, key: str) -> int | None:
        """Given a setting's key, return the status of a save that asked for calm, None if none did."""
        return next((status for path, status in self.answers if key in path and status in CALM), None)

    def saved(self, key: str) -> bool:
        """Given a setting's key, return whether its saving was asked for."""
        return any(key in path for path, _ in self.answers) or self._awaits(key)

    def unanswered(self, key: str) -> bool:
        """Given a setting's key, return whether the last saving of it has no answer."""
        told = [status for path, status in self.answers if key in path]
        return self._awaits(key) or (bool(told) and told[-1] is None)

    def _awaits(self, key: str) -> bool:
        return any(key in urlsplit(request.url).path for request in self.under_way)

    def outlast(self, key: str, limit: float, *, quiet: float = QUIET) -> None:
        """Wait until the page has saved `key`, or for `quiet` seconds without a request; at most `limit`."""
        from playwright.sync_api import Error

        deadline = time.monotonic() + limit
        quiet_since = time.monotonic()
        count = 0
        while time.monotonic() < deadline:
            if self.under_way or count != len(self.answers):
                count, quiet_since = len(self.answers), time.monotonic()
            saved = any(key in path for path, _ in self.answers)
            if not self.under_way and (saved or time.monotonic() - quiet_since >= quiet):
                return
            try:
                self.page.wait_for_timeout(50)  # the sync API hands out events only inside a call of its own
            except Error:
                return

    def sentence(self, key: str) -> str:
        """Return what was heard about saving `key`, as the tail of a reason; empty if nothing was."""
        words = [
            "the save went unanswered" if status is None else f"the site answered HTTP {status} to the save"
            for path, status in self.answers
            if key in path
        ]
        if self._awaits(key):
            words.append("the save went unanswered")
        if self.dialogs:
            words.append(f"a dialog ({self.dialogs[-1]}) came up and was not accepted")
        return "; ".join(words[-2:])


@contextmanager
def listening(page: "Page") -> Iterator[Heard]:
    """Given a page, yield what is heard from it."""
    heard = Heard(page=page)

    def started(request: "Request") -> None:
        if request.method in SAVING and request.resource_type in {"fetch", "xhr"}:
            heard.under_way.append(request)

    def answered(response: "Response") -> None:
        note(response.request, response.status)

    def failed(request: "Request") -> None:
        note(request, None)

    def note(request: "Request", status: int | None) -> None:
        if request in heard.under_way:
            heard.under_way.remove(request)
            heard.answers.append((urlsplit(request.url).path, status))

    def asked(dialog: "Dialog") -> None:
        if dialog.type != "beforeunload":
            heard.dialogs.append(dialog.type)

    page.on("request", started)
    # Not requestfinished: it never comes for an answer whose body the page does not read (Chromium 156).
    page.on("response", answered)
    page.on("requestfailed", failed)
    page.on("dialog", asked)
    try:
        yield heard
    finally:
        page.remove_listener("request", started)
        page.remove_listener("response", answered)
        page.remove_listener("requestfailed", failed)
        page.remove_listener("dialog", asked)
