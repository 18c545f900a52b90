"""A stay on the site: open any of its addresses as the signed-in member, signing in at most once."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from optout.errors import (
    BrowserMissing,
    OptoutError,
    PageNotUnderstood,
    PersonNeeded,
    SignInStopped,
    Throttled,
)
from optout.linkedin import member
from optout.linkedin.address import HOME_PATH, LOGIN_PATH, SIGNED_OUT, State
from optout.linkedin.by_hand import await_person, is_for_hands, welcomed, where_to_go_on
from optout.linkedin.challenge import given_up, recognise, stopped
from optout.linkedin.failure import PROXIED_TIMEOUT, TIMEOUT
from optout.linkedin.form import Place
from optout.linkedin.load import FORBIDDEN, Loaded, fetch, forbids, is_dead_sign_in, refuse
from optout.linkedin.passage import Passage, is_question
from optout.linkedin.person import NOBODY, Person
from optout.linkedin.session import cookies_alive, is_remembered, unclicked, unwritten
from optout.linkedin.sight import Clock, Sight, look, wait
from optout.linkedin.signin import sign_in
from optout.linkedin.traffic import Traffic
from optout.verdict import Cause

if TYPE_CHECKING:
    from playwright.sync_api import Cookie, Page

MEMBER_PATIENCE = 5.0  # seconds a page has to show its member, as long as it is still arriving
MEMBER_QUIET = 0.75  # seconds at rest after which a page is not expected to show its member any more
Answer = TypeVar("Answer")
MOST_QUESTIONS = 2  # times in a stay that a code or an approval is waited for


@dataclass(kw_only=True)
class Stay:
    """One signed-in stay in one page. `timeout` is in seconds.

    `renewed` gives a page that has the given cookies and nothing else, in place of this one; `beside` one of
    the same window, with this one left open; `shown` one that the person sees, this one if they do.
    `password` is called at the moment of typing, at most once. `tell` hears one line per step. `proxied`: a
    proxy stands on the way. `expected` is the member that this evidence is about, None as long as no page has
    shown one; `recognised`: a page of this stay has shown it, and calls it `display_name`; `by_hand`: the
    person was asked to go on in a window, `pending` why, as long as they have not. `noticed` hears of each
    page read.
    """

    page: "Page"
    renewed: "Callable[[Sequence[Cookie]], Page]"
    beside: "Callable[[], Page]"
    shown: "Callable[[], Page]"
    origin: str
    account: str
    password: Callable[[], str]
    timeout: float
    tell: Callable[[str], None]
    person: Person = NOBODY
    proxied: bool = False
    clock: Clock = field(default_factory=Clock)
    expected: str | None = None
    typed: bool = False
    arrived: bool = False
    recognised: bool = False
    shown_by: str | None = None
    display_name: str | None = None
    contradicted: bool = False
    searched: bool = False
    loads: list[Loaded] = field(default_factory=list)
    left_open: "dict[str, Page]" = field(default_factory=dict)
    by_hand: bool = False
    pending: OptoutError | None = None
    noticed: Callable[[str, Loaded, object], None] | None = None
    _inside: bool = False
    _renewed: bool = False
    _questions: int = 0
    _before: "Sequence[Cookie] | None" = None
    _clicked: bool = False
    _traffic: Traffic = field(init=False)
    _witness: member.Witness = field(init=False)

    def __post_init__(self) -> None:
        """Listen to the page from its beginning."""
        self._go_on_in(self.page)

    def at(self, path: str, read: Callable[[Loaded], Answer]) -> Answer:
        """Given a path, load it afresh and return what `read` makes of the page.

        Where the page turns out to be signed out, sign in and load it again. `read` calls `look` and
        so learns of a sign-in page wherever it appears. Raise what `load`, `sign_in` and `read` raise.
        """
        while True:
            try:
                loaded = self._load(path)
                answer = read(loaded)
            except SignInStopped as stop:
                self._inside = self._inside and stop.state == State.PASSWORD_AGAIN
                self._go_on(stop)
            else:
                self.arrived = True
                if self.noticed is not None:
                    self.noticed(path, loaded, answer)
                return answer

    def look(self, key: str | None = None) -> Sight | None:
        """Return what the page shows for a setting's key; None while it is not there yet.

        Raise SignInStopped with the state's name if it shows any sign of a sign-in, AnotherMember if it
        shows another member than before. An interstitial counts as in the way.
        """
        sight = look(self.page, key)
        if sight is None:
            return None
        state = recognise(sight, self.origin)
        self._inside = self._inside and state is State.PASSWORD_AGAIN
        if state is not State.INSIDE:
            raise stopped(state)
        self._compare(self._witness.shown(sight))
        self.display_name = self.display_name or self._witness.display_name(sight, self.expected)
        self._inside = True
        return sight

    def find_member(self) -> bool:
        """Before the first click: if no page has shown the member, wait for this one, then ask the home page.

        Return whether this page was left; it is left once in a stay. Raise what `at` raises; yet where there
        is nobody to compare with, a home page that does not come only says nothing.
        """
        if self.recognised or self.searched or self._await_member():
            return False
        try:
            self.at(HOME_PATH, lambda _: self._await_member())
        except OptoutError as error:
            if self.expected is not None or isinstance(error, PersonNeeded | Throttled):
                raise
        self.searched = True
        return True

    @property
    def waits_for_nothing(self) -> bool:
        """Whether every request that may still change the page has its answer."""
        return self._traffic.quiet

    @property
    def failure(self) -> Cause | None:
        """Whom it waits for that the site did not answer all this page asked for; None if it did."""
        return self._traffic.failure

    @property
    def was_cut_short(self) -> bool:
        """Whether this page broke off before its end."""
        return self._traffic.cut_short

    def before_a_click(self) -> None:
        """Note the cookies, unless a click in this page already may have changed them."""
        if not self._clicked:
            self._before, self._clicked = self.page.context.cookies(), True

    def start_afresh(self) -> None:
        """Go on in a page that knows only the cookies from before a click: no page vouches for itself."""
        now = self.page.context.cookies()
        self._go_on_in(self.renewed(now if self._before is None else unclicked(now, self._before)))
        self._clicked = False

    def keepable(self, now: "Sequence[Cookie]") -> "Sequence[Cookie]":
        """Given the browser's cookies, return what no page can have written when it was clicked."""
        return now if self._before is None else unwritten(now, self._before)

    def leave_open(self, name: str) -> None:
        """Go on in another page, and leave this one open under a name to be looked at again."""
        self.left_open[name] = self.page
        self._go_on_in(self.beside())

    def _go_on_in(self, page: "Page") -> None:
        self.page = page
        self._traffic = Traffic(page, self.origin)
        self._witness = member.Witness(page, self.origin)

    def _compare(self, shown: Mapping[str, str]) -> None:
        """Given the members that a page names and by what, hold them against the one that is expected."""
        member.require_same(self.expected, shown)
        seen = member.only(shown)
        self.contradicted = self.contradicted or len(shown) > 1
        if seen is not None and not self.recognised:
            self.expected, self.recognised, self.shown_by = self.expected or seen, True, shown[seen]

    def _await_member(self) -> bool:
        """Watch the page until it shows its member, or no longer seems to be arriving; return if it did."""
        busy = time.monotonic()

        def enough() -> bool:
            nonlocal busy
            sight = self.look()
            if sight is None or not sight.ready or sight.busy or not self.waits_for_nothing:
                busy = time.monotonic()
            return self.recognised or time.monotonic() - busy >= MEMBER_QUIET

        wait(self.page, min(self.timeout, MEMBER_PATIENCE), enough)
        return self.recognised

    @property
    def alive(self) -> bool:
        """Whether the browser holds the cookies of a living sign-in."""
        return cookies_alive(self.page.context, self.origin)

    @property
    def is_worth_keeping(self) -> bool:
        """Whether the last page that could tell showed this sign-in alive and no other member's."""
        return self._inside and self.alive

    def _go_on(self, stop: SignInStopped) -> None:
        """Given why a page could not be had, do what may help; raise what stands in the way if nothing does.

        It comes to an end, as nothing is done again and again: load once more, since the site may renew the
        sign-in by itself; sign in; have the person answer a question; hand over to them in a window.
        """
        ended: OptoutError | None = stop
        if stop.state in SIGNED_OUT or is_dead_sign_in(stop):
            if self._is_renewed(stop):
                return
            if not self.typed:
                ended = self._attempt(self._sign_in)
        if is_question(ended) and self._questions < MOST_QUESTIONS:
            self._questions += 1
            ended = self._attempt(self._passage().go)
        if ended is not None:
            self._hand_over(ended)

    def _is_renewed(self, stop: SignInStopped) -> bool:
        """Return whether loading once more may do; without the cookies that led in a circle it does not."""
        if self.typed:
            return False
        if is_dead_sign_in(stop):
            self.page.context.clear_cookies()
            self._load(LOGIN_PATH)
            return False
        first, self._renewed = not self._renewed, True
        return first and is_remembered(self.page.context, self.origin)

    def _attempt(self, act: Callable[[], None]) -> OptoutError | None:
        """Do something that ends in a signed-in page; return why it did not, None if it did."""
        try:
            act()
        except (SignInStopped, PageNotUnderstood) as error:
            return error
        return None

    def _sign_in(self) -> None:
        self.tell("signing in")
        sign_in(self._passage(), password=self._once)
        self.typed = True

    def _passage(self) -> Passage:
        place = Place(page=self.page, origin=self.origin, account=self.account)
        return Passage(place=place, person=self.person, tell=self.tell, timeout=self.timeout)

    def _hand_over(self, error: OptoutError) -> None:
        """Let the person go on in a window where the program may not; raise the error unless they do."""
        if self.by_hand or not self.person.window or not is_for_hands(error):
            raise error
        self.by_hand = True
        address = where_to_go_on(self.page.url, self.origin)
        try:
            page = self.shown()
        except BrowserMissing as missing:
            self.tell(str(missing))
            raise error from None
        self.tell(f"{error.sentence} Please go on in the window; once you are signed in, so does the visit")
        seen_already, self.pending = page is self.page, error
        if not await_person(page, self.origin, self.person, address=None if seen_already else address):
            raise given_up(State(error.state)) if isinstance(error, SignInStopped) else error
        self.pending = None
        self._go_on_in(self.beside())
        self._load(HOME_PATH)
        self._compare(welcomed(self._witness, expected=self.expected))

    def _once(self) -> str:
        """Return the password, and remember that this stay has had it."""
        self.typed = True
        return self.password()

    def _load(self, path: str) -> Loaded:
        """Load a path of the site; refuse what cannot be read."""
        self._traffic.forget()
        self._witness.forget()
        loaded = fetch(self.page, self.origin + path, timeout=self.timeout)
        if self.proxied and loaded.failure == TIMEOUT:  # a proxy that asks for a name looks like this too
            loaded = replace(loaded, failure=PROXIED_TIMEOUT)
        self.loads.append(loaded)
        refuse(loaded)
        if loaded.status == FORBIDDEN:
            raise forbids(arrived=self.arrived)
        return loaded
