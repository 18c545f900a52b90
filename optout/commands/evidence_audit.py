"""`optout evidence audit`: walk the chain of runs and say, check by check, whether it holds."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, words
from optout.errors import EvidenceDamaged, UsageProblem

if TYPE_CHECKING:
    from optout.config import Config
    from optout.evidence.audit import Audit
    from optout.evidence.audit_told import Told

COLOURS = {"✓": "green", "✗": "red", "?": "yellow"}


@click.command(
    "audit",
    short_help="Check files, chain and findings; say which check holds.",
    epilog="""\b
Examples:
  optout evidence audit
  optout evidence audit ./received --head 7a1f...06
  optout evidence audit ./received --key SHA256:oBQq...Yw --tsa-root ./root.pem
  optout evidence audit --json

\b
Exit codes: 0 all holds, 4 something could not be checked, 6 something fails.
""",
)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--head", metavar="HEX", help="A head you were told: is it in this chain?")
@click.option(
    "--key",
    "keys",
    metavar="SHA256:...",
    multiple=True,
    help="The fingerprint of a key you were told; the first key has to be one of these.",
)
@click.option(
    "--tsa-root",
    "roots",
    metavar="PEM",
    multiple=True,
    help="A file with the root of a time-stamp authority, from its own site; may be repeated.",
)
@words.shared("account", "as_json", "quiet")
@click.pass_obj
def command(
    asked: answer.Asked, said: words.Words, /, path: Path | None, head: str | None, **given: tuple[str, ...]
) -> int:
    """Check the evidence in PATH, or your own: files, chain, findings, signatures, time stamps.

    For your own evidence the head, the keys and the roots that this computer remembers are checked
    too, so that a cut end or another hand shows. A key that no earlier one vouches for, as after the
    loss of a keyring, fails unless you give it with --key: then you were told of it.

    `python3 -P -m optout.evidence.audit PATH` makes the same checks with Python, `ssh-keygen` and
    `openssl`, if this package is installed or PYTHONPATH names a copy of its repository;
    `sha256sum -c SHA256SUMS` in a run's folder checks that run. No login is needed for any of it.
    """
    from optout.evidence import audit_told

    if head is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", head):
        raise UsageProblem(
            "A head is 64 hexadecimal digits.", "Copy it from the last line that `optout run` printed."
        )
    config = words.configuration(said)
    store = path or own_store(asked, config)
    try:
        told = audit_told.told(given["keys"], given["roots"])
    except ValueError as wrong:
        raise UsageProblem(str(wrong), "See `optout evidence audit --help`.") from wrong
    found = audited(store, config, head=head, told=told)
    if said.as_json:
        answer.say_json(found.to_json())
    elif not (said.quiet and found.exit_code == 0):
        say(found)
    return found.exit_code


def audited(store: Path, config: "Config", *, head: str | None, told: "Told") -> "Audit":
    """Given a store and what was told of it, return the audit; of one's own store, with what is remembered.

    Raise EvidenceDamaged if what is remembered cannot be understood.
    """
    from optout.evidence import audit
    from optout.evidence.checkers import FAST

    if store.resolve().parent == config.folders.evidence.resolve():
        head, told = head or remembered(store, config), known_here(store, config, told)
    return audit.audit(store, head=head, told=told, checkers=FAST)


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


def known_here(store: Path, config: "Config", told: "Told") -> "Told":
    """Given one's own store and what was told, return it with the keys and roots that this computer has.

    Raise EvidenceDamaged if the keys that it remembers cannot be understood.
    """
    from optout.evidence import authorities, keys, memory
    from optout.evidence.chain import understood

    identifier = (understood(store / "store.json") or {}).get("store")
    path = keys.file_for(memory.file_for(store, config.folders.state))
    try:
        known = told.keys or keys.recall(path, str(identifier))
    except ValueError:
        known = None
    if known is None:
        raise EvidenceDamaged(
            f"The remembered keys in {path} cannot be understood.", "Audit with `--key SHA256:...` instead."
        )
    pinned = authorities.pinned(config.folders.config)
    roots = b"\n".join(filter(None, (told.roots, pinned)))
    return replace(told, keys=known, roots=roots or None)


def say(found: "Audit") -> None:
    """Given an audit, print it check by check, then its head, its limits and its ending."""
    from optout.evidence import audit

    for line in audit.lines(found):
        colour = COLOURS.get(line[:1])
        answer.say(click.style(line[0], fg=colour, bold=True) + line[1:] if colour else line)
