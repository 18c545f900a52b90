"""From a signed-out page to a signed-in one, or the named reason why a person is needed."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from optout.errors import PageNotUnderstood, PersonNeeded, SignInStopped, SiteUnavailable
from optout.linkedin.address import ANOTHER_ACCOUNT_PATH, LOGIN_PATH, State
from optout.linkedin.challenge import is_ours, recognise, stopped
from optout.linkedin.form import FORMS, Place, fill, submit
from optout.linkedin.load import load, refuse_failure, refuse_status
from optout.linkedin.session import cookies_alive
from optout.linkedin.sight import Sight, element, look, pause

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Response

FORM_PATIENCE = 3  # times OPTOUT_TIMEOUT: one program was seen to wait 45 s for the late form
CHECKPOINT_PATIENCE = 2.0  # seconds a checkpoint page has to show which one it is


def sign_in(page: "Page", *, origin: str, account: str, password: Callable[[], str], timeout: float) -> None:
    """Given a signed-out page of the site, sign in to `account` and return once a living sign-in is there.

    `password` is asked at the moment of typing and typed into one field of one page whose origin is
    exactly `origin`; the form is submitted once. `timeout` is in seconds.
    Raise SignInStopped with the state's name if a person is needed, PageNotUnderstood if no form came,
    SiteUnavailable if the site failed.
    """
    if not _reach_form(page, origin, account, timeout):
        return
    statuses: list[int] = []
    failures: list[str] = []

    def remember(response: "Response") -> None:
        if response.request.is_navigation_request() and response.frame == page.main_frame:
            statuses.append(response.status)

    def note_failure(request: "Request") -> None:
        if request.is_navigation_request() and request.failure and "ERR_ABORTED" not in request.failure:
            failures.append(request.failure)

    page.on("response", remember)
    page.on("requestfailed", note_failure)
    try:
        place = Place(page=page, origin=origin, account=account)
        fill(place, password, timeout)
        before = submit(place)
        _await_answer(page, origin, before, statuses, timeout)
    except SignInStopped as stop:
        if stop.state != State.SIGN_IN_PAGE or not failures:
            raise
        refuse_failure(failures[-1])
        raise
    finally:
        page.remove_listener("response", remember)
        page.remove_listener("requestfailed", note_failure)


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
        return PageNotUnderstood("The sign-in page did not show itself.", "Try again later.")
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


def _await_answer(
    page: "Page", origin: str, errors_before: frozenset[str], statuses: list[int], timeout: float
) -> None:
    """Wait until the sign-in has come to an end; return if it lives, else raise what it ended in."""
    started = time.monotonic()
    unknown_since: float | None = None
    state = State.SIGN_IN_PAGE
    while time.monotonic() < started + timeout:
        if statuses:
            refuse_status(statuses[-1])
        if any(_inside(tab, origin) for tab in page.context.pages):
            return
        sight = look(page)
        if sight is not None:
            state = recognise(sight, origin)
            if state in FORMS and set(sight.errors) - errors_before:
                raise stopped(State.WEAK_PASSWORD if sight.weak else State.WRONG_CREDENTIALS)
            if state is State.INTERSTITIAL and cookies_alive(page.context, origin):
                return
            unknown_since = (unknown_since or time.monotonic()) if state is State.UNKNOWN_CHECKPOINT else None
            patient = state in FORMS | {
                State.SIGN_IN_PAGE,
                State.INSIDE,
                State.AUTHWALL,
                State.ACCOUNT_CHOOSER,
            }
            if unknown_since is not None and time.monotonic() - unknown_since < CHECKPOINT_PATIENCE:
                patient = True
            if not patient:
                raise stopped(state)
        pause(page, 0.1)
    raise stopped({State.INSIDE: State.NO_SESSION}.get(state, State.FORM_STAYED if state in FORMS else state))


def _inside(tab: "Page", origin: str) -> bool:
    """Return whether a tab shows a page of the site behind the sign-in and the cookies are those of one."""
    if tab.is_closed():
        return False
    sight = look(tab)
    return (
        sight is not None and recognise(sight, origin) is State.INSIDE and cookies_alive(tab.context, origin)
    )


def await_person(page: "Page", origin: str, *, patience: float) -> None:
    """Given a page in a window, open the sign-in page and wait until a person has signed in, in any tab.

    Nothing is typed. Raise PersonNeeded if the window is closed or `patience` seconds have passed.
    """
    context = page.context
    try:
        load(page, origin + LOGIN_PATH, timeout=30)
    except SiteUnavailable:
        if not page.is_closed():
            raise
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        tabs = [tab for tab in context.pages if not tab.is_closed()]
        if not tabs:
            break
        try:
            if any(_inside(tab, origin) for tab in tabs):
                return
            pause(tabs[0], 0.3)
        except SiteUnavailable:
            continue
    raise PersonNeeded(
        "The window was closed before the sign-in was complete, or the time ran out.",
        "Run `optout login --browser` again.",
    )
