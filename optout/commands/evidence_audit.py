"""`optout evidence audit`: walk the chain of runs and say, check by check, whether it holds."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, words
from optout.errors import EvidenceDamaged, UsageProblem

if TYPE_CHECKING:
    from optout.config import Config
    from optout.evidence.audit import Audit

COLOURS = {"✓": "green", "✗": "red", "?": "yellow"}


@click.command(
    "audit",
    short_help="Check files, chain and findings; say which check holds.",
    epilog="""\b
Examples:
  optout evidence audit
  optout evidence audit ./received --head 7a1f...06
  optout evidence audit --json

\b
Exit codes: 0 all holds, 4 something could not be checked, 6 something fails.
""",
)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--head", metavar="HEX", help="A head you were told: is it in this chain?")
@words.shared("account", "as_json", "quiet")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words, path: Path | None, head: str | None) -> int:
    """Check the evidence in PATH, or your own: every file, the chain from run to run, the findings.

    For your own evidence the head that this computer remembers is checked too, so that a cut end
    shows. `python3 -P -m optout.evidence.audit PATH` makes the same checks with Python alone, if this
    package is installed or PYTHONPATH names a copy of its repository; `sha256sum -c SHA256SUMS` in a
    run's folder checks that run. No login is needed for any of it.
    """
    from optout.evidence import audit

    if head is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", head):
        raise UsageProblem(
            "A head is 64 hexadecimal digits.", "Copy it from the last line that `optout run` printed."
        )
    config = words.configuration(said)
    store = path or own_store(asked, config)
    found = audit.audit(store, head=head or remembered(store, config))
    if said.as_json:
        answer.say_json(found.to_json())
    elif not (said.quiet and found.exit_code == 0):
        say(found)
    return found.exit_code


def own_store(asked: answer.Asked, config: "Config") -> Path:
    """Given the configuration, return the folder of the account's own evidence, whether it exists or not."""
    from optout.config import account_folder

    account = asked.account = accounts.owner_of_evidence(config)
    return config.folders.evidence / account_folder(account)


def remembered(store: Path, config: "Config") -> str | None:
    """Given a store, return the head that this computer remembers of it, or None if it remembers none.

    Raise EvidenceDamaged if what it remembers cannot be understood.
    """
    from optout.evidence import memory

    if store.resolve().parent != config.folders.evidence.resolve():
        return None
    path = memory.file_for(store, config.folders.state)
    try:
        end = memory.recall(path)
    except ValueError:
        end = None
    else:
        return end.head if end else None
    raise EvidenceDamaged(
        f"The remembered head in {path} cannot be understood.", "Audit with `--head HEX` instead."
    )


def say(found: "Audit") -> None:
    """Given an audit, print it check by check, then its head, its limits and its ending."""
    from optout.evidence import audit

    for line in audit.lines(found):
        colour = COLOURS.get(line[:1])
        answer.say(click.style(line[0], fg=colour, bold=True) + line[1:] if colour else line)
