"""`optout evidence`: the commands about the evidence, each in a file of its own."""

import click

from optout.commands.lazy import LazyGroup

LINES = {
    "audit": "Check files, chain and findings; say which check holds.",
    "report": "Write one page that a person can read.",
    "setup": "Say which authority is asked for time stamps; change the key.",
}


def load(name: str) -> click.Command:
    """Given the name of a command in `LINES`, load its module and return it."""
    match name:
        case "audit":
            from optout.commands import evidence_audit

            return evidence_audit.command
        case "report":
            from optout.commands import evidence_report

            return evidence_report.command
        case "setup":
            from optout.commands import evidence_setup

            return evidence_setup.command
    raise KeyError(name)


command = LazyGroup(
    name="evidence",
    lines=LINES,
    load=load,
    short_help="Audit the evidence, or write a report of it.",
    help="Check the sealed runs that visits leave, write a report, or set up time stamps.\n\n"
    "Nothing in a sealed run is changed.",
    epilog="""\b
Examples:
  optout evidence audit
  optout evidence report --out report.html
""",
)
