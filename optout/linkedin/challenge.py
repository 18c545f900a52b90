"""What may stand between a submitted form and a signed-in page: recognise it, say the next step."""

from typing import TYPE_CHECKING

from optout.errors import GivenUp, SignInStopped
from optout.linkedin.address import State, path_in, path_state

if TYPE_CHECKING:
    from optout.linkedin.sight import Sight

BY_HAND = "Run `optout login --browser` and sign in by hand."
TYPE_IT = (
    "Run the command at a terminal and type it there, or run `optout login --browser` and sign in by hand."
)
APPROVE_IT = (
    "Run the command again and approve it there, or run `optout login --browser` and sign in by hand."
)

# One sentence and the next step for each state that ends a sign-in.
SENTENCES: dict[State, tuple[str, str]] = {
    State.OFF_SITE: (
        "The sign-in page is on another site, or leads to one; the visit ended there.",
        "Look at the address in the evidence and sign in by hand only if you know it.",
    ),
    State.UNTRUSTED: (
        "The site could not prove that it is the real one, so the visit ended there.",
        "Open it in your own browser: a hotel's network, a virus scanner or a proxy may stand in between.",
    ),
    State.RESTRICTED: (
        "The site restricts this account and asks for proof of identity.",
        "Open the site in your own browser and follow what it says.",
    ),
    State.REFUSED: ("The site refused the sign-in.", f"Wait some hours, then try once more. {BY_HAND}"),
    State.APPROVAL_LOST: ("The site lost the approval of this sign-in.", BY_HAND),
    State.CODE_EMAIL: ("The site asks for a code that it sent by e-mail.", TYPE_IT),
    State.CODE_TOTP: ("The site asks for a code from your authenticator app.", TYPE_IT),
    State.CODE_SMS: ("The site asks for a code that it sent by SMS.", TYPE_IT),
    State.APP_PUSH: ("The site waits for an approval in its app.", APPROVE_IT),
    State.CAPTCHA: ("The site shows a captcha, which this program never solves.", BY_HAND),
    State.WRONG_CODE: ("The site did not accept the codes.", f"Ask the site for a new one. {BY_HAND}"),
    State.WRONG_CREDENTIALS: (
        "The site did not accept the e-mail address or the password.",
        "Store the right password with `optout login`.",
    ),
    State.UNKNOWN_ACCOUNT: (
        "The site shows an error at the e-mail address; it may not know it.",
        "Run `optout login --account EMAIL` with the address and the password that you use on the site.",
    ),
    State.WEAK_PASSWORD: (
        "The site wants a stronger password first.",
        "Change it on the site, then store it with `optout login`.",
    ),
    State.UNKNOWN_CHECKPOINT: ("The site shows a checkpoint that this program does not know.", BY_HAND),
    State.INTERSTITIAL: (
        "The site puts a page with a question before the settings.",
        f"Answer it in your own browser. {BY_HAND}",
    ),
    State.ACCOUNT_CHOOSER: ("The site asks which account to use and offers no other.", BY_HAND),
    State.PASSWORD_ONLY: ("The site asks for a password without saying for which account.", BY_HAND),
    State.OTHER_ACCOUNT: ("The site asks for the password of another account.", BY_HAND),
    State.PASSWORD_AGAIN: (
        "The settings page asks for the password again, which this program never types there.",
        BY_HAND,
    ),
    State.PASSKEY_ONLY: ("The site offers no field for a password.", BY_HAND),
    State.AUTHWALL: ("The site shows a wall without a sign-in form.", BY_HAND),
    State.GUEST_HOME: ("The sign-in has ended; the site shows its guest page.", BY_HAND),
    State.LOGIN_FORM: ("The sign-in has ended; the site asks to sign in again.", BY_HAND),
    State.SIGN_IN_PAGE: ("The sign-in has ended; the site shows its sign-in page.", BY_HAND),
    State.FORM_STAYED: (
        "The site kept its sign-in form after it was submitted once, without a reason that can be read.",
        "Check the password, store it with `optout login`, or sign in by hand with `optout login --browser`.",
    ),
    State.NO_SESSION: ("The site went on after the form but gave no signed-in session.", BY_HAND),
    State.REDIRECT_LOOP: ("The site sends the browser round in circles.", BY_HAND),
    State.BAD_COOKIES: (
        "The site rejects the kept sign-in as malformed (HTTP 400).",
        "Run `optout logout` and `optout login`.",
    ),
}


def stopped(state: State) -> SignInStopped:
    """Given a state that ends a sign-in, return the error that names it and says the next step.

    A page behind the sign-in ends one only where nobody is signed in: that is NO_SESSION.
    """
    state = State.NO_SESSION if state is State.INSIDE else state
    sentence, hint = SENTENCES[state]
    return SignInStopped(str(state), f"{sentence} [{state}]", hint)


def given_up(state: State) -> GivenUp:
    """Given a state in which the person was waited for and did not go on, return the error that says so."""
    sentence, hint = SENTENCES[state]
    return GivenUp(str(state), f"{sentence} Nobody went on from there. [{state}]", hint)


def recognise(sight: "Sight", origin: str) -> State:
    """Given what a page shows and the site's origin, return the state: path first, then element.

    INSIDE is a page of the site without any sign of sign-in; whether someone is signed in, the
    cookies say. Source: linkedin.md 5 and 6.
    """
    by_path = path_state(sight.href, origin)
    if by_path in {State.OFF_SITE, State.RESTRICTED, State.REFUSED, State.APPROVAL_LOST, State.AUTHWALL}:
        return by_path
    element = _question(sight) if path_in(sight.href).startswith("/checkpoint/") else None
    if element is not None:
        return element
    if sight.captcha and _may_show_captcha(sight):
        return State.CAPTCHA
    if sight.chooser:
        return State.ACCOUNT_CHOOSER
    if sight.password:
        return _form(sight, by_path)
    return by_path


def _may_show_captcha(sight: "Sight") -> bool:
    """Return whether the path is one under which captchas are shown."""
    return path_in(sight.href).startswith(("/checkpoint/", "/uas/", "/flagship-web/", "/login"))


def _question(sight: "Sight") -> State | None:
    """Return what the elements of a checkpoint ask the person for."""
    if sight.email_code:
        return State.CODE_EMAIL
    if sight.push:
        return State.APP_PUSH
    if sight.recovery:
        return State.CODE_TOTP
    return State.CODE_SMS if sight.phone_code else None


def _form(sight: "Sight", by_path: State) -> State:
    """Return which sign-in form a visible password field belongs to."""
    if sight.weak:
        return State.WEAK_PASSWORD
    if sight.username:
        return State.GUEST_HOME if path_in(sight.href) == "/" else State.LOGIN_FORM
    if sight.hidden_key is not None:
        return State.PASSWORD_ONLY
    return State.PASSWORD_AGAIN if by_path is State.INSIDE else State.SIGN_IN_PAGE


def is_ours(sight: "Sight", account: str) -> bool:
    """Given a password-only page, return whether the account it names is ours."""
    return (sight.hidden_key or "").strip().casefold() == account.strip().casefold()
