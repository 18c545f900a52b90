"""Fill the sign-in form so that nothing leaks, and send it once."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from optout.linkedin.address import State
from optout.linkedin.challenge import recognise, stopped
from optout.linkedin.sight import Sight, call, element, look, pause, wait

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

PATIENT_TRIES = 2
STEADY = 0.3  # seconds a typed value has to stay
ENTER_PATIENCE = 2.0  # seconds in which Enter has to show an effect before the button is pressed
FORMS = frozenset({State.LOGIN_FORM, State.GUEST_HOME, State.PASSWORD_ONLY})
# Paths to which a page reports by itself what its user does; no sign that a form was sent.
REPORTING = ("/li/", "/litms/", "/platform-telemetry", "/sensorcollect", "/tracking", "/beacon")


def fill(page: "Page", origin: str, account: str, password: Callable[[], str], timeout: float) -> None:
    """Given a page with a form, type account and password until both stay and the form can be sent.

    Raise SignInStopped if the page turns into something else, or is not exactly on `origin`.
    """
    deadline = time.monotonic() + timeout
    secret = password()
    refusals = 0  # how often the fields were there but did not keep the text, or the form did not accept it
    while True:
        sight = look(page)
        state = None if sight is None else recognise(sight, origin)
        if state is not None and state not in FORMS | {State.SIGN_IN_PAGE, State.INSIDE}:
            raise stopped(state)
        roles = [("username", account), ("password", secret)][state is State.PASSWORD_ONLY :]
        by_hand = refusals >= PATIENT_TRIES and refusals % 2 == 0
        answers = {_type(page, origin, role, text, by_hand=by_hand) for role, text in roles}
        if answers == {"typed"} and _steady(page, origin, roles):
            return
        if time.monotonic() > deadline:
            raise stopped(State.FORM_STAYED)
        refusals += answers <= {"typed", "lost"}
        pause(page, 0.1)


def _type(page: "Page", origin: str, role: str, text: str, *, by_hand: bool) -> str:
    """Put a text into one field in the one way that leaks nowhere; return "typed", or what hindered it.

    Check of the origin and typing are one turn of the page, so nothing can come between them. `by_hand` sends
    it as input events to the focused field: only for a page that twice did not take it otherwise.
    Raise SignInStopped(off_site) if the page, or where its form would be sent, is not the site.
    """
    if by_hand:
        word = _word(page, "focus", role=role, origin=origin)
        if word == "focused":
            _key_in(page, text)
            word = _word(page, "holds", role=role, origin=origin, text=text)
    else:
        word = _word(page, "type", role=role, origin=origin, text=text)
    if word == "origin":
        raise stopped(State.OFF_SITE)
    return word


def _word(page: "Page", function: str, **asked: object) -> str:
    """Return the page's one word; "gone" if it went away meanwhile. No error text leaves this function."""
    from playwright.sync_api import Error

    try:
        return str(call(page, function, **asked))
    except Error:
        return "gone"


def _key_in(page: "Page", text: str) -> None:
    """Send a text to the focused field as input events."""
    from playwright.sync_api import Error

    try:
        page.keyboard.insert_text(text)
    except Error:
        return


def _steady(page: "Page", origin: str, roles: list[tuple[str, str]]) -> bool:
    """Return whether what was typed stays for a moment and the submit control, if any, is enabled."""
    for _ in range(2):
        pause(page, STEADY / 2)
        if any(_word(page, "holds", role=role, origin=origin, text=text) != "typed" for role, text in roles):
            return False
    return _word(page, "submitReady") != "disabled"


def submit(page: "Page", origin: str) -> frozenset[str]:
    """Given a filled form, send it once: Enter in the password field, else its button.

    Return the errors that were shown before. Raise SignInStopped if the form is gone.
    """
    from playwright.sync_api import Error

    sight = look(page)
    if sight is None or recognise(sight, origin) not in FORMS:
        raise stopped(State.FORM_STAYED if sight else State.SIGN_IN_PAGE)
    sent: list[str] = []

    def remember(request: "Request") -> None:
        reports = any(part in request.url.lower() for part in REPORTING)
        if request.is_navigation_request() or (request.method != "GET" and not reports):
            sent.append(request.method)

    page.context.on("request", remember)  # every tab: a form may be sent into a new one
    try:
        field = element(page, "passwordField")
        if field is not None:
            try:
                field.press("Enter", timeout=2000, no_wait_after=True)
            except Error:
                pause(page, 0.1)
        if not wait(page, ENTER_PATIENCE, lambda: bool(sent) or not _still_waiting(page, origin, sight)):
            button = element(page, "submitControl")
            if button is not None:
                button.click(timeout=2000, no_wait_after=True)
    except Error:
        pause(page, 0.1)
    finally:
        page.context.remove_listener("request", remember)
    return frozenset(sight.errors)


def _still_waiting(page: "Page", origin: str, before: Sight) -> bool:
    """Return whether the form stands there as if nothing had been pressed."""
    now = look(page)
    if now is None or recognise(now, origin) not in FORMS:
        return False
    return now.errors == before.errors and _word(page, "submitReady") != "disabled"
