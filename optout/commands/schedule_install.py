"""`optout schedule install`: hand the recurring check to the scheduler of this computer."""

import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from optout.commands import answer, words
from optout.errors import UsageProblem
from optout.schedule import cron, plan, schedulers

# What leads the job to the same folders, site and browser as here. No proxy: it may hold a password.
PASSED_ON = (
    "OPTOUT_HOME", "OPTOUT_SITE", "OPTOUT_BROWSER", "OPTOUT_TIMEOUT", "OPTOUT_ACCOUNT",
    "PLAYWRIGHT_BROWSERS_PATH", "PYTHON_KEYRING_BACKEND", "PYTHONPATH",
    "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
)  # fmt: skip
PATHS = ("OPTOUT_HOME", "OPTOUT_BROWSER")


@click.command(
    "install",
    short_help="Have the check run by itself, every week or so.",
    epilog="""\b
Examples:
  optout schedule install
  optout schedule install --every daily --at 18:30
  optout schedule install --at "fri 9:00" --preset all
  optout schedule install --backend cron --yes
  optout schedule install --print
""",
)
@click.option("--every", type=click.Choice(plan.EVERY), default="weekly", help="How often; default weekly.")
@click.option("--at", metavar="TIME", help="Local time: 18:30, 'fri 18:30' if weekly, '12 18:30' if monthly.")
@click.option(
    "--backend",
    type=click.Choice(("auto", *schedulers.BACKENDS)),
    default="auto",
    help="Which scheduler; default the first of systemd, launchd, schtasks and cron that is here.",
)
@click.option("--print", "only_print", is_flag=True, help="Show what would be written; change nothing.")
@click.option("--fix", is_flag=True, help="Have it switch off again what came back on.")
@click.option("--yes", is_flag=True, help="Write the crontab too, which is only shown otherwise.")
@words.shared("account", "only", "also", "preset")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words, /, **given: object) -> int:
    """Have the check run by itself while you are logged on, as the keyring is locked otherwise.

    Without --at it is some time between 9:00 and 11:59, of Monday or of the first of the month. A missed
    check is caught up on. cron calls every hour for that: the check ends at once unless it is due; after
    a passing trouble it is due again six hours later. The line for cron is only shown, unless you add
    --yes; everything else in the crontab stays as it is. The settings that --only, --also and --preset
    name are checked, as in `optout check`.
    """
    every = str(given["every"])
    at = given["at"] or f"{9 + secrets.randbelow(3)}:{secrets.randbelow(60):02}"
    moment = plan.moment(every, str(at))
    words.settings(said)
    config = words.configuration(said)
    backend = schedulers.best() if given["backend"] == "auto" else str(given["backend"])
    chosen = plan.Plan(
        every=every,
        at=moment,
        backend=backend,
        installed=datetime.now(UTC).replace(microsecond=0),
        command=(
            sys.executable,
            "-P",
            "-m",
            "optout",
            *plan.JOB,
            *(("--fix",) if given["fix"] else ()),
            *_choice(said),
        ),
        variables=_variables(backend),
        browser=config.browser if config.browser and Path(config.browser).is_absolute() else None,
    )
    scheduler = schedulers.named(backend)
    if given["only_print"] or (backend == "cron" and not given["yes"]):
        for place, text in scheduler.texts(chosen).items():
            answer.say(f"{place}:\n{text}")
        if not given["only_print"]:
            answer.tell("Nothing was changed. To have it written: `optout schedule install --yes`.")
        return 0
    config.folders.make()
    old = plan.kept(config.folders.state) if (config.folders.state / plan.FILE).exists() else None
    scheduler.install(chosen)
    if old is not None and old.backend != backend:
        schedulers.named(old.backend).remove()
    plan.keep(config.folders.state, chosen)
    due = chosen.next_after(datetime.now(UTC)).astimezone()
    answer.say(f"Installed for {backend}: {every}, next on {due:%Y-%m-%d at %H:%M}.")
    answer.say("Try it there once: `optout schedule test`.")
    return 0


def _choice(said: words.Words) -> tuple[str, ...]:
    """Return the words that choose account and settings, as they were said."""
    listed = [("--only", said.only), ("--also", said.also), ("--preset", said.preset)]
    if said.account:
        listed.insert(0, ("--account", (said.account,)))
    return tuple(word for name, values in listed for value in values for word in (name, value))


def _variables(backend: str) -> tuple[tuple[str, str], ...]:
    """Return what the job needs in its environment. Raise UsageProblem if a path hangs on this folder."""
    found = [(name, os.environ[name]) for name in PASSED_ON if os.environ.get(name)]
    for name, value in found:
        if name in PATHS and not Path(value).is_absolute():
            raise UsageProblem(f"{name} is {value!r}, a path that hangs on this folder.", "Give it in full.")
    return (*(cron.session_variables() if backend == "cron" else ()), *found)
