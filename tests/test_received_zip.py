"""A ZIP that a stranger made: audited like the folder, or refused with one sentence and exit 6."""

import os
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from handed_over import unpacked
from sample_store import good_store

from optout.evidence import audit, audit_received, handover


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hand-over's ZIP that no test changes."""
    folder = tmp_path_factory.mktemp("good")
    target = folder / "e.zip"
    handover.export(good_store(folder).store, target, handover.Wish())
    return target


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of this test's own; at its end nothing may be in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


Entry = tuple[zipfile.ZipInfo, bytes]
Change = Callable[[list[Entry]], None]


def remade(good: Path, target: Path, change: Change, method: int = zipfile.ZIP_STORED) -> Path:
    """Given a ZIP, where to and a change of its entries, write it anew."""
    with zipfile.ZipFile(good) as old:
        entries = [(entry, old.read(entry)) for entry in old.infolist()]
    change(entries)
    with zipfile.ZipFile(target, "w", method) as new:
        for entry, content in entries:
            entry.compress_type = method
            new.writestr(entry, content)
    return target


def refused(path: Path, temporary: Path) -> str:
    """Given a ZIP, audit it: `bag` fails, exit 6, nothing else is called good. Return the sentence."""
    found = audit.audit(path)
    assert found.exit_code == 6
    assert [check.name for check in found.checks if check.result == "fails"] == ["bag"]
    assert "holds" not in {check.result for check in found.checks}
    assert list(temporary.iterdir()) == []
    said = "\n".join(audit.lines(found))
    assert said.isascii() or "✗" in said
    return found.checks[0].sentence


def test_a_zip_is_judged_like_its_folder(good: Path, tmp_path: Path, temporary: Path) -> None:
    """The same answer for both; nothing stays in the temporary folder."""
    bag = unpacked(good, tmp_path)
    assert audit.audit(good) == audit.audit(bag)
    assert audit.audit(good).exit_code == 0
    assert list(temporary.iterdir()) == []


def test_packed_anew_by_other_tools_it_still_holds(good: Path, tmp_path: Path) -> None:
    """Deflated, with entries for folders, as a mail program or `zip` does it."""
    bag = unpacked(good, tmp_path)
    subprocess.run(["zip", "-qr", tmp_path / "again.zip", bag.name], check=True, cwd=tmp_path)
    assert audit.audit(tmp_path / "again.zip").exit_code == 0


def _add(name: str, content: bytes = b"x", mode: int = stat.S_IFREG | 0o600) -> Change:
    def change(entries: list[Entry]) -> None:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        entry.create_system = 3
        entries.append((entry, content))

    return change


TOP = "optout-evidence-2026-11-02"
ODD: list[tuple[str, Change, str]] = [
    ("a way out", _add("../x"), "no name"),
    ("a way out inside", _add(f"{TOP}/../../x"), "no name"),
    ("an absolute name", _add("/tmp/x"), "no name"),  # noqa: S108 - it must not be written there
    ("a name of Windows", _add(f"{TOP}/data\\..\\x"), "no name"),
    ("a drive", _add("C:/x"), "no name"),
    ("another folder", _add("other/x"), "no name"),
    ("a terminal's sign", _add(f"{TOP}/a\x1b[2K"), "no name"),
    ("a symbolic link", _add(f"{TOP}/data/more", b"/etc/passwd", stat.S_IFLNK | 0o777), "a link"),
    ("a device", _add(f"{TOP}/data/more", b"", stat.S_IFCHR | 0o600), "a link or no ordinary file"),
    ("a name twice", _add(f"{TOP}/data/store.json", b"{}"), "twice"),
    ("a name twice in capitals", _add(f"{TOP}/data/STORE.json", b"{}"), "twice"),
    ("a file that is a folder", _add(f"{TOP}/data/store.json/x"), "both as a file and as a folder"),
    ("nothing", list.clear, "empty"),
]


@pytest.mark.parametrize(("name", "change", "words"), ODD, ids=[name for name, _, _ in ODD])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_odd_entry_is_refused(
    good: Path, tmp_path: Path, temporary: Path, name: str, change: Change, words: str
) -> None:
    """Nothing is unpacked, nothing is written elsewhere, and the sentence says what it is."""
    assert words in refused(remade(good, tmp_path / "odd.zip", change), temporary)
    assert not (tmp_path / "x").exists()


