"""`optout schedule test`: run the job once through the scheduler, and say what worked there."""

import json

import click

from optout.commands import answer, words
from optout.errors import Outcome, UsageProblem
from optout.schedule import plan, trial

PARTS = ("keyring", "browser", "profile", "site")
# In the order in which a visit needs them: what comes behind a failed one was not reached.
ENDS = (Outcome.GOOD.exit_code, Outcome.ON.exit_code)


@click.command(
    "test",
    short_help="Run it once through the scheduler itself.",
    epilog="""\b
Examples:
  optout schedule test
""",
)
@words.shared()
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """Run the installed check once through its scheduler, and say what worked there.

    What works in a shell may fail there, the keyring above all. It is a visit like any other and is sealed.
    cron starts it at the next full minute. Exit code 0 if keyring, browser, profile (the sign-in) and site
    worked, whatever the settings are; else that of the check.
    """
    config = words.configuration(said)
    kept = plan.kept(config.folders.state)
    if kept is None:
        raise UsageProblem("No recurring check is installed.", "Install it first: `optout schedule install`.")
    answer.tell(f"Waiting for {kept.backend} ...")
    ended = trial.carry_out(kept, config.folders.state)
    try:
        told = json.loads(ended.stdout)
        trouble = str(told.get("trouble") or "")
    except (ValueError, AttributeError):
        trouble = " ".join(ended.stderr.split()) or "The job said nothing."
    worked = judged(ended.exit_code, trouble)
    for part, good in worked.items():
        answer.say(f"{answer.mark(good)} {part}")
    if ended.exit_code in ENDS:
        return 0
    answer.say(trouble or f"The check ended with exit code {ended.exit_code}.")
    return ended.exit_code


def judged(exit_code: int, trouble: str) -> dict[str, bool | None]:
    """Given how the job ended, say of each of PARTS whether it worked; None if that cannot be told."""
    if exit_code in ENDS:
        return dict.fromkeys(PARTS, True)
    worked: dict[str, bool | None] = dict.fromkeys(PARTS)
    for part in ("keyring", "browser"):
        if part in trouble.lower():
            worked[part] = False
            break
    return worked
