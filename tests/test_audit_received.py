"""A folder from a stranger: pipes, devices, endless files and a stranger's Python, and nothing waits or dies.

What could hang runs in a process of its own with a time limit and little memory.
"""

import html
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import RunPython
from sample_store import START, WEEK, Place, edit, good_store, reseal

from optout.evidence import audit, memory, ordinary_file, report

SECONDS = 30.0
CHECKOUT = Path(audit.__file__).parents[2]


@pytest.fixture
def where(tmp_path: Path) -> Place:
    """A good store of this test's own."""
    return good_store(tmp_path)


def a_pipe(path: Path) -> None:
    """Nobody ever writes to it: opening it waits for ever."""
    os.mkfifo(path)


def a_link_to_zeros(path: Path) -> None:
    """A read of it never ends."""
    path.symlink_to("/dev/zero")


def a_link_to_a_file(path: Path) -> None:
    """What it leads to could be any file of the reader's own."""
    path.with_name("real").write_text("{}")
    path.symlink_to("real")


def a_folder(path: Path) -> None:
    """A folder under a file's name."""
    path.mkdir()


def a_huge_file(path: Path) -> None:
    """A TiB of nothing, which takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(1 << 40)


STRANGE = [a_pipe, a_link_to_zeros, a_link_to_a_file, a_folder, a_huge_file]
Strange = Callable[[Path], None]


BOTH_WAYS = """
import sys
from pathlib import Path
from optout.evidence import ordinary_file
for way in (ordinary_file.read, ordinary_file.sha256):
    try:
        way(Path(sys.argv[1]))
    except OSError as error:
        print(type(error).__name__, error.filename == sys.argv[1])
