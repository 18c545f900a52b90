"""`optout check`: look only and seal; with `--fix`, switch off again what came back on."""

import click

from optout.commands import answer, visiting, words


@click.command(
    "check",
    short_help="Look only, and seal what was seen.",
    epilog="""\b
Examples:
  optout check
  optout check --quiet --no-input
  optout check --fix
  optout check --preset all
  optout check --scheduled
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
@click.option("--fix", is_flag=True, help="Switch off again what an earlier visit proved off and is on now.")
@click.option(
    "--scheduled",
    is_flag=True,
    help="As a scheduler calls it: no question, no window, silent if all is well.",
)
@click.pass_obj
def command(asked: answer.Asked, said: words.Words, fix: bool, scheduled: bool) -> int:
    """Look at the settings, switch nothing, and seal what was seen.

    The settings are the two core ones, or those that --only, --also or --preset names (see
    `optout run --help`). With --quiet nothing at all is printed while every setting is good, none
    came back on, and nothing is new on the site. With --fix a setting that came back on is switched
    off again and proved off, at most three times in 30 days; after that it is only reported. One that
    was never proved off is left alone. Both lists of settings are read too: what is new there, or
    reads otherwise, is told once and changes no exit code. While the site is left alone after a
    refusal (see `optout run --help`), nothing is opened.

    With --scheduled every account that is known is looked at, if the schedule has it due, each within 14
    minutes; what is not well is one paragraph with the one command that mends it.
    """
    if scheduled:
        from optout.commands import scheduled as unattended

        return unattended.carry_out(said, asked, fix=fix)
    return visiting.carry_out(said, asked, command="check", fix=fix)
