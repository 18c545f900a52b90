"""Look through one run folder: each file as its `SHA256SUMS` says, and nothing else.

Standard library only. Hashes in blocks, follows no symbolic link, opens nothing outside the folder.
"""

import hashlib
import json
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from optout.evidence import ordinary_file
from optout.evidence.audit_findings import shown

_MOST_KEPT = 1000  # problems of one kind in one run; a hostile file could hold millions
_LINE = re.compile(rb"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)")
_LINK = re.compile(r"\.\./[0-9]{6,}_[0-9]{8}T[0-9]{6}Z/SHA256SUMS[A-Za-z0-9._-]*")
_SEAL = re.compile(r"SHA256SUMS(\.sshsig|\.[A-Za-z0-9-]+\.tsr)?")
_UNDERSTOOD = re.compile(r"run\.json|rows\.json|key\.json|pruned\.json|[^/]+/state\.json")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a run: the check and a sentence; `unknown` says that it could not be checked."""

    check: str
    sentence: str
    unknown: bool = False


@dataclass(slots=True)
class Folder:
    """What was found in one run folder.

    `seals` maps the name of each `SHA256SUMS*` to its SHA-256; `links` what the run says of the run before
    it; `listed` are the names in its `SHA256SUMS`, `missing` those of them that are not there, with their
    checksums; `understood` holds the JSON that the audit reads: `run.json`, `rows.json`, `key.json`,
    `pruned.json` and `<setting>/state.json`, None where it is not JSON; `unread` those that could not be
    read. `room` is how many bytes of JSON may still be read; `sums` the content of `SHA256SUMS`.
    """

    name: str
    path: Path
    sums: bytes = b""
    seals: dict[str, str | None] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    listed: frozenset[str] = frozenset()
    missing: dict[str, str] = field(default_factory=dict)
    understood: dict[str, object] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    room: int = ordinary_file.READ_WHOLE
    sound_files: int = 0
    problems: list[Problem] = field(default_factory=list)
    _told: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def tell(self, check: str, sentence: str, *, unknown: bool = False) -> None:
        """Given what is wrong, keep it, up to a thousand of its kind."""
        self._told[check, unknown] += 1
        if self._told[check, unknown] <= _MOST_KEPT:
            self.problems.append(Problem(check, sentence, unknown))

    def is_full(self, check: str) -> bool:
        """Given a check, say whether so much fails it that looking on would tell nothing more."""
        return self._told[check, False] >= _MOST_KEPT


def look_through(path: Path) -> Folder:
    """Given a run folder, return what is in it and what is wrong with it, however damaged it is."""
    run = Folder(name=path.name, path=path)
    present, empty = _listed(path, run)
    seals = {name for name in present if name.startswith("SHA256SUMS") and "/" not in name}
    for name in sorted(seals):
        run.seals[name] = _digest(path, name, run)
    own = _read_listing(path, run) if "SHA256SUMS" in seals else None
    if own is None:
        run.tell("files", "SHA256SUMS is missing or cannot be read")
        return run
    run.listed = frozenset(own)
    if "run.json" not in own:
        run.tell("files", "SHA256SUMS does not list run.json")
    for name in sorted(run.listed - present):
        if len(run.missing) < _MOST_KEPT:
            run.missing[name] = own[name]
        else:
            run.tell("files", f"{name} is missing")
    for name in sorted(present - run.listed):
        if name not in seals or not _SEAL.fullmatch(name):
            run.tell("unlisted", f"{shown(name)} is not listed")
    for folder in sorted(empty.difference(*map(_folders_of, run.listed))):
        run.tell("unlisted", f"{shown(folder)} is an empty folder")
    for name in sorted(run.listed & present):
        digest = _digest(path, name, run)
        if digest == own[name]:
            run.sound_files += 1
        elif digest is not None:
            run.tell("files", f"{name} is not as recorded")
    return run


def _listed(folder: Path, run: Folder) -> tuple[set[str], set[str]]:
    """Return the names of all files and of all empty folders."""
    files: set[str] = set()
    empty: set[str] = set()
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        try:
            with os.scandir(folder / prefix) as entries:
                found = list(entries)
        except OSError:
            run.tell("files", f"the folder {shown(prefix)} cannot be listed", unknown=True)
            continue
        if prefix and not found:
            empty.add(prefix.removesuffix("/"))
        for entry in found:
            name = prefix + entry.name
            if entry.is_symlink():
                run.tell("unlisted", f"{shown(name)} is a symbolic link")
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(name + "/")
            elif entry.is_file(follow_symlinks=False):
                files.add(name)
            else:
                run.tell("unlisted", f"{shown(name)} is no ordinary file")
    return files, empty


def _folders_of(name: str) -> list[str]:
    return [name[: match.start()] for match in re.finditer("/", name)]


def _read_listing(path: Path, run: Folder) -> dict[str, str] | None:
    try:
        content = ordinary_file.read(path / "SHA256SUMS")
    except OSError as problem:
        _cannot_be_read("SHA256SUMS", problem, run)
        return None
    run.sums = content
    lines = content.split(b"\n")
    if lines.pop() != b"":
        run.tell("files", "SHA256SUMS does not end with a line feed")
    own: dict[str, str] = {}
    last = (False, "")
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None:
            run.tell("files", f"line {number} of SHA256SUMS is no checksum line")
            if run.is_full("files"):
                break
            continue
        digest, name = match[1].decode(), match[2].decode()
        is_link = _LINK.fullmatch(name) is not None
        if not is_link and not _belongs(name):
            run.tell("unlisted", f"line {number} of SHA256SUMS names {shown(name)}, no place in a run")
            continue
        if (is_link, name) <= last:
            run.tell("files", f"line {number} of SHA256SUMS is out of order")
        last = (is_link, name)
        (run.links if is_link else own)[name] = digest
    return own


def _belongs(name: str) -> bool:
    parts = name.split("/")
    return all(part not in {"", ".", ".."} for part in parts) and not name.startswith("SHA256SUMS")


def _digest(path: Path, name: str, run: Folder) -> str | None:
    is_understood = _UNDERSTOOD.fullmatch(name) is not None
    try:
        if not is_understood:
            return ordinary_file.sha256(path / name)
        content = ordinary_file.read(path / name, limit=run.room)
    except OSError as problem:
        _cannot_be_read(name, problem, run)
        if is_understood:
            run.unread.add(name)
        return None
    run.room -= len(content)
    run.understood[name] = _json(content)
    return hashlib.sha256(content).hexdigest()


def _cannot_be_read(name: str, problem: OSError, run: Folder) -> None:
    why = "is too large to be read" if isinstance(problem, ordinary_file.TooLarge) else "cannot be read"
    run.tell("files", f"{shown(name)} {why}", unknown=True)


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
