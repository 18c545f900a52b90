"""Trouble on the way: throttled, down, slow, in circles, or another server in between. See linkedin.md 6."""

from collections.abc import Callable

from optout.practice.rows import CORE, Row
from optout.practice.state import State
from optout.practice.templates import fill
from optout.practice.wire import Reply, Request, redirect

STATUS = (429, 999, 503, 403)
CUTTING = ("offline-at-submit", "offline-midway", "offline-after-click")
SUBMITTING = ("/checkpoint/lg/login-submit", "/uas/login-submit", "/flagship-web/login/submit")
SENDING = (*SUBMITTING, "/checkpoint/challenge/verify")
LATE = 10.0  # seconds
SECONDS = {"slow": 2.0, "too-slow": 600.0}


def on_the_way(state: State, request: Request, row: Row | None, other: Callable[[], str]) -> Reply | None:
    """Given any request and the setting it is for, return the trouble it meets, or None.

    `other` returns the origin of another server.
    """
    moods = state.moods
    if "offline-at-submit" in moods and request.path in SUBMITTING:
        state.once("offline-at-submit")
    cut = any(mood in moods and mood in state.happened for mood in CUTTING)
    if cut or "offline" in moods or (row and moods.touch("offline", row)):
        return Reply(hang_up=True)
    for status in STATUS:
        if str(status) in moods or (row and moods.touch(str(status), row)):
            return Reply(status=status, body=fill("bare.html", text=str(status)))
    if "portal" in moods or (row and moods.touch("to-elsewhere", row)):
        return redirect(other() + "/portal/login")
    for mood, seconds in SECONDS.items():
        page = not request.path.startswith("/static/") and (mood in moods or (row and moods.touch(mood, row)))
        if page and request.wait(seconds * state.patience):
            return Reply(hang_up=True)
    if "late-answer" in moods and request.path in SENDING and request.wait(LATE * state.patience):
        return Reply(hang_up=True)
    if "bad-cookies" in moods and sum(name == "JSESSIONID" for name, _ in request.cookies) > 1:
        return Reply(status=400, body=fill("bare.html", text="400"))
    return None


def in_circles(state: State, request: Request, *, signed_in: bool) -> Reply | None:
    """Given a request for a member's page, return the circle it is sent on, or None."""
    if "loop-always" in state.moods or ("loop" in state.moods and request.cookie("li_at") and not signed_in):
        return redirect(request.target)
    return None


def midway(state: State, name: str, opened: list[str]) -> bool:
    """Given the setting asked for and those before it, return whether the visit is at its second setting."""
    return name in CORE and any(earlier != name for earlier in opened)
