"""Which request is for which page. The order is the rule: trouble on the way, then the door, then the page."""

from collections.abc import Callable

from optout.practice import (
    challenge_pages,
    checkpoint,
    look_alikes,
    saving,
    sessions,
    settings_pages,
    signin_pages,
    trouble,
)
from optout.practice.rows import CATEGORIES, CATEGORY, CORE, Row
from optout.practice.state import Session, State
from optout.practice.templates import hashed_sheet, notice, static
from optout.practice.wire import Reply, Request, redirect

Page = Callable[[State, Request], Reply]
SIGN_IN = ("/login", "/uas/login", "/checkpoint/lg/login", "/flagship-web/login")
OPEN: dict[tuple[str, str], Page] = {
    ("POST", "/checkpoint/lg/login-submit"): checkpoint.submitted,
    ("POST", "/uas/login-submit"): checkpoint.submitted,
    ("POST", "/flagship-web/login/submit"): checkpoint.submitted_by_script,
    ("GET", "/checkpoint/lg/complete"): checkpoint.completed,
    ("POST", "/checkpoint/challenge/verify"): checkpoint.answered,
    ("GET", "/checkpoint/challenge/poll"): checkpoint.polled,
    ("GET", "/checkpoint/challenge/approved"): checkpoint.approved,
    ("GET", "/checkpoint/challenge/puzzle"): challenge_pages.puzzle,
    ("GET", "/checkpoint/rm/sign-in-another-account"): signin_pages.form_page,
    ("GET", "/login/login-restriction"): challenge_pages.restricted,
    ("GET", "/authwall"): signin_pages.authwall,
}


def answer(state: State, request: Request, other: Callable[[], str], origin: str) -> Reply:
    """Given a request, return the site's reply. `other` returns another server's origin, `origin` is ours."""
    row = _core_row(state, request)
    reply = trouble.on_the_way(state, request, row, other)
    if reply is not None:
        return reply
    if request.path.startswith("/static/"):
        return _static(request)
    path = request.path.rstrip("/") or "/"
    method = "GET" if request.method == "HEAD" else request.method
    if method == "PUT" and path.startswith(saving.ADDRESS):
        return saving.put(state, request)
    if (method, path) == ("POST", saving.UNSEEN):
        return saving.unseen(state, request)
    if method == "GET" and path in SIGN_IN:
        return _sign_in(state, request, other, origin)
    known = OPEN.get((method, path))
    if known is not None:
        return known(state, request)
    if path.startswith("/checkpoint"):
        return _checkpoint(state, request, method, path)
    if method != "GET":
        return Reply(status=405, body=notice(state.words, title="405", text=state.words["not_found_text"]))
    return _members_only(state, request, path, row)


def _sign_in(state: State, request: Request, other: Callable[[], str], origin: str) -> Reply:
    if "practice_step" in request.query:
        return challenge_pages.completing(state, request)
    signed_in = sessions.session_of(state, request) is not None
    if request.path.startswith("/uas/login") and "session_redirect" in request.query:
        circle = trouble.in_circles(state, request, signed_in=signed_in)
        if circle is not None:
            return circle
    if signed_in:
        return redirect("/feed/")
    elsewhere = look_alikes.instead_of_sign_in(state, request, other, origin)
    return elsewhere or signin_pages.sign_in_page(state, request)


def _checkpoint(state: State, request: Request, method: str, path: str) -> Reply:
    if path == "/checkpoint/rm/pressed":
        state.counts["card_pressed"] += 1
    if method == "GET" and path.startswith(challenge_pages.ADDRESS):
        return checkpoint.shown(state, request)
    return challenge_pages.unknown(state, request)


def _members_only(state: State, request: Request, path: str, row: Row | None) -> Reply:
    session = sessions.session_of(state, request)
    if session is not None and row is not None:
        ended = _at_second_setting(state, request, session, row)
        if ended is not None:
            return ended
        session = sessions.session_of(state, request)
    circle = trouble.in_circles(state, request, signed_in=session is not None)
    if circle is not None and path != "/":
        return circle
    if session is None:
        return _at_the_door(state, request, path)
    if path.startswith("/check/"):
        return challenge_pages.between(state, request)
    if "bounces" in state.moods and path.startswith("/mypreferences"):
        return redirect("/check/consent" if "consent-page" in state.moods else "/check/add-phone")
    return _member_page(state, session, request, path)


def _at_the_door(state: State, request: Request, path: str) -> Reply:
    cookies = sessions.renewed(state, request)
    if cookies:
        reply = redirect(request.target)
        reply.cookies = cookies
        return reply
    if path == "/":
        if "guest-home" in state.moods:
            return signin_pages.guest_home(state, request)
        return redirect("/login")
    if "chooser-anywhere" in state.moods:
        state.counts["login_page"] += 1
        return signin_pages.chooser(state, request)
    return sessions.to_sign_in(state, request)


def _at_second_setting(state: State, request: Request, session: Session, row: Row) -> Reply | None:
    second = trouble.midway(state, row.name, session.opened)
    with state.lock:
        session.opened.append(row.name)
    if second and "offline-midway" in state.moods:
        state.once("offline")
        return Reply(hang_up=True)
    if second and "dies-between" in state.moods and state.once("dies-between"):
        sessions.end(state, request)
    return None


def _member_page(state: State, session: Session, request: Request, path: str) -> Reply:
    words = state.words
    known = settings_pages.MEMBER_PAGES.get(path)
    if known is not None:
        return known(state, session)
    if path == "/":
        return redirect("/feed/")
    if path == "/mypreferences/d":
        return redirect(CATEGORY + "account")
    if path.startswith(CATEGORY) and path.removeprefix(CATEGORY) in CATEGORIES:
        return settings_pages.category(state, session, path.removeprefix(CATEGORY))
    if path.startswith(settings_pages.PREFIXES):
        return settings_pages.setting(state, session, request)
    for start, word in (("/mynetwork", "network"), ("/messaging", "messages"), ("/notifications", "notices"), ("/in/", "me")):
        if path.startswith(start):
            return settings_pages.plain(state, session, words[word])
    return settings_pages.not_found(state, session)


def _core_row(state: State, request: Request) -> Row | None:
    hit = settings_pages.found(state, request.path)
    return hit[0] if hit is not None and hit[0].name in CORE else None


def _static(request: Request) -> Reply:
    name = request.path.removeprefix("/static/")
    kind = "text/css; charset=utf-8" if name.endswith(".css") else "text/javascript; charset=utf-8"
    if name.startswith("hashed-"):
        return Reply(body=hashed_sheet(name.removeprefix("hashed-").removesuffix(".css")), kind=kind)
    content = static(name)
    if content is None:
        return Reply(status=404, kind="text/plain; charset=utf-8")
    return Reply(body=content, kind=kind, headers={"Cache-Control": "max-age=3600"})
