"""The pages a browser meets before it is signed in: both generations of the form, and what stands around them.

Shape, ids, names and addresses: linkedin.md 5.
"""

from urllib.parse import quote, urlencode

from optout.practice.state import State
from optout.practice.templates import LANGUAGES, Html, Words, embedded, fill, join, notice, page, words_of
from optout.practice.wire import Reply, Request, redirect

MODERN = ("modern", "modern-late", "modern-mutates", "modern-decoys", "modern-no-enter", "wrong-password-modern")
SOMEBODY_ELSE = "somebody.else@example.org"


def sign_in_page(state: State, request: Request) -> Reply:
    """Given a request for a sign-in address, return the page that the moods put there."""
    moods = state.moods
    state.counts["login_page"] += 1
    if moods.any_of("chooser", "chooser-anywhere"):
        return chooser(state, request)
    if "guest-home" in moods:
        return redirect("/")
    if "no-form" in moods:
        return Reply(body=notice(state.words, title=state.words["sign_in"], text=state.words["loading"]))
    if "passkey-only" in moods:
        content = fill("passkey.html", **_words(state))
        return Reply(body=page(state.words, title=state.words["sign_in"], content=content))
    return form_page(state, request)


def form_page(state: State, request: Request, *, error: str = "", field: str = "password") -> Reply:
    """Given a request, return the sign-in form of either generation; `error` is shown at `field`."""
    if state.moods.any_of(*MODERN):
        return _modern(state, request)
    return _classic(state, request, error=error, field=field)


def _classic(state: State, request: Request, *, error: str, field: str) -> Reply:
    moods, words = state.moods, _words(state)
    shown = {"username": "hidden__imp", "password": "hidden__imp"}
    texts = {"username": "", "password": ""}
    if error:
        shown[field], texts[field] = "", error
    decoys = fill("classic-decoys.html", **words) if "classic-decoys" in moods else Html("")
    if moods.any_of("password-only", "password-only-other"):
        account = state.account if "password-only" in moods else SOMEBODY_ELSE
        name = fill("classic-known.html", account=account)
    else:
        name = fill("classic-name.html", label=words["account"], shown=shown["username"], error=texts["username"])
    content = fill(
        "classic.html",
        **words,
        decoys=decoys,
        name_field=name,
        password_shown=shown["password"],
        password_error=texts["password"],
        csrf=request.cookie("bcookie"),
        onward=onward(request),
        action="/checkpoint/lg/login-submit",
        target="_blank" if "other-tab" in moods else "_self",
    )
    scripts = ("late-swap.js",) if "late-swap" in moods else ()
    return Reply(body=page(words, title=words["sign_in"], content=content, scripts=scripts))


def _modern(state: State, request: Request) -> Reply:
    moods, words = state.moods, _words(state)
    late = 8.0 if "modern-late" in moods else 0.25
    content = fill("modern.html", loading=words["loading"]) + embedded({
        "words": {name: words[name] for name in ("sign_in", "sign_in_lead", "account", "password", "keep", "forgot")},
        "hydrateAfter": state.milliseconds(late),
        "renderEvery": 150,
        "remountAfter": state.milliseconds(0.2) if "modern-mutates" in moods else None,
        "decoys": "modern-decoys" in moods,
        "enter": "modern-no-enter" not in moods,
        "onward": onward(request),
        "otherTab": "other-tab" in moods,
    })  # fmt: skip
    return Reply(body=page(words, title=words["sign_in"], content=Html(content), scripts=("modern.js",)))


def chooser(state: State, request: Request) -> Reply:
    """Given a request for any address, return the list of known people that stands there instead."""
    words = _words(state)
    cards = join([
        fill("chooser-card.html", account=SOMEBODY_ELSE),
        fill("chooser-card.html", account=state.account),
    ])  # fmt: skip
    another = "/checkpoint/rm/sign-in-another-account?" + urlencode({"session_redirect": onward(request)})
    content = fill("chooser.html", **words, cards=cards, way=another)
    return Reply(body=page(words, title=words["sign_in"], content=content))


def guest_home(state: State, request: Request) -> Reply:
    """Given a request for the home page without a sign-in, return the page with its own form."""
    words = _words(state)
    content = fill("guest-home.html", **words, csrf=request.cookie("bcookie"))
    return Reply(body=page(words, title=words["name"], content=content))


def authwall(state: State, request: Request) -> Reply:
    """Given a request that was turned away, return the wall with its joining form and its way to sign in."""
    words = _words(state)
    way = "/login?session_redirect=" + quote(request.query.get("sessionRedirect", "/feed/"), safe="")
    content = fill("authwall.html", **words, way=way)
    return Reply(body=page(words, title=words["name"], content=content))


def onward(request: Request) -> str:
    """Given a request for a sign-in page, return where it wants to go afterwards."""
    known = request.query.get("session_redirect") or request.form().get("session_redirect")
    if known:
        return known
    return request.target if request.path.startswith("/mypreferences/") else "/feed/"


def _words(state: State) -> Words:
    foreign = "classic-foreign" in state.moods and not state.moods.any_of(*LANGUAGES)
    return words_of("fr") if foreign else state.words
