"""From a signed-out page to a signed-in one, or the named reason why a person is needed."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from optout.errors import PageNotUnderstood, SiteUnavailable
from optout.linkedin.address import ANOTHER_ACCOUNT_PATH, LOGIN_PATH, State
from optout.linkedin.challenge import is_ours, recognise, stopped
from optout.linkedin.form import fill, submit
from optout.linkedin.load import load
from optout.linkedin.passage import Passage
from optout.linkedin.session import cookies_alive
from optout.linkedin.sight import Sight, element, look, pause

if TYPE_CHECKING:
    from playwright.sync_api import Page

FORM_PATIENCE = 3  # times OPTOUT_TIMEOUT: one program was seen to wait 45 s for the late form


def sign_in(passage: Passage, *, password: Callable[[], str]) -> None:
    """Given a passage from a signed-out page, sign in to its account and return once that lives.

    `password` is asked at the moment of typing and typed into one field of one page whose origin is exactly
    the site's; the form is submitted once.
    Raise SignInStopped with the state's name if a person is needed, PageNotUnderstood if no form came,
    SiteUnavailable if the site failed.
    """
    place = passage.place

    def send() -> frozenset[str]:
        fill(place, password, passage.timeout)
        return submit(place)

    if _reach_form(place.page, place.origin, place.account, passage.timeout):
        passage.go(send)


def _reach_form(page: "Page", origin: str, account: str, timeout: float) -> bool:
    """Go on to a form that can be filled; return False if the page turned out to be signed in."""
    deadline = time.monotonic() + FORM_PATIENCE * timeout
    tried: set[State] = set()
    sight: Sight | None = None
    while time.monotonic() < deadline:
        sight = look(page)
        if sight is None:
            pause(page, 0.1)
            continue
        state = recognise(sight, origin)
        if sight.banner:
            _deny_cookies(page)
        match state:
            case State.LOGIN_FORM | State.GUEST_HOME:
                return True
            case State.PASSWORD_ONLY if is_ours(sight, account):
                return True
            case State.PASSWORD_ONLY:
                raise stopped(State.OTHER_ACCOUNT)
            case State.INSIDE if cookies_alive(page.context, origin):
                return False
            case State.ACCOUNT_CHOOSER | State.AUTHWALL | State.INSIDE if state not in tried:
                tried.add(state)
                _leave(page, origin, state, timeout)
            case State.ACCOUNT_CHOOSER | State.AUTHWALL | State.INSIDE | State.SIGN_IN_PAGE:
                pass
            case _:
                raise stopped(state)
        pause(page, 0.1)
    raise _no_form(page, sight, origin)


def _leave(page: "Page", origin: str, state: State, timeout: float) -> None:
    """Leave a page without a form: a chooser by its own control, never a card; others by address."""
    from playwright.sync_api import Error

    if state is State.ACCOUNT_CHOOSER:
        control = element(page, "another", path=ANOTHER_ACCOUNT_PATH)
        if control is not None:
            try:
                control.click(timeout=timeout * 1000, no_wait_after=True)
            except Error:
                load(page, origin + ANOTHER_ACCOUNT_PATH, timeout=timeout)
            return
        load(page, origin + ANOTHER_ACCOUNT_PATH, timeout=timeout)
        return
    load(page, origin + LOGIN_PATH, timeout=timeout)


def _no_form(page: "Page", sight: Sight | None, origin: str) -> Exception:
    """Return what to raise when no form came in time."""
    from playwright.sync_api import Error

    if sight is None:
        return SiteUnavailable("The sign-in page did not show itself.", "Try again later.")
    for frame in page.frames[1:]:
        try:
            if frame.locator("input[type=password]").count():
                return stopped(State.OFF_SITE)
        except Error:
            continue
    state = recognise(sight, origin)
    if state in {State.ACCOUNT_CHOOSER, State.AUTHWALL}:
        return stopped(state)
    if state is State.SIGN_IN_PAGE and (sight.username or sight.buttons):
        return stopped(State.PASSKEY_ONLY)
    if not sight.ready:
        return SiteUnavailable("The sign-in page did not come through to its end.", "Try again later.")
    return PageNotUnderstood(
        "The sign-in page showed no form in time. [layout_drift]",
        "Sign in by hand with `optout login --browser`; the page may have changed.",
    )


def _deny_cookies(page: "Page") -> None:
    """Press DENY on the old cookie banner, which takes clicks meant for the form (buddy, 2026-03)."""
    from playwright.sync_api import Error

    button = element(page, "deny")
    if button is None:
        return
    try:
        button.click(timeout=1000)
    except Error:
        return
