"""Let the person sign in by hand in a window: open the page they need, watch every tab, type nothing."""

import time
from typing import TYPE_CHECKING

from optout.errors import (
    GivenUp,
    OptoutError,
    PageNotUnderstood,
    SignInStopped,
    SiteUnavailable,
    Terminated,
)
from optout.linkedin.address import BY_HAND, LOGIN_PATH, State, path_state
from optout.linkedin.load import load
from optout.linkedin.session import is_inside
from optout.linkedin.sight import pause

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from optout.linkedin.person import Person

PATIENCE = 900.0  # seconds a person has to sign in by hand
LOAD_PATIENCE = 30.0
WAITING = "waiting until you are signed in, in the window"
# What can be opened again under its own address; a form that was sent cannot.
KEEPS_ITS_ADDRESS = frozenset({State.UNKNOWN_CHECKPOINT, State.INTERSTITIAL})


def await_person(page: "Page", origin: str, person: "Person", *, address: str | None = None) -> bool:
    """Given a page in a window, wait until a person has signed in there, in any tab; return whether they did.

    `address` is opened first, None leaves the page as it is. They have 900 s. False if the window was closed,
    the time ran out or Ctrl-C was pressed. Raise SiteUnavailable if `address` cannot be had.
    """
    deadline = time.monotonic() + PATIENCE
    context = page.context
    try:
        _open(page, address)
        while (left := deadline - time.monotonic()) > 0:
            tabs = [tab for tab in context.pages if not tab.is_closed()]
            if not tabs:
                return False
            person.remaining(WAITING, left)
            try:
                if any(is_inside(tab, origin) for tab in tabs):
                    return True
                pause(tabs[0], 0.3)
            except SiteUnavailable:
                continue  # that tab was closed
    except Terminated:
        raise
    except KeyboardInterrupt:
        return False
    return False


def is_for_hands(error: OptoutError) -> bool:
    """Given why the program stopped, return whether a person may go on by hand there."""
    if isinstance(error, SignInStopped):
        return error.state in BY_HAND and not isinstance(error, GivenUp)
    return isinstance(error, PageNotUnderstood)


def where_to_go_on(url: str, origin: str) -> str:
    """Given the address at which the program had to stop, return the one at which the person goes on."""
    return url if path_state(url, origin) in KEEPS_ITS_ADDRESS else origin + LOGIN_PATH


def _open(page: "Page", address: str | None) -> None:
    """Open an address, if there is one; a page that the person closed meanwhile is no failure of the site."""
    if address is None:
        return
    try:
        load(page, address, timeout=LOAD_PATIENCE)
    except SiteUnavailable:
        if not page.is_closed():
            raise
