"""Open what is to be audited: a store, a hand-over that was unpacked, or its ZIP.

Standard library only. A ZIP is unpacked into a folder of our own, gone at the end, and only if all of it is
what a hand-over holds: a stranger may have made it.
"""

import os
import re
import shutil
import stat
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from optout.evidence import audit_bag, ordinary_file
from optout.evidence.audit_check import NO_BAG, Check
from optout.evidence.audit_findings import shown

MOST_FILES = 1_000_000
# Pictures hardly shrink and texts do by a tenth: what grows more than that on the way out is no evidence.
MOST_GROWTH = 40
ROOM_FOR_TEXT = 64 << 20  # bytes that any ZIP may unpack to
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_LOCAL_HEADER = b"PK\x03\x04"
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The folder of a store, None if there is none, and what the check `bag` says of how it came."""

    store: Path | None
    bag: Check = NO_BAG


class Refused(Exception):
    """The ZIP is not one that may be unpacked; the sentence says why."""


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Given a path, give what lies there as long as the block lasts. Raise OSError if there is no room."""
    if not path.is_file():
        yield _folder(path)
        return
    with tempfile.TemporaryDirectory(prefix="optout-audit-") as folder:
        try:
            root = _unpacked(path, Path(folder))
        except Refused as refused:
            yield Opened(store=None, bag=_failing(str(refused)))
            return
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as damage:
            yield Opened(store=None, bag=_failing(f"the ZIP is damaged: {shown(str(damage))}"))
            return
        yield _folder(root) if root else Opened(store=None)


def _folder(path: Path) -> Opened:
    """Return a folder as a hand-over if it has the form of one, else as a store."""
    is_bag = (path / "bagit.txt").exists() or ((path / "data").exists() and not (path / "runs").exists())
    return Opened(store=path / "data", bag=audit_bag.check(path)) if is_bag else Opened(store=path)


def _failing(sentence: str) -> Check:
    return Check(name="bag", result="fails", sentence=sentence)


def _unpacked(path: Path, folder: Path) -> Path | None:
    """Unpack a ZIP and return the one folder in it; None if the file is no ZIP at all."""
    with ordinary_file.opened(path, limit=sys.maxsize) as file:
        begins = file.read(len(_LOCAL_HEADER)) == _LOCAL_HEADER
        if not zipfile.is_zipfile(file):
            if begins:
                raise Refused("the ZIP is cut short")
            return None
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _refuse_odd(entries, os.fstat(file.fileno()).st_size)
            if sum(entry.file_size for entry in entries) > shutil.disk_usage(folder).free:
                raise Refused("the ZIP needs more room than there is for temporary files on this computer")
            for entry in entries:
                _unpack(archive, entry, folder)
    return folder / entries[0].filename.partition("/")[0]


def _refuse_odd(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Raise Refused unless all entries are plain files in one folder, within bounds, each there once."""
    if not 0 < len(entries) <= MOST_FILES:
        raise Refused("the ZIP is empty" if not entries else "the ZIP holds more files than any evidence")
    if sum(entry.file_size for entry in entries) > max(size * MOST_GROWTH, ROOM_FOR_TEXT):
        raise Refused("the ZIP would unpack to far more than it holds, as no evidence does")
    first = entries[0].filename.partition("/")[0]
    seen: set[str] = set()
    for entry in entries:
        name = shown(entry.filename)
        parts = entry.filename.removesuffix("/").split("/")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if not all(_PART.fullmatch(part) for part in parts) or parts[0] != first:
            raise Refused(f"the ZIP holds {name}, which is no name that a hand-over has")
        if kind not in {0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG}:
            raise Refused(f"the ZIP holds {name}, which is a link or no ordinary file")
        if entry.filename.lower() in seen:
            raise Refused(f"the ZIP holds {name} twice")
        if entry.flag_bits & 1:
            raise Refused(f"the ZIP holds {name} encrypted")
        if entry.compress_type not in {_STORED, _DEFLATED}:
            raise Refused(f"the ZIP holds {name} packed in a way that is not read here")
        if entry.file_size > ordinary_file.HASHED:
            raise Refused(f"the ZIP holds {name}, which is too large for evidence")
        seen.add(entry.filename.lower())


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    try:
        archive.extract(entry, folder)  # never more than its size, which was counted
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as clash:
        raise Refused(f"the ZIP holds {shown(entry.filename)} both as a file and as a folder") from clash
