"""`optout schedule remove`: take the recurring check away again."""

import click

from optout.commands import answer, words
from optout.schedule import plan, schedulers


@click.command(
    "remove",
    short_help="Take the recurring check away.",
    epilog="""\b
Examples:
  optout schedule remove
""",
)
@words.shared()
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """Take the recurring check away; everything else in a crontab stays as it is.

    Evidence, sign-in and password stay.
    """
    config = words.configuration(said)
    kept = plan.kept(config.folders.state)
    if kept is None:
        answer.say("No recurring check is installed.")
        return 0
    schedulers.named(kept.backend).remove()
    plan.forget(config.folders.state)
    answer.say(f"The recurring check was taken away from {kept.backend}.")
    return 0
