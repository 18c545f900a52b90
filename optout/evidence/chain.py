"""Read the store: its runs, its head, and the end that the next run continues. Writes nothing."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from optout.errors import EvidenceDamaged
from optout.evidence import disk, memory, ordinary_file

_RUN = re.compile(r"([0-9]{6,})_[0-9]{8}T[0-9]{6}Z")
_DRAFT = re.compile(r"\.tmp-[0-9a-f]{1,64}")
_SEAL = re.compile(r"SHA256SUMS[A-Za-z0-9._-]*")
_LISTED = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_-][A-Za-z0-9._/-]*)")
_HEX_32 = re.compile(r"[0-9a-f]{32}")
_AUDIT = "Run `optout evidence audit`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One sealed run: its number, the name of its folder, and the folder."""

    number: int
    name: str
    path: Path

    def read(self) -> dict[str, object]:
        """Return the content of `run.json`. Raise EvidenceDamaged if it is missing or not understood."""
        found = self._object("run.json")
        if found is None:
            raise EvidenceDamaged(f"run.json of {self.name} is missing.", _AUDIT)
        return found

    def identity(self) -> dict[str, object] | None:
        """Return the content of `account.json`, or None if the run has none.

        Raise EvidenceDamaged if it cannot be understood.
        """
        return self._object("account.json")

    def listed(self) -> dict[str, str]:
        """Return the names of the files that the run's `SHA256SUMS` lists, with their checksums.

        Raise EvidenceDamaged if that is missing or not understood.
        """
        try:
            lines = ordinary_file.read(self.path / "SHA256SUMS").decode("ascii").splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        found = {match[2]: match[1] for match in map(_LISTED.fullmatch, lines) if match}
        if "run.json" not in found:
            raise EvidenceDamaged(f"SHA256SUMS of {self.name} cannot be read or understood.", _AUDIT)
        return found

    def _object(self, name: str) -> dict[str, object] | None:
        found = understood(self.path / name)
        if found is None and os.path.lexists(self.path / name):
            raise EvidenceDamaged(f"{name} of {self.name} cannot be read or understood.", _AUDIT)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The end of a store, read from the newest run alone.

    `store` is empty if nothing says which store it is. `links` are the checksum lines that the next run has
    to carry. `salt` is empty if the newest run has no account to take it from. `drafts` names what
    visits that broke off left between the runs. `damage` is a sentence or None. `remembered` says whether
    `end` is what the memory file holds.
    """

    store: str
    end: memory.End | None = None
    links: tuple[str, ...] = ()
    salt: str = ""
    drafts: tuple[str, ...]
    damage: str | None
    remembered: bool

    @property
    def number(self) -> int:
        """The number of the newest run, 0 if there is none."""
        return self.end.number if self.end else 0


def runs(store: Path) -> Iterator[Run]:
    """Given the store's folder, return its runs, newest first; none if there is no store yet.

    What is no run folder is passed over. Raise OptoutError if the store cannot be listed.
    """
    folder = store / "runs"
    with disk.one_sentence("The evidence could not be read"):
        names, _ = _listed(folder)
    for number, name in sorted(names, reverse=True):
        yield Run(number=number, name=name, path=folder / name)


def head(store: Path) -> str | None:
    """Given the store's folder, return the SHA-256 of the newest run's `SHA256SUMS`, None if there is no run.

    Raise EvidenceDamaged if the newest run's cannot be read.
    """
    newest = next(runs(store), None)
    if newest is None:
        return None
    with suppress(OSError):
        return _sha256(ordinary_file.read(newest.path / "SHA256SUMS"))
    raise EvidenceDamaged(f"SHA256SUMS of {newest.name} cannot be read.", _AUDIT)


def tail(store: Path, memory_file: Path) -> Tail:
    """Given the store's folder and the file that remembers its head, return the store's end and its damage.

    Opens the memory, `store.json` and, of the newest run, `SHA256SUMS*` and `account.json`: the cost does not
    depend on how many runs there are. Raise OSError if the store cannot be listed.
    """
    damages: list[str | None] = []
    remembered = None
    try:
        remembered = memory.recall(memory_file)
    except ValueError:
        damages.append("the head that was remembered outside the store cannot be understood")
    identifier = _hex_32(store / "store.json", "store")
    names, drafts = _listed(store / "runs")
    newest = max(names, default=None)
    if newest is None:
        damages.append(memory.difference(remembered, None, frozenset()))
        return Tail(store=identifier, drafts=drafts, damage=_joined(damages), remembered=remembered is None)
    number, name = newest
    folder = store / "runs" / name
    if not identifier:
        damages.append("store.json is missing or cannot be understood")
        identifier = remembered.store if remembered else _hex_32(folder / "run.json", "store")
    seals = _seals(folder)
    sums = seals.get("SHA256SUMS", b"")
    lines = frozenset(sums.decode("ascii", "replace").splitlines())
    end = memory.End(store=identifier, number=number, run=name, head=_sha256(sums) if sums else "unreadable")
    damages.append(memory.difference(remembered, end, lines))
    salt = _hex_32(folder / "account.json", "salt")
    if not salt and any(line.endswith("  account.json") for line in lines):
        damages.append(f"account.json of {name} is missing or cannot be understood")
    return Tail(
        store=identifier,
        end=end,
        links=tuple(f"{_sha256(seals[seal])}  ../{name}/{seal}\n" for seal in sorted(seals)),
        salt=salt,
        drafts=drafts,
        damage=_joined(damages),
        remembered=remembered == end,
    )


def _joined(damages: list[str | None]) -> str | None:
    return "; ".join(damage for damage in damages if damage) or None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _listed(folder: Path) -> tuple[list[tuple[int, str]], tuple[str, ...]]:
    names = []
    drafts = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            match = _RUN.fullmatch(entry.name)
            if match is not None and entry.is_dir(follow_symlinks=False):
                names.append((int(match[1]), entry.name))
            elif _DRAFT.fullmatch(entry.name):
                drafts.append(entry.name)
    return names, tuple(sorted(drafts))


def _seals(folder: Path) -> dict[str, bytes]:
    seals = {}
    for path in folder.iterdir():
        if _SEAL.fullmatch(path.name):
            with suppress(OSError):  # what cannot be read cannot be linked; the audit says so
                seals[path.name] = ordinary_file.read(path)
    return seals


def _hex_32(path: Path, member: str) -> str:
    value = (understood(path) or {}).get(member)
    return value if isinstance(value, str) and _HEX_32.fullmatch(value) else ""


def understood(path: Path) -> dict[str, object] | None:
    """Given a file, return the JSON object in it, or None if there is none in an ordinary file."""
    with suppress(OSError, ValueError, RecursionError):
        content = json.loads(ordinary_file.read(path))
        if isinstance(content, dict):
            return content
    return None
