"""What a person meets at the command line: bad input ends in one sentence, a code and the next command."""

import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from calling import Ended, RunOptout, StartPractice
from conftest import PASSWORD

ACCOUNT = "practice@example.org"


def one_sentence(ended: Ended) -> str:
    """Return the only line on stderr; nothing of a traceback may be there."""
    assert "Traceback" not in ended.stderr
    (line,) = ended.stderr.splitlines()
    assert line.startswith("optout: ")
    return line


def login(optout: RunOptout, site: object = None, account: str = ACCOUNT, password: str = PASSWORD) -> Ended:
    """Keep a password for an account of the practice site."""
    origin = getattr(site, "origin", "http://127.0.0.1:9")
    return optout("login", "--account", account, "--password-stdin", site=origin, input=f"{password}\n")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["runn"], "'run'"),
        (["run", "--jsn"], "'--json'"),
        (["evidence", "adit"], "'audit'"),
        (["run", "--only", "ai-trainin"], "'ai-training'"),
        (["check", "--also", "afiliate-ads"], "'affiliate-ads'"),
    ],
    ids=" ".join,
)
def test_a_typo_names_the_nearest_word(words: list[str], named: str, optout: RunOptout) -> None:
    """A word that is not known ends in 2, with the word that was probably meant."""
    ended = optout(*words)
    assert ended.returncode == 2
    assert named in one_sentence(ended)
    assert ended.stdout == ""


def test_without_an_account_the_next_command_is_named(optout: RunOptout) -> None:
    """Before any login, `run` needs a person and says which command comes first."""
    ended = optout("run")
    assert ended.returncode == 5
    assert "`optout login`" in one_sentence(ended)


def test_json_carries_the_whole_answer_when_nothing_could_begin(optout: RunOptout) -> None:
    """A script that asked for JSON gets the object of a visit, every setting in it, none of them good."""
    ended = optout("run", "--json", "--also", "research")
    one_sentence(ended)
    assert ended.returncode == ended.json["exit_code"] == 5
    assert ended.json["schema"] == "optout.visit/1"
    assert ended.json["outcome"] == "person_needed"
    assert [each["name"] for each in ended.json["settings"]] == ["ai-training", "affiliate-ads", "research"]
    assert {each["verdict"] for each in ended.json["settings"]} == {"unreadable"}
    assert ended.json["evidence"] is None


def test_json_carries_a_wrong_call_too(optout: RunOptout) -> None:
    """A usage error is an object as well, with the sentence that stands on stderr."""
    ended = optout("check", "--json", "--fixx")
    assert ended.json["outcome"] == "usage"
    assert ended.json["trouble"] in one_sentence(ended)


def test_shared_options_stand_on_either_side(optout: RunOptout) -> None:
    """`optout --json status` and `optout status --json` are one call."""
    before, after = optout("--json", "status"), optout("status", "--json")
    assert (
        before.json
        == after.json
        == {
            "schema": "optout.status/1",
            "outcome": "good",
            "exit_code": 0,
            "accounts": [],
        }
    )


def test_several_accounts_are_named(optout: RunOptout) -> None:
    """With two accounts known, `run` asks which, and takes no guess."""
    login(optout)
    login(optout, account="second@example.org")
    ended = optout("run", site="http://127.0.0.1:9")
    assert ended.returncode == 2
    assert f"{ACCOUNT}, second@example.org" in one_sentence(ended)
    assert "--account" in one_sentence(ended)


@pytest.mark.parametrize(
    ("words", "option"),
    [(["login"], "--account"), (["login", "--account", ACCOUNT], "--password-stdin")],
    ids=["account", "password"],
)
def test_a_question_needs_a_terminal(words: list[str], option: str, optout: RunOptout) -> None:
    """Nobody is there to be asked: the sentence names what to give instead."""
    ended = optout(*words)
    assert ended.returncode == 2
    assert option in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "text", ["", "\n", "x" * 1025, "one\ntwo\n"], ids=["empty", "only a line end", "too long", "two lines"]
)
def test_an_odd_password_is_refused_and_nothing_stored(text: str, optout: RunOptout, home: Path) -> None:
    """What cannot be a password is neither stored nor shown."""
    ended = optout("login", "--account", ACCOUNT, "--password-stdin", input=text)
    assert ended.returncode == 2
    assert "Nothing was stored." in ended.stderr
    assert "xxxx" not in ended.stderr
    assert not (home / "state" / "accounts.json").exists()


