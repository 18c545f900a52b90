"""`optout doctor`: what is missing, and the one command that mends it."""

import os
import secrets
import shlex
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, doctor_report, folding, words
from optout.commands.doctor_report import NAME
from optout.errors import KeyringUnusable, OptoutError, Outcome, SignInUnusable, UsageProblem

if TYPE_CHECKING:
    from optout.config import Config

PROBE = "doctor-probe@example.org"
OTHER_KEYRING = "Repair the keyring of your desktop, or name another one in PYTHON_KEYRING_BACKEND."
OTHER_HOME = "Give OPTOUT_HOME a folder that you may write to."


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: good, not good, or None for good to know.

    `mend` is the command or the act that mends it; only what is good has none.
    """

    name: str
    good: bool | None
    sentence: str
    mend: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the members that `optout doctor --json` lists for a check."""
        texts = {"sentence": folding.restored(self.sentence), "mend": folding.restored(self.mend)}
        return {"name": self.name, "good": self.good, **texts}


@click.command(
    "doctor",
    short_help="Say what is missing and the command that mends it.",
    epilog="""\b
Examples:
  optout doctor
  optout doctor --json
  optout doctor --report
  optout doctor --report pages.txt --preset all

\b
Exit codes: 0 nothing is missing, 1 something is, 2 our own configuration cannot be followed.
With --report those of `optout check`: 0, 3, 4, 5, 75 and so on; with 4 the report tells what changed.
""",
)
@click.option(
    "--report",
    "target",
    is_flag=False,
    flag_value=NAME,
    type=click.Path(path_type=Path),
    metavar="[FILE]",
    help=f"Visit the pages, click nothing, and write how they are built; default {NAME} here.",
)
@words.shared(
    "account", "only", "also", "preset", "as_json", "no_input", "headed", "despite_cooldown", "verbose"
)
@click.pass_obj
def command(asked: answer.Asked, said: words.Words, target: Path | None) -> int:
    """Look at what the program needs and say what is missing, each with the one thing that mends it.

    It starts the browser once without opening any page, and puts a random entry into the keyring, reads
    it back and removes it. A keyring that does not answer within 10 seconds is called locked; none is
    waited for. No site is visited.

    With --report it does none of this. When LinkedIn has changed a page, so that a visit ends with exit
    code 4, it signs in as `optout check` does, looks at the settings (the core ones, or those that
    --only, --also or --preset names; with --preset all the pages that are left to you as well), clicks
    nothing, seals the visit in the evidence, and writes one text file to be attached to a bug report:
    which controls the pages have and what was found, no names, no texts, no addresses of people. It is
    sent to nobody. Read it through first. The other options below belong to --report.
    """
    if target is not None:
        return doctor_report.carry_out(said, asked, target)
    _refuse_without_report(said)
    config = words.configuration(said)
    checks = tuple(look(config, unlogged=_log(config, said, asked)))
    outcome = Outcome.FAULT if any(check.good is False for check in checks) else Outcome.GOOD
    if said.as_json:
        answer.say_json(
            {
                "schema": "optout.doctor/1",
                "outcome": outcome.word,
                "exit_code": outcome.exit_code,
                "checks": [check.to_json() for check in checks],
            }
        )
        return outcome.exit_code
    for check in checks:
        answer.say(f"{answer.mark(check.good)} {check.name:<12} {check.sentence}")
        if check.mend:
            answer.say(f"{'':<15}{check.mend}")
    return outcome.exit_code


def _refuse_without_report(said: words.Words) -> None:
    """Raise UsageProblem if a word was said that means nothing without `--report`."""
    visiting = (said.account, said.only, said.also, said.preset, said.headed, said.despite_cooldown)
    if any(visiting):
        raise UsageProblem(
            "Without `--report` no site is visited, so no setting or account can be named.",
            "Add `--report`, or leave those options out.",
        )


def _log(config: "Config", said: words.Words, asked: answer.Asked) -> OptoutError | None:
    """Given the configuration, open the log, or return why it cannot be: one of the findings, not an end."""
    try:
        words.logged(config, said, asked)
    except OptoutError as error:
        from loguru import logger

        logger.disable("optout")  # else it would talk to standard error
        return error
    return None


def look(config: "Config", *, unlogged: OptoutError | None) -> Iterator[Check]:
    """Given the configuration and why nothing is logged, yield what is found, the cheap things first."""
    yield _versions()
    folders = [_folder(part.name, getattr(config.folders, part.name)) for part in fields(config.folders)]
    yield from folders
    if unlogged is not None and all(check.good for check in folders):
        yield _failed("log", unlogged, OTHER_HOME)
    yield from _values(config)
    yield _accounts(config)
    keyring = _keyring()
    yield keyring
    yield from _sign_ins(config, keyring)
    yield _browser(config)
    yield _display()


def _versions() -> Check:
    from importlib.metadata import version

    libraries = ", ".join(f"{name} {version(name)}" for name in ("playwright", "keyring", "click"))
    return Check(name="versions", good=True, sentence=f"Python {sys.version.split()[0]}, {libraries}")


