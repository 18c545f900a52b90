"""The pages before the sign-in: both generations of the form, and what stands around them.

Shape, ids, names and addresses: linkedin.md 5.
"""

from urllib.parse import quote, urlencode

from optout.practice.rows import all_rows
from optout.practice.state import State
from optout.practice.templates import Content, Html, embedded, fill, join, notice, page
from optout.practice.wire import Reply, Request, redirect

MODERN = (
    "modern",
    "modern-late",
    "modern-mutates",
    "modern-decoys",
    "modern-no-enter",
    "wrong-password-modern",
)
MODERN_WORDS = ("sign_in", "sign_in_lead", "account", "password", "keep", "forgot", "decoy_with")
SOMEBODY_ELSE = "somebody.else@example.org"


def sign_in_page(state: State, request: Request) -> Reply:
    """Given a request for a sign-in address, return the page that the moods put there."""
    moods, words = state.moods, state.sign_in_words
    if "guest-home" in moods:
        return redirect("/")
    state.counts["login_page"] += 1
    if moods.any_of("chooser", "chooser-anywhere"):
        return chooser(state, request)
    if "no-form" in moods:
        return Reply(body=notice(words, words["sign_in"], words["loading"]))
    if "passkey-only" in moods:
        return Reply(body=page(words, Content(title=words["sign_in"], body=fill("passkey.html", **words))))
    return form_page(state, request)


def form_page(state: State, request: Request) -> Reply:
    """Given a request, return the sign-in form of either generation."""
    if state.moods.any_of(*MODERN):
        return _modern(state, request)
    return classic(state, request)


def classic(state: State, request: Request, *, error: str = "", field: str = "password") -> Reply:
    """Given a request, return the classic form; `error` is shown at `field`."""
    moods, words = state.moods, state.sign_in_words
    body = fill(
        "classic.html",
        **words,
        decoys=fill("classic-decoys.html", **words) if "classic-decoys" in moods else Html(""),
        name_field=_name_field(state, error if field == "username" else ""),
        password_hidden="" if error and field == "password" else "hidden__imp",
        password_error=error if field == "password" else "",
        csrf=request.cookie("bcookie"),
        onward=onward(request),
        action="/checkpoint/lg/login-submit",
        target="_blank" if "other-tab" in moods else "_self",
    )
    return Reply(body=page(words, Content(title=words["sign_in"], body=body)))


def _name_field(state: State, error: str) -> Html:
    if "password-only" in state.moods:
        return fill("classic-known.html", account=state.account)
    if "password-only-other" in state.moods:
        return fill("classic-known.html", account=SOMEBODY_ELSE)
    hidden = "" if error else "hidden__imp"
    return fill("classic-name.html", label=state.sign_in_words["account"], hidden=hidden, error=error)


def _modern(state: State, request: Request) -> Reply:
    moods, words = state.moods, state.sign_in_words
    form = {
        "words": {name: words[name] for name in MODERN_WORDS},
        "hydrateAfter": state.milliseconds(8.0 if "modern-late" in moods else 0.25),
        "renderEvery": 150,
        "remountAfter": state.milliseconds(0.2) if "modern-mutates" in moods else None,
        "decoys": "modern-decoys" in moods,
        "enter": "modern-no-enter" not in moods,
        "onward": onward(request),
        "otherTab": "other-tab" in moods,
    }
    body = join((fill("modern.html", loading=words["loading"]), embedded(form)))
    return Reply(body=page(words, Content(title=words["sign_in"], body=body, scripts=("modern.js",))))


def chooser(state: State, request: Request) -> Reply:
    """Given a request for any address, return the list of known people that stands there instead."""
    words = state.sign_in_words
    people = (SOMEBODY_ELSE, state.account)
    way = "/checkpoint/rm/sign-in-another-account?" + urlencode({"session_redirect": onward(request)})
    body = fill(
        "chooser.html",
        **words,
        cards=join(fill("chooser-card.html", account=account) for account in people),
        way=way,
    )
    asked_for = (row.title for row in all_rows() if row.path == request.path.rstrip("/"))
    return Reply(body=page(words, Content(title=next(asked_for, words["sign_in"]), body=body)))


def guest_home(state: State, request: Request) -> Reply:
    """Given a request for the home page without a sign-in, return the page with its own form."""
    words = state.sign_in_words
    state.counts["login_page"] += 1
    body = fill("guest-home.html", **words, csrf=request.cookie("bcookie"))
    return Reply(body=page(words, Content(title=words["name"], body=body)))


def authwall(state: State, request: Request) -> Reply:
    """Given a request that was turned away, return the wall with its joining form and its way to sign in."""
    words = state.sign_in_words
    way = "/login?session_redirect=" + quote(request.query.get("sessionRedirect", "/feed/"), safe="")
    body = fill("authwall.html", **words, way=way)
    return Reply(body=page(words, Content(title=words["name"], body=body)))


def onward(request: Request) -> str:
    """Given a request for a sign-in page, return where it wants to go afterwards."""
    known = request.query.get("session_redirect") or request.form().get("session_redirect")
    if known:
        return known
    return request.target if request.path.startswith("/mypreferences/") else "/feed/"
