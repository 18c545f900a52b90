"""Let the person sign in by hand in a window: open the page they need, watch every tab, type nothing."""

import time
from typing import TYPE_CHECKING

from optout.errors import (
    AnotherMember,
    GivenUp,
    OptoutError,
    PageNotUnderstood,
    PersonNeeded,
    SignInStopped,
    SiteUnavailable,
    Terminated,
)
from optout.linkedin.address import BY_HAND, LOGIN_PATH, State, path_state
from optout.linkedin.load import load
from optout.linkedin.member import Witness, is_same
from optout.linkedin.session import is_inside
from optout.linkedin.sight import pause, wait

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from optout.linkedin.person import Person

PATIENCE = 900.0  # seconds a person has to sign in by hand
LOAD_PATIENCE = 30.0
MEMBER_PATIENCE = 10.0  # seconds in which the home page may show whose it is
AGAIN = "`optout login --browser` again"
WAITING = "waiting until you are signed in, in the window"
# What can be opened again under its own address; a form that was sent cannot.
KEEPS_ITS_ADDRESS = frozenset({State.UNKNOWN_CHECKPOINT, State.INTERSTITIAL})


def await_person(page: "Page", origin: str, person: "Person", *, address: str | None = None) -> bool:
    """Given a page in a window, wait until a person has signed in there, in any tab; return whether they did.

    `address` is opened first, None leaves the page as it is. They have 900 s. False if the window was closed,
    the time ran out, the browser ended or Ctrl-C was pressed. Raise SiteUnavailable if `address` cannot be
    had.
    """
    deadline = time.monotonic() + PATIENCE
    context = page.context
    earlier = frozenset(context.pages) - {page}  # what they show was signed in before, and may be no longer
    try:
        _open(page, address)
        while (left := deadline - time.monotonic()) > 0:
            tabs = [tab for tab in context.pages if tab not in earlier and not tab.is_closed()]
            if not tabs or not _is_there(context):
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


def welcomed(witness: Witness, *, expected: str | None, seconds: float = MEMBER_PATIENCE) -> dict[str, str]:
    """Given who listens to a home page that is being loaded, return the members it names, as `shown` does.

    `expected` is the member that the person should have signed in as, None if nobody knows; the page has
    `seconds` to name somebody, and as many to show more. Raise PersonNeeded if it is not signed in,
    AnotherMember if it names somebody else.
    """
    named = witness.wait(seconds)
    more = seconds if named else 0.0  # its bar may be there before the rest
    if not wait(witness.page, more, lambda: is_inside(witness.page, witness.origin)):
        raise PersonNeeded(
            "The sign-in by hand was not complete: the site shows no page behind it.", f"Run {AGAIN}."
        )
    if expected is not None and not all(is_same(expected, name) for name in named):
        raise AnotherMember(
            "You signed in as another member than the evidence, or the sign-in kept earlier, is about; "
            "nothing is kept.",
            f"Run {AGAIN} and sign in to the right account, or begin anew with `optout logout`.",
        )
    return named


def is_for_hands(error: OptoutError) -> bool:
    """Given why the program stopped, return whether a person may go on by hand there."""
    if isinstance(error, SignInStopped):
        return error.state in BY_HAND and not isinstance(error, GivenUp)
    return isinstance(error, PageNotUnderstood)


def where_to_go_on(url: str, origin: str) -> str:
    """Given the address at which the program had to stop, return the one at which the person goes on."""
    return url if path_state(url, origin) in KEEPS_ITS_ADDRESS else origin + LOGIN_PATH


def _is_there(context: "BrowserContext") -> bool:
    """Return whether the browser still runs: the person may have ended it as a whole."""
    return context.browser is None or context.browser.is_connected()


def _open(page: "Page", address: str | None) -> None:
    """Open an address, if there is one; a page that the person closed meanwhile is no failure of the site."""
    if address is None:
        return
    try:
        load(page, address, timeout=LOAD_PATIENCE)
    except SiteUnavailable:
        if not page.is_closed():
            raise
