"""`optout schedule status`: when the recurring check is due, and what keeps it from working."""

from datetime import UTC, datetime

import click

from optout.commands import answer, words
from optout.schedule import plan, schedulers


@click.command(
    "status",
    short_help="Say when it is due, and what keeps it from working.",
    epilog="""\b
Examples:
  optout schedule status
  optout schedule status --json
""",
)
@words.shared("as_json")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """Say when the recurring check is due, and whether it is still as it was installed.

    Nothing is started. Looked at are the path of Python, a browser that was named, and what was handed to
    the scheduler. Exit code 1 if something is wrong, 0 if not, also if nothing is installed.
    """
    config = words.configuration(said)
    kept = plan.kept(config.folders.state)
    found = list(schedulers.problems(kept)) if kept else []
    due = kept.next_after(datetime.now(UTC)) if kept else None
    code = 1 if found else 0
    if said.as_json:
        answer.say_json(
            {
                "schema": "optout.schedule-status/1",
                "outcome": "fault" if found else "good",
                "exit_code": code,
                "installed": kept is not None,
                "every": kept.every if kept else None,
                "at": kept.at if kept else None,
                "backend": kept.backend if kept else None,
                "next": due.strftime("%Y-%m-%dT%H:%M:%SZ") if due else None,
                "problems": [{"sentence": each.sentence, "mend": each.mend} for each in found],
                "trouble": None,
            }
        )
        return code
    if kept is None or due is None:
        answer.say("No recurring check is installed. To have one: `optout schedule install`.")
        return 0
    answer.say(f"{kept.every}, {kept.at}, by {kept.backend}; next on {due.astimezone():%Y-%m-%d at %H:%M}.")
    for each in found:
        answer.say(f"{answer.mark(False)} {each.sentence} Mend it with `{each.mend}`.")
    return code
