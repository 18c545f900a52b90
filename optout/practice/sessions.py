"""Cookies: who is new, who is signed in, who renews itself and who is dead."""

import secrets
from urllib.parse import quote

from optout.practice.state import YEAR, Session, State
from optout.practice.wire import Reply, Request, redirect

DAY = 24 * 3600
RENEWS_AT = 2  # often on the second page asked for, see linkedin.md 7


def cookie(name: str, value: str, *, age: int | None = YEAR, hidden: bool = False, path: str = "/") -> str:
    """Given a cookie, return its Set-Cookie value. `age` None ends with the browser; `hidden` is HttpOnly."""
    parts = [f"{name}={value}", f"Path={path}", "SameSite=Lax"]
    if age is not None:
        parts.append(f"Max-Age={age}")
    if hidden:
        parts.append("HttpOnly")
    return "; ".join(parts)


def greet(state: State, request: Request, reply: Reply) -> None:
    """Given a reply to a browser nobody knows yet, add the cookies that every browser gets."""
    if not request.cookie("bcookie"):
        reply.cookies.append(cookie("bcookie", f'"v=2&{secrets.token_hex(16)}"'))
    if not request.cookie("lidc"):
        reply.cookies.append(cookie("lidc", f'"b=P1:s=P:r=P:g={secrets.randbelow(9999)}"', age=DAY))
    if not request.cookie("JSESSIONID") and not any(c.startswith("JSESSIONID=") for c in reply.cookies):
        reply.cookies.append(_csrf_cookie())
        if "bad-cookies" in state.moods:
            for path in ("/checkpoint", "/mypreferences", "/feed", "/login"):
                reply.cookies.append(_csrf_cookie(path))


def sign_in(state: State, request: Request, *, keep: bool) -> list[str]:
    """Given a browser that proved itself, return the cookies of its new sign-in."""
    token, ticket = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    cookies = [cookie("li_at", token, hidden=True), _csrf_cookie()]
    with state.lock:
        state.sessions[token] = Session()
        if keep:
            state.remembered[ticket] = request.cookie("bcookie")
            cookies.append(cookie("li_rm", ticket, hidden=True))
    return cookies


def csrf_token(request: Request) -> str:
    """Given a request, return the token that its saving requests have to repeat."""
    return request.cookie("JSESSIONID").strip('"')


def session_of(state: State, request: Request) -> Session | None:
    """Given a request, return its sign-in, or None if it has none that lives."""
    with state.lock:
        return state.sessions.get(request.cookie("li_at")) if csrf_token(request) else None


def end(state: State, request: Request) -> None:
    """Given a request, let its sign-in die, and what would renew it."""
    with state.lock:
        state.sessions.pop(request.cookie("li_at"), None)
        state.remembered.pop(request.cookie("li_rm"), None)


def renewed(state: State, request: Request) -> list[str]:
    """Given a request without a living sign-in, return the cookies of a new one if it renews itself now."""
    ticket = request.cookie("li_rm")
    with state.lock:
        known = state.remembered.get(ticket)
        if "renews" not in state.moods or known is None or known != request.cookie("bcookie"):
            return []
        state.renewing[ticket] += 1
        if state.renewing[ticket] < RENEWS_AT:
            return []
        del state.remembered[ticket]
    return sign_in(state, request, keep=True)


def to_sign_in(state: State, request: Request) -> Reply:
    """Given a member's page that was asked for without a sign-in, return where the site sends it."""
    wanted = quote(request.target, safe="")
    if "guest-home" in state.moods:
        reply = redirect("/")
    elif "authwall" in state.moods:
        reply = redirect(f"/authwall?trk=practice&sessionRedirect={wanted}")
    else:
        reply = redirect(f"/uas/login?session_redirect={wanted}")
    if request.cookie("li_at") and "dead-cookie" not in state.moods:
        reply.cookies.append(cookie("li_at", "delete me", age=0, hidden=True))
    return reply


def local_path(path: str) -> str:
    """Given where a form wants to go after the sign-in, return it if it is a path of ours, else the feed."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/feed/"


def _csrf_cookie(path: str = "/") -> str:
    return cookie("JSESSIONID", f'"ajax:{secrets.randbelow(10**19):019d}"', age=None, path=path)