def _folder(name: str, path: Path) -> Check:
    """Given one of our folders, return whether it is there, ours to write to, and nobody else's to open."""
    shown = folding.whole(path)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        sentence = f"{shown} is not there and cannot be made: {os.strerror(error.errno or 0)}"
        return Check(name=name, good=False, sentence=sentence, mend=OTHER_HOME)
    if os.name == "posix" and mode & 0o077:
        sentence = f"{shown} can be opened by others (mode {mode:04o})"
        mend = f"Run `chmod 700 {folding.whole(shlex.quote(str(path)))}`."
        return Check(name=name, good=False, sentence=sentence, mend=mend)
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return Check(name=name, good=False, sentence=f"{shown} is not yours to write to", mend=OTHER_HOME)
    return Check(name=name, good=True, sentence=shown)


def _values(config: "Config") -> Iterator[Check]:
    from optout.linkedin import address

    site = f"({config.sources['site']})"
    yield _tried("site", lambda: f"{address.origin_of(config.site)} {site}", "Unset OPTOUT_SITE.")
    account = config.account or "none is set; the only one known is taken"
    for name, value in (("timeout", f"{config.timeout:g} s"), ("account", account)):
        yield Check(name=name, good=True, sentence=f"{value} ({config.sources[name]})")


def _accounts(config: "Config") -> Check:
    try:
        names = accounts.known(config.folders.state)
    except (OptoutError, OSError) as error:
        return _failed("accounts", error, OTHER_HOME)
    if not names:
        return Check(
            name="accounts",
            good=None,
            sentence="none is known yet",
            mend="Run `optout login --browser`, or `optout login` to keep the password.",
        )
    return Check(name="accounts", good=True, sentence=", ".join(names))


def _keyring() -> Check:
    """Return whether a random entry comes back out of the keyring; it is removed again.

    A locked keyring may ask its desktop for the password and wait for it: nobody is taken to be there.
    """
    from optout import credentials

    def there_and_back() -> str:
        began = time.monotonic()
        vault = credentials.open_vault(practice=True, unattended=True)
        try:
            vault.keep_password(PROBE, credentials.Secret(secrets.token_urlsafe(24)))
        except KeyringUnusable:
            if time.monotonic() - began < credentials.PATIENCE:  # else the next call would hang as well
                with suppress(KeyringUnusable):
                    vault.forget_password(PROBE)
            raise
        vault.forget_password(PROBE)
        return "gave back what it was given"

    try:
        return Check(name="keyring", good=True, sentence=there_and_back())
    except KeyringUnusable as error:
        here = KeyringUnusable(error.sentence, error.hint.removesuffix(credentials.DOCTOR).rstrip())
        return _failed("keyring", here, OTHER_KEYRING)


def _sign_ins(config: "Config", keyring: Check) -> Iterator[Check]:
    """Yield for each account whether its sign-in is kept and opens; a keyring that is ill is asked once."""
    from optout import credentials
    from optout.browser import kept
    from optout.linkedin import address

    try:
        names, origin = accounts.known(config.folders.state), address.origin_of(config.site)
    except (OptoutError, OSError):
        return  # told above
    if names and not keyring.good:
        sentence = "the keyring that holds their keys cannot be used"
        yield Check(name="sign-in", good=None, sentence=sentence, mend=keyring.mend)
        return
    for name in names:
        try:
            vault = credentials.open_vault(practice=address.is_practice(origin), unattended=True)
            key = vault.state_key(name, create=False)
            found = kept.load(config.folders.sessions, name, key.reveal() if key else None, origin=origin)
        except KeyringUnusable as error:
            yield _failed("sign-in", error, OTHER_KEYRING)
            return
        except SignInUnusable as error:
            yield Check(name="sign-in", good=False, sentence=f"{name}: {error.sentence}", mend=error.hint)
            continue
        if found:
            yield Check(name="sign-in", good=True, sentence=f"{name}: kept, and it opens")
        else:
            mend = "`optout run` keeps one, and so does `optout login --browser`."
            yield Check(name="sign-in", good=None, sentence=f"{name}: none is kept yet", mend=mend)


def _browser(config: "Config") -> Check:
    """Return which browser starts; it shows an empty page and ends."""
    from optout.browser.window import open_window

    def start() -> str:
        with open_window(choice=config.browser, headed=False, cookies=[], timeout=config.timeout) as window:
            return f"{window.browser} starts ({config.sources['browser']})"

    return _tried("browser", start, "Set OPTOUT_BROWSER to the full path of a Chromium, Chrome or Edge.")


def _display() -> Check:
    from optout.browser import find

    if find.has_display():
        return Check(name="display", good=True, sentence="a window can be shown")
    return Check(
        name="display",
        good=None,
        sentence="no window can be shown, which signing in by hand, captchas and `--headed` need",
        mend="Run `optout login --browser` in a desktop session; afterwards visits need no display.",
    )


def _tried(name: str, act: Callable[[], str], mend: str) -> Check:
    """Given something to try, and a remedy if what fails names none itself, return what came of it."""
    try:
        return Check(name=name, good=True, sentence=act())
    except OptoutError as error:
        return _failed(name, error, mend)


def _failed(name: str, error: OptoutError | OSError, mend: str) -> Check:
    """Given what failed and a remedy if it names none itself, return it as a finding."""
    if isinstance(error, OptoutError):
        return Check(name=name, good=False, sentence=error.sentence, mend=error.hint or mend)
    sentence = f"{error.filename} cannot be read: {os.strerror(error.errno or 0)}"
    return Check(name=name, good=False, sentence=sentence, mend=mend)
