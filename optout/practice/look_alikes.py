"""A second server that is not the site and looks like it: whoever types a password there has lost it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from optout.practice.state import State
from optout.practice.templates import fill, page, static
from optout.practice.wire import Reply, Request, redirect


def instead_of_sign_in(
    state: State, request: Request, other: Callable[[], str], origin: str
) -> Reply | None:
    """Given a request for the sign-in page, return what leads elsewhere if a mood says so, else None."""
    if "other-port" in state.moods:
        return redirect(other() + "/login")
    if "other-host" in state.moods and not request.headers.get("host", "").startswith("localhost"):
        return redirect(f"http://localhost:{urlsplit(origin).port}{request.target}")
    if "framed" in state.moods:
        content = fill("framed.html", title=state.words["sign_in"], source=other() + "/login")
        return Reply(body=page(state.words, title=state.words["sign_in"], content=content))
    return None


def answer(state: State, request: Request) -> Reply:
    """Given any request to the second server, return a sign-in form that goes nowhere good."""
    if request.path.startswith("/static/style.css"):
        return Reply(body=static("style.css") or b"", kind="text/css; charset=utf-8")
    content = fill("look-alike.html", **state.words)
    return Reply(body=page(state.words, title=state.words["sign_in"], content=content))
