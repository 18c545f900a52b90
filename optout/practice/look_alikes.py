"""A second server that is not the site and looks like it: whoever types a password there has lost it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from optout.practice import signin_pages
from optout.practice.state import State
from optout.practice.templates import Content, embedded, fill, join, page, static
from optout.practice.wire import Reply, Request, redirect


def instead_of_sign_in(state: State, request: Request, other: Callable[[], str], origin: str) -> Reply | None:
    """Given a request for the sign-in page, return what leads elsewhere if a mood says so, else None."""
    if "other-port" in state.moods:
        return redirect(other() + "/login")
    if "other-host" in state.moods and not request.headers.get("host", "").startswith("localhost"):
        return redirect(f"http://localhost:{urlsplit(origin).port}{request.target}")
    words = state.sign_in_words
    if "framed" in state.moods:
        state.counts["login_page"] += 1
        body = fill("framed.html", title=words["sign_in"], source=other() + "/login")
        return Reply(body=page(words, Content(title=words["sign_in"], body=body)))
    if "late-swap" in state.moods:
        reply = signin_pages.sign_in_page(state, request)
        swap = join(
            (embedded({"go": other() + "/login"}, name="swap"), fill("script.html", name="late-swap.js"))
        )
        reply.body = str(reply.body).replace("</body>", swap + "</body>")
        return reply
    return None


def answer(state: State, request: Request) -> Reply:
    """Given any request to the second server, return a sign-in form that goes nowhere good."""
    if request.path.startswith("/static/style.css"):
        return Reply(body=static("style.css") or b"", kind="text/css; charset=utf-8")
    words = state.sign_in_words
    return Reply(body=page(words, Content(title=words["sign_in"], body=fill("look-alike.html", **words))))
