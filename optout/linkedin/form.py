"""Fill the form of a sign-in or of a one-time code so that nothing leaks, and send it once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optout.linkedin.address import CODES, State, reports_only
from optout.linkedin.challenge import recognise, stopped
from optout.linkedin.sight import POLL, Sight, call, element, expression, look, pause, wait

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

PATIENT_TRIES = 2
STEADY = 0.3  # seconds a typed value has to stay
ENTER_PATIENCE = 2.0  # seconds in which Enter has to show an effect before the button is pressed
FORMS = frozenset({State.LOGIN_FORM, State.GUEST_HOME, State.PASSWORD_ONLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and for whom something is typed: one page, one origin, one account."""

    page: "Page"
    origin: str
    account: str

    def says(self, function: str, role: str, text: str = "") -> str:
        """Given a function of page.js and the role of a field, return the page's one word.

        "gone" if the page went away meanwhile; no error text leaves this method.
        """
        from playwright.sync_api import Error

        asked = {"role": role, "origin": self.origin, "account": self.account} | (
            {"text": text} if text else {}
        )
        try:
            return str(call(self.page, function, **asked))
        except Error:
            return "gone"


def fill(place: Place, password: Callable[[], str], timeout: float) -> None:
    """Given a page with a form, type account and password until both stay and the form can be sent.

    Raise SignInStopped if the page turns into something else, is not exactly on the origin, or asks for the
    password of another account.
    """
    deadline = time.monotonic() + timeout
    secret = password()
    refusals = 0  # how often the fields were there but did not keep the text, or the form did not accept it
    while True:
        sight = look(place.page)
        state = None if sight is None else recognise(sight, place.origin)
        if state is not None and state not in FORMS | {State.SIGN_IN_PAGE, State.INSIDE}:
            raise stopped(state)
        roles = [("username", place.account), ("password", secret)][state is State.PASSWORD_ONLY :]
        by_hand = refusals >= PATIENT_TRIES and refusals % 2 == 0
        answers = {_type(place, role, text, by_hand=by_hand) for role, text in roles}
        if answers == {"typed"} and _steady(place, roles):
            return
        if time.monotonic() > deadline:
            raise stopped(State.FORM_STAYED)
        refusals += answers <= {"typed", "lost"}
        pause(place.page, 0.1)


def _type(place: Place, role: str, text: str, *, by_hand: bool) -> str:
    """Put a text into one field in the one way that leaks nowhere; return "typed", or what hindered it.

    Check of the place and typing are one turn of the page, so nothing can come between them. `by_hand` sends
    it as input events to the focused field: only for a page that twice did not take it otherwise.
    """
    if by_hand:
        word = place.says("focus", role)
        if word == "focused":
            _key_in(place.page, text)
            word = place.says("holds", role, text)
    else:
        word = place.says("type", role, text)
    _refuse(word)
    return word


def _refuse(word: str) -> None:
    """Raise SignInStopped if a page, or where its form leads, is not the site or not this account."""
    if word == "origin":
        raise stopped(State.OFF_SITE)
    if word == "account":
        raise stopped(State.OTHER_ACCOUNT)


def _key_in(page: "Page", text: str) -> None:
    """Send a text to the focused field as input events."""
    from playwright.sync_api import Error

    try:
        page.keyboard.insert_text(text)
    except Error:
        return


def _steady(place: Place, roles: list[tuple[str, str]]) -> bool:
    """Return whether what was typed stays for a moment and the submit control, if any, is enabled."""
    for _ in range(2):
        pause(place.page, STEADY / 2)
        if any(place.says("holds", role, text) != "typed" for role, text in roles):
            return False
    return place.says("submitReady", "password") != "disabled"


def submit(place: Place) -> frozenset[str]:
    """Given a filled form, send it once: Enter in the password field, else its button.

    Return the errors that were shown before. Raise SignInStopped if the form is gone or leads elsewhere.
    """
    sight = look(place.page)
    if sight is None or recognise(sight, place.origin) not in FORMS:
        raise stopped(State.FORM_STAYED if sight else State.SIGN_IN_PAGE)
    with _watching(place) as is_sent:
        _send(place, "password", sight, is_sent)
    return frozenset(sight.errors)


def refuse_for_code(place: Place) -> None:
    """Given a page that asks for a one-time code, raise SignInStopped if what is typed would leave the site.

    To be called before the person is asked.
    """
    _refuse(place.says("holds", "code"))


def send_code(place: Place, code: str) -> None:
    """Given a page that asks for a one-time code, type it into its field and send it once.

    A page may send it by itself once it is whole. Raise SignInStopped if the field is gone or does not keep
    the code, or the form leads elsewhere.
    """
    sight = look(place.page)
    state = None if sight is None else recognise(sight, place.origin)
    if sight is None or state not in CODES:
        raise stopped(state or State.SIGN_IN_PAGE)
    with _watching(place) as is_sent:
        for by_hand in (False, True):
            if _type(place, "code", code, by_hand=by_hand) == "typed" or is_sent():
                break
        else:
            raise stopped(state)
        if not wait(place.page, STEADY, is_sent):
            _send(place, "code", sight, is_sent)


@contextmanager
def _watching(place: Place) -> Iterator[Callable[[], bool]]:
    """Yield what tells whether the page has sent something since: nothing is sent a second time."""
    from playwright.sync_api import Error

    page = place.page
    sent: list[str] = []

    def remember(request: "Request") -> None:
        if request.is_navigation_request() or (request.method != "GET" and not reports_only(request.url)):
            sent.append(request.method)

    page.context.on("request", remember)  # every tab: a form may be sent into a new one
    try:
        watch = page.evaluate_handle(expression("sending"), {})
    except Error:
        watch = None

    def is_sent() -> bool:
        pause(page, POLL)  # while the next document is on its way, the page would not answer
        if sent or watch is None:
            return True
        try:
            return bool(watch.evaluate("(watch) => watch.told()"))
        except Error:
            return True  # another document stands there

    try:
        yield is_sent
    finally:
        page.context.remove_listener("request", remember)
        with suppress(Error):
            if watch is not None and not sent:
                watch.evaluate("(watch) => watch.stop()")


def _send(place: Place, role: str, sight: Sight, is_sent: Callable[[], bool]) -> None:
    """Given what was typed as `role` and what the page showed then, send it: by Enter, else by its button."""
    from playwright.sync_api import Error

    page = place.page
    _refuse(place.says("holds", role))
    if is_sent():
        return
    try:
        field = element(page, f"{role}Field")
        if field is not None:
            try:
                field.press("Enter", timeout=2000, no_wait_after=True)
            except Error:
                pause(page, 0.1)
        if not wait(page, ENTER_PATIENCE, lambda: is_sent() or not _still_waiting(place, role, sight)):
            _refuse(place.says("holds", role))
            button = element(page, "submitControl", role=role)
            if button is not None and not is_sent():
                button.click(timeout=2000, no_wait_after=True)
    except Error:
        pause(page, 0.1)


def _still_waiting(place: Place, role: str, before: Sight) -> bool:
    """Return whether the form stands there as if nothing had been pressed."""
    now = look(place.page)
    if now is None or recognise(now, place.origin) not in (CODES if role == "code" else FORMS):
        return False
    return now.errors == before.errors and place.says("submitReady", role) != "disabled"
