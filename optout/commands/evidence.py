"""`optout evidence`: the commands about the evidence, each in a file of its own."""

import click

from optout.commands.lazy import LazyGroup

LINES = {
    "audit": "Check files, chain and findings; say which check holds.",
    "report": "Write one page that a person can read.",
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
    raise KeyError(name)


command = LazyGroup(
    name="evidence",
    lines=LINES,
    load=load,
    short_help="Audit the evidence, or write a report of it.",
    help="Check the sealed runs that visits leave, or write a report.\n\nNothing in them is changed.",
    epilog="""\b
Examples:
  optout evidence audit
  optout evidence report --out report.html
""",
)