"""


@pytest.mark.parametrize("strange", STRANGE)
def test_only_an_ordinary_file_of_some_size_is_read(
    tmp_path: Path, python: RunPython, strange: Strange
) -> None:
    """Anything else is an OSError, at once, from both ways to read."""
    strange(tmp_path / "x")
    ended = python(BOTH_WAYS, str(tmp_path / "x"))
    kind = "TooLarge" if strange is a_huge_file else "OSError"
    assert (ended.stdout, ended.stderr) == (f"{kind} True\n" * 2, "")


def test_an_ordinary_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    """The twin: what is there comes out, the last byte that is allowed too; nothing there is said so."""
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert ordinary_file.read(path, limit=5) == b"12345"
    printed = subprocess.run(["sha256sum", path], check=True, capture_output=True, text=True).stdout
    assert ordinary_file.sha256(path, limit=5) == printed[:64]
    with pytest.raises(ordinary_file.TooLarge):
        ordinary_file.read(path, limit=4)
    with pytest.raises(ordinary_file.TooLarge):
        ordinary_file.sha256(path, limit=4)
    with pytest.raises(FileNotFoundError):
        ordinary_file.read(tmp_path / "y")


def test_the_room_has_one_way_to_read() -> None:
    """No module of the room opens a file by itself, but for the one that reads and the one that writes."""
    opens = re.compile(r"\b(open|fdopen|read_bytes)\(")
    room = Path(ordinary_file.__file__).parent
    assert {path.name for path in room.glob("*.py") if opens.search(path.read_text(encoding="utf-8"))} == {
        "ordinary_file.py",
        "disk.py",
    }


EVERY_READER = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.RLIM_INFINITY))
from sample_store import Place, START, WEEK, append
from optout.errors import OptoutError
from optout.evidence import audit, history, ledger, report
where = Place(Path(sys.argv[1]), Path(sys.argv[2]))
found = audit.audit(where.store)
"\\n".join(audit.lines(found))
report.render(where.store, now=START + 9 * WEEK)
history.of(where.store, ["ai-training", "affiliate-ads", "none"])
def told(question):
    try:
        return question()
    except OptoutError as error:
        return str(error)
told(lambda: ledger.head(where.store))
for run in ledger.runs(where.store):
    told(run.read)
    told(run.identity)
print(found.exit_code, told(lambda: append(where, START + 9 * WEEK).run))
"""
TARGETS = [
    "../../store.json",
    "run.json",
    "account.json",
    "SHA256SUMS",
    "ai-training/state.json",
    "ai-training/before.element.png",
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("strange", STRANGE)
def test_no_file_of_a_store_makes_a_reader_wait_or_die(
    where: Place, python: RunPython, strange: Strange, target: str
) -> None:
    """Audit, report, history, head, and the next visit end; never good, and the next visit is sealed."""
    path = where.runs[-1] / target
    path.unlink()
    strange(path)
    ended = python(EVERY_READER, str(where.store), str(where.memory))
    assert ended.stderr == ""
    code, sealed = ended.stdout.split(maxsplit=1)
    assert code in {"4", "6"} if strange is a_huge_file else code == "6"
    assert sealed.startswith("000006_2026")


REMEMBERING = """
import json, sys
from pathlib import Path
from sample_store import Place, START, WEEK, append
from optout.errors import OptoutError
from optout.evidence import memory
where = Place(Path(sys.argv[1]), Path(sys.argv[2]))
try:
    memory.recall(where.memory)
except ValueError as error:
    print(error)
try:
    sealed = append(where, START + 9 * WEEK)
except OptoutError as error:
    print(error)
else:
    print(json.loads((sealed.path / "run.json").read_text())["damage_seen"])
    assert memory.recall(where.memory).head == sealed.head
"""


@pytest.mark.parametrize("strange", STRANGE)
def test_a_memory_that_is_no_file_is_told(where: Place, python: RunPython, strange: Strange) -> None:
    """The visit goes on and says so; where nothing could be remembered in the end, it does not begin."""
    where.memory.unlink()
    strange(where.memory)
    ended = python(REMEMBERING, str(where.store), str(where.memory))
    assert ended.stderr == ""
    recalled, appended = ended.stdout.splitlines()
    assert recalled == "the memory of the head cannot be understood"
    if strange is a_folder:
        assert appended.startswith("The visit could not be recorded: is a directory")
        assert len(where.runs) == 5
    else:
        assert appended == "the head that was remembered outside the store cannot be understood"


@pytest.mark.parametrize(
    "members",
    [
        {"store": []}, {"store": "x"}, {"run": "\ud83d"}, {"run": "../x"}, {"head": "7"}, {"number": "5"},
        {"number": None},
    ],
)  # fmt: skip
def test_a_memory_that_holds_something_else_is_told(where: Place, members: dict[str, object]) -> None:
    """Its words are repeated in a sealed file: only what can be a store, a run and a head is taken."""
    where.memory.write_text(json.dumps(json.loads(where.memory.read_text()) | members))
    with pytest.raises(ValueError, match="understood"):
        memory.recall(where.memory)


AUDIT_ONLY = """
import resource, sys
from pathlib import Path
from optout.evidence import audit
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.RLIM_INFINITY))
print(audit.audit(Path(sys.argv[1])).exit_code)
"""


def test_millions_of_senseless_lines_are_one_sentence(where: Place, python: RunPython) -> None:
    """Sixteen MiB of line feeds as checksum lines: the audit ends, with little memory."""
    (where.runs[-1] / "SHA256SUMS").write_bytes(b"\n" * ordinary_file.READ_WHOLE)
    ended = python(AUDIT_ONLY, str(where.store))
    assert (ended.stdout, ended.stderr) == ("6\n", "")


def test_json_is_read_up_to_a_limit_for_a_whole_run(where: Place, python: RunPython) -> None:
    """Several files that are each allowed and take hundreds of MiB once understood: could not check."""
    run = where.runs[-1]
    state = json.loads((run / "ai-training" / "state.json").read_text())
    for number in range(5):
        (run / f"x-{number}").mkdir()
        heavy = json.dumps(state).replace("{", '{"more": [' + "[]," * (7 << 20 >> 1) + "0], ", 1)
        (run / f"x-{number}" / "state.json").write_text(heavy)
    reseal(run)
    ended = python(AUDIT_ONLY, str(where.store))
    assert (ended.stdout, ended.stderr) == ("4\n", "")


HOSTILE = """
import pathlib, sys
pathlib.Path(__file__).with_name("ran").touch()
print("✓ all holds")
sys.exit(0)
"""


def printed_commands(where: Place) -> list[str]:
    """Given a store, return each command line to audit it that the room prints."""
    page = html.unescape(report.render(where.store, now=START + 9 * WEEK))
    helped = subprocess.run(
        [sys.executable, "-m", "optout.evidence.audit", "--help"],
        check=True, capture_output=True, text=True, env={"PYTHONPATH": str(CHECKOUT), "COLUMNS": "300"},
    ).stdout  # fmt: skip
    room = "\n".join((page, helped, str(audit.__doc__)))
    return re.findall(r"\S*python.* -m optout\.evidence\.audit[^\n`<]*", room)


def test_every_printed_command_keeps_out_the_current_folder(where: Place) -> None:
    """Page, help and module say `-P`, each of them."""
    commands = printed_commands(where)
    assert len(commands) >= 3
    for command in commands:
        assert "python3 -P -m optout.evidence.audit" in command, command


def run_in(folder: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    """Given a folder and words after `python3`, run this Python there."""
    return subprocess.run(
        [sys.executable, *words], cwd=folder, check=False, capture_output=True, text=True, timeout=SECONDS,
        env={"PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


@pytest.mark.parametrize("name", ["argparse.py", "json.py", "hashlib.py", "sitecustomize.py", "optout.py"])
def test_the_printed_command_runs_no_code_of_the_folder(where: Place, name: str) -> None:
    """As printed in the report, inside a received folder that holds a module of a known name."""
    (where.store / name).write_text(HOSTILE, encoding="utf-8")
    edit(where.runs[1], command="run")
    page = html.unescape(report.render(where.store, now=START + 9 * WEEK))
    [command] = re.findall(r"<pre>(python3 .*)</pre>", page)
    first, *words = shlex.split(command.replace("FOLDER", "."))
    assert first == "python3"
    ended = run_in(where.store, words)
    assert (ended.returncode, ended.stderr) == (6, "")
    assert not (where.store / "ran").exists()


def test_without_it_the_code_of_the_folder_would_run(where: Place) -> None:
    """The twin: the danger is real."""
    (where.store / "argparse.py").write_text(HOSTILE, encoding="utf-8")
    ended = run_in(where.store, ["-m", "optout.evidence.audit", "."])
    assert ended.returncode == 0
    assert (where.store / "ran").exists()


def test_a_huge_picture_is_could_not_check(where: Place) -> None:
    """What is not read to its end is neither called good nor called damaged."""
    picture = where.runs[-1] / "ai-training" / "before.element.png"
    picture.unlink()
    a_huge_file(picture)
    found = json.loads(run_in(where.store, ["-P", "-m", "optout.evidence.audit", "--json", "."]).stdout)
    [said] = [check for check in found["checks"] if check["name"] == "files"]
    assert (found["exit_code"], said["result"]) == (4, "could_not_check")
    assert said["sentence"].endswith("before.element.png' is too large to be read")
