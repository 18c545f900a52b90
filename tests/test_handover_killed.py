"""SIGKILL at every call of an export and a prune that changes the disk: evidence holds, nothing is half."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sample_store import ALREADY_OFF, START, TURNED_OFF, WEEK, append, place

from optout.evidence import ledger

SCRIPT = Path(__file__).with_name("kill_handover.py")


def told(command: str, folder: Path) -> list[dict[str, Any]]:
    """Given `export` or `prune` and an empty folder, return what was left at each step, the last whole."""
    where = place(folder / "source")
    for week, finding in enumerate((TURNED_OFF, ALREADY_OFF, ALREADY_OFF)):
        append(where, START + week * WEEK, {"ai-training": finding})
    (folder / "work").mkdir()
    path = os.pathsep.join([str(Path(ledger.__file__).parents[2]), str(Path(__file__).parent)])
    ended = subprocess.run(
        [
            sys.executable,
            Path(__file__).with_name("kill_handover.py"),
            command,
            folder / "source",
            folder / "work",
        ],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
        timeout=240,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    answers = json.loads(ended.stdout)
    assert isinstance(answers, list)
    assert [answer["dead"] for answer in answers] == [True] * (len(answers) - 1) + [False]
    return answers


def test_a_killed_export_leaves_the_older_zip_or_the_whole_new_one(tmp_path: Path) -> None:
    """Never half of one, never a checksum of another; the store is untouched, and the next one cleans up."""
    answers = told("export", tmp_path)
    assert len(answers) > 30
    assert {answer["is_old"] for answer in answers} == {True, False}
    cleaned = [answer["after"] for answer in answers if "after" in answer]
    assert len(cleaned) > 3
    assert cleaned == [[]] * len(cleaned)
    for answer in answers:
        assert (answer["whole"], answer["sum"], answer["store_untouched"]) == (True, True, True), answer
        assert answer["holds"] == 0, answer


def test_a_killed_prune_removes_nothing_that_is_not_sealed(tmp_path: Path) -> None:
    """Pictures are there until the run that declares them is; the next prune removes the rest, once."""
    answers = told("prune", tmp_path)
    assert len(answers) > 25
    assert {answer["runs"] for answer in answers} == {3, 4}
    [whole] = {tuple(answer["gone_after"]) for answer in answers}
    assert [name.rpartition("/")[2] for name in whole] == ["before.element.png"]
    for answer in answers:
        assert answer["runs"] == 4 or answer["gone"] == [], answer
        assert (answer["held"], answer["holds"], answer["runs_after"]) == (0, 0, 4), answer
        assert (answer["rest_untouched"], answer["drafts"]) == (True, []), answer
