"""SIGKILL at every call that changes the disk: what was sealed holds, nothing half is taken for whole."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import authority
import pytest
from sample_store import OWNER, good_store, place

from optout.evidence import authorities, ledger, seal


def told(source: Path, work: Path, *config: Path) -> list[dict[str, Any]]:
    """Given the folders of a place, to work in and of the config, return what was left at each step."""
    work.mkdir()
    path = os.pathsep.join([str(Path(ledger.__file__).parents[2]), str(Path(__file__).parent)])
    ended = subprocess.run(
        [sys.executable, Path(__file__).parent / "kill_at_each_step.py", source, work, *config],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
        timeout=120,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    answers = json.loads(ended.stdout)
    assert isinstance(answers, list)
    return answers


@pytest.mark.parametrize("runs", [0, 5])
def test_killed_at_any_step_the_old_runs_hold_and_the_next_visit_works(tmp_path: Path, runs: int) -> None:
    """On a store with runs and on none: one run more or none, no damage seen, the broken-off draft named."""
    source = tmp_path / "source"
    if runs:
        good_store(source)
    answers = told(source, tmp_path / "work")
    assert len(answers) > 35
    assert {answer["runs"] for answer in answers} == {runs, runs + 1}
    for answer in answers:
        assert answer["held"] == 0, answer
        assert answer["old_untouched"], answer
        assert answer["damage_seen"] is None, answer
        assert answer["interrupted"] == answer["drafts"], answer
        assert answer["drafts_left"] == [], answer
        assert answer["holds"] == 0, answer
        assert answer["runs_after"] == answer["runs"] + 1, answer
    drafts = [answer for answer in answers if answer["drafts"]]
    assert len(drafts) > 20


@pytest.mark.parametrize("runs", [0, 5])
def test_killed_between_signature_and_stamp_nothing_half_sealed_is_taken_for_whole(
    tmp_path: Path, runs: int
) -> None:
    """The same with a key and an authority: at each step of naming the key, signing and stamping too."""
    source, config = tmp_path / "source", tmp_path / "config"
    with authority.serving(authority.office(tmp_path / "office")) as served:
        authorities.save(config, [served.authority()])
        if runs:
            means = seal.Means(key=lambda _: OWNER, authorities=(served.authority(),))
            good_store(source, means, start=datetime.now(UTC), step=timedelta())
        answers = told(source, tmp_path / "work", config)
    assert len(answers) > 40
    assert {answer["runs"] for answer in answers} == {runs, runs + 1}
    for answer in answers:
        assert (answer["held"], answer["holds"]) == (0, 0), answer
        assert answer["old_untouched"], answer
        assert answer["damage_seen"] is None, answer
        assert answer["interrupted"] == answer["drafts"], answer
        assert answer["runs_after"] == answer["runs"] + 1, answer


def test_killed_again_while_mending_the_first_draft_is_still_named(tmp_path: Path) -> None:
    """A draft is forgotten only once a sealed run names it, however often a visit is killed in between."""
    where = good_store(tmp_path / "source")
    draft = where.store / "runs" / ".tmp-00ff"
    (draft / "ai-training").mkdir(parents=True)
    (draft / "ai-training" / "before.element.png").write_bytes(b"half")
    answers = told(tmp_path / "source", tmp_path / "work")
    sealed_before = [answer for answer in answers if answer["runs"] == 6]
    not_sealed = [answer for answer in answers if answer["runs"] == 5]
    assert sealed_before
    assert not_sealed
    for answer in not_sealed:
        assert ".tmp-00ff" in answer["interrupted"], answer
    for answer in answers:
        assert answer["damage_seen"] is None, answer
        assert answer["drafts_left"] == [], answer
        assert answer["holds"] == 0, answer


def test_an_unfinished_visit_counts_for_nothing(tmp_path: Path) -> None:
    """A draft beside the runs is no run: neither for the audit nor for whoever lists them."""
    where = place(tmp_path)
    (where.store / "runs" / ".tmp-00ff").mkdir(parents=True)
    (where.store / "runs" / ".tmp-00ff" / "run.json").write_text('{"outcome": "good"}')
    assert list(ledger.runs(where.store)) == []
