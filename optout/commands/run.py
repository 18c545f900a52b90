"""`optout run`: look, switch off, look again on a fresh load, seal the evidence."""

import click

from optout.commands import answer, visiting, words


@click.command(
    "run",
    short_help="Switch the settings off, prove it, seal the evidence.",
    epilog="""\b
Examples:
  optout run
  optout run --only ai-training --headed
  optout run --preset ads
  optout run --json --no-input > visit.json
""",
)
@words.shared(
    "account",
    "only",
    "also",
    "preset",
    "as_json",
    "quiet",
    "no_input",
    "headed",
    "despite_cooldown",
    "verbose",
    "log_json",
)
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """Sign in, switch the settings off, prove it on a fresh load, and seal the evidence.

    Without --only or --preset these are the two core settings, ai-training and affiliate-ads;
    `optout settings` lists all. --only NAME is exactly that one, --preset a whole group, --also one
    more than either; --only and --preset together are refused. A setting that is off already is not
    touched, nor is a second switch on the page of one that is wanted. The password is sent at most
    once. After a refusal, a captcha or a call for calm the site is left alone for 2 hours, doubling to
    24: until then this command says so and opens nothing, unless you add --despite-cooldown.
    """
    return visiting.carry_out(said, asked, command="run")
