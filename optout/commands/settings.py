"""`optout settings`: the catalogue, with the date each setting was last seen."""

import click

from optout.commands import answer, words
from optout.errors import Outcome

CORE = "(core): what `optout run` and `optout check` look at, unless --only or --also names others."


@click.command(
    "settings",
    short_help="List the settings this program knows.",
    epilog="""\b
Examples:
  optout settings
  optout settings --json
""",
)
@words.shared("as_json")
@click.pass_obj
def command(_asked: answer.Asked, said: words.Words) -> int:
    """List the settings this program knows: name, page, what each does, where it is offered.

    The two core settings come first; `optout run` and `optout check` look at these unless --only
    or --also names others. "Seen" is the day on which the page was last seen by others as it is
    described here. No network is used.
    """
    from optout.linkedin import catalogue

    if said.as_json:
        answer.say_json(
            {
                "schema": "optout.settings/1",
                "outcome": Outcome.GOOD.word,
                "exit_code": Outcome.GOOD.exit_code,
                "catalogue": catalogue.CATALOGUE_DATE,
                "settings": [
                    {
                        "name": setting.name,
                        "title": setting.title,
                        "path": setting.path,
                        "core": setting.name in catalogue.CORE,
                        "does": setting.does,
                        "offered": setting.offered,
                        "source": setting.source,
                        "seen": setting.seen,
                    }
                    for setting in catalogue.CATALOGUE.values()
                ],
            }
        )
        return 0
    answer.say(CORE)
    for setting in catalogue.CATALOGUE.values():
        core = " (core)" if setting.name in catalogue.CORE else ""
        answer.say(click.style(f"{setting.name}{core}", bold=True) + f"  {setting.title}")
        for label, text in (("does", setting.does), ("page", setting.path), ("offered", setting.offered)):
            answer.say(f"    {label:<9}{text}")
        answer.say(f"    {'seen':<9}{setting.seen}")
    return 0
