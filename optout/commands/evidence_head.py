"""`optout evidence head`: the one line to send away at each change."""

import click

from optout.commands import answer, folding, words
from optout.commands.evidence_audit import own_store
from optout.errors import UsageProblem


@click.command(
    "head",
    short_help="Print the one line to send away at each change.",
    epilog="""\b
Examples:
  optout evidence head
  optout evidence head --account you@example.org
""",
)
@words.shared("account")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """Print one line that stands for all your evidence up to now: mail it to the data protection officer.

    It holds the number and the time of the newest run, the store's identifier and the head, and no name. Told
    at the time, it shows later if the newest runs were cut off or written anew; nothing else does.
    """
    from optout.evidence import head

    line = head.line(own_store(asked, words.configuration(said)))
    if line is None:
        raise UsageProblem("There is no evidence yet.", "Run `optout run` or `optout check` first.")
    answer.say(folding.whole(line))
    return 0
