"""The command `optout`: its commands by name, and how every ending becomes an exit code and one sentence."""

import errno
import os
import sys
from collections.abc import Sequence
from types import TracebackType

import click

from optout.commands import answer, stopping, streams
from optout.commands.lazy import LazyGroup
from optout.errors import OptoutError, Outcome

# One line each, here and not in the commands' modules, so that `optout --help` need not load them.
LINES = {
    "login": "Keep your password in the keyring, or sign in by hand.",
    "run": "Switch the settings off, prove it, seal the evidence.",
    "check": "Look only, and seal what was seen.",
    "status": "Show what the last visits found; no network.",
    "settings": "List the settings this program knows.",
    "evidence": "Audit the evidence, report on it, hand it over.",
    "config": "Show our own configuration and where each value is from.",
    "schedule": "Have the check run by itself, every week or so.",
    "doctor": "Say what is missing and the command that mends it.",
    "demo": "Try everything on a practice site; nothing real is touched.",
    "logout": "Forget the password and the kept sign-in.",
}

SCHEMAS = {
    "run": "optout.visit/1",
    "check": "optout.visit/1",
    "status": "optout.status/1",
    "settings": "optout.settings/1",
    "doctor": "optout.doctor/1",
    "evidence": "optout.audit/1",
    "config": "optout.config/1",
    "schedule": "optout.schedule-status/1",
}

ENDINGS = """\b
Examples:
  optout login
  optout run
  optout check --quiet

\b
Exit codes:
   0  every setting is good: off, or not offered to this account
   1  an unexpected fault
   2  the words of the command cannot be followed
   3  a setting is ON
   4  could not tell
   5  a person is needed (password, code, captcha, locked keyring)
   6  the evidence does not hold
  75  a passing trouble, try later (another visit, no network)
 130  stopped with Ctrl-C; 143 by SIGTERM, 129 by SIGHUP

An answer that standard output cannot take is lost; stderr says so, and 0 becomes 1.

--account, --json, --quiet, --no-input and --verbose may stand before the command's name too.
"""


def load(name: str) -> click.Command:
    """Given the name of a command in `LINES`, load its module and return it."""
    match name:
        case "login":
            from optout.commands import login

            return login.command
        case "run":
            from optout.commands import run

            return run.command
        case "check":
            from optout.commands import check

            return check.command
        case "status":
            from optout.commands import status

            return status.command
        case "settings":
            from optout.commands import settings

            return settings.command
        case "evidence":
            from optout.commands import evidence

            return evidence.command
        case "config":
            from optout.commands import config

            return config.command
        case "schedule":
            from optout.commands import schedule

            return schedule.command
        case "doctor":
            from optout.commands import doctor

            return doctor.command
        case "demo":
            from optout.commands import demo

            return demo.command
        case "logout":
            from optout.commands import logout

            return logout.command
    raise KeyError(name)


def show_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """Given that `--version` was said, print the version of the installed program and end."""
    if not wanted or ctx.resilient_parsing:
        return
    from importlib import metadata

    try:
        answer.say(f"optout {metadata.version('optout')}")
    except metadata.PackageNotFoundError:
        answer.say("optout, run from a folder that was not installed")
    ctx.exit()


group = LazyGroup(
    name="optout",
    lines=LINES,
    load=load,
    help="Switch off two LinkedIn settings, keep them off, and be able to prove it.\n\n"
    "Nothing is called off unless a fresh load of the page showed it off.",
    epilog=ENDINGS,
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=show_version,
            help="Show the version and exit.",
        )
    ],
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)


def main(words: Sequence[str] | None = None) -> int:
    """Given the words behind the program's name (else those of this process), obey; return the exit code."""
    os.umask(0o077)
    for name in ("DEBUG", "PWDEBUG"):
        os.environ.pop(name, None)  # both make Playwright talkative, the first about typed text
    sys.excepthook = last_words
    streams.open_all()
    said = list(sys.argv[1:] if words is None else words)
    command = next((word for word in said if word in LINES), None)
    asked = answer.Asked(as_json="--json" in said, schema=SCHEMAS.get(command or ""))
    brake = stopping.install()
    try:
        code = _obey(said, asked)
    except (click.Abort, KeyboardInterrupt):
        brake.release()
        code = brake.exit_code
        hint = "What was seen until then is sealed." if asked.visited else "Sealed runs stay."
        answer.trouble(asked, Outcome.FAULT, code, "Stopped before the end.", hint)
    brake.release()
    code = _delivered(asked, code)
    brake.end()
    return code


def _obey(said: list[str], asked: answer.Asked) -> int:
    """Given the words, obey; every ending but a stop becomes a sentence and the exit code."""
    try:
        code = group.main(said, prog_name="optout", standalone_mode=False, obj=asked)
    except click.exceptions.NoArgsIsHelpError as error:
        answer.tell(error.format_message())
        return Outcome.USAGE.exit_code
    except OptoutError as error:
        _note(asked, error)
        answer.trouble(asked, error.outcome, error.exit_code, error.sentence, error.hint)
        return error.exit_code
    except click.Abort:
        raise
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        hint = f"See `{context.command_path if context else _called(said)} --help`."
        answer.trouble(asked, Outcome.USAGE, Outcome.USAGE.exit_code, _sentence(error.format_message()), hint)
        return Outcome.USAGE.exit_code
    except Exception as error:  # noqa: BLE001 - the one place; every fault ends in one sentence
        return _fault(asked, error)
    return code if isinstance(code, int) else 0


def _called(said: list[str]) -> str:
    """Given the words, return the command they call, as far as they name one: click does not always say."""
    path, found = ["optout"], group
    for word in said:
        if word in found.lines:
            path.append(word)
            following = found.load(word)
            if not isinstance(following, LazyGroup):
                break
            found = following
    return " ".join(path)


def _delivered(asked: answer.Asked, code: int) -> int:
    """Given the exit code, return it, or 1 in place of 0 if standard output did not take the answer.

    A reader that left wants no more. Closing the output means the same, unless JSON was asked for.
    """
    lost = streams.lost()
    if lost is None or lost.errno == errno.EPIPE or (lost.errno == errno.EBADF and not asked.as_json):
        return code
    answer.tell(f"optout: The answer could not be written to standard output: {lost.strerror}.")
    return code or Outcome.FAULT.exit_code


def last_words(kind: type[BaseException], error: BaseException, _where: TracebackType | None) -> None:
    """Given an error that nobody caught, say in one redacted line that it happened; never a traceback."""
    answer.tell(f"optout: {_described(error)}")


def _fault(asked: answer.Asked, error: Exception) -> int:
    hint = ""
    if asked.log is not None:
        from loguru import logger

        logger.opt(exception=error).error("an unexpected fault ended the command")
        hint = f"More is in {asked.log}."
    answer.trouble(asked, Outcome.FAULT, Outcome.FAULT.exit_code, _described(error), hint)
    return Outcome.FAULT.exit_code


def _note(asked: answer.Asked, error: OptoutError) -> None:
    """Given an ending that is told, log it, if the log is open, without whose account it was."""
    if asked.log is not None:
        from loguru import logger

        text = f"ended {error.outcome.word}, {type(error).__name__}: {error}"
        logger.warning("{}", text.replace(asked.account, "ACCOUNT") if asked.account else text)


def _described(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return _sentence(f"The system refused: {error.strerror}{where}")
    first = next(iter(str(error).splitlines()), "")
    return _sentence(f"An unexpected fault: {type(error).__name__}{': ' if first else ''}{first[:200]}")


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!", "?)")) else f"{text}."
