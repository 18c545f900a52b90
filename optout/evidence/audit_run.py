"""Look through one run folder: each file as its `SHA256SUMS` says, and nothing else.

Standard library only. Hashes in blocks, follows no symbolic link, opens nothing outside the folder.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from optout.evidence.audit_findings import shown

_LARGEST_READ_WHOLE = 32 << 20
_LINE = re.compile(rb"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)")
_LINK = re.compile(r"\.\./[0-9]{6,}_[0-9]{8}T[0-9]{6}Z/SHA256SUMS[A-Za-z0-9._-]*")
_SEAL = re.compile(r"SHA256SUMS(\.sshsig|\.[A-Za-z0-9-]+\.tsr)?")
_UNDERSTOOD = re.compile(r"run\.json|[^/]+/state\.json")


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
    it; `listed` are the names in its `SHA256SUMS`; `understood` holds the JSON that the audit reads:
    `run.json` and `<setting>/state.json`, None where it is not JSON.
    """

    name: str
    seals: dict[str, str | None] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    listed: frozenset[str] = frozenset()
    understood: dict[str, object] = field(default_factory=dict)
    sound_files: int = 0
    problems: list[Problem] = field(default_factory=list)

    def tell(self, check: str, sentence: str, *, unknown: bool = False) -> None:
        """Given what is wrong, keep it."""
        self.problems.append(Problem(check, sentence, unknown))


def look_through(path: Path) -> Folder:
    """Given a run folder, return what is in it and what is wrong with it, however damaged it is."""
    run = Folder(name=path.name)
    present = frozenset(_files(path, run))
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
        run.tell("files", f"{name} is missing")
    for name in sorted(present - run.listed):
        if name not in seals or not _SEAL.fullmatch(name):
            run.tell("unlisted", f"{shown(name)} is not listed")
    for name in sorted(run.listed & present):
        digest = _digest(path, name, run)
        if digest == own[name]:
            run.sound_files += 1
        elif digest is not None:
            run.tell("files", f"{name} is not as recorded")
    return run


def _files(folder: Path, run: Folder) -> Iterator[str]:
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        try:
            with os.scandir(folder / prefix) as entries:
                found = list(entries)
        except OSError:
            run.tell("files", f"the folder {shown(prefix)} cannot be listed", unknown=True)
            continue
        for entry in found:
            name = prefix + entry.name
            if entry.is_symlink():
                run.tell("unlisted", f"{shown(name)} is a symbolic link")
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(name + "/")
            elif entry.is_file(follow_symlinks=False):
                yield name
            else:
                run.tell("unlisted", f"{shown(name)} is no ordinary file")


def _read_listing(path: Path, run: Folder) -> dict[str, str] | None:
    content = _content(path, "SHA256SUMS", run)
    if content is None:
        return None
    lines = content.split(b"\n")
    if lines.pop() != b"":
        run.tell("files", "SHA256SUMS does not end with a line feed")
    own: dict[str, str] = {}
    last = (False, "")
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None:
            run.tell("files", f"line {number} of SHA256SUMS is no checksum line")
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
    if _UNDERSTOOD.fullmatch(name):
        content = _content(path, name, run)
        if content is None:
            return None
        run.understood[name] = _json(content)
        return hashlib.sha256(content).hexdigest()
    try:
        with (path / name).open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        run.tell("files", f"{shown(name)} cannot be read", unknown=True)
    return None


def _content(path: Path, name: str, run: Folder) -> bytes | None:
    try:
        with (path / name).open("rb") as file:
            content = file.read(_LARGEST_READ_WHOLE + 1)
    except OSError:
        run.tell("files", f"{shown(name)} cannot be read", unknown=True)
        return None
    if len(content) > _LARGEST_READ_WHOLE:
        run.tell("files", f"{shown(name)} is too large to be read", unknown=True)
        return None
    return content


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
