"""The cookies of a signed-in session: do they live, which are secrets, which a page may have written itself.

Source: linkedin.md 7.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optout.linkedin.address import State
from optout.linkedin.challenge import recognise
from optout.linkedin.sight import look

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Cookie, Page

SECRET_LENGTH = 12  # characters from which on a cookie's value counts as a secret
PLAIN_COOKIES = frozenset({"lang", "timezone", "li_theme", "li_theme_set"})

SIGN_IN_COOKIES = frozenset({"li_at", "li_rm", "JSESSIONID", "bcookie", "bscookie", "lidc"})


def cookies_alive(context: "BrowserContext", origin: str) -> bool:
    """Given a browser context, return whether it holds the two cookies of a living sign-in."""
    cookies = {str(cookie.get("name")): str(cookie.get("value", "")) for cookie in _cookies(context, origin)}
    token = cookies.get("li_at", "").strip('"')
    return bool(token) and not token.startswith("delete") and "JSESSIONID" in cookies


def is_inside(tab: "Page", origin: str) -> bool:
    """Given a tab, return whether it shows a page behind the sign-in and the cookies of one are alive.

    An empty page shows nothing: it may be on its way to the sign-in. Source: linkedin.md 7, "Signed in".
    """
    if tab.is_closed():
        return False
    sight = look(tab)
    if sight is None or not sight.text or recognise(sight, origin) is not State.INSIDE:
        return False
    return cookies_alive(tab.context, origin)


def is_remembered(context: "BrowserContext", origin: str) -> bool:
    """Given a browser context, return whether the site may renew a sign-in from its cookies by itself."""
    return any(cookie.get("name") in {"li_at", "li_rm"} for cookie in _cookies(context, origin))


def unwritten(now: "Sequence[Cookie]", before: "Sequence[Cookie]") -> "list[Cookie]":
    """Given a browser's cookies and those from before a click, return what no page can have written at it.

    Those of the sign-in, and those hidden from scripts, are as they are now. Any other may be a page's own
    memory: it is as it was before, whether it was changed since or removed, and a new one is left out.
    """
    now = [cookie for cookie in now if _is_trusted(cookie)]
    held = {_identity(cookie) for cookie in now}
    return now + [cookie for cookie in before if not _is_trusted(cookie) and _identity(cookie) not in held]


def unclicked(now: "Sequence[Cookie]", before: "Sequence[Cookie]") -> "list[Cookie]":
    """Given the same, return it without what the site itself added since, but for the sign-in."""
    known = {_identity(cookie) for cookie in before}
    return [
        cookie
        for cookie in unwritten(now, before)
        if cookie.get("name") in SIGN_IN_COOKIES or _identity(cookie) in known
    ]


def _is_trusted(cookie: "Cookie") -> bool:
    """Return whether the cookie is the sign-in's, or hidden from the scripts of pages."""
    return cookie.get("name") in SIGN_IN_COOKIES or cookie.get("httpOnly") is True


def _identity(cookie: "Cookie") -> tuple[object, ...]:
    """Return what tells a cookie from every other."""
    return tuple(cookie.get(part) for part in ("name", "domain", "path", "partitionKey"))


def secrets_in(cookies: Iterable[Mapping[str, Any]]) -> set[str]:
    """Given cookies, return the values that must stand in no output.

    Those of 12 characters and more, but for the ones that only hold a language, a look or a time zone.
    """
    values = (
        str(cookie.get("value", "")).strip('"')
        for cookie in cookies
        if cookie.get("name") not in PLAIN_COOKIES
    )
    return {value for value in values if len(value) >= SECRET_LENGTH}


def _cookies(context: "BrowserContext", origin: str) -> "list[Cookie]":
    """Return the cookies that the site would be sent; none if the window is gone."""
    from playwright.sync_api import Error

    try:
        return context.cookies(origin)
    except Error:
        return []
