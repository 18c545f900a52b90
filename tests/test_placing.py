"""Where a file that the user asked for may go, and that it is written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from optout.commands import placing
from optout.errors import UsageProblem

ANOTHER = "Choose another place."


def free(target: Path, *, replace: bool = False, evidence: Path = Path("/nowhere")) -> Path:
    """Given a target, return the place."""
    return placing.free(target, replace=replace, not_in=(evidence,), another=ANOTHER)


def test_what_lies_in_the_way_is_kept(tmp_path: Path) -> None:
    """A file goes only for `--replace`; a folder, a device, a pipe and a link to nothing never do."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    with pytest.raises(UsageProblem, match="--replace"):
        free(tmp_path / "file")
    assert free(tmp_path / "file", replace=True) == tmp_path / "file"
    for name in ("folder", "pipe", "link", "/dev/full"):
        with pytest.raises(UsageProblem, match=r"is a folder|no file"):
            free(tmp_path / name, replace=True)


def test_the_evidence_is_no_place(tmp_path: Path) -> None:
    """Neither directly nor through a link."""
    (tmp_path / "evidence").mkdir()
    (tmp_path / "other").symlink_to(tmp_path / "evidence")
    for folder in ("evidence", "other"):
        with pytest.raises(UsageProblem, match="holds nothing but runs"):
            free(tmp_path / folder / "x", evidence=tmp_path / "evidence")


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    """Before any work is done for a file that could not be written."""
    with pytest.raises(UsageProblem, match="no folder that you may write to"):
        free(tmp_path / "no" / "x")


def test_it_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """For its owner alone; if it cannot be, nothing is left of it."""
    placing.write(tmp_path / "x", b"new", ANOTHER)
    assert ((tmp_path / "x").read_bytes(), stat.S_IMODE((tmp_path / "x").stat().st_mode)) == (b"new", 0o600)
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageProblem, match="cannot be written"):
        placing.write(tmp_path / "folder", b"new", ANOTHER)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "x"]
