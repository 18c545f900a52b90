"""What the site remembers: the account, the switches, who is signed in, and what was done to it."""

import hmac
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, unquote

from optout.practice.moods import Moods
from optout.practice.rows import AFFILIATE_ADS, CORE, Row, all_rows
from optout.practice.templates import LANGUAGES, Words, words_of
from optout.practice.wire import Request

YEAR = 365 * 24 * 3600


@dataclass(slots=True)
class Session:
    """One sign-in: `opened` are the names of the two settings it has asked for, in order.

    `listed` says that it has asked for a list since it is to die after one.
    """

    opened: list[str] = field(default_factory=list)
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The one account: the name that signs in, its password, its public identifier, its code."""

    account: str
    password: str = field(repr=False)
    member: str
    code: str


@dataclass(slots=True, kw_only=True)
class Challenge:
    """A question between password and sign-in. `kind` is code-email, push, captcha and so on."""

    kind: str
    onward: str
    keep: bool
    csrf: str = field(default_factory=lambda: secrets.token_hex(8))
    shown: int = 0
    approved: threading.Event = field(default_factory=threading.Event)
    asked_at: float = 0.0


class State:
    """The site's memory. `patience` scales every delay; the password is compared and never shown."""

    def __init__(self, person: Person, *, moods: Iterable[str], patience: float) -> None:
        if not person.password:
            raise ValueError("the practice account needs a password")
        self.account = person.account
        self.member = person.member
        self.code = person.code
        self.patience = patience
        self.stored: dict[str, bool] = {
            key: True for row in all_rows() for key in (row.key, *row.more) if key
        }
        self.counts: Counter[str] = Counter()
        self.log: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.sessions: dict[str, Session] = {}
        self.remembered: dict[str, str] = {}
        self.renewing: Counter[str] = Counter()
        self.challenges: dict[str, Challenge] = {}
        self.stale: Counter[str] = Counter()
        self.echoed: set[str] = set()
        self.happened: set[str] = set()
        self.lock = threading.RLock()
        self._password = person.password.encode()
        self._spellings = _spellings(person.password)
        self.moods = Moods(moods, on_add=self._begin)

    def __repr__(self) -> str:
        return f"State(moods={self.moods!r})"

    def password_matches(self, given: str) -> bool:
        """Given what was typed, return whether it is the password, in constant time."""
        return hmac.compare_digest(given.encode(), self._password)

    def note(self, request: Request) -> None:
        """Given a request, count it, and whether it carried the password; keep no value of it."""
        carried = " ".join((
            unquote(request.target), *request.headers.values(), request.body.decode("utf-8", "replace")
        ))  # fmt: skip
        with self.lock:
            self.log.append((request.method, request.path))
            self.counts["page:" + request.path] += 1
            if any(spelling in carried for spelling in self._spellings):
                self.counts["password_received"] += 1

    def milliseconds(self, seconds: float) -> int:
        """Given seconds, return how long a page's script has to wait."""
        return round(seconds * self.patience * 1000)

    def expire_sessions(self, *, keep_remembered: bool = False) -> None:
        """Let every sign-in die; with `keep_remembered` those may renew themselves that asked to be kept."""
        with self.lock:
            self.sessions.clear()
            if not keep_remembered:
                self.remembered.clear()

    def once(self, what: str) -> bool:
        """Given the name of an event, return True the first time and False ever after."""
        with self.lock:
            first = what not in self.happened
            self.happened.add(what)
            return first

    @property
    def words(self) -> Words:
        """The site's words in the language of the mood."""
        for mood, language in LANGUAGES.items():
            if mood in self.moods:
                return words_of(language)
        return words_of("en")

    @property
    def sign_in_words(self) -> Words:
        """The words of the sign-in pages, which may be in another language than the rest."""
        foreign = "classic-foreign" in self.moods and not self.moods.any_of(*LANGUAGES)
        return words_of("fr") if foreign else self.words

    def _begin(self, mood: str) -> None:
        self.happened.discard(mood)
        name, _, setting = mood.partition(":")
        rows = [row for row in all_rows() if row.name in ((setting,) if setting else CORE)]
        match name:
            case "already-off" | "came-back":
                self.stored.update({row.key: name == "came-back" for row in rows})
            case "gpc":
                self.stored[AFFILIATE_ADS.key] = False
            case "expired" | "loop":
                self.expire_sessions()
            case "renews":
                self.expire_sessions(keep_remembered=True)


def second_setting(session: Session) -> bool:
    """Given a sign-in, return whether it has asked for both settings by now."""
    return len(set(session.opened)) == len(CORE)


def offered(state: State, row: Row) -> bool:
    """Given a row, return whether its member has the setting at all."""
    gone = ("not-offered", "not-offered-category", "not-offered-blank")
    return not (
        any(state.moods.touch(mood, row) for mood in gone)
        or (row is AFFILIATE_ADS and "europe" in state.moods)
    )


def _spellings(password: str) -> tuple[str, ...]:
    forms = {
        password, quote(password), quote(password, safe=""), quote_plus(password),
        json.dumps(password)[1:-1], json.dumps(password, ensure_ascii=False)[1:-1],
    }  # fmt: skip
    return tuple(sorted(forms))