@pytest.mark.parametrize("account", ["me", "me@", "@example.org", "a b@example.org", "a@b@c"])
def test_what_is_no_address_is_no_account(account: str, optout: RunOptout) -> None:
    """A slip in the address shows before anything is stored."""
    ended = optout("login", "--account", account, "--password-stdin", input="secret\n")
    assert ended.returncode == 2
    one_sentence(ended)


def test_login_warns_once_and_logout_forgets(optout: RunOptout, home: Path) -> None:
    """The first login says what the user agreement says; logout leaves nothing to sign in with."""
    first, second = login(optout), login(optout)
    assert first.returncode == second.returncode == 0
    assert "User Agreement (8.2)" in first.stderr
    assert first.stderr.count("https://") == 2
    assert second.stderr == ""
    names = home / "state" / "accounts.json"
    assert json.loads(names.read_text()) == {"accounts": [ACCOUNT]}
    assert stat.S_IMODE(names.stat().st_mode) == 0o600
    assert "Forgotten" in optout("logout", site="http://127.0.0.1:9").stdout
    assert optout("run", site="http://127.0.0.1:9").returncode == 5


def test_a_home_that_is_a_file_is_said(optout: RunOptout, tmp_path: Path) -> None:
    """No folder can be made there: one sentence, no traceback."""
    file = tmp_path / "file"
    file.touch()
    ended = optout("login", "--account", ACCOUNT, "--password-stdin", home=file, input="secret\n")
    assert ended.returncode in {1, 2}
    assert str(file) in one_sentence(ended)


def test_a_fault_of_the_system_is_one_sentence(optout: RunOptout, home: Path) -> None:
    """A folder where a file should be is nothing the program foresaw: code 1, and still one sentence."""
    (home / "state" / "accounts.json").mkdir(parents=True)
    ended = optout("status", "--json")
    assert ended.returncode == ended.json["exit_code"] == 1
    assert "accounts.json" in one_sentence(ended)


def test_damaged_names_are_said(optout: RunOptout, home: Path) -> None:
    """A broken list of accounts names itself and what to do."""
    (home / "state").mkdir(parents=True)
    (home / "state" / "accounts.json").write_text("{")
    ended = optout("run")
    assert ended.returncode == 2
    assert "accounts.json is damaged" in one_sentence(ended)


@pytest.mark.parametrize(
    "origin", ["https://example.org", "http://192.0.2.1:80", "ftp://127.0.0.1:21", "nonsense"]
)
def test_no_other_site_gets_a_password(origin: str, optout: RunOptout) -> None:
    """Only the real site and loopback are accepted, and the sentence says so."""
    ended = optout("run", "--account", ACCOUNT, site=origin)
    assert ended.returncode == 2
    assert "OPTOUT_SITE" in one_sentence(ended)


