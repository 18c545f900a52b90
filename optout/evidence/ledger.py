"""Write the store: one sealed folder per visit, its checksums, and the chain that joins them."""

import errno
import hashlib
import os
import re
import secrets as random_source
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from optout.errors import SecretFound, VisitUnderWay
from optout.evidence import attempts, carried, disk, keys, leaks, ordinary_file, record
from optout.evidence.chain import Run, Tail, head, runs, tail
from optout.evidence.memory import End, remember
from optout.evidence.seal import Means, Signer, seals, signer_of

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["Draft", "Run", "Sealed", "begin", "head", "runs"]

_COMPONENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_RESERVED = frozenset({"run.json", "account.json"})
_NOT_RECORDED = "The visit could not be recorded"
_UNSIGNED = Means()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A run that was just sealed; `head` is the SHA-256 of its `SHA256SUMS`, 64 hex digits.

    `left_out` names the files that held a secret: they were destroyed and are no screenshots of any setting.
    `key` is the fingerprint of the key that signed it, None if none did. `remarks` are sentences on a seal
    that is missing or could not be checked yet.
    """

    run: str
    path: Path
    head: str
    left_out: tuple[str, ...] = ()
    key: str | None = None
    remarks: tuple[str, ...] = ()


class Draft:
    """A run that is being written: made by `begin`, used in a `with` block, gone at its end unless sealed.

    Left by an exception it is emptied, as nobody searched it for secrets, and stays: the next run names it.
    `damage_seen` is a sentence if the store is not as it was left. `interrupted` names the drafts of visits
    that broke off; their content is removed already, but for the times of their clicks: these stay until a
    run that carries them on is sealed.
    """

    def __init__(
        self, runs_folder: Path, *, tail: Tail, memory_file: Path, lock: "BaseFileLock", means: Means
    ) -> None:
        self._runs = runs_folder
        self._tail = tail
        self._memory = memory_file
        self._lock = lock
        self._means = means
        self._names: list[str] = []
        self.damage_seen = tail.damage
        self.interrupted = tail.drafts
        _empty_drafts(runs_folder, tail.drafts)
        self._folder: Path | None = runs_folder / f".tmp-{random_source.token_hex(8)}"
        self._folder.mkdir(mode=0o700)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        folder, self._folder = self._folder, None
        try:
            if folder is not None and kind is None:
                shutil.rmtree(folder, ignore_errors=True)  # what stays is named by the next run
            elif folder is not None:
                with suppress(OSError):  # what went wrong first counts; the next run empties what stays
                    disk.empty_folder(folder, keep=attempts.CLICKED)
        finally:
            self._lock.release()

    def add(self, name: str, content: bytes) -> str:
        """Given a name like `ai-training/before.element.png` and bytes, keep them; return the name.

        Raise ValueError if the name is taken, reserved or has other signs than letters, digits and `._-`.
        Raise OptoutError if it cannot be written.
        """
        parts = name.split("/")
        if not all(_COMPONENT.fullmatch(part) for part in parts):
            raise ValueError(f"{name!r} is not a name that the evidence can hold")
        if name in _RESERVED or parts[0].startswith("SHA256SUMS") or name in self._names:
            raise ValueError(f"{name!r} is taken")
        with disk.one_sentence(_NOT_RECORDED):
            self._write(name, content)
        return name

    def seal(
        self, visit: record.VisitRecord, identity: record.Identity, *, secrets: Iterable[str], now: datetime
    ) -> Sealed:
        """Given what the visit says, whose account it is and every live secret, seal the run and return it.

        A file that holds a secret is destroyed and named in `left_out`. Raise SecretFound, with nothing
        sealed, if `run.json` would hold one. Raise OptoutError if it cannot be written.
        """
        patterns = leaks.forms(secrets)
        sealed = record.stamp(now)
        with disk.one_sentence(_NOT_RECORDED):
            salt = self._tail.salt or random_source.token_hex(16)
            self._write("account.json", record.account_json(identity, salt))
            sums, left_out = self._search(patterns)
        signer = signer_of(self._means, self._tail.store)
        content = record.run_json(visit, self._sealing(sealed, left_out, signer))
        if leaks.holds_one(content, patterns):
            raise SecretFound(
                "A secret stood in the record of this visit, so nothing was sealed.",
                "Please report this as a fault of the program; earlier runs are untouched.",
            )
        with disk.one_sentence(_NOT_RECORDED):
            self._write("run.json", content)
            sums["run.json"] = hashlib.sha256(content).hexdigest()
            lines = [f"{sums[name]}  {name}\n" for name in sorted(sums)]
            listing = "".join([*lines, *self._tail.links]).encode("ascii")
            self._write("SHA256SUMS", listing)
            remarks = self._seal(signer, listing)
            head = hashlib.sha256(listing).hexdigest()
            run = self._move_into_place(sealed, head)
        return Sealed(
            run=run,
            path=self._runs / run,
            head=head,
            left_out=left_out,
            key=signer.fingerprint,
            remarks=remarks,
        )

    def _path(self, name: str) -> Path:
        if self._folder is None:
            raise ValueError("this run is sealed or given up")
        return self._folder / name

    def _write(self, name: str, content: bytes) -> None:
        for folder in _folders_of(name):
            with suppress(FileExistsError):
                self._path(folder).mkdir(mode=0o700)
        disk.write_new(self._path(name), content)
        self._names.append(name)

    def _search(self, patterns: tuple[bytes, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
        sums = {}
        left_out = []
        for name in self._names:
            content = ordinary_file.read(self._path(name), limit=ordinary_file.HASHED)
            if leaks.holds_one(content, patterns):
                disk.destroy(self._path(name))
                left_out.append(name)
            else:
                sums[name] = hashlib.sha256(content).hexdigest()
        for folder in sorted({folder for name in left_out for folder in _folders_of(name)}, reverse=True):
            with suppress(OSError):  # most are not empty
                self._path(folder).rmdir()
        self._names = list(sums)
        return sums, tuple(sorted(left_out))

    def _seal(self, signer: Signer, listing: bytes) -> tuple[str, ...]:
        """Write signature and time stamp beside the checksums; return what is to be said of them."""
        found, remarks = seals(signer, self._means, listing)
        for name, content in found.items():
            self._write(name, content)
        store = self._runs.parent
        if signer.key is not None:
            keys.announce(store, keys.file_for(self._memory), signer.key.public)
        keys.describe(store, signer.fingerprint, self._means.names)
        return remarks

    def _sealing(self, sealed: str, left_out: tuple[str, ...], signer: Signer) -> record.Sealing:
        return record.Sealing(
            store=self._tail.store,
            number=self._tail.number + 1,
            sealed=sealed,
            key=signer.fingerprint,
            unsigned_because=signer.unsigned_because,
            stamps_asked=self._means.names,
            interrupted=self.interrupted,
            left_out=left_out,
            damage_seen=self.damage_seen,
        )

    def _move_into_place(self, sealed: str, head: str) -> str:
        for folder in sorted({folder for name in self._names for folder in _folders_of(name)}, reverse=True):
            disk.flush_folder(self._path(folder))
        disk.flush_folder(self._path("."))
        number = self._tail.number + 1
        name = f"{number:06d}_{sealed.replace('-', '').replace(':', '')}"
        self._path(".").rename(self._runs / name)
        self._folder = None
        disk.flush_folder(self._runs)
        remember(self._memory, End(store=self._tail.store, number=number, run=name, head=head))
        for draft in self.interrupted:
            with suppress(OSError):  # it stays and is named once more
                _remove_draft(self._runs / draft, with_clicks=carried.FILE in self._names)
        return name


def begin(store: Path, *, memory: Path, now: datetime, means: Means = _UNSIGNED) -> Draft:
    """Given the store's folder and the file that remembers its head, return a draft of the next run.

    `means` are asked for a key and a time stamp when the run is sealed. Makes the store on first use and
    holds it against others until the draft is left. Raise VisitUnderWay if another process holds it,
    OptoutError if it cannot be written.
    """
    from filelock import FileLock, Timeout

    held_elsewhere = False
    with disk.one_sentence(_NOT_RECORDED):
        disk.make_folder(store / "runs")
        lock = FileLock(store / ".lock", timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            held_elsewhere = True
    if held_elsewhere:
        raise VisitUnderWay(
            "Another visit is writing to this evidence.", "Wait for its end, then run the command again."
        )
    try:
        with disk.one_sentence(_NOT_RECORDED):
            end = _known_tail(store, memory, now)
            return Draft(store / "runs", tail=end, memory_file=memory, lock=lock, means=means)
    except BaseException:
        lock.release()
        raise


def _known_tail(store: Path, memory_file: Path, now: datetime) -> Tail:
    if memory_file.is_dir():  # nothing could be remembered there at the end: say so before anything is done
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(memory_file))
    found = tail(store, memory_file)
    if not found.store:
        found = replace(found, store=random_source.token_hex(16))
        if found.end is None:  # runs without their store.json are damage, and appending does not repair
            disk.replace(store / "store.json", _store_json(found.store, now))
    if found.end is not None and found.damage is None and not found.remembered:
        remember(memory_file, found.end)  # the last visit was killed before it could
    return found


def _store_json(identifier: str, now: datetime) -> bytes:
    return record.to_json({"format": "1", "store": identifier, "created": now, "key": None, "stamps": ()})


def _folders_of(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def _empty_drafts(folder: Path, names: tuple[str, ...]) -> None:
    # Emptied now, as their pictures were never searched for secrets; removed once a sealed run names them.
    # The times of clicks stay: this visit too may be killed before it has told anybody of them.
    for path in (folder / name for name in names):
        if path.is_dir() and not path.is_symlink():
            disk.empty_folder(path, keep=attempts.CLICKED)


def _remove_draft(path: Path, *, with_clicks: bool) -> None:
    if not path.is_dir() or path.is_symlink():
        path.unlink()
        return
    if with_clicks:
        disk.empty_folder(path)
    path.rmdir()
