"""Judge a hand-over as a bag (RFC 8493): its manifests match, and no other file lies in it.

Standard library only. The manifests are read line by line: memory does not grow with what is in the bag.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from optout.evidence import ordinary_file
from optout.evidence.audit_check import Check, Tally
from optout.evidence.audit_findings import shown

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_LINE = re.compile(rb"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)\n")
_LONGEST = 1 << 12  # of a line, in bytes
# All that a hand-over holds beside its runs; anything else could be taken for a part of the evidence.
_PAYLOAD = re.compile(
    r"data/(store\.json|report\.en\.html|rapport\.fr\.html|ledger\.csv|handover\.json|missing\.txt"
    r"|(keys|runs)/.+)"
)


def check(root: Path) -> Check:
    """Given the folder of a hand-over, return the check `bag`, whatever lies there."""
    tally = Tally()
    try:
        _judge(root, tally)
    except OSError as problem:
        tally.add(f"{shown(Path(str(problem.filename)).name)} cannot be read: {problem.strerror}")
    return tally.check("bag", "every file as the manifests have it, and no other")


def _judge(root: Path, tally: Tally) -> None:
    if ordinary_file.read(root / "bagit.txt") != DECLARATION:
        tally.add("bagit.txt does not declare a bag")
    if (root / "data").is_symlink():
        tally.add("data is a symbolic link")
        return
    with os.scandir(root) as entries:
        tags = {entry.name for entry in entries} - {"data", TAGS}
    told = _hold(root, TAGS, tally)
    for name in sorted(tags ^ told):
        tally.add(f"{TAGS} lists {shown(name)}, which is missing" if name in told else _not_listed(name))
    listed = _hold(root, MANIFEST, tally, is_payload=True)
    for name in _files(root, "data"):
        if name not in listed:
            tally.add(_not_listed(name))


def _not_listed(name: str) -> str:
    return f"{shown(name)} is in no manifest"


def _hold(root: Path, manifest: str, tally: Tally, *, is_payload: bool = False) -> set[str]:
    """Hold each file that a manifest lists against its checksum; return the names."""
    names: set[str] = set()
    last = ""
    for number, (digest, name) in enumerate(_lines(root / manifest), 1):
        if not name or name <= last or not _belongs(name, is_payload=is_payload):
            tally.add(f"line {number} of {manifest} is not one that a hand-over has")
            continue
        last = name
        names.add(name)
        if any(folder.is_symlink() for folder in (root / name).parents if folder != root):
            tally.add(f"{name} lies behind a symbolic link")
            continue
        try:
            found = ordinary_file.sha256(root / name)
        except OSError as problem:
            tally.add(f"{name} cannot be read: {problem.strerror}")
            continue
        if found != digest:
            tally.add(f"{name} is not as {manifest} has it")
    return names


def _belongs(name: str, *, is_payload: bool) -> bool:
    parts = name.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return False
    return _PAYLOAD.fullmatch(name) is not None if is_payload else len(parts) == 1


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Give checksum and name of each line, both empty where it is no checksum line."""
    for line in ordinary_file.lines(path, longest=_LONGEST):
        match = _LINE.fullmatch(line)
        yield (match[1].decode(), match[2].decode()) if match else ("", "")


def _files(root: Path, folder: str) -> Iterator[str]:
    """Give the names of all that lies in a folder and below and is no folder, links and pipes too."""
    waiting = [folder]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(root / prefix) as entries:
            for entry in entries:
                name = f"{prefix}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(name)
                else:
                    yield name
