"""The cookies of a signed-in session: do they live, and which of them are secrets. Source: linkedin.md 7."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


def cookies_alive(context: "BrowserContext", origin: str) -> bool:
    """Given a browser context, return whether it holds the two cookies of a living sign-in."""
    cookies = {str(cookie.get("name")): str(cookie.get("value", "")) for cookie in context.cookies(origin)}
    token = cookies.get("li_at", "").strip('"')
    return bool(token) and not token.startswith("delete") and "JSESSIONID" in cookies


def is_remembered(context: "BrowserContext", origin: str) -> bool:
    """Given a browser context, return whether the site may renew a sign-in from its cookies by itself."""
    return any(cookie.get("name") in {"li_at", "li_rm"} for cookie in context.cookies(origin))


def secret_cookies(context: "BrowserContext", origin: str) -> list[str]:
    """Given a browser context, return the values of the site's cookies that must stand in no output.

    Those of 12 characters and more, but for the ones that only hold a language, a look or a time zone.
    """
    plain = {"lang", "timezone", "li_theme", "li_theme_set"}
    cookies = (
        (str(cookie.get("name")), str(cookie.get("value", "")).strip('"'))
        for cookie in context.cookies(origin)
    )
    return [value for name, value in cookies if name not in plain and len(value) >= 12]
