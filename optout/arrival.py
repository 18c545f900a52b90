"""Arrive at the site with the kept sign-in, and keep it again on the way out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from optout.browser import kept, proxy
from optout.browser.tls import Received
from optout.browser.window import Window, open_window
from optout.config import Config
from optout.credentials import Vault
from optout.errors import (
    AnotherMember,
    KeyringUnusable,
    NoCredentials,
    OptoutError,
    PersonNeeded,
    SignInUnusable,
)
from optout.linkedin import address, by_hand, member, session
from optout.linkedin.load import load
from optout.linkedin.network import Network
from optout.linkedin.person import NOBODY, Person
from optout.linkedin.stay import Stay
from optout.log import protect


@dataclass(kw_only=True)
class Arrival:
    """One coming and going for an account. `tell` hears one line per step, `person` is who can be asked.

    All the rest is filled as the visit goes on: `secrets` are its live secrets, `sign_in` says where the
    sign-in came from ("kept", "typed", "by hand", "none"), `member` whom a page has shown, `display_name` its
    word for them, `environment` what the browser said of itself, `received` what came with the site's pages
    over TLS, `network` the record of the network, `pending` why the person was asked to go on by hand, if
    they did not.
    """

    account: str
    origin: str
    config: Config
    vault: Vault
    tell: Callable[[str], None]
    person: Person = NOBODY
    secrets: set[str] = field(default_factory=set)
    sign_in: str = "none"
    member: str | None = None
    display_name: str | None = None
    environment: dict[str, object] = field(default_factory=dict)
    received: Received | None = None
    network: Network = field(init=False)
    pending: OptoutError | None = None

    def __post_init__(self) -> None:
        """Begin a record of the network."""
        self.network = Network(self.origin)

    @contextmanager
    def stay(self, *, headed: bool, expected: str | None) -> Iterator[Stay]:
        """Given the member this evidence is about, or None, yield a stay in a fresh browser.

        A living sign-in is kept at the end. Raise SignInUnusable, AnotherMember (before anything is opened),
        KeyringUnusable, BrowserMissing, UsageProblem, or SiteUnavailable if the browser died.
        """
        found = self._kept()
        if found:
            self.sign_in = "kept"
            self._hide(found.cookies)
            _require_same(
                expected, found.member, "The kept sign-in is of another member than this evidence is about."
            )
        self._hide_proxy()
        cookies = found.cookies if found else ()
        self.tell("opening the browser")
        with open_window(
            choice=self.config.browser,
            headed=headed,
            cookies=cookies,
            timeout=self.config.timeout,
            origin=self.origin,
        ) as window:
            window.let_watch(self.network.watch)
            self.environment = window.environment()
            stay = Stay(
                page=window.page,
                renewed=window.afresh,
                beside=window.beside,
                shown=window.show,
                origin=self.origin,
                account=self.account,
                password=self._password,
                timeout=self.config.timeout,
                tell=self.tell,
                person=self.person,
                proxied=window.certificates.proxied is True,
                expected=expected or (found.member if found else None),
            )
            try:
                yield stay
                if stay.is_worth_keeping:
                    self._keep(stay.keepable(window.cookies()), self._whose(stay, found))
            finally:
                self.pending = stay.pending
                self.member = stay.expected if stay.recognised else None
                self.display_name = stay.display_name if stay.recognised else None
                self.environment["member_shown"] = stay.shown_by
                if stay.by_hand:
                    self.sign_in = "by hand"
                    self.environment |= {"browser": window.browser, "headless": window.headless}
                self._hide(window.cookies())
                self.received = window.certificates.received()

    def by_hand(self, *, expected: str | None) -> None:
        """Given whose evidence it is, open a window, wait until the person has signed in, keep the sign-in.

        Nothing is typed for them. Raise PersonNeeded if the window was closed, Ctrl-C was pressed or the time
        ran out, AnotherMember if somebody else signed in: the sign-in kept earlier stays then.
        """
        self._hide_proxy()
        with open_window(
            choice=self.config.browser,
            headed=True,
            cookies=[],
            timeout=self.config.timeout,
            origin=self.origin,
        ) as window:
            self.tell(by_hand.WAITING)
            login = self.origin + address.LOGIN_PATH
            if not by_hand.await_person(window.page, self.origin, self.person, address=login):
                raise PersonNeeded(
                    "The window was closed before the sign-in was complete, or it was given up.",
                    "Run `optout login --browser` again.",
                )
            whose = self._welcome(window, expected or self._whose_before())
            self._store(window.cookies(), whose)

    def _welcome(self, window: Window, expected: str | None) -> str | None:
        """Given who should have signed in, have the home page show it; return who did, None if it does not.

        Raise PersonNeeded if nobody did, AnotherMember if somebody else did, SiteUnavailable.
        """
        self.tell("looking whether you are signed in, and as whom")
        page = window.beside()
        witness = member.Witness(page, self.origin)
        load(page, self.origin + address.HOME_PATH, timeout=by_hand.LOAD_PATIENCE)
        return member.only(by_hand.welcomed(witness, expected=expected))

    def _whose_before(self) -> str | None:
        """Return the member of the sign-in kept earlier; None if there is none, or it cannot be opened."""
        try:
            found = self._kept()
        except SignInUnusable:
            return None
        return found.member if found else None

    def _kept(self) -> kept.Kept | None:
        """Return the kept sign-in, None if there is none. Raise SignInUnusable if it cannot be opened."""
        key = self.vault.state_key(self.account, create=False)
        folder = self.config.folders.sessions
        return kept.load(folder, self.account, key.reveal() if key else None, origin=self.origin)

    def _whose(self, stay: Stay, found: kept.Kept | None) -> str | None:
        """Return the member that a page of the sign-in showed, in this stay or before; None if none did."""
        if stay.recognised:
            return stay.expected
        is_the_same = self.sign_in == "kept" and not stay.by_hand
        return found.member if found and is_the_same else None

    def _password(self) -> str:
        """Return the password, read at the moment of typing."""
        password = self.vault.password(self.account)
        if password is None:
            raise NoCredentials(
                "Neither a living sign-in nor a password is kept for this account.",
                "Run `optout login --browser` to sign in by hand, or `optout login` to keep the password.",
            )
        self.sign_in = "typed"
        self.secrets.add(password.reveal())
        return password.reveal()

    def _keep(self, cookies: "Iterable[Any]", whose: str | None) -> None:
        """Keep the sign-in as it is now; a visit whose sign-in cannot be kept is still a visit."""
        try:
            self._store(cookies, whose)
        except OptoutError as error:
            self.tell(f"the sign-in could not be kept: {error}")

    def _store(self, cookies: "Iterable[Any]", whose: str | None) -> None:
        """Keep the cookies of the site and whose they are. Raise KeyringUnusable or another OptoutError."""
        key = self.vault.state_key(self.account, create=True)
        if key is None:
            raise KeyringUnusable("The keyring keeps no key for the sign-in.", "Run `optout doctor`.")
        folder = self.config.folders.sessions
        try:
            sign_in = kept.Kept(cookies=tuple(cookies), member=whose)
            kept.save(folder, self.account, key.reveal(), sign_in, origin=self.origin)
        except OSError as error:
            raise OptoutError(
                f"The sign-in could not be written to {folder}: {error.strerror}.",
                "Make room, or mend its rights.",
            ) from error

    def _hide_proxy(self) -> None:
        """Note the name and password of a proxy, which must stand in no output."""
        for value in proxy.secrets():
            protect(value)
            self.secrets.add(value)

    def _hide(self, cookies: Iterable[Mapping[str, Any]]) -> None:
        """Note the cookies whose values must stand in no output."""
        for value in session.secrets_in(cookies):
            protect(value)
            self.secrets.add(value)


def _require_same(expected: str | None, seen: str | None, sentence: str) -> None:
    """Given whose evidence it is and whose sign-in, raise AnotherMember with the sentence if they differ."""
    if expected is not None and seen is not None and not member.is_same(expected, seen):
        raise AnotherMember(
            sentence, "Run `optout logout`, then sign in to the right account with `optout login`."
        )
