"""The pages between password and sign-in. Elements that tell them apart: linkedin.md 6."""

from optout.practice.state import Challenge, State
from optout.practice.templates import Html, embedded, fill, notice, page
from optout.practice.wire import Reply, Request

ADDRESS = "/checkpoint/challenge/"
SUBMIT = "/checkpoint/challenge/verify"
FORMS = {
    "code-email": ("email-pin-challenge", "input__email_verification_pin", "email-pin-submit-button"),
    "code-sms": ("two-step-challenge", "input__phone_verification_pin", "two-step-submit-button"),
    "code-totp": ("two-step-challenge", "input__phone_verification_pin", "two-step-submit-button"),
}


def show(state: State, request: Request, token: str, challenge: Challenge, *, wrong: bool = False) -> Reply:
    """Given a challenge and its token, return its page; `wrong` says so with HTTP 400."""
    match challenge.kind:
        case "push" | "push-unanswered":
            return _push(state, token)
        case "captcha":
            return _captcha(state, token, challenge)
    return _code(state, token, challenge, wrong=wrong)


def _code(state: State, token: str, challenge: Challenge, *, wrong: bool) -> Reply:
    words = state.words
    form, field, button = FORMS[challenge.kind]
    totp = challenge.kind == "code-totp"
    content = fill(
        "code.html",
        **words,
        lead=words["lead:" + challenge.kind],
        form=form,
        field=field,
        button=button,
        action=SUBMIT,
        token=token,
        csrf=challenge.csrf,
        banner=fill("code-wrong.html", text=words["wrong_code"]) if wrong else Html(""),
        recovery=fill("code-recovery.html", **words) if totp else Html(""),
    )
    return Reply(body=page(words, title=words["code_title"], content=content), status=400 if wrong else 200)


def _push(state: State, token: str) -> Reply:
    words = state.words
    seconds = max(2, round(60 * state.patience))
    content = fill("push.html", **words, seconds=str(seconds)) + embedded({
        "poll": "/checkpoint/challenge/poll?challengeId=" + token,
        "every": state.milliseconds(0.5),
    })  # fmt: skip
    return Reply(body=page(words, title=words["push_title"], content=Html(content), scripts=("poll.js",)))


def _captcha(state: State, token: str, challenge: Challenge) -> Reply:
    words = state.words
    content = fill(
        "captcha.html", **words, action=SUBMIT, token=token, csrf=challenge.csrf,
        frame="/checkpoint/challenge/puzzle",
    )  # fmt: skip
    return Reply(body=page(words, title=words["captcha_title"], content=content, scripts=("captcha.js",)))


def puzzle(state: State, request: Request) -> Reply:
    """Return what stands in the frame of a captcha: a button for a person."""
    words = state.words
    return Reply(body=page(words, title=words["captcha_title"], content=fill("puzzle.html", **words),
                           scripts=("puzzle.js",)))


def restricted(state: State, request: Request) -> Reply:
    """Return the page of a restricted account."""
    return Reply(body=notice(state.words, title=state.words["restricted_title"], text=state.words["restricted"]))


def unknown(state: State, request: Request) -> Reply:
    """Return a checkpoint that nobody described."""
    return Reply(body=notice(state.words, title=state.words["checkpoint_title"], text=state.words["checkpoint"]))


def completing(state: State, request: Request) -> Reply:
    """Return the page that finishes a sign-in by itself."""
    words = state.words
    step = request.query.get("practice_step", "")
    content = fill("notice.html", title=words["completing_title"], text=words["loading"]) + embedded(
        {"go": "/checkpoint/lg/complete?practice_step=" + step, "after": state.milliseconds(3.0)}
    )
    return Reply(body=page(words, title=words["completing_title"], content=Html(content), scripts=("go.js",)))


def between(state: State, request: Request) -> Reply:
    """Return the page that wants a telephone number or consent after the sign-in."""
    words = state.words
    what = "phone" if request.path.startswith("/check/add-phone") else "consent"
    content = fill("between.html", **words, title=words[what + "_title"], text=words[what])
    return Reply(body=page(words, title=words[what + "_title"], content=content))
