"""Closed, full and slow streams: what was found still decides, and nothing a person did is lost by them."""

import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from at_the_prompt import ACCOUNT, login, one_sentence
from calling import Ended, RunOptout, StartPractice, call

from optout.commands.streams import Patient

SITE = "http://127.0.0.1:9"


def shell(words: str, environment: dict[str, str]) -> Ended:
    """Given the words of a call with redirections, have a shell obey them."""
    line = f'"{sys.executable}" -m optout {words}'
    return call(["sh", "-c", line], Path(environment["HOME"]), {"OPTOUT_SITE": SITE, **environment}, None)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("settings >&-", 0, ""),
        ("settings --json >&-", 1, "it is closed"),
        ("settings >/dev/full", 1, "No space left on device"),
        ("settings --json >/dev/full", 1, "No space left on device"),
        ("--version >/dev/full", 1, "No space left on device"),
        ("run --help >/dev/full", 1, "No space left on device"),
        (f"evidence audit --account {ACCOUNT} >/dev/full", 4, "No space left on device"),
        ("settings --json >/dev/full 2>&1", 1, ""),
        ("run --quiet --no-input <&- >&- 2>&-", 5, ""),
        ("runn <&- >&- 2>/dev/full", 2, ""),
    ],
)
def test_an_output_that_takes_nothing(
    words: str, code: int, told: str, command_environment: dict[str, str]
) -> None:
    """One sentence says that the answer is lost, and 0 becomes 1; any other code stays as it was found."""
    ended = shell(words, command_environment)
    assert (ended.returncode, ended.stdout) == (code, "")
    if told:
        assert told in one_sentence(ended)
    else:
        assert ended.stderr == ""


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(
    ("words", "code"),
    [("status --json", 0), ("check --json --no-input", 5), ("nonsense --json", 2), ("run --jsn --json", 2)],
    ids=lambda each: str(each).partition(" ")[0],
)
def test_json_needs_no_stderr(
    words: str, code: int, stderr: str, command_environment: dict[str, str]
) -> None:
    """Without a working stderr the object on stdout is whole, and nothing else stands there."""
    ended = shell(f"{words} {stderr}", command_environment)
    assert ended.returncode == ended.json["exit_code"] == code


@pytest.mark.parametrize("words", ["run --json 2>/dev/full", "run --json 2>&-", "run --json -vv 2>/dev/full"])
def test_a_visit_needs_no_stderr(
    words: str, optout: RunOptout, practice: StartPractice, command_environment: dict[str, str]
) -> None:
    """Steps that nobody can be told of do not end a visit: both settings are proved off and sealed."""
    site = practice()
    login(optout, site)
    ended = shell(words, command_environment | {"OPTOUT_SITE": site.origin})
    assert ended.returncode == 0, ended.stderr
    assert {each["verdict"] for each in ended.json["settings"]} == {"turned_off"}
    assert (Path(ended.json["evidence"]["path"]) / "SHA256SUMS").exists()


def test_a_visit_needs_no_stdout(
    optout: RunOptout, practice: StartPractice, command_environment: dict[str, str]
) -> None:
    """The answer is lost, the run is sealed: stderr says both, and the next command finds it."""
    site = practice()
    login(optout, site)
    ended = shell("run --json >/dev/full", command_environment | {"OPTOUT_SITE": site.origin})
    assert ended.returncode == 1
    assert "No space left on device" in ended.stderr.splitlines()[-1]
    (account,) = optout("status", "--json").json["accounts"]
    assert account["last_visit"]["outcome"] == "good"


@pytest.mark.parametrize("closed", ["<&-", "<&- >&-", "</dev/null"])
def test_a_password_from_a_closed_stdin(closed: str, command_environment: dict[str, str], home: Path) -> None:
    """It is an empty one: a wrong call, and nothing is stored."""
    ended = shell(f"login --account {ACCOUNT} --password-stdin {closed}", command_environment)
    assert ended.returncode == 2
    assert "Nothing was stored." in ended.stderr.splitlines()[-1]
    assert not (home / "state" / "accounts.json").exists()


def test_no_file_takes_the_place_of_a_closed_stream(
    optout: RunOptout, practice: StartPractice, command_environment: dict[str, str], home: Path
) -> None:
    """A file that is opened first would get the number 2, and progress would be written into the evidence."""
    site = practice()
    login(optout, site)
    shell("check <&- >&- 2>&-", command_environment | {"OPTOUT_SITE": site.origin})
    assert optout("evidence", "audit").returncode == 0
    for path in home.rglob("*"):
        assert not path.is_file() or b"reading 1 of 2" not in path.read_bytes()


def test_a_slow_reader_gets_all_of_it() -> None:
    """A pipe that does not wait, as Node leaves one, gets every byte however late it is read."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    content = os.urandom(1_000_000)
    received = io.BytesIO()

    def read() -> None:
        with os.fdopen(reading, "rb") as pipe:
            while part := pipe.read1(50_000):
                received.write(part)

    thread = threading.Thread(target=read)
    thread.start()
    raw = Patient(writing, "w")
    with io.BufferedWriter(raw) as stream:
        stream.write(content)
    thread.join()
    assert raw.lost is None
    assert received.getvalue() == content


def test_a_reader_that_leaves_a_visit(
    optout: RunOptout, practice: StartPractice, command_environment: dict[str, str]
) -> None:
    """`optout check --json 2>&1 | head -1` looks to its end, seals, and ends in what it found."""
    site = practice()
    login(optout, site)
    with subprocess.Popen(
        [sys.executable, "-m", "optout", "check", "--json"],
        env=command_environment | {"OPTOUT_SITE": site.origin},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait() == 3
    assert json.loads(optout("status", "--json").stdout)["accounts"][0]["last_visit"]["outcome"] == "on"
