"""Between a sent form and a signed-in page: wait for the site, ask the person for what only they have."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optout.errors import GivenUp, OptoutError, SignInStopped, Terminated
from optout.linkedin.address import CODES, State, origin_in, reports_only
from optout.linkedin.challenge import given_up, recognise, stopped
from optout.linkedin.failure import refuse_failure
from optout.linkedin.form import FORMS, Place, send_code
from optout.linkedin.load import BAD_REQUEST, refuse_status
from optout.linkedin.session import cookies_alive, is_inside
from optout.linkedin.sight import Sight, look, pause

if TYPE_CHECKING:
    from playwright.sync_api import Request, Response

    from optout.linkedin.person import Person

CHECKPOINT_PATIENCE = 2.0  # seconds a checkpoint page has to show which one it is
MOST_CODES = 3  # codes asked for in one visit; each is sent once
USUAL_POLLING = 120.0  # seconds to wait for an approval where the page does not say how long it will
LONGEST_POLLING = 600.0
# Pages that a sign-in may go through by itself. Source: linkedin.md 6, "completing".
PATIENT = FORMS | {State.SIGN_IN_PAGE, State.INSIDE, State.AUTHWALL, State.ACCOUNT_CHOOSER}
QUESTIONS = {
    State.CODE_EMAIL: "The code that the site sent you by e-mail",
    State.CODE_SMS: "The code that the site sent you by SMS",
    State.CODE_TOTP: "The code that your authenticator app shows",
}
APPROVAL = "waiting until you approve this sign-in in the app"


@dataclass(kw_only=True)
class Heard:
    """What became of the page's own loads: their HTTP statuses, and the browser's words for failed ones.

    `unsent` are the words for what the page itself tried to send to the site in vain.
    """

    statuses: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Passage:
    """One way from a page whose form is sent, or that asks a question, to a signed-in one."""

    place: Place
    person: "Person"
    tell: Callable[[str], None]
    timeout: float
    _heard: Heard = field(default_factory=Heard)
    _errors_before: frozenset[str] = frozenset()
    _state: State = State.SIGN_IN_PAGE
    _since: float = 0.0
    _codes: int = 0
    _sent_in: float | None = None  # the document that the last code was typed into
    _shown_then: frozenset[str] = frozenset()

    def go(self, send: Callable[[], frozenset[str]] | None = None) -> None:
        """Given what sends the form, or None if a question stands there, return once a tab is signed in.

        `send` returns the errors that stood on the page before. A one-time code is asked of the person and
        sent once; an approval is waited for as long as the page says, and its page is never loaded again.
        Raise SignInStopped with the state's name if it ends elsewhere, SiteUnavailable if the site failed.
        """
        with _listening(self.place) as self._heard:
            try:
                self._errors_before = send() if send else frozenset()
                self._wait()
            except SignInStopped as stop:
                if stop.state in {State.SIGN_IN_PAGE, State.FORM_STAYED}:
                    for word in (self._heard.failures + self._heard.unsent)[-1:]:
                        refuse_failure(word)
                raise

    def _wait(self) -> None:
        """Look until a tab is signed in; each new state, and each act of the person, has the whole time."""
        page = self.place.page
        met: set[State] = set()
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline:
            if any(is_inside(tab, self.place.origin) for tab in page.context.pages):
                return
            sight = look(page)
            self._refuse_status(sight)
            if self._heard.failures:
                refuse_failure(self._heard.failures[-1])
            if sight is not None:
                state = recognise(sight, self.place.origin)
                if state is State.INTERSTITIAL and cookies_alive(page.context, self.place.origin):
                    return  # whether it stands in the way, the setting's own page will say
                if state is not self._state or not met:
                    self._state, self._since = state, time.monotonic()
                if self._answer(sight) or state not in met:
                    deadline = time.monotonic() + self.timeout
                met.add(state)
            pause(page, 0.1)
        raise stopped(self._unfinished())

    def _answer(self, sight: Sight) -> bool:
        """Do what the state asks for; return whether the person took part. Raise SignInStopped at an end."""
        state = self._state
        if state in CODES:
            return self._ask_for_code(sight)
        if state is State.APP_PUSH:
            self._await_approval(sight)
            return True
        if state in FORMS and set(sight.errors) - self._errors_before:
            raise stopped(_refusal(sight))
        waits = state is State.UNKNOWN_CHECKPOINT and time.monotonic() - self._since < CHECKPOINT_PATIENCE
        if not (waits or state in PATIENT):
            raise stopped(state)
        return False

    def _ask_for_code(self, sight: Sight) -> bool:
        """Ask the person for a code and send it, unless the answer to the last one is still to come."""
        again = self._sent_in is not None
        if again and sight.document == self._sent_in and not _complaints(sight) - self._shown_then:
            return False
        if self._codes == MOST_CODES:
            raise stopped(State.WRONG_CODE)
        if self.person.code is None:
            raise stopped(self._state)
        first = "The site did not accept that code. " if again else ""
        code = self.person.code(first + QUESTIONS[self._state])
        if code is None:
            raise given_up(self._state)
        self._sent_in, self._shown_then = sight.document, _complaints(sight)
        self._codes += 1
        send_code(self.place, code)
        return True

    def _await_approval(self, sight: Sight) -> None:
        """Wait, without touching the page, until it goes on by itself."""
        seconds = min(sight.polling_seconds or USUAL_POLLING, LONGEST_POLLING)
        deadline = time.monotonic() + seconds
        self.tell(APPROVAL)
        try:
            while (left := deadline - time.monotonic()) > 0:
                self.person.remaining(APPROVAL, left)
                now = look(self.place.page)
                if now is not None and recognise(now, self.place.origin) is not State.APP_PUSH:
                    return
                pause(self.place.page, 0.2)
        except Terminated:
            raise
        except KeyboardInterrupt:
            raise given_up(State.APP_PUSH) from None
        raise given_up(State.APP_PUSH)

    def _refuse_status(self, sight: Sight | None) -> None:
        """Raise what the last status stands for; a code that was wrong comes back with HTTP 400."""
        if not self._heard.statuses:
            return
        status = self._heard.statuses[-1]
        asks_again = self._codes and sight and recognise(sight, self.place.origin) in CODES
        if not (status == BAD_REQUEST and asks_again):
            refuse_status(status)

    def _unfinished(self) -> State:
        """Return the state in which nothing went on any more."""
        if self._state in FORMS:
            return State.FORM_STAYED
        if self._state in CODES:
            return State.WRONG_CODE
        return State.NO_SESSION if self._state is State.INSIDE else self._state


def is_question(error: OptoutError | None) -> bool:
    """Given what stands in the way, return whether it is asked of the person and they were not asked yet."""
    asks = isinstance(error, SignInStopped) and error.state in CODES | {State.APP_PUSH}
    return asks and not isinstance(error, GivenUp)


def _complaints(sight: Sight) -> frozenset[str]:
    """Return what the page shows of errors, as texts to be compared."""
    return frozenset(sight.errors) | ({"banner"} if sight.code_refused else frozenset())


def _refusal(sight: Sight) -> State:
    """Return which refusal the errors of a sign-in form stand for."""
    if sight.weak:
        return State.WEAK_PASSWORD
    return State.UNKNOWN_ACCOUNT if sight.unknown_account else State.WRONG_CREDENTIALS


def _is_for_the_site(request: "Request", origin: str) -> bool:
    """Return whether a page asks its own site for something, and does not merely report."""
    return origin_in(request.url) == origin and not reports_only(request.url)


@contextmanager
def _listening(place: Place) -> Iterator[Heard]:
    """Hear what becomes of the page's own loads."""
    heard, page = Heard(), place.page

    def remember(response: "Response") -> None:
        if response.request.is_navigation_request() and response.frame == page.main_frame:
            heard.statuses.append(response.status)

    def note_failure(request: "Request") -> None:
        word = request.failure or ""
        if not word or "ERR_ABORTED" in word:
            return
        if request.is_navigation_request() and request.frame == page.main_frame:
            heard.failures.append(word)
        elif request.method != "GET" and _is_for_the_site(request, place.origin):
            heard.unsent.append(word)

    page.on("response", remember)
    page.on("requestfailed", note_failure)
    try:
        yield heard
    finally:
        page.remove_listener("response", remember)
        page.remove_listener("requestfailed", note_failure)
