"""Between a sent form and a signed-in page: wait for the site, ask the person for what only they have."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optout.errors import GivenUp, OptoutError, SignInStopped, Terminated
from optout.linkedin.address import CODES, State
from optout.linkedin.challenge import given_up, recognise, stopped
from optout.linkedin.failure import TIMEOUT, refuse_failure
from optout.linkedin.form import FORMS, Place, refuse_for_code, send_code
from optout.linkedin.heard import Heard, listening
from optout.linkedin.load import BAD_REQUEST, refuse_status
from optout.linkedin.session import cookies_alive, is_inside
from optout.linkedin.sight import Sight, look, pause, wait

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from optout.linkedin.person import Person

CHECKPOINT_PATIENCE = 2.0  # seconds a checkpoint page has to show which one it is, once it is ready
ERROR_PATIENCE = 1.0  # seconds an error has to stay at a form: some are there only until the answer is
LOOK_PATIENCE = 1.0  # seconds a page between two documents has to show the next
MOST_CODES = 3  # codes asked for in one visit; each is sent once
USUAL_POLLING = 120.0  # seconds to wait for an approval where the page does not say how long it will
SHORTEST_POLLING = 5.0
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
class Passage:
    """One way from a page whose form is sent, or that asks a question, to a signed-in one."""

    place: Place
    person: "Person"
    tell: Callable[[str], None]
    timeout: float
    _heard: Heard = field(default_factory=Heard)
    _earlier: "frozenset[Page]" = frozenset()  # what they show was signed in before, and may be no longer
    _errors_before: frozenset[str] = frozenset()
    _erring_since: float | None = None
    _state: State = State.SIGN_IN_PAGE
    _document: float | None = None
    _since: float = 0.0
    _codes: int = 0
    _sent_as: State | None = None  # what the last code was typed as, and the document it was typed into
    _sent_in: float | None = None
    _shown_then: frozenset[str] = frozenset()
    _approval_ends: float | None = None

    def go(self, send: Callable[[], frozenset[str]] | None = None) -> None:
        """Given what sends the form, or None if a question stands there, return once a tab is signed in.

        `send` returns the errors that stood on the page before. A one-time code is asked of the person and
        sent once; an approval is waited for as long as the page says, and its page is never loaded again.
        Raise SignInStopped with the state's name if it ends elsewhere, SiteUnavailable if the site failed.
        """
        page = self.place.page
        self._earlier = frozenset(page.context.pages) - {page}
        with listening(page, self.place.origin) as self._heard:
            try:
                self._errors_before = send() if send else frozenset()
                self._wait()
            except SignInStopped as stop:
                if stop.state in {State.SIGN_IN_PAGE, State.FORM_STAYED}:
                    self._refuse_unanswered()
                raise

    def _wait(self) -> None:
        """Look until a tab is signed in; each new state, and each act of the person, has the whole time."""
        page = self.place.page
        met: set[State] = set()
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline:
            if self._heard.loading:
                pause(page, 0.1)
                continue
            if self._is_in():
                return
            sight = look(page)
            self._refuse_status(sight)
            if self._heard.failures:
                refuse_failure(self._heard.failures[-1], self.place.origin)
            if sight is not None:
                state = recognise(sight, self.place.origin)
                if state is State.INTERSTITIAL and cookies_alive(page.context, self.place.origin):
                    return  # whether it stands in the way, the setting's own page will say
                if (state, sight.document) != (self._state, self._document):
                    self._state, self._document, self._since = state, sight.document, time.monotonic()
                if self._answer(sight) or state not in met:
                    deadline = time.monotonic() + self.timeout
                met.add(state)
            pause(page, 0.1)
        if self._state is State.INSIDE and cookies_alive(page.context, self.place.origin):
            return  # a page without a word; what it stands for, the load of a setting will say
        raise stopped(self._unfinished())

    def _is_in(self) -> bool:
        """Return whether a tab that was not there before, or the page itself, is signed in."""
        tabs = [tab for tab in self.place.page.context.pages if tab not in self._earlier]
        return any(is_inside(tab, self.place.origin) for tab in tabs)

    def _answer(self, sight: Sight) -> bool:
        """Do what the state asks for; return whether the person took part. Raise SignInStopped at an end."""
        state = self._state
        if state in CODES:
            return self._ask_for_code(sight)
        if state is State.APP_PUSH:
            self._await_approval(sight)
            return True
        refusal = self._refused_as(sight)
        if refusal is not None and self._stays_refused():
            raise stopped(refusal)
        if refusal is None:
            self._erring_since = None
        if state is State.UNKNOWN_CHECKPOINT:
            if not sight.ready:
                self._since = time.monotonic()
            if time.monotonic() - self._since < CHECKPOINT_PATIENCE:
                return False
        if state not in PATIENT:
            raise stopped(state)
        return False

    def _refused_as(self, sight: Sight) -> State | None:
        """Return which refusal the new errors of a sign-in form stand for; None if there are none."""
        if self._state not in FORMS or not set(sight.errors) - self._errors_before:
            return None
        if sight.weak:
            return State.WEAK_PASSWORD
        return State.UNKNOWN_ACCOUNT if sight.unknown_account else State.WRONG_CREDENTIALS

    def _stays_refused(self) -> bool:
        """Return whether errors have stayed at the form for a while in which nothing was being asked for."""
        now = time.monotonic()
        if self._erring_since is None or self._heard.open:
            self._erring_since = now
        return now - self._erring_since >= ERROR_PATIENCE

    def _ask_for_code(self, sight: Sight) -> bool:
        """Ask the person for a code and send it, unless the answer to the last one is still to come."""
        again = self._sent_as is self._state
        if again and sight.document == self._sent_in and not _complaints(sight) - self._shown_then:
            return False
        if self._codes and not sight.ready:
            return False  # half a page may be another one
        if self._codes == MOST_CODES:
            raise stopped(State.WRONG_CODE)
        if self.person.code is None:
            raise stopped(self._state)
        refuse_for_code(self.place)
        is_refused = again and (bool(_complaints(sight)) or self._heard.statuses[-1:] == [BAD_REQUEST])
        first = "The site did not accept that code. " if is_refused else ""
        try:
            code = self.person.code(first + QUESTIONS[self._state])
        except Terminated:
            raise
        except KeyboardInterrupt:
            raise given_up(self._state) from None  # nothing is asked of the browser: Ctrl-C ends it as well
        if self._went_on():
            return True
        if code is None:
            raise given_up(self._state)
        self._sent_as, self._sent_in, self._shown_then = self._state, sight.document, _complaints(sight)
        self._codes += 1
        send_code(self.place, code)
        return True

    def _went_on(self) -> bool:
        """Return whether the page asks for no such code any more: the person may have answered elsewhere."""
        page, now = self.place.page, None

        def is_shown() -> bool:
            nonlocal now
            now = look(page)
            return now is not None

        if self._is_in():
            return True
        wait(page, LOOK_PATIENCE, is_shown)
        return now is not None and recognise(now, self.place.origin) is not self._state

    def _await_approval(self, sight: Sight) -> None:
        """Wait, without touching the page, until it goes on by itself; one passage has one such wait."""
        if self._approval_ends is None:
            seconds = min(sight.polling_seconds or USUAL_POLLING, LONGEST_POLLING)
            self._approval_ends = time.monotonic() + max(seconds, SHORTEST_POLLING)
            self.tell(APPROVAL)
        try:
            while (left := self._approval_ends - time.monotonic()) > 0:
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
        # Which of the two it is, only a whole page says.
        undecided = sight is None or not sight.ready or recognise(sight, self.place.origin) in CODES
        if not (status == BAD_REQUEST and self._codes and undecided):
            refuse_status(status)

    def _refuse_unanswered(self) -> None:
        """Raise SiteUnavailable if what was sent failed on the way, or has no answer."""
        words = self._heard.failures + self._heard.unsent + [TIMEOUT] * self._heard.unanswered
        for word in words[-1:]:
            refuse_failure(word, self.place.origin)

    def _unfinished(self) -> State:
        """Return the state in which nothing went on any more."""
        if self._state in FORMS:
            sight = None if self._heard.loading else look(self.place.page)
            return (self._refused_as(sight) if sight else None) or State.FORM_STAYED
        if self._state in CODES:
            return State.WRONG_CODE if self._codes else self._state
        return self._state


def is_question(error: OptoutError | None) -> bool:
    """Given what stands in the way, return whether it may be asked of the person and they were not yet.

    A checkpoint counts until it had the time to show which one it is.
    """
    asks = isinstance(error, SignInStopped) and error.state in CODES | {
        State.APP_PUSH,
        State.UNKNOWN_CHECKPOINT,
    }
    return asks and not isinstance(error, GivenUp)


def _complaints(sight: Sight) -> frozenset[str]:
    """Return what the page shows of errors, as texts to be compared."""
    return frozenset(sight.errors) | ({"banner"} if sight.code_refused else frozenset())
