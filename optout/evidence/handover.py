"""Pack a store into one reproducible ZIP, a BagIt bag (RFC 8493) that stock tools can check.

The same store gives the same bytes on any day: nothing in it depends on the clock, on the place or on the
order of a folder. It is packed from a folder of links beside the runs, so that the report in it can show no
more than the files in it do.
"""

import hashlib
import os
import secrets
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from optout.errors import UsageProblem
from optout.evidence import disk, head, ordinary_file, record
from optout.evidence.audit import Audit, audit
from optout.evidence.chain import Run, runs, understood
from optout.evidence.handover_ledger import ledger_csv
from optout.evidence.handover_words import instructions, withheld_because
from optout.evidence.prune import FILE as PRUNED

WITHHOLDABLE = ("identity", "pictures")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can name
_FILE, _SCRIPT = 0o100600, 0o100700
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_FAILING = "The hand-over could not be written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a hand-over is to be like: who gets it and why, what stays back, its day if it is to have one."""

    withhold: tuple[str, ...] = ()
    recipient: str | None = None
    purpose: str | None = None
    day: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A ZIP that was written; `digest` is its SHA-256, `absent` counts the files that it declares absent."""

    path: Path
    digest: str
    runs: int
    absent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    """The folder that is packed, and what is said of it."""

    folder: Path
    every: tuple[Run, ...]
    missing: tuple[str, ...]
    pruned: tuple[str, ...]


def name_of(store: Path) -> str:
    """Given a store, return what its hand-over is called, after the day of its head.

    Raise UsageProblem if there is no run.
    """
    newest = next(runs(store), None)
    if newest is None:
        raise UsageProblem("There is no evidence yet.", "Run `optout run` or `optout check` first.")
    return f"optout-evidence-{head.sealed(newest)[:10]}"


def export(store: Path, target: Path, wish: Wish) -> Packed:
    """Given a store that holds and where to, write the ZIP and its checksum there, whole or not at all.

    What lies there is replaced. Raise OptoutError if it cannot be written, EvidenceDamaged if a run cannot be
    read.
    """
    name = name_of(store)
    with disk.one_sentence(_FAILING), _tree(store, wish) as tree:
        fingerprint = (understood(store / "store.json") or {}).get("key")
        _describe(tree, wish, fingerprint if isinstance(fingerprint, str) else None)
        found = audit(tree.folder)
        for lang, page in (("en", "report.en.html"), ("fr", "rapport.fr.html")):
            disk.write_new(tree.folder / page, _report(tree, lang, found))
        digest = _place(target, tree, name, wish)
    return Packed(path=target, digest=digest, runs=len(tree.every), absent=len(tree.missing))


def _report(tree: _Tree, lang: str, found: Audit) -> bytes:
    """Return the report on what is packed, made as of the head's day."""
    from optout.evidence import report

    sealed = datetime.strptime(head.sealed(tree.every[-1]), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return report.render(tree.folder, now=sealed, lang=lang, found=found).encode("utf-8")


@contextmanager
def _tree(store: Path, wish: Wish) -> Iterator[_Tree]:
    """Give a folder with all that goes into `data/` and comes from the store, gone at the end."""
    for old in store.glob(".handover-*"):
        shutil.rmtree(old)  # of an export that was killed
    root = store / f".handover-{secrets.token_hex(4)}"
    folder = root / "data"
    every = tuple(reversed(list(runs(store))))
    missing: list[str] = []
    try:
        disk.make_folder(folder)
        _take(store / "store.json", folder / "store.json")
        if (store / "keys" / "allowed_signers").exists():
            _take(store / "keys" / "allowed_signers", folder / "keys" / "allowed_signers")
        for run in every:
            listed = run.listed()
            seals = (path.name for path in run.path.glob("SHA256SUMS*"))
            for name in (*seals, *listed):
                if not _stays_back(name, wish.withhold) and os.path.lexists(run.path / name):
                    _take(run.path / name, folder / "runs" / run.name / name)
                elif name in listed:
                    missing.append(f"{run.name}/{name}")
        pruned = tuple(run.name for run in every if (run.path / PRUNED).exists())
        yield _Tree(folder=folder, every=every, missing=tuple(sorted(missing)), pruned=pruned)
    finally:
        with suppress(OSError):  # what stays is removed by the next export
            shutil.rmtree(root)


def _stays_back(name: str, withhold: tuple[str, ...]) -> bool:
    identity = name == "account.json" or name.endswith(".full.png")
    return ("identity" in withhold and identity) or ("pictures" in withhold and name.endswith(".png"))


def _take(source: Path, target: Path) -> None:
    """Put a file into the tree: a second name for it, a copy where the file system has none."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        disk.write_new(target, ordinary_file.read(source, limit=ordinary_file.HASHED))


def _describe(tree: _Tree, wish: Wish, key: str | None) -> None:
    """Write beside the runs what the hand-over says of itself, and the table of findings."""
    newest = tree.every[-1]
    told = {
        "schema": "optout.handover/1",
        "recipient": wish.recipient,
        "purpose": wish.purpose,
        "runs": len(tree.every),
        "first": tree.every[0].name,
        "last": newest.name,
        "head": ordinary_file.sha256(newest.path / "SHA256SUMS"),
        "key": key,
        "withheld": [kind for kind in WITHHOLDABLE if kind in wish.withhold],
        "pruned": tree.pruned,
        "reasons": withheld_because(wish.withhold, pruned=bool(tree.pruned)),
    }
    disk.write_new(tree.folder / "handover.json", record.to_json(told))
    missing = "".join(f"{path}\n" for path in tree.missing)
    disk.write_new(tree.folder / "missing.txt", missing.encode("ascii"))
    disk.write_new(tree.folder / "ledger.csv", ledger_csv(tree.every))


def _place(target: Path, tree: _Tree, name: str, wish: Wish) -> str:
    """Write the ZIP and its checksum beside the target, then move both there; return the checksum."""
    beside = target.with_name(f"{target.name}.sha256")
    for old in target.parent.glob(f".{target.name}.*.part"):
        old.unlink()  # of an export that was killed
    part, told = (target.with_name(f".{path.name}.{secrets.token_hex(4)}.part") for path in (target, beside))
    try:
        _write(part, tree, name, wish)
        digest = ordinary_file.sha256(part, limit=sys.maxsize)
        disk.write_new(told, f"{digest}  {target.name}\n".encode())
        beside.unlink(missing_ok=True)  # an old one beside a new ZIP would call it damaged
        part.replace(target)
        told.replace(beside)
        disk.flush_folder(target.parent)
    except BaseException:
        for path in (part, told):
            with suppress(OSError):
                path.unlink()
        raise
    return digest


def _write(path: Path, tree: _Tree, name: str, wish: Wish) -> None:
    names = sorted(f"data/{each.relative_to(tree.folder).as_posix()}" for each in _files(tree.folder))
    size = sum((tree.folder.parent / each).stat().st_size for each in names)
    tags = _tags(tree, name, wish, oxum=f"{size}.{len(names)}")
    manifest: list[str] = []
    with disk.new_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:

        def add(each: str, content: bytes) -> str:
            entry = zipfile.ZipInfo(f"{name}/{each}", _EPOCH)
            entry.create_system = 3
            entry.external_attr = (_SCRIPT if each.endswith(".sh") else _FILE) << 16
            archive.writestr(entry, content)
            return f"{hashlib.sha256(content).hexdigest()}  {each}\n"

        for each in sorted([*names, *tags, _MANIFEST, _TAGS]):
            if each == _MANIFEST:
                tags[each] = "".join(manifest).encode("ascii")
            elif each == _TAGS:
                lines = (f"{hashlib.sha256(tags[tag]).hexdigest()}  {tag}\n" for tag in sorted(tags))
                tags[each] = "".join(lines).encode("ascii")
            if each in tags:
                add(each, tags[each])
            else:
                content = ordinary_file.read(tree.folder.parent / each, limit=ordinary_file.HASHED)
                manifest.append(add(each, content))


_MANIFEST, _TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"


def _tags(tree: _Tree, name: str, wish: Wish, *, oxum: str) -> dict[str, bytes]:
    """Return the files of the bag beside `data/`, but for the manifests."""
    day = f"Bagging-Date: {wish.day}\n" if wish.day else ""
    told = instructions(tree.folder, tree.every, name)
    return {
        "bagit.txt": _BAGIT,
        "bag-info.txt": f"{day}External-Identifier: {tree.every[-1].name}\nPayload-Oxum: {oxum}\n".encode(),
        "verify.sh": _verify_sh(),
        **{file: text.encode("utf-8") for file, text in told.items()},
    }


def _verify_sh() -> bytes:
    script = resources.files("optout.evidence").joinpath("verify.sh")
    return script.read_text(encoding="utf-8").encode()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if not path.is_dir())
