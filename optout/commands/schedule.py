"""`optout schedule`: the commands about the recurring check, each in a file of its own."""

import click

from optout.commands.lazy import LazyGroup

LINES = {
    "install": "Have the check run by itself, every week or so.",
    "status": "Say when it is due, and what keeps it from working.",
    "test": "Run it once through the scheduler itself.",
    "remove": "Take the recurring check away.",
}


def load(name: str) -> click.Command:
    """Given the name of a command in `LINES`, load its module and return it."""
    match name:
        case "install":
            from optout.commands import schedule_install

            return schedule_install.command
        case "status":
            from optout.commands import schedule_status

            return schedule_status.command
        case "test":
            from optout.commands import schedule_test

            return schedule_test.command
        case "remove":
            from optout.commands import schedule_remove

            return schedule_remove.command
    raise KeyError(name)


command = LazyGroup(
    name="schedule",
    lines=LINES,
    load=load,
    short_help="Have the check run by itself, every week or so.",
    help="Have systemd, launchd, Task Scheduler or cron run the check, while you are logged on.",
    epilog="""\b
Examples:
  optout schedule install
  optout schedule status
""",
)
