"""Which address is which page, and which path means which sign-in state."""

import enum
from urllib.parse import parse_qs, urlsplit

from optout.errors import UsageProblem

REAL_ORIGIN = "https://www.linkedin.com"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
DEFAULT_PORTS = {"http": 80, "https": 443}

LOGIN_PATH = "/login"
HOME_PATH = "/feed/"
ANOTHER_ACCOUNT_PATH = "/checkpoint/rm/sign-in-another-account"
# Source: linkedin.md 5, both generations and their variants (2026-10).
SIGN_IN_PATHS = frozenset(
    {
        "/login",
        "/uas/login",
        "/checkpoint/lg/login",
        "/flagship-web/login",
        "/checkpoint/lg/login-submit",
        "/uas/login-submit",
        ANOTHER_ACCOUNT_PATH,
    }
)


# How paths begin to which a page by itself reports what its user does, or keeps a stream of news open.
_REPORTING = frozenset(
    {"li", "litms", "platform-telemetry", "sensorcollect", "tracking", "beacon", "realtime"}
)


class State(enum.StrEnum):
    """Where the sign-in stands, by path first and then by element."""

    OFF_SITE = "off_site"
    UNTRUSTED = "untrusted"
    RESTRICTED = "restricted"
    REFUSED = "refused"
    APPROVAL_LOST = "approval_lost"
    CODE_EMAIL = "code_email"
    CODE_TOTP = "code_totp"
    CODE_SMS = "code_sms"
    APP_PUSH = "app_push"
    CAPTCHA = "captcha"
    WRONG_CODE = "wrong_code"
    WRONG_CREDENTIALS = "wrong_credentials"
    UNKNOWN_ACCOUNT = "unknown_account"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 - the name of a state, not a password
    UNKNOWN_CHECKPOINT = "unknown_checkpoint"
    INTERSTITIAL = "interstitial"
    ACCOUNT_CHOOSER = "account_chooser"
    PASSWORD_ONLY = "password_only"  # noqa: S105 - the name of a state, not a password
    PASSWORD_AGAIN = "password_again"  # noqa: S105 - the name of a state, not a password
    PASSKEY_ONLY = "passkey_only"
    GUEST_HOME = "guest_home"
    AUTHWALL = "authwall"
    LOGIN_FORM = "login_form"
    SIGN_IN_PAGE = "sign_in_page"
    FORM_STAYED = "form_stayed"
    OTHER_ACCOUNT = "other_account"
    REDIRECT_LOOP = "redirect_loop"
    BAD_COOKIES = "bad_cookies"
    NO_SESSION = "no_session"
    INSIDE = "inside"


# A page in one of these states asks for a sign-in that the program knows how to make.
SIGNED_OUT = frozenset(
    {
        State.ACCOUNT_CHOOSER,
        State.PASSWORD_ONLY,
        State.GUEST_HOME,
        State.AUTHWALL,
        State.LOGIN_FORM,
        State.SIGN_IN_PAGE,
    }
)

# A page in one of these states asks for something that the person has at hand, or may do elsewhere.
CODES = frozenset({State.CODE_EMAIL, State.CODE_SMS, State.CODE_TOTP})
# What only the person can do on the page itself; nothing but their own hands goes on from there.
BY_HAND = CODES | {
    State.CAPTCHA,
    State.UNKNOWN_CHECKPOINT,
    State.INTERSTITIAL,
    State.ACCOUNT_CHOOSER,
    State.AUTHWALL,
    State.PASSKEY_ONLY,
    State.WEAK_PASSWORD,
    State.FORM_STAYED,
    State.NO_SESSION,
}


def origin_of(site: str | None) -> str:
    """Given OPTOUT_SITE, or None for the real site, return the exact origin without a slash at the end.

    Raise UsageProblem unless it is the real site or http on a loopback host.
    """
    if site is None:
        return REAL_ORIGIN
    try:
        parts = urlsplit(site)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    bare = not (parts.username or parts.password or parts.query or parts.fragment) and parts.path in {"", "/"}
    if bare and origin_in(site) == REAL_ORIGIN:
        return REAL_ORIGIN
    if bare and parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS and port:
        return origin_in(site)
    raise UsageProblem(
        f"OPTOUT_SITE is {site!r}, which is neither the real site nor a practice site on this machine.",
        f"Unset it, or give {REAL_ORIGIN} or http://127.0.0.1:PORT.",
    )


def is_practice(origin: str) -> bool:
    """Given an origin, return whether it is a practice site on loopback; what is no address is none."""
    try:
        return urlsplit(origin).hostname in LOOPBACK_HOSTS
    except ValueError:
        return False


def reports_only(url: str) -> bool:
    """Given the address of a request, return whether a page may only report by it, or keep a stream open."""
    return urlsplit(url).path.lower().lstrip("/").partition("/")[0] in _REPORTING


def origin_in(url: str) -> str:
    """Given any address, return its origin as a browser writes it; empty if it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    tail = "" if port is None or port == DEFAULT_PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{host}{tail}"


def path_in(url: str) -> str:
    """Given an address, return its path without a slash at the end; "/" for the root."""
    return urlsplit(url).path.rstrip("/") or "/"


def error_key(url: str) -> str:
    """Given an address, return the `errorKey` of its query, empty if there is none."""
    return parse_qs(urlsplit(url).query).get("errorKey", [""])[0]


def without_values(url: str) -> str:
    """Given an address, return origin and path, with the names but not the values of its query."""
    parts = urlsplit(url)
    names = "&".join(sorted(parse_qs(parts.query, keep_blank_values=True)))
    return f"{origin_in(url)}{parts.path}" + (f"?{names}" if names else "")


def path_state(url: str, origin: str) -> State:
    """Given the address a page ended at and the site's origin, return what the address alone says.

    INSIDE means only that the path is not one of sign-in. Source: linkedin.md 6.
    """
    if origin_in(url) != origin:
        return State.OFF_SITE
    path = path_in(url)
    if path.endswith("/login/login-restriction"):
        return State.RESTRICTED
    if path in SIGN_IN_PATHS or path.startswith("/flagship-web/login/"):
        key = error_key(url)
        if key == "unexpected_login_error":
            return State.APPROVAL_LOST
        return State.REFUSED if key else State.SIGN_IN_PAGE
    if path == "/checkpoint" or path.startswith("/checkpoint/"):
        return State.UNKNOWN_CHECKPOINT
    if path == "/check" or path.startswith("/check/"):
        return State.INTERSTITIAL
    if path in {"/authwall", "/signup"} or path.startswith("/signup/"):
        return State.AUTHWALL
    return State.INSIDE
