"""The pages between password and sign-in. Elements that tell them apart: linkedin.md 6."""

from optout.practice.state import Challenge, State
from optout.practice.templates import Content, Html, embedded, fill, join, notice, page
from optout.practice.wire import Reply, Request

ADDRESS = "/checkpoint/challenge/"
SUBMIT = "/checkpoint/challenge/verify"
FORMS = {
    "code-email": ("email-pin-challenge", "input__email_verification_pin", "email-pin-submit-button"),
    "code-sms": ("two-step-challenge", "input__phone_verification_pin", "two-step-submit-button"),
    "code-totp": ("two-step-challenge", "input__phone_verification_pin", "two-step-submit-button"),
}


def show(state: State, token: str, challenge: Challenge) -> Reply:
    """Given a challenge and its token, return its page."""
    match challenge.kind:
        case "push" | "push-unanswered":
            return _push(state, token)
        case "captcha":
            return _captcha(state, token, challenge)
    return Reply(body=_code(state, token, challenge, Html("")))


def wrong_code(state: State, token: str, challenge: Challenge) -> Reply:
    """Given a challenge whose code was wrong, return its page again, with HTTP 400 and a new csrf token."""
    banner = fill("code-wrong.html", text=state.words["wrong_code"])
    return Reply(body=_code(state, token, challenge, banner), status=400)


def _code(state: State, token: str, challenge: Challenge, banner: Html) -> Html:
    words = state.words
    form, field, button = FORMS[challenge.kind]
    body = fill(
        "code.html",
        **words,
        lead=words["lead:" + challenge.kind],
        form=form,
        field=field,
        button=button,
        action=SUBMIT,
        token=token,
        csrf=challenge.csrf,
        banner=banner,
        recovery_form=fill("code-recovery.html", **words) if challenge.kind == "code-totp" else Html(""),
    )
    return page(words, Content(title=words["code_title"], body=body))


def _push(state: State, token: str) -> Reply:
    words = state.words
    seconds = max(2, round(60 * state.patience))
    poll = {"poll": "/checkpoint/challenge/poll?challengeId=" + token, "every": state.milliseconds(0.5)}
    body = join((fill("push.html", **words, seconds=str(seconds)), embedded(poll)))
    return Reply(body=page(words, Content(title=words["push_title"], body=body, scripts=("poll.js",))))


def _captcha(state: State, token: str, challenge: Challenge) -> Reply:
    words = state.words
    frame = ADDRESS + "puzzle"
    body = fill("captcha.html", **words, action=SUBMIT, token=token, csrf=challenge.csrf, frame=frame)
    return Reply(body=page(words, Content(title=words["captcha_title"], body=body, scripts=("captcha.js",))))


def puzzle(state: State, request: Request) -> Reply:
    """Return what stands in the frame of a captcha: a button for a person."""
    words = state.words
    body = fill("puzzle.html", **words)
    return Reply(body=page(words, Content(title=words["captcha_title"], body=body, scripts=("puzzle.js",))))


def restricted(state: State, request: Request) -> Reply:
    """Return the page of a restricted account."""
    words = state.words
    return Reply(body=notice(words, words["restricted_title"], words["restricted"]))


def unknown(state: State, request: Request) -> Reply:
    """Return a checkpoint that nobody described."""
    words = state.words
    return Reply(body=notice(words, words["checkpoint_title"], words["checkpoint"]))


def completing(state: State, request: Request) -> Reply:
    """Return the page that finishes a sign-in by itself."""
    words = state.words
    step = {
        "go": "/checkpoint/lg/complete?practice_step=" + request.query.get("practice_step", ""),
        "after": state.milliseconds(3.0),
    }
    text = fill("notice.html", title=words["completing_title"], text=words["loading"])
    body = join((text, embedded(step)))
    return Reply(body=page(words, Content(title=words["completing_title"], body=body, scripts=("go.js",))))


def between(state: State, request: Request) -> Reply:
    """Return the page that wants a telephone number or consent after the sign-in."""
    words = state.words
    what = "phone" if request.path.startswith("/check/add-phone") else "consent"
    title = words[what + "_title"]
    return Reply(
        body=page(
            words,
            Content(
                title=title, body=fill("between.html", title=title, text=words[what], later=words["later"])
            ),
        )
    )
