"""Hand-overs for tests: unpacked ones to hurt, manifests written anew, and what two judges say of them."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from sample_store import Place, place

from optout.evidence import audit, handover
from optout.evidence.audit_told import Told
from optout.evidence.checkers import FAST

SHELLS = (["dash"], ["busybox", "sh"], ["bash"])
HERE = [words for words in SHELLS if shutil.which(words[0])]
VERIFY = Path(handover.__file__).with_name("verify.sh")


def unpacked(archive: Path, folder: Path) -> Path:
    """Given a ZIP and a folder, unpack it there with `unzip` and return the hand-over's folder."""
    subprocess.run(["unzip", "-q", archive, "-d", folder], check=True)
    [bag] = folder.glob("optout-evidence-*")
    return bag


def within(bag: Path) -> Place:
    """Given a hand-over's folder, return the store in it as the place that attacks work on."""
    return Place(bag / "data", bag.parent / "no-memory")


def hurt(bag: Path, attack: Callable[[Place], None]) -> None:
    """Given a hand-over's folder and an attack on a store, take the store out, have it hurt, put it back.

    What a test of stores needs beside its store lies in the folder that holds the hand-over.
    """
    where = place(bag.parent)
    where.store.parent.mkdir(exist_ok=True)
    (bag / "data").rename(where.store)
    attack(where)
    (where.store / ".lock").unlink(missing_ok=True)
    where.store.rename(bag / "data")


def bag_anew(bag: Path) -> None:
    """Given a hand-over that was hurt, write its manifests anew, as whoever hurt it would."""
    files = sorted(
        path.relative_to(bag).as_posix()
        for path in (bag / "data").rglob("*")
        if path.is_file() and not path.is_symlink()
    )
    _write(bag, "manifest-sha256.txt", files)
    tags = sorted(
        path.name for path in bag.iterdir() if path.is_file() and not path.name.startswith("tagmanifest")
    )
    _write(bag, "tagmanifest-sha256.txt", tags)


def _write(bag: Path, manifest: str, names: Sequence[str]) -> None:
    lines = (f"{hashlib.sha256((bag / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (bag / manifest).write_bytes("".join(lines).encode("utf-8", "surrogateescape"))


def audited(path: Path, head: str | None = None, root: Path | None = None) -> tuple[int, set[str], set[str]]:
    """Given a hand-over, audit it; return the exit code, the checks that fail, and those not to be made.

    `head` and `root`, the file with an authority's root, are what was told.
    """
    told = Told(roots=root.read_bytes(), expects_stamps=True) if root else Told()
    found = audit.audit(path, head=head, told=told, checkers=FAST)
    results = {check.name: check.result for check in found.checks}
    return (
        found.exit_code,
        {name for name, result in results.items() if result == "fails"},
        {name for name, result in results.items() if result == "could_not_check"},
    )


def verified(
    bag: Path, head: str | None = None, root: Path | None = None, *, shell: Sequence[str] = ("sh",)
) -> tuple[int, set[str], set[str]]:
    """Given a hand-over's folder, check it with our own `verify.sh`; return the same as `audited`."""
    told = [*(["--head", head] if head else []), *(["--tsa-root", str(root)] if root else [])]
    ended = subprocess.run([*shell, VERIFY, *told, bag], check=False, capture_output=True, text=True)
    assert ended.stderr == "", ended
    marks = re.findall(r"^(ok|NO|\?|-) +([a-z-]+) ", ended.stdout, flags=re.MULTILINE)
    assert len(marks) == 11, ended
    assert ended.stdout.isascii()
    return (
        ended.returncode,
        {name for mark, name in marks if mark == "NO"},
        {name for mark, name in marks if mark == "?"},
    )
