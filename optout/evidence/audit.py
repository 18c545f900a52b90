"""Audit a store, or a hand-over of one: walk its chain and say, check by check, whether it holds.

Standard library only, and nothing of the program that wrote the store: what was written is judged by what
stands in docs/decisions/0001-evidence-format.md. Works offline, reads only.

Run it as `python3 -P -m optout.evidence.audit PATH`: without `-P`, Python takes modules from the current
folder first, and in a folder that was received these would be a stranger's.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from optout.evidence import audit_absent, audit_received, audit_told, ordinary_file
from optout.evidence.audit_chain import Walk
from optout.evidence.audit_check import NO_BAG, Check
from optout.evidence.audit_findings import shown
from optout.evidence.audit_run import look_through
from optout.evidence.audit_seals import Seals
from optout.evidence.audit_told import Told
from optout.evidence.audit_tools import STOCK, Checkers

__all__ = ["LIMITS", "Audit", "Check", "Told", "audit", "main"]

LIMITS = (
    "A picture that was faked before it was sealed is not found.",
    "A cut end or a second history is found only against a head that was told to someone at the time.",
    "Without signature and time stamp, whoever holds the folder could have written all of it anew.",
    "A key or a root that comes with the evidence proves nothing: compare with what you were told.",
)
_RUN = re.compile(r"([0-9]{6,})_[0-9]{8}T[0-9]{6}Z")
_UNFINISHED = re.compile(r"\.tmp-[0-9a-f]{1,64}")
_STORE = re.compile(r"[0-9a-f]{32}")
_MARKS = {"holds": "✓", "fails": "✗", "could_not_check": "?", "not_asked": "-"}
_PLAIN_MARKS = {"holds": "ok", "fails": "NO", "could_not_check": "? ", "not_asked": "- "}
_ENDINGS = {
    "good": "The evidence holds, as far as it was asked.",
    "evidence_damaged": "The evidence does not hold.",
    "could_not_tell": "It could not be told whether the evidence holds.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The whole answer; `first` and `last` are run folders, `head` is the SHA-256 of the last one's sums.

    `key` is the fingerprint of the first key that signed a run, None if none did.
    """

    store: str | None
    runs: int
    first: str | None
    last: str | None
    head: str | None
    key: str | None = None
    limits: tuple[str, ...] = LIMITS
    checks: tuple[Check, ...]

    @property
    def outcome(self) -> str:
        """`evidence_damaged` if a check fails, `could_not_tell` if one could not be made, else `good`."""
        results = {check.result for check in self.checks}
        if "fails" in results:
            return "evidence_damaged"
        return "could_not_tell" if "could_not_check" in results else "good"

    @property
    def exit_code(self) -> int:
        """The process exit code that goes with the outcome: 6, 4 or 0."""
        return {"evidence_damaged": 6, "could_not_tell": 4, "good": 0}[self.outcome]

    def to_json(self) -> dict[str, object]:
        """Return the `optout.audit/1` object."""
        return {
            "schema": "optout.audit/1",
            "outcome": self.outcome,
            "exit_code": self.exit_code,
            **asdict(self),
        }


def audit(
    path: Path, *, head: str | None = None, told: Told | None = None, checkers: Checkers = STOCK
) -> Audit:
    """Given a store, a hand-over or its ZIP and what was told of it, its head too, return what checks say.

    `checkers` check one signature and one time stamp; left out, `ssh-keygen` and `openssl` are called. Time
    grows with the bytes in the store, memory with the names of its runs alone. Whatever lies there, nothing
    is raised for it. Raise OSError if there is no room to unpack a ZIP.
    """
    sealed = Seals(told=told or Told(), checkers=checkers)
    with audit_received.opened(path) as given:
        if given.store is None:
            no_store = f"{path} is neither an evidence store nor a hand-over of one"
            reason = no_store if given.bag is NO_BAG else "the ZIP was not unpacked"
            return _nothing_found(reason, Walk(bag=given.bag))
        walk = Walk(
            told=head.lower() if head else None,
            sealed=sealed,
            bag=given.bag,
            absent=audit_absent.declared(given.store),
        )
        return _of_store(given.store, walk)


