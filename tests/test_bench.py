"""The measuring script runs, and sees a lie."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parent.parent / "scripts" / "bench"
LIAR = """
import json, sys
if sys.argv[1] == "run":
    names = "ai-training", "affiliate-ads"
    print(json.dumps({"settings": [{"name": name, "verdict": "turned_off"} for name in names]}))
"""


def _measure(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCH), "--moods", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


@pytest.fixture
def liar(tmp_path: Path) -> str:
    """A program that says that it has switched everything off, and does nothing."""
    file = tmp_path / "liar.py"
    file.write_text(LIAR)
    return shlex.join([sys.executable, str(file)])


def test_the_program_says_nothing_wrong_of_these_moods() -> None:
    """What was switched off is right, what could not be told is honest, and the sums say so."""
    ended = _measure("put-lies:ai-training", "key-renamed:ai-training europe", "dies-at-list")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    *lines, _empty, sums = ended.stdout.splitlines()
    assert [" ".join(line.split()) for line in lines[1:]] == [
        "put-lies:ai-training did_not_stick / turned_off 3 on / off right",
        "key-renamed:ai-training europe unreadable / not_offered 4 on / not offered honest / right",
        "dies-at-list turned_off / turned_off 5 off / off right",
    ]
    assert sums == '3 moods tried: 5 right verdicts, 1 honest "could not tell", 0 wrong'


def test_a_lie_is_wrong(liar: str) -> None:
    """Twin: a program that calls off what the site keeps on is caught, and the script ends in 1."""
    ended = _measure("classic", "--program", liar)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "2 wrong" in ended.stdout
