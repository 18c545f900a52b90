"""Which accounts are known on this machine: a small file of names, no secret in it."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from optout.errors import NoCredentials, UsageProblem
from optout.evidence import disk

if TYPE_CHECKING:
    from optout.config import Config

LONGEST_ADDRESS = 254  # RFC 5321, as corrected by erratum 1690


def known(state: Path) -> tuple[str, ...]:
    """Given the state folder, return the known accounts in the order in which they were added.

    Addresses that differ in upper and lower case only are one account, as written first.
    Raise UsageProblem if the file is there and is not what we wrote.
    """
    try:
        content = json.loads(_file(state).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except ValueError:
        content = None
    names = content.get("accounts") if isinstance(content, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageProblem(
            f"{_file(state)} is damaged.", "Remove it, then run `optout login`; it holds no password."
        )
    first = {name.lower(): name for name in reversed(names)}
    return tuple(first[lower] for lower in dict.fromkeys(name.lower() for name in names))


def is_known(state: Path, account: str) -> bool:
    """Given the state folder and an account, return whether it is known, in upper or lower case."""
    return account.lower() in {name.lower() for name in known(state)}


def remember(state: Path, account: str) -> None:
    """Given the state folder and an account, add the account if it is not known."""
    if not is_known(state, account):
        _write(state, (*known(state), account))


def forget(state: Path, account: str) -> None:
    """Given the state folder and an account, take the account off the list."""
    if is_known(state, account):
        _write(state, tuple(name for name in known(state) if name.lower() != account.lower()))


def chosen(config: "Config") -> str:
    """Given the configuration, return the account it names or else the only one known.

    Raise NoCredentials if none is known, UsageProblem if there are several.
    """
    if config.account:
        return checked(config.account)
    names = known(config.folders.state)
    if not names:
        raise NoCredentials("No account is known yet.", "Run `optout login` first.")
    if len(names) > 1:
        raise UsageProblem(
            f"Several accounts are known: {', '.join(names)}.", "Say which one with `--account EMAIL`."
        )
    return names[0]


def for_one(config: "Config", account: str) -> str | None:
    """Given the configuration and an account, return it if the command to run next has to name it, else None.

    It has to where several are known, and where the person named it themselves.
    """
    names = {name.lower() for name in (*known(config.folders.state), account)}
    return account if len(names) > 1 or config.sources["account"] == "flag" else None


def named_in(text: str, account: str | None) -> str:
    """Given a text for a person, return it with the account in every command of ours that may need it.

    As in "Run `optout run`", which becomes "Run `optout run --account you@example.org`". None leaves it.
    """
    if account is None:
        return text
    command = r"`(optout (?:login|logout|run|check)\b(?![^`]*--account)[^`]*)`"
    return re.sub(command, lambda found: f"`{found[1]} --account {account}`", text)


def with_evidence(evidence: Path) -> tuple[str, ...]:
    """Given the folder of all evidence, return the accounts that have a store in it, and nothing else."""
    if not evidence.is_dir():
        return ()
    return tuple(sorted(name for path in evidence.iterdir() if (name := _whose(path))))


def owner_of_evidence(config: "Config") -> str:
    """Given the configuration, return whose evidence is meant: a login is not needed to look at it.

    The account that is named, else the only one known, else the only one that has evidence. Raise
    UsageProblem if there are several or there is no evidence at all.
    """
    if config.account or known(config.folders.state):
        return chosen(config)
    names = with_evidence(config.folders.evidence)
    if not names:
        raise UsageProblem("There is no evidence yet.", "Run `optout login`, then `optout run`.")
    if len(names) > 1:
        raise UsageProblem(
            f"Several accounts have evidence: {', '.join(names)}.", "Say which one with `--account EMAIL`."
        )
    return names[0]


def refuse_unknown(config: "Config", account: str) -> None:
    """Given the configuration and an account, raise NoCredentials if it never signed in and has no evidence.

    A slip in the address would else leave evidence of an account that nobody has.
    """
    if is_known(config.folders.state, account):
        return
    if account.lower() not in with_evidence(config.folders.evidence):
        raise NoCredentials(
            f"The account {account} is not known on this computer.",
            f"Run `optout login --account {account}` first.",
        )


def _whose(path: Path) -> str | None:
    """Given what lies among the evidence, return whose store it is, or None if it is no account's folder."""
    from optout.config import account_folder

    try:
        account = checked(unquote(path.name, errors="strict"))
        ours = path.name == account_folder(account)
    except (UsageProblem, UnicodeDecodeError):
        return None
    return account if ours and path.is_dir() else None


def checked(account: str) -> str:
    """Given an e-mail address as typed, return it trimmed. Raise UsageProblem if it cannot be one."""
    account = account.strip()
    before, at, after = account.rpartition("@")
    odd = any(sign.isspace() or not sign.isprintable() for sign in account)
    if not (before and at and after) or odd or "@" in before or len(account) > LONGEST_ADDRESS:
        raise UsageProblem(
            f"{account!r} is not an e-mail address.",
            "Give the one you sign in with, as in `--account you@example.org`.",
        )
    return account


def _file(state: Path) -> Path:
    return state / "accounts.json"


def _write(state: Path, names: tuple[str, ...]) -> None:
    disk.make_folder(state)
    disk.replace(_file(state), json.dumps({"accounts": list(names)}, indent=2).encode() + b"\n")
