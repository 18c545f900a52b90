"""Whose account is this: the public identifier that a signed-in page shows of its own member.

Two witnesses, neither of them asked by us: the links of the bar that every page has at its top (a link
anywhere else may be a third person's), and the answer to `/voyager/api/me`, which pages request for
themselves, or which the server has put into the page as JSON.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from optout.errors import AnotherMember
from optout.linkedin.address import HOME_PATH, State, origin_in, path_in
from optout.linkedin.challenge import recognise
from optout.linkedin.sight import Sight, look, wait

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Response

ME_PATH = "/voyager/api/me"  # with the mini-profile of whoever is signed in (public programs, 2016 to 2026)
SUCCESS = 200
LONGEST = 100  # characters of a public identifier
# "me" is nobody's name in an address, "UNKNOWN" stands in for one that is not told.
NO_NAMES = frozenset({"me", "unknown"})
# The site's own number for a profile, which its links may carry in place of the public identifier.
INTERNAL = re.compile(r"AC[A-Za-z]AA[A-Za-z0-9_-]{20,}")
CONTRADICTION = "a page named more than one member, so it was not read whose account it is"


class Witness:
    """Listens to one page from its beginning, to say whom it shows as its own member.

    It asks for nothing. An answer whose body is gone when it is read says nothing.
    """

    def __init__(self, page: "Page", origin: str) -> None:
        self.page = page
        self.origin = origin
        self._answers: dict[Request, Response] = {}
        self._whole: list[Response] = []
        self._bodies: list[str] = []
        page.on("response", self._answered)
        # Only then is the body there: to wait for one that never ends would be to wait without end.
        page.on("requestfinished", self._finished)

    def forget(self) -> None:
        """Forget what an earlier document was told."""
        self._answers.clear()
        self._whole.clear()
        self._bodies.clear()

    def shown(self, sight: Sight) -> dict[str, str]:
        """Given what the page shows, return each member it names, with the word for what named them."""
        return shown(sight, self._heard())

    def display_name(self, sight: Sight, member: str | None) -> str | None:
        """Given what the page shows and its member, return the name in their mini-profile; None if none."""
        return display_name([*self._heard(), *sight.embedded], member) if member is not None else None

    def read(self) -> str | None:
        """Return the member that the page shows now, as `read` does, or that it was told of."""
        return read(self.page, self.origin, self._heard())

    def wait(self, seconds: float) -> dict[str, str]:
        """Return each member that the page names within `seconds`, as `shown` does; none if none comes.

        Raise SiteUnavailable if the page was closed.
        """
        named: dict[str, str] = {}

        def is_named() -> bool:
            nonlocal named
            sight = look(self.page)
            is_inside = sight is not None and recognise(sight, self.origin) is State.INSIDE
            named = self.shown(sight) if sight is not None and is_inside else {}
            return bool(named)

        wait(self.page, seconds, is_named)
        return named

    def _answered(self, response: "Response") -> None:
        kind = response.headers.get("content-type", "").partition(";")[0]
        asked = response.request.method == "GET" and path_in(response.url) == ME_PATH
        if asked and origin_in(response.url) == self.origin and response.status == SUCCESS and "json" in kind:
            self._answers[response.request] = response

    def _finished(self, request: "Request") -> None:
        response = self._answers.pop(request, None)
        if response is not None:  # its body is read later: in here the browser cannot be asked
            self._whole.append(response)

    def _heard(self) -> list[str]:
        """Return the answers about the member that the page has received whole."""
        from playwright.sync_api import Error

        while self._whole:
            try:
                self._bodies.append(self._whole.pop().text())
            except (Error, UnicodeDecodeError):
                continue
        return self._bodies


def read(page: "Page", origin: str, heard: Iterable[str] = ()) -> str | None:
    """Given a page, the site's origin and what a `Witness` of the page heard, return the member it shows now.

    None if it shows none, or several, or if it is no page of the site behind the sign-in.
    """
    sight = look(page)
    if sight is None or recognise(sight, origin) is not State.INSIDE:
        return None
    return only(shown(sight, heard))


def shown(sight: Sight, heard: Iterable[str] = ()) -> dict[str, str]:
    """Given what a page shows and was told, return each member it names, with the word for what named them.

    Pure. The words are those of the evidence: "settings page" and "home page" for a link in their bar, or
    "mini-profile".
    """
    place = "home page" if path_in(sight.href).startswith(path_in(HOME_PATH)) else "settings page"
    named: dict[str, str] = {}
    for names, source in ((sight.members, place), (_named([*heard, *sight.embedded]), "mini-profile")):
        for name in filter(None, map(identifier, names)):
            if not any(is_same(name, known) for known in named):
                named[name] = source
    return named


def only(named: Collection[str]) -> str | None:
    """Given the members that a page names, return the only one; None if there is none, or several."""
    return next(iter(named)) if len(named) == 1 else None


def identifier(text: object) -> str | None:
    """Given what stands in the place of a public identifier, return it decoded; None if it cannot be one."""
    if not isinstance(text, str):
        return None
    name = unicodedata.normalize("NFC", unquote(text))
    legible = name.isprintable() and not re.search(r"[\s/?#%\\\ufffd]", name)
    if not legible or not 0 < len(name) <= LONGEST or name.lower() in NO_NAMES or INTERNAL.fullmatch(name):
        return None
    return name


def is_same(one: str, other: str) -> bool:
    """Given two public identifiers, return whether they are one: neither case nor encoding counts."""
    return _key(one) == _key(other)


def profile_path(member: str) -> str:
    """Given a public identifier, return the path of the profile."""
    return f"/in/{quote(member)}/"


def require_same(expected: str | None, named: Iterable[str]) -> None:
    """Given the member this evidence is about and those a page names, raise AnotherMember if one differs.

    None and nobody say nothing: on settings pages the member may not be shown at all.
    """
    if expected is not None and not all(is_same(expected, name) for name in named):
        raise AnotherMember(
            "Another member is signed in than the one this evidence is about.",
            "Run `optout logout`, then sign in to the right account with `optout login`.",
        )


def names_in(body: object) -> set[str]:
    """Given the answer to `/voyager/api/me`, return the public identifiers that it gives the member. Pure."""
    found = (identifier(each.get("publicIdentifier")) for each in _profiles_in(body))
    return {name for name in found if name is not None}


def display_name(bodies: Iterable[str], member: str) -> str | None:
    """Given such answers as text and a member, return the name that one gives them; None if none. Pure."""
    for profile in (each for body in bodies for each in _profiles_in(_understood(body))):
        named = identifier(profile.get("publicIdentifier"))
        words = [profile.get(part) for part in ("firstName", "lastName")]
        name = " ".join(" ".join(word.split()) for word in words if isinstance(word, str)).strip()
        if named is not None and is_same(named, member) and name.isprintable() and 0 < len(name) <= LONGEST:
            return name
    return None


def _profiles_in(body: object) -> list[dict[str, Any]]:
    """Return the mini-profiles that an answer gives the member.

    Either one stands inside it, or it refers to one by its URN among all that is `included`.
    """
    if not isinstance(body, dict):
        return []
    own = body["data"] if isinstance(body.get("data"), dict) else body
    reference, included = own.get("*miniProfile"), body.get("included")
    profiles = [own.get("miniProfile")]
    if isinstance(reference, str) and isinstance(included, list):
        profiles += [
            each for each in included if isinstance(each, dict) and each.get("entityUrn") == reference
        ]
    return [each for each in profiles if isinstance(each, dict)]


def _named(bodies: Iterable[str]) -> Iterator[str]:
    """Return whom the answers name."""
    for body in bodies:
        yield from sorted(names_in(_understood(body)))


def _understood(body: str) -> Any:
    """Return an answer's JSON, None if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _key(name: str) -> str:
    """Return an identifier as it is compared; earlier runs may hold it encoded."""
    return unicodedata.normalize("NFC", unquote(name)).casefold()
