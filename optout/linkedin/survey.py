"""What a visit sees of the pages' structure on its way, and the pages it opens for nothing else. No click."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optout.errors import PageNotUnderstood, SignInStopped
from optout.linkedin import structure
from optout.linkedin.address import State, path_in
from optout.linkedin.catalogue import CATALOGUE
from optout.linkedin.load import Loaded
from optout.linkedin.menu import SETTINGS_ROOTS, Menu
from optout.linkedin.other_pages import OtherPage
from optout.linkedin.sight import POLL, pause
from optout.linkedin.switch import SETTLE, Seen, Shows, at_rest

if TYPE_CHECKING:
    from optout.linkedin.stay import Stay
    from optout.linkedin.structure import Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """One page as it was last seen in the visit; `shows` is what the reader made of it, `menu` its rows.

    `structure` is None if the page went away meanwhile.
    """

    asked: str
    status: int | None
    structure: "Structure | None"
    shows: Shows | None = None
    menu: Menu | None = None


@dataclass(kw_only=True)
class Survey:
    """The pages of one visit, by the path asked for, in the order of their first load.

    `further` are pages to be looked at beside those of the settings; `unread` says of each that could not be
    had what it was instead: the name of a sign-in state, or "refused". `loads` are those of the stay so far.
    """

    further: tuple[OtherPage, ...] = ()
    pages: dict[str, Surveyed] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    loads: list[Loaded] = field(default_factory=list)
    browser: str = ""

    def begin(self, stay: "Stay") -> None:
        """Given a stay that begins, take note of each page of the settings that it reads."""
        browser = stay.page.context.browser
        self.browser = browser.version if browser else ""
        self.loads = stay.loads
        stay.noticed = lambda path, loaded, answer: self.notice(stay, path, loaded, answer)

    def notice(self, stay: "Stay", path: str, loaded: Loaded, answer: object) -> None:
        """Given a page that was just read and what the reader made of it, keep how it is built.

        Pages that are none of the settings' are passed over: they are full of other people.
        """
        if not path.startswith(SETTINGS_ROOTS):
            return
        keys = [setting.key for setting in CATALOGUE.values() if setting.path == path]
        self.pages[path] = Surveyed(
            asked=path,
            status=loaded.status,
            structure=structure.read(stay.page, keys),
            shows=answer.shows if isinstance(answer, Seen) else None,
            menu=answer if isinstance(answer, Menu) else None,
        )

    def look_further(self, stay: "Stay", tell: Callable[[str], None]) -> None:
        """Given a stay, load each further page once and let it come to rest. Raise what ends the visit."""
        for number, page in enumerate(self.further, 1):
            tell(f"looking at page {number} of {len(self.further)}: {page.title}")
            try:
                stay.at(page.path, lambda _: _settle(stay))
            except PageNotUnderstood:
                self.unread[page.path] = "refused"
            except SignInStopped as stop:
                if stop.state != State.PASSWORD_AGAIN:
                    raise
                self.unread[page.path] = str(State(stop.state))

    def last_load(self, path: str) -> Loaded | None:
        """Given a path, return the last load of it; None if it was never asked for."""
        return next((each for each in reversed(self.loads) if path_in(each.asked) == path_in(path)), None)


def _settle(stay: "Stay") -> None:
    """Watch a page until it stands unchanged and at rest, or the time is up: nothing is concluded from it."""
    deadline = time.monotonic() + stay.timeout
    last: tuple[object, ...] = ()
    since = time.monotonic()
    while True:
        sight = stay.look()
        now = time.monotonic()
        mark = (sight.href, sight.text, sight.buttons) if sight else ()
        if mark != last or not at_rest(stay, sight):
            last, since = mark, now
        if now >= deadline or (sight and sight.text and now - since >= SETTLE):
            return
        pause(stay.page, POLL)
