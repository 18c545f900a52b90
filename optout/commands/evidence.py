"""`optout evidence`: the commands about the evidence, each in a file of its own."""

import click

from optout.commands.lazy import LazyGroup

LINES = {
    "audit": "Check files, chain and findings; say which check holds.",
    "report": "Write one page that a person can read.",
    "setup": "Say which authority is asked for time stamps; change the key.",
    "export": "Pack everything into one ZIP that others can check.",
    "head": "Print the one line to send away at each change.",
    "prune": "Remove old pictures; the chain still holds.",
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
        case "export":
            from optout.commands import evidence_export

            return evidence_export.command
        case "head":
            from optout.commands import evidence_head

            return evidence_head.command
        case "prune":
            from optout.commands import evidence_prune

            return evidence_prune.command
    raise KeyError(name)


command = LazyGroup(
    name="evidence",
    lines=LINES,
    load=load,
    short_help="Audit the evidence, report on it, hand it over.",
    help="Check the sealed runs that visits leave, report on them, hand them over, set up time stamps.\n\n"
    "Nothing in a sealed run is changed; `prune` alone removes old pictures, and seals that it did.",
    epilog="""\b
Examples:
  optout evidence audit
  optout evidence report --out report.html
  optout evidence export
""",
)
