"""The main job as a person does it: run, look again, ask what was found, audit, report, see the doctor."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from at_the_prompt import login, on_a_terminal, one_sentence
from calling import RunOptout, StartPractice

from optout.commands import accounts


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
        start_new_session=True,
        text=True,
    ) as process:
        process.stderr.readline()  # type: ignore[union-attr]  # a pipe, as asked for
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the browser gets it too
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
    assert f"{site.origin}, a practice site" in ended.stdout
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
    shown = optout("status").stdout
    assert len(re.findall(r"OFF: proved [-0-9]+ [0-9:]+ UTC, the same since [-0-9]+ [0-9:]+ UTC", shown)) == 2
    assert f"{site.origin}, a practice site" in shown

    audit = optout("evidence", "audit")
    assert audit.returncode == 0
    assert "known-head" in audit.stdout
    assert optout("evidence", "audit", "--head", head).returncode == 0
    assert optout("evidence", "audit", "--head", "0" * 64).returncode == 6

    assert optout("evidence", "audit", "--head", head[:8]).returncode == 2

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


def test_the_command_that_is_named_names_the_setting(optout: RunOptout, practice: StartPractice) -> None:
    """`optout run` alone would not touch a setting beyond the core two, nor would `check --fix`."""
    site = practice()
    login(optout, site)
    looked = optout("check", "--only", "research", site=site)
    assert looked.returncode == 3
    assert "`optout run --only research`" in looked.stdout
    assert optout("run", "--only", "research", site=site).returncode == 0
    site.stored["allowAnonymizedDataResearch"] = True
    again = optout("check", "--only", "research", site=site)
    assert "`optout check --fix --only research`" in again.stdout


def test_evidence_is_looked_at_without_a_login(
    optout: RunOptout, home: Path, tmp_path: Path, practice: StartPractice
) -> None:
    """After `logout` audit and report take the only account that has evidence, and name several."""
    assert optout("evidence", "audit").returncode == 2
    site = practice()
    login(optout, site)
    assert optout("check", "--only", "ai-training", site=site).returncode == 3
    assert optout("logout", site=site).stdout == (
        "Forgotten: the password and the kept sign-in of practice@example.org.\n"
    )
    audit = optout("evidence", "audit")
    assert audit.returncode == 0, audit.stdout
    assert "known-head" in audit.stdout
    page = tmp_path / "page.html"
    assert optout("evidence", "report", "--out", str(page)).returncode == 0
    assert optout("check", "--account", "practice@example.org", site=site).returncode == 5
    (home / "evidence" / "second@example.org").mkdir()
    several = optout("evidence", "audit")
    assert several.returncode == 2
    assert "practice@example.org, second@example.org" in one_sentence(several)
    assert "--account" in one_sentence(several)


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


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Run `optout run`.", "Run `optout run --account a@b.c`."),
        ("`optout check --fix`", "`optout check --fix --account a@b.c`"),
        ("`optout login` `optout run`", "`optout login --account a@b.c` `optout run --account a@b.c`"),
        ("`optout login --account EMAIL`", "`optout login --account EMAIL`"),
        ("`optout doctor` and optout run", "`optout doctor` and optout run"),
        ("`optout runs`", "`optout runs`"),
    ],
)  # fmt: skip
def test_a_command_to_run_next_names_the_account(text: str, named: str) -> None:
    """Only commands of ours that take an account are completed, each once."""
    assert accounts.named_in(text, "a@b.c") == named