def _of_store(folder: Path, walk: Walk) -> Audit:
    reason = _why_no_store(folder)
    if reason is not None:
        return _nothing_found(reason, Walk(bag=walk.bag))
    names = _run_names(folder / "runs", walk)
    if not names:
        return _nothing_found(f"there is no evidence yet in {folder}", walk)
    walk.store = _identifier(folder / "store.json")
    if walk.store is None:
        walk.sequence.add("store.json is missing or cannot be understood")
    for number, name in names:
        walk.enter(number, look_through(folder / "runs" / name))
    return Audit(
        store=walk.store,
        runs=len(names),
        first=names[0][1],
        last=names[-1][1],
        head=walk.seals.get("SHA256SUMS"),
        key=walk.sealed.first_key,
        checks=walk.checks(),
    )


def lines(found: Audit) -> Iterator[str]:
    """Given an audit, return the lines that a person reads: one per check, then head, limits and ending."""
    marks = _MARKS if _can_print("".join(_MARKS.values())) else _PLAIN_MARKS
    if found.runs:
        for check in found.checks:
            yield f"{marks[check.result]} {check.name:<11} {check.sentence}"
        yield ""
        yield f"runs {found.runs}, from {found.first} to {found.last}"
        yield f"head {found.head}"
        if found.key is not None:
            yield f"key  {found.key}"
        yield ""
        yield from (f"Limit: {limit}" for limit in found.limits)
        yield ""
    else:
        made = (check for check in found.checks if check.result != "not_asked")
        yield from dict.fromkeys(f"{marks[check.result]} {check.sentence}" for check in made)
    yield _ENDINGS[found.outcome]


def main(words: list[str] | None = None) -> int:
    """Given the words of the command line, audit, print, and return the exit code: 0, 6, 4."""
    parser = argparse.ArgumentParser(
        prog="python3 -P -m optout.evidence.audit",
        description="Say, check by check, whether an evidence store holds. Exit 0: yes, 6: no, 4: not told.",
    )
    parser.add_argument("path", type=Path, help="a folder with store.json and runs/, a hand-over, or its ZIP")
    parser.add_argument("--head", type=_head, help="a head that you were told; it has to be in the chain")
    parser.add_argument(
        "--key",
        metavar="SHA256:...",
        action="append",
        default=[],
        help="the fingerprint of a key that you were told; the first key has to be one of these",
    )
    parser.add_argument(
        "--tsa-root",
        metavar="PEM",
        action="append",
        default=[],
        help="a file (PEM) with the root of a time-stamp authority, from its own site; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, optout.audit/1")
    asked = parser.parse_args(words)
    try:
        told = audit_told.told(asked.key, asked.tsa_root)
    except ValueError as wrong:
        parser.error(str(wrong))
    found = audit(asked.path, head=asked.head, told=told)
    text = json.dumps(found.to_json(), indent=2) if asked.json else "\n".join(lines(found))
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    return found.exit_code


def _head(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("a head has 64 hexadecimal digits")
    return text


def _can_print(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _why_no_store(folder: Path) -> str | None:
    try:
        names = {path.name for path in folder.iterdir()}
        if "runs" in names:
            os.scandir(folder / "runs").close()
            return None
    except FileNotFoundError:
        names = set()
    except OSError as problem:
        return f"{folder} cannot be read as an evidence store: {problem.strerror}"
    if names and "store.json" not in names:
        return f"{folder} is no evidence store: neither store.json nor runs/ is in it"
    return f"there is no evidence yet in {folder}"


def _run_names(folder: Path, walk: Walk) -> list[tuple[int, str]]:
    names = []
    if folder.is_symlink():
        walk.unlisted.add("runs is a symbolic link")
    with os.scandir(folder) as entries:
        for entry in entries:
            match = _RUN.fullmatch(entry.name)
            if not entry.is_dir(follow_symlinks=False):
                walk.unlisted.add(f"runs/{shown(entry.name)} is no run")
            elif match is not None:
                names.append((int(match[1]), entry.name))
            elif _UNFINISHED.fullmatch(entry.name):
                walk.unfinished += 1
            else:
                walk.unlisted.add(f"runs/{shown(entry.name)} is no run")
    return sorted(names)


def _identifier(path: Path) -> str | None:
    try:
        content = json.loads(ordinary_file.read(path))
    except (OSError, ValueError, RecursionError):
        return None
    match content:
        case {"format": "1", "store": str(store)} if _STORE.fullmatch(store):
            return store
    return None


def _nothing_found(reason: str, walk: Walk) -> Audit:
    checks = (
        check
        if check.result in {"fails", "not_asked"}
        else replace(check, result="could_not_check", sentence=reason)
        for check in walk.checks()
    )
    return Audit(store=None, runs=0, first=None, last=None, head=None, checks=tuple(checks))


if __name__ == "__main__":
    sys.exit(main())
