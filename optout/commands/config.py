"""`optout config`: the commands about our own configuration, each in a file of its own."""

import click

from optout.commands.lazy import LazyGroup

LINES = {"show": "Show each key, its value and where it came from."}


def load(name: str) -> click.Command:
    """Given the name of a command in `LINES`, load its module and return it."""
    match name:
        case "show":
            from optout.commands import config_show

            return config_show.command
    raise KeyError(name)


command = LazyGroup(
    name="config",
    lines=LINES,
    load=load,
    short_help="Show our own configuration and where each value is from.",
    help="Show what the program was told by options, environment and files.\n\nNothing is changed.",
    epilog="""\b
Examples:
  optout config show
""",
)
