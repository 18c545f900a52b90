"""`optout doctor`: what is missing, and the one command that mends it."""

import os
import secrets
import shlex
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, words
from optout.errors import OptoutError, Outcome

if TYPE_CHECKING:
    from optout.config import Config

PROBE = "doctor-probe@example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: good, not good, or None for good to know; `mend` is what mends it."""

    name: str
    good: bool | None
    sentence: str
    mend: str = ""


@click.command(
    "doctor",
    short_help="Say what is missing and the command that mends it.",
    epilog="""\b
Examples:
  optout doctor
  optout doctor --json

\b
Exit codes: 0 nothing is missing, 1 something is, 2 our own configuration cannot be followed.
""",
)
@words.shared("as_json", "no_input")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """Look at what the program needs and say what is missing, each with the one thing that mends it.

    It starts the browser once without opening any page, and puts a random entry into the keyring, reads
    it back and removes it. No site is visited.
    """
    config = words.configuration(said)
    words.logged(config, said, asked)
    checks = tuple(look(config, unattended=not said.may_ask))
    outcome = Outcome.FAULT if any(check.good is False for check in checks) else Outcome.GOOD
    if said.as_json:
        answer.say_json(
            {
                "schema": "optout.doctor/1",
                "outcome": outcome.word,
                "exit_code": outcome.exit_code,
                "checks": [asdict(check) for check in checks],
            }
        )
        return outcome.exit_code
    for check in checks:
        answer.say(f"{answer.mark(check.good)} {check.name:<12} {check.sentence}")
        if check.mend:
            answer.say(f"{'':<15}{check.mend}")
    return outcome.exit_code


def look(config: "Config", *, unattended: bool) -> Iterator[Check]:
    """Given the configuration and whether nobody is there, yield what is found, the cheap things first."""
    yield _versions()
    yield from _folders(config)
    yield from _values(config)
    yield _accounts(config)
    yield _keyring(unattended=unattended)
    yield _browser(config)
    yield _display()


def _versions() -> Check:
    from importlib.metadata import version

    libraries = ", ".join(f"{name} {version(name)}" for name in ("playwright", "keyring", "click"))
    return Check(name="versions", good=True, sentence=f"Python {sys.version.split()[0]}, {libraries}")


def _folders(config: "Config") -> Iterator[Check]:
    for part in fields(config.folders):
        path: Path = getattr(config.folders, part.name)
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            sentence = f"{path} can be opened by others (mode {mode:04o})"
            yield Check(
                name=part.name, good=False, sentence=sentence, mend=f"chmod 700 {shlex.quote(str(path))}"
            )
        elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            sentence = f"{path} is not yours to write to"
            yield Check(
                name=part.name, good=False, sentence=sentence, mend="Give OPTOUT_HOME another folder."
            )
        else:
            yield Check(name=part.name, good=True, sentence=str(path))


def _values(config: "Config") -> Iterator[Check]:
    from optout.linkedin import address

    yield _tried("site", lambda: f"{address.origin_of(config.site)} ({config.sources['site']})")
    account = config.account or "the only one known"
    for name, value in (("timeout", f"{config.timeout:g} s"), ("account", account)):
        yield Check(name=name, good=True, sentence=f"{value} ({config.sources[name]})")


def _accounts(config: "Config") -> Check:
    names = accounts.known(config.folders.state)
    if not names:
        return Check(name="accounts", good=None, sentence="none is known yet", mend="optout login")
    return Check(name="accounts", good=True, sentence=", ".join(names))


def _keyring(*, unattended: bool) -> Check:
    """Return whether a random entry comes back out of the keyring; it is removed again."""
    from optout import credentials

    def there_and_back() -> str:
        vault = credentials.open_vault(practice=True, unattended=unattended)
        try:
            vault.keep_password(PROBE, credentials.Secret(secrets.token_urlsafe(24)))
        finally:
            vault.forget(PROBE)
        return "gave back what it was given"

    return _tried("keyring", there_and_back)


def _browser(config: "Config") -> Check:
    """Return which browser starts; it shows an empty page and ends."""
    from optout.browser.window import open_window

    def start() -> str:
        with open_window(choice=config.browser, headed=False, cookies=[], timeout=config.timeout) as window:
            return f"{window.browser} starts ({config.sources['browser']})"

    return _tried("browser", start)


def _display() -> Check:
    from optout.browser import find

    if find.has_display():
        return Check(name="display", good=True, sentence="a window can be shown")
    return Check(
        name="display", good=None, sentence="no window can be shown: no --headed, no `optout login --browser`"
    )


def _tried(name: str, act: Callable[[], str]) -> Check:
    """Given something to try, return what came of it."""
    try:
        return Check(name=name, good=True, sentence=act())
    except OptoutError as error:
        return Check(name=name, good=False, sentence=error.sentence, mend=error.hint)