def test_a_reader_that_leaves_changes_nothing(command_environment: dict[str, str]) -> None:
    """`optout settings | head -1` ends in 0 without a word of complaint."""
    with subprocess.Popen(
        [sys.executable, "-m", "optout", "settings"],
        env=command_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()  # type: ignore[union-attr]  # a pipe, as asked for
        assert process.stderr.read() == b""  # type: ignore[union-attr]  # a pipe, as asked for
        assert process.wait() == 0


@pytest.mark.parametrize("no_color", ["", "1"])
def test_colour_is_for_terminals_that_want_it(no_color: str, command_environment: dict[str, str]) -> None:
    """On a terminal names are bold, unless NO_COLOR is set."""
    shown = on_a_terminal(["settings"], command_environment | {"NO_COLOR": no_color, "TERM": "xterm"})
    assert ("\x1b[" in shown) is (no_color == "")


def test_ctrl_c_is_one_sentence_and_130(
    optout: RunOptout, practice: StartPractice, command_environment: dict[str, str]
) -> None:
    """A person who stops a visit gets a sentence; the next visit works and tells of the unfinished one."""
    site = practice()
    login(optout, site)
    with subprocess.Popen(
        [sys.executable, "-m", "optout", "check", "--json"],
        env=command_environment | {"OPTOUT_SITE": site.origin},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stderr.readline()  # type: ignore[union-attr]  # a pipe, as asked for
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate()
    assert process.returncode == json.loads(stdout)["exit_code"] == 130
    assert "Traceback" not in stderr
    assert stderr.splitlines()[-1].startswith("optout: Stopped")
    assert optout("check", site=site).returncode == 3


def test_the_main_job_and_what_follows(optout: RunOptout, practice: StartPractice, tmp_path: Path) -> None:
    """Run, check in silence, status, audit and report: each says what the one before it did."""
    site = practice()
    login(optout, site)
    ended = optout("run", site=site)
    assert ended.returncode == 0
    assert ended.stdout.count("was ON, is off now") == 2
    assert "reading 1 of 2" in ended.stderr
    head = ended.stdout.split()[-1]

    quiet = optout("check", "--quiet", site=site)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert site.counts["password_received"] == 1

    (account,) = optout("status", "--json").json["accounts"]
    assert account["last_visit"]["command"] == "check"
    for setting in account["settings"]:
        assert setting["verdict"] == "already_off"
        assert setting["proved_off_since"] <= setting["last_proved_off"]
    assert optout("status").stdout.count("found it on") == 2

    audit = optout("evidence", "audit")
    assert audit.returncode == 0
    assert "known-head" in audit.stdout
    assert optout("evidence", "audit", "--head", head).returncode == 0
    assert optout("evidence", "audit", "--head", "0" * 64).returncode == 6

    page = tmp_path / "page.html"
    assert optout("evidence", "report", "--out", str(page)).returncode == 0
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    again = optout("evidence", "report", "--out", str(page))
    assert again.returncode == 2
    assert "--replace" in one_sentence(again)
    inside = optout("evidence", "report", "--out", str(Path(account["evidence"]["path"]) / "page.html"))
    assert inside.returncode == 2

    next((Path(account["evidence"]["path"]) / "runs").iterdir()).joinpath("run.json").unlink()
    damaged = optout("evidence", "audit", "--json")
    assert damaged.returncode == damaged.json["exit_code"] == 6


def test_what_came_back_on_is_told_and_mended(optout: RunOptout, practice: StartPractice) -> None:
    """`check` ends in 3 and names the command; `check --fix` switches off, and only what was off before."""
    site = practice()
    login(optout, site)
    assert optout("run", "--only", "ai-training", site=site).returncode == 0
    site.stored["allowDataForGenerativeAI"] = True
    looked = optout("check", "--quiet", site=site)
    assert looked.returncode == 3
    assert "`optout check --fix`" in looked.stdout
    fixed = optout("check", "--fix", site=site)
    assert fixed.returncode == 3
    assert not site.stored["allowDataForGenerativeAI"]
    assert site.stored["shareDataWithTrustedPartners"]
    assert "`optout run`" in fixed.stdout


def test_the_demo_shows_the_whole_job(optout: RunOptout, command_environment: dict[str, str]) -> None:
    """Two settings proved off, one sign-in in two visits, evidence that holds, one folder left behind."""
    folder = Path(command_environment["HOME"])
    for name in ("optout-demo", "optout-demo-2"):
        ended = optout("demo", env={"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"})
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.count("was ON, is off now") == 2
        assert str(folder / name / "report.html") in ended.stdout
        assert (folder / name / "report.html").stat().st_size > 1000
    left = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    assert left == {"optout-demo", "optout-demo-2"}


def test_a_terminal_sees_the_steps(
    optout: RunOptout, practice: StartPractice, command_environment: dict[str, str]
) -> None:
    """On a terminal the step under way is shown live and the ones before it with their seconds."""
    site = practice()
    login(optout, site)
    shown = on_a_terminal(["check"], command_environment | {"OPTOUT_SITE": site.origin, "TERM": "xterm"})
    assert "reading 1 of 2" in shown
    assert re.search(r"[0-9]\.[0-9] s  reading 1 of 2", shown)
    assert "optout: reading" not in shown


def test_the_doctor_names_what_is_missing(optout: RunOptout) -> None:
    """All well is 0; no keyring, or no browser, is red, ends in 1 and comes with what mends it."""
    well = optout("doctor", "--json")
    assert well.returncode == 0, well.stdout
    ill = optout("doctor", env={"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"})
    assert ill.returncode == 1
    assert "✗ keyring" in ill.stdout
    none = optout("doctor", "--json", env={"OPTOUT_BROWSER": "/nonexistent/browser"})
    (browser,) = [check for check in none.json["checks"] if check["name"] == "browser"]
    assert none.returncode == none.json["exit_code"] == 1
    assert browser["good"] is False
    assert browser["mend"]


def on_a_terminal(words: list[str], environment: dict[str, str]) -> str:
    """Run the command with a terminal of its own for all three streams and return all that it shows."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "optout", *words], env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b"".join(_read(ours))
    os.close(ours)
    assert process.returncode is not None
    return shown.decode()


def _read(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # the end of a terminal is an error
        while part := os.read(terminal, 65536):
            yield part