def test_a_bomb_is_refused(good: Path, tmp_path: Path, temporary: Path) -> None:
    """Far more inside than outside; the twin: what is as large and does not shrink is no bomb."""
    big = bytes(80 << 20)
    path = remade(good, tmp_path / "bomb.zip", _add(f"{TOP}/data/more", big), zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1 << 20
    assert "far more" in refused(path, temporary)
    path = remade(good, tmp_path / "large.zip", _add(f"{TOP}/data/more", big))
    assert audit.audit(path).checks[0].sentence == "'data/more' is in no manifest"


def test_a_size_that_lies_is_refused(good: Path, tmp_path: Path, temporary: Path) -> None:
    """The list says 1 byte where 80 MB are packed: no more than what it says ever comes out."""
    path = remade(good, tmp_path / "lie.zip", _add(f"{TOP}/data/more", bytes(80 << 20)), zipfile.ZIP_DEFLATED)
    content = bytearray(path.read_bytes())
    at = content.rfind(struct.pack("<I", 80 << 20))
    content[at : at + 4] = struct.pack("<I", 1)
    path.write_bytes(content)
    assert "damaged" in refused(path, temporary)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(good: Path, tmp_path: Path, temporary: Path, method: int) -> None:
    """Only what every tool unpacks."""
    path = remade(good, tmp_path / "other.zip", lambda _: None, method)
    assert "in a way that is not read here" in refused(path, temporary)


def test_an_encrypted_entry_is_refused(good: Path, tmp_path: Path, temporary: Path) -> None:
    """By real `zip`, with a password."""
    bag = unpacked(good, tmp_path)
    words = ["zip", "-qr", "-P", "pw", str(tmp_path / "locked.zip"), bag.name]
    subprocess.run(words, check=True, cwd=tmp_path)
    assert "encrypted" in refused(tmp_path / "locked.zip", temporary)


@pytest.mark.parametrize("left", [4, 1000, -10])
def test_one_that_is_cut_short_is_refused(good: Path, tmp_path: Path, temporary: Path, left: int) -> None:
    """Broken off while it was sent."""
    (tmp_path / "cut.zip").write_bytes(good.read_bytes()[:left])
    assert "cut short" in refused(tmp_path / "cut.zip", temporary)


def test_a_byte_that_changed_inside_is_found(good: Path, tmp_path: Path) -> None:
    """In the middle of a picture, by the ZIP's own sum; in its name, by the manifest."""
    content = bytearray(good.read_bytes())
    content[content.find(b"\x89PNG") + 20] ^= 1
    (tmp_path / "e.zip").write_bytes(content)
    assert audit.audit(tmp_path / "e.zip").exit_code == 6
    renamed = good.read_bytes().replace(b"before.element", b"before.elemenu")
    (tmp_path / "e.zip").write_bytes(renamed)
    assert audit.audit(tmp_path / "e.zip").exit_code == 6


def test_too_large_for_this_computer_is_said_before_it_is_unpacked(
    good: Path, tmp_path: Path, temporary: Path
) -> None:
    """More than the free room of the disk: no file is written."""
    with zipfile.ZipFile(good) as archive:
        entries = archive.infolist()
    for entry in entries:
        entry.file_size = 1 << 29
    with pytest.raises(audit_received.Refused, match="far more"):
        audit_received._refuse_odd(entries, good.stat().st_size)
    audit_received._refuse_odd(entries, 1 << 50)


def test_a_pipe_and_other_files_are_not_waited_for(tmp_path: Path, temporary: Path) -> None:
    """No evidence, exit 4, and no end of waiting."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "letter.txt").write_text("dear")
    (tmp_path / "empty").write_bytes(b"")
    for name in ("pipe", "letter.txt", "empty", "nothing"):
        assert audit.audit(tmp_path / name).exit_code == 4


def test_python_alone_reads_a_zip(good: Path, tmp_path: Path) -> None:
    """`python3 -P -m optout.evidence.audit FILE.zip`, also where `assert` means nothing."""
    environment = {"PYTHONPATH": str(Path(audit.__file__).parents[2]), "TMPDIR": str(tmp_path)}
    words = [sys.executable, "-P", "-O", "-m", "optout.evidence.audit", str(good)]
    ended = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    odd = remade(good, tmp_path / "odd.zip", _add("../x"))
    ended = subprocess.run([*words[:-1], odd], check=False, capture_output=True, text=True, env=environment)
    assert (ended.returncode, ended.stderr) == (6, "")
    assert "no name that a hand-over has" in ended.stdout
