"""Which request is for which page. The order is the rule: trouble on the way, the door, then the page."""

from collections.abc import Callable

from optout.practice import (
    banners,
    challenge_pages,
    checkpoint,
    list_page,
    look_alikes,
    member_pages,
    saving,
    sessions,
    setting_page,
    signin_pages,
    trouble,
)
from optout.practice.rows import CATEGORIES, CATEGORY, CORE, Row
from optout.practice.state import Session, State
from optout.practice.templates import hashed_sheet, notice, static
from optout.practice.wire import Reply, Request, redirect

Page = Callable[[State, Request], Reply]
SIGN_IN = ("/login", "/uas/login", "/checkpoint/lg/login", "/flagship-web/login")
PLAIN = {"/mynetwork": "network", "/messaging": "messages", "/notifications": "notices", "/in/": "me"}
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
    ("POST", saving.UNSEEN): saving.unseen,
    ("POST", banners.PRESSED): banners.pressed,
}


def answer(state: State, request: Request, other: Callable[[], str], origin: str) -> Reply:
    """Given a request, return the site's reply. `other` returns another server's origin, `origin` is ours."""
    row = _core_row(state, request)
    reply = trouble.on_the_way(state, request, row, other)
    if reply is not None:
        return reply
    if request.path.startswith("/static/"):
        return _static(request.path.removeprefix("/static/"))
    path = request.path.rstrip("/") or "/"
    method = "GET" if request.method == "HEAD" else request.method
    if method == "PUT" and path.startswith(saving.ADDRESS):
        return saving.put(state, request)
    if method == "GET" and path in SIGN_IN:
        return _sign_in(state, request, other, origin)
    known = OPEN.get((method, path))
    if known is not None:
        return known(state, request)
    if path.startswith("/checkpoint"):
        return _checkpoint(state, request, method, path)
    if method != "GET":
        return Reply(status=405, body=notice(state.words, "405", state.words["not_found_text"]))
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
    if session is not None:
        _around_lists(state, request, session, row)
        session = sessions.session_of(state, request)
    if session is not None and row is not None:
        ended = _at_second_setting(state, request, session, row)
        if ended is not None:
            return ended
        session = sessions.session_of(state, request)
    if (
        session is not None
        and path == "/feed"
        and "dies-at-home" in state.moods
        and state.once("dies-at-home")
    ):
        sessions.end(state, request)
        session = None
    circle = trouble.in_circles(state, request, signed_in=session is not None)
    if circle is not None and path != "/":
        return circle
    if session is None:
        return _at_the_door(state, request, path)
    if "asks-between" in state.moods and state.once("asks-between"):
        token = checkpoint.ask(state, "code-totp", keep=True, onward=request.target)
        return redirect(challenge_pages.ADDRESS + token)
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
        state.once("offline-midway")
        return Reply(hang_up=True)
    if second and "dies-between" in state.moods and state.once("dies-between"):
        sessions.end(state, request)
    return None


def _around_lists(state: State, request: Request, session: Session, row: Row | None) -> None:
    """Let the sign-in die, once, at the list of a category, or at a setting that is opened after one."""
    at_list = request.path.startswith(CATEGORY)
    mood = "dies-at-list" if at_list else "dies-after-list"
    due = at_list or (row is not None and session.listed)
    if due and mood in state.moods and state.once(mood):
        sessions.end(state, request)
    session.listed = session.listed or (at_list and "dies-after-list" in state.moods)


def _member_page(state: State, session: Session, request: Request, path: str) -> Reply:
    words = state.words
    known = member_pages.PAGES.get(path)
    if known is not None:
        return known(state, session)
    if path == "/":
        return redirect("/feed/")
    if path == "/mypreferences/d":
        return redirect(CATEGORY + "account")
    if path.startswith(CATEGORY) and path.removeprefix(CATEGORY) in CATEGORIES:
        return list_page.category(state, session, path.removeprefix(CATEGORY))
    if path.startswith("/mypreferences/") or setting_page.row_at(state, path) is not None:
        return setting_page.setting(state, session, request)
    for start, word in PLAIN.items():
        if path.startswith(start):
            return member_pages.plain(state, session, words[word])
    return member_pages.not_found(state, session)


def _core_row(state: State, request: Request) -> Row | None:
    row = setting_page.row_at(state, request.path)
    return row if row is not None and row.name in CORE else None


def _static(name: str) -> Reply:
    if name.startswith("hashed-"):
        seed = name.removeprefix("hashed-").removesuffix(".css")
        return Reply(body=hashed_sheet(seed), kind="text/css; charset=utf-8")
    content = static(name)
    if content is None:
        return Reply(status=404, kind="text/plain; charset=utf-8")
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    headers = {"Cache-Control": "max-age=3600", "Service-Worker-Allowed": "/"}
    return Reply(body=content, kind=kind + "; charset=utf-8", headers=headers)
