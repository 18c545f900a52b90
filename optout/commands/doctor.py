"""`optout doctor`: what is missing, and the one command that mends it."""

import os
import shlex
import stat
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, doctor_machine, doctor_report, folding, words
from optout.commands.doctor_check import Check, failed, tried
from optout.commands.doctor_keyring import keyring, sign_ins
from optout.commands.doctor_report import NAME
from optout.errors import OptoutError, Outcome, UsageProblem

if TYPE_CHECKING:
    from optout.config import Config

SCHEDULE = "Install it with `optout schedule install`."
OTHER_HOME = "Give OPTOUT_HOME a folder that you may write to."


@click.command(
    "doctor",
    short_help="Say what is missing and the command that mends it.",
    epilog="""\b
Examples:
  optout doctor
  optout doctor --json
  optout doctor --report
  optout doctor --report pages.txt --preset all --replace

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
@click.option("--replace", is_flag=True, help="Write over a file that is there already.")
@words.shared(
    "account",
    "only",
    "also",
    "preset",
    "as_json",
    "no_input",
    "headed",
    "despite_cooldown",
    "verbose",
    "log_json",
)
@click.pass_obj
def command(asked: answer.Asked, said: words.Words, target: Path | None, replace: bool) -> int:
    """Look at what the program needs and say what is missing, each with the one thing that mends it.

    It starts the browser once without opening any page, and puts a random entry into the keyring, reads
    it back and removes it. A keyring that does not answer within 10 seconds is called locked; none is
    waited for. No site is visited. What it ends with is for a bug report and says nowhere whose it is.

    With --report it does none of this. When LinkedIn has changed a page, so that a visit ends with exit
    code 4, it signs in as `optout check` does, looks at the settings (the core ones, or those that
    --only, --also or --preset names; with --preset all the pages that are left to you as well), clicks
    nothing, seals the visit in the evidence, and writes one text file, to be attached to a bug report if
    something changed: which controls the pages have and what was found, no names, no texts, no addresses
    of people. It is sent to nobody. Read it through first. The other options below belong to --report.
    """
    if target is not None:
        return doctor_report.carry_out(said, asked, target, replace=replace)
    _refuse_without_report(said, replace=replace)
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
                "report": list(doctor_machine.report(checks)),
            }
        )
        return outcome.exit_code
    for check in checks:
        answer.say(f"{answer.mark(check.good)} {check.name:<12} {check.sentence}")
        if check.mend:
            answer.say(f"{'':<15}{check.mend}")
    answer.say("\nFor a bug report; no name, path or address of yours is in it:")
    for line in doctor_machine.report(checks):
        answer.say(f"    {line}")
    return outcome.exit_code


def _refuse_without_report(said: words.Words, *, replace: bool) -> None:
    """Raise UsageProblem if a word was said that means nothing without `--report`."""
    visiting = (said.account, said.only, said.also, said.preset, said.headed, said.despite_cooldown)
    if replace or any(visiting):
        raise UsageProblem(
            "Without `--report` no site is visited and no file written, so nothing can be said of them.",
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
        yield failed("log", unlogged, OTHER_HOME)
    yield from _values(config)
    yield from doctor_machine.machine(config)
    yield _schedule(config)
    yield _accounts(config)
    ring = keyring()
    yield ring
    yield from sign_ins(config, ring)
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
    yield tried("site", lambda: f"{address.origin_of(config.site)} {site}", "Unset OPTOUT_SITE.")
    account = config.account or "none is set; the only one known is taken"
    for name, value in (("timeout", f"{config.timeout:g} s"), ("account", account)):
        yield Check(name=name, good=True, sentence=f"{value} ({config.sources[name]})")


def _accounts(config: "Config") -> Check:
    try:
        names = accounts.known(config.folders.state)
    except (OptoutError, OSError) as error:
        return failed("accounts", error, OTHER_HOME)
    if not names:
        return Check(
            name="accounts",
            good=None,
            sentence="none is known yet",
            mend="Run `optout login --browser`, or `optout login` to keep the password.",
        )
    return Check(name="accounts", good=True, sentence=", ".join(names))


def _browser(config: "Config") -> Check:
    """Return which browser starts; it shows an empty page and ends."""
    from optout.browser.window import open_window

    def start() -> str:
        with open_window(choice=config.browser, headed=False, cookies=[], timeout=config.timeout) as window:
            return f"{window.browser} starts ({config.sources['browser']})"

    return tried("browser", start, "Set OPTOUT_BROWSER to the full path of a Chromium, Chrome or Edge.")


def _schedule(config: "Config") -> Check:
    """Return whether a recurring check is installed, and when it is due."""
    from optout.schedule import plan, schedulers

    try:
        kept = plan.kept(config.folders.state)
    except UsageProblem as error:
        return failed("schedule", error, SCHEDULE)
    if kept is None:
        return Check(name="schedule", good=None, sentence="no recurring check is installed", mend=SCHEDULE)
    due = kept.next_after(datetime.now(UTC)).strftime("%Y-%m-%d %H:%M UTC")
    found = list(schedulers.problems(kept))
    if found:
        sentence, mend = " ".join(each.sentence for each in found), f"Run `{found[0].mend}`."
        return Check(name="schedule", good=False, sentence=sentence, mend=mend)
    return Check(name="schedule", good=True, sentence=f"{kept.every} by {kept.backend}, next {due}")


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
