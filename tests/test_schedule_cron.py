"""A real cron daemon runs the installed line: with a keyring within reach, and with none, in one minute."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from calling import RunOptout, StartPractice
from logins import keep_login
from secret_service import SecretService
from stories import PASSWORD

from optout.commands.schedule_test import PARTS
from optout.schedule import cron, plan, trial

ACCOUNT = "cron@example.org"
THEIRS = b"# somebody else's\n15 3 1 1 * echo 5\\% '$HOME'   \n"


@pytest.fixture
def theirs() -> Iterator[bytes]:
    """Debian's cron, running, and this user's crontab with more lines; at the end it is as before.

    There is no other crontab that the program could be led to; the user's own jobs go on meanwhile.
    """
    before = cron.read()
    theirs = before + THEIRS
    cron.write(theirs)
    daemon = subprocess.Popen(["cron", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield theirs
    finally:
        daemon.terminate()
        daemon.wait()
        if cron.read() != before:
            cron.write(before)


def test_cron_runs_the_check(
    theirs: bytes, optout: RunOptout, practice: StartPractice, keyring: SecretService, tmp_path: Path
) -> None:
    """`schedule test` says that all worked there; without the keyring the job ends with 5 and says so.

    The home has a % in its name. Whoever else has lines in the crontab keeps them, byte for byte.
    """
    site = practice(account=ACCOUNT)
    home, other = tmp_path / "50% home", tmp_path / "other"
    for folder in (home, other):
        keep_login(folder, ACCOUNT, PASSWORD)
    env = {"XDG_RUNTIME_DIR": str(keyring.runtime), "LANG": None}
    installed = optout("schedule", "install", "--backend", "cron", "--yes", site=site, home=home, env=env)
    assert (installed.returncode, installed.stderr) == (0, "")
    assert cron.read().startswith(theirs)
    assert optout("schedule", "status", home=home).returncode == 0

    kept = plan.kept(home / "state")
    assert kept is not None
    out = tmp_path / "out of reach"
    out.mkdir()
    away = {"OPTOUT_HOME": str(other), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
    deaf = replace(kept, variables=tuple((dict(kept.variables) | away).items()))
    mine = cron.line(replace(deaf, command=trial.noting(deaf, out)), times=cron.TRIAL_TIMES).encode() + b"\n"
    cron.write(theirs + mine + cron.read().removeprefix(theirs))

    with trial.signals(out) as (_, ended):
        tried = optout("schedule", "test", home=home)
        trial.wait_for(ended, 60, "The job out of reach did not end.")
    assert tried.returncode == 0, tried
    assert [line.split()[-1] for line in tried.stdout.splitlines()] == list(PARTS)
    assert (out / "code").read_text() == "5\n", (out / "err").read_text()
    assert "keyring" in (out / "err").read_text().lower()

    others, begin, ours = cron.read().partition(cron.BEGIN)
    cron.write(others + begin + ours.replace(b"optout check", b"optout run"))
    status = optout("schedule", "status", home=home)
    assert status.returncode == 1
    assert "changed by hand" in status.stdout
    assert optout("schedule", "remove", home=home).returncode == 0
    assert cron.read() == theirs + mine
