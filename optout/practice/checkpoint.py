"""What happens once a name and a password were sent: in, refused, or a question in between.

States, addresses and elements: linkedin.md 6.
"""

import secrets
import time
from dataclasses import dataclass, field

from optout.practice import challenge_pages, signin_pages
from optout.practice.sessions import local_path, sign_in
from optout.practice.state import Challenge, State
from optout.practice.wire import Reply, Request, json_reply, redirect

CODES = ("code-email", "code-sms", "code-totp")
QUESTIONS = (*CODES, "push", "push-unanswered", "captcha", "captcha-on-submit")
INSTEAD = {
    "refused": "/uas/login?errorKey=challenge_global_internal_error&trk=practice-challenge",
    "restricted": "/login/login-restriction/",
    "unknown-checkpoint": "/checkpoint/practice-step/",
}
LOST = "/uas/login?errorKey=unexpected_login_error"
APPROVED_AFTER = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a sign-in form sends. `keep` asks to stay signed in; `onward` is where to go then."""

    name: str
    password: str = field(repr=False)
    keep: bool
    onward: str


@dataclass(slots=True, kw_only=True)
class Landing:
    """Where a sent form leads: to `path` with `cookies`, or to an `error` at `field`."""

    path: str = ""
    cookies: list[str] = field(default_factory=list)
    error: str = ""
    field: str = "password"


def submitted(state: State, request: Request) -> Reply:
    """Given the posted classic form, return the next page."""
    form = request.form()
    landing = _land(
        state,
        request,
        Sent(
            name=form.get("session_key", ""),
            password=form.get("session_password", ""),
            keep="rememberMeOptIn" in form,
            onward=local_path(form.get("session_redirect", "")),
        ),
    )
    if landing.error:
        return signin_pages.classic(state, request, error=landing.error, field=landing.field)
    if "captcha-on-submit" in state.moods:
        token = landing.path.removeprefix(challenge_pages.ADDRESS)
        return challenge_pages.show(state, token, state.challenges[token])
    reply = redirect(landing.path, status=303)
    reply.cookies = landing.cookies
    return reply


def submitted_by_script(state: State, request: Request) -> Reply:
    """Given the JSON that the script-built form sends, return JSON: where to go, or what is wrong."""
    sent = request.json()
    landing = _land(
        state,
        request,
        Sent(
            name=str(sent.get("username", "")),
            password=str(sent.get("password", "")),
            keep=sent.get("keep") is True,
            onward=local_path(str(sent.get("onward", ""))),
        ),
    )
    if landing.error:
        return json_reply({"error": landing.error})
    reply = json_reply({"go": landing.path})
    reply.cookies = landing.cookies
    return reply


def _land(state: State, request: Request, sent: Sent) -> Landing:
    moods, words = state.moods, state.sign_in_words
    state.counts["sign_in_posted"] += 1
    fits = state.password_matches(sent.password)
    if "unknown-account" in moods or sent.name.strip().casefold() != state.account.casefold():
        return Landing(error=words["unknown_account"], field="username")
    if moods.any_of("wrong-password-classic", "wrong-password-modern") or not fits:
        return Landing(error=words["wrong_password"])
    if "weak-password" in moods:
        return Landing(error=words["weak_password"])
    for mood, path in INSTEAD.items():
        if mood in moods:
            return Landing(path=path)
    kind = _question(state)
    if not kind:
        return _in(state, request, keep=sent.keep, onward=sent.onward)
    return Landing(path=challenge_pages.ADDRESS + ask(state, kind, keep=sent.keep, onward=sent.onward))


def _question(state: State) -> str:
    for kind in QUESTIONS:
        if kind in state.moods:
            return "captcha" if kind == "captcha-on-submit" else kind
    return "code-email" if "wrong-code" in state.moods else ""


def ask(state: State, kind: str, *, keep: bool, onward: str) -> str:
    """Given a kind of question and where to go once it is answered, ask it; return its token."""
    token = secrets.token_urlsafe(16)
    state.challenges[token] = Challenge(kind=kind, onward=onward, keep=keep, asked_at=time.monotonic())
    return token


def _in(state: State, request: Request, *, keep: bool, onward: str) -> Landing:
    if "completing" in state.moods:
        return Landing(path="/login?practice_step=" + ask(state, "completing", keep=keep, onward=onward))
    for mood, path in (("add-phone", "/check/add-phone"), ("consent-page", "/check/consent")):
        if mood in state.moods:
            onward = path
    return Landing(path=onward, cookies=sign_in(state, request, keep=keep))


def answered(state: State, request: Request) -> Reply:
    """Given a posted answer to a challenge, return the next page: the same form again, or onward."""
    form = request.form()
    token = form.get("challengeId", "")
    with state.lock:
        challenge = state.challenges.get(token)
        if challenge is None or form.get("csrfToken") != challenge.csrf:
            return redirect(INSTEAD["refused"], status=303)
        challenge.csrf = secrets.token_hex(8)
    if challenge.kind in CODES:
        state.counts["code_posted"] += 1
        refused_first = "wrong-code" in state.moods and state.once("wrong-code")
        fits = secrets.compare_digest(form.get("pin", "").strip().encode(), state.code.encode())
        if refused_first or not fits:
            return challenge_pages.wrong_code(state, token, challenge)
    elif challenge.kind != "captcha":
        return redirect(INSTEAD["refused"], status=303)
    return _done(state, request, token, challenge)


def polled(state: State, request: Request) -> Reply:
    """Given the question of a page that waits for an approval, say whether it came."""
    token = request.query.get("challengeId", "")
    challenge = state.challenges.get(token)
    if challenge is None:
        return json_reply({"go": LOST})
    waited = time.monotonic() - challenge.asked_at
    if challenge.kind == "push" and waited >= APPROVED_AFTER * state.patience:
        challenge.approved.set()
    if not challenge.approved.is_set():
        return json_reply({})
    return json_reply({"go": "/checkpoint/challenge/approved?challengeId=" + token})


def approved(state: State, request: Request) -> Reply:
    """Given the page that an approved sign-in goes to, return the way on."""
    token = request.query.get("challengeId", "")
    challenge = state.challenges.get(token)
    if challenge is None or not challenge.approved.is_set():
        return redirect(LOST)
    return _done(state, request, token, challenge)


def completed(state: State, request: Request) -> Reply:
    """Given the last step of a sign-in that acted by itself, return the way on with its cookies."""
    with state.lock:
        challenge = state.challenges.pop(request.query.get("practice_step", ""), None)
    if challenge is None or challenge.kind != "completing":
        return redirect(INSTEAD["refused"])
    reply = redirect(challenge.onward)
    reply.cookies = sign_in(state, request, keep=challenge.keep)
    return reply


def shown(state: State, request: Request) -> Reply:
    """Given a challenge's address, return its page; a push that is loaded again is lost."""
    token = request.path.removeprefix(challenge_pages.ADDRESS).strip("/")
    challenge = state.challenges.get(token)
    if challenge is None:
        return redirect(INSTEAD["refused"])
    challenge.shown += 1
    if challenge.kind in ("push", "push-unanswered") and challenge.shown > 1:
        state.challenges.pop(token, None)
        return redirect(LOST)
    return challenge_pages.show(state, token, challenge)


def _done(state: State, request: Request, token: str, challenge: Challenge) -> Reply:
    with state.lock:
        state.challenges.pop(token, None)
    landing = _in(state, request, keep=challenge.keep, onward=challenge.onward)
    reply = redirect(landing.path, status=303)
    reply.cookies = landing.cookies
    return reply
