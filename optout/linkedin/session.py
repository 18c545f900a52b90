"""The cookies of a signed-in session: do they live, and which of them are secrets. Source: linkedin.md 7."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from optout.linkedin.address import State
from optout.linkedin.challenge import recognise
from optout.linkedin.sight import look

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Cookie, Page

SECRET_LENGTH = 12  # characters from which on a cookie's value counts as a secret
PLAIN_COOKIES = frozenset({"lang", "timezone", "li_theme", "li_theme_set"})


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
