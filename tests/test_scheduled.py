"""`optout check --scheduled`: silent while all is well, one paragraph when not, and only when it is due."""

from datetime import timedelta
from pathlib import Path

import pytest
from at_the_prompt import login
from calling import RunOptout, RunPython, StartPractice
from sample_store import ALREADY_OFF, PERSON, START, Place, append
from secret_service import SecretService

from optout.commands import scheduled, visiting, words
from optout.config import Config, Folders, account_folder
from optout.linkedin.catalogue import AI_TRAINING
from optout.schedule import plan

HOUR = timedelta(hours=1)
DAY = 24 * HOUR


def test_it_is_silent_until_something_is_not_well(
    optout: RunOptout, practice: StartPractice, home: Path, locked_keyring: SecretService
) -> None:
    """Off: not a byte. On: one paragraph, with the command that mends it and a picture that is there.

    With a keyring that would have to be unlocked: exit 5 and a sentence, at once.
    """
    site = practice("already-off")
    login(optout, site)
    ended = optout("check", "--scheduled", site=site)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    site.stored[AI_TRAINING.key] = True
    ended = optout("check", "--scheduled", site=site)
    assert (ended.returncode, ended.stderr) == (3, "")
    [line] = ended.stdout.splitlines()
    assert line.startswith("optout: ai-training is ON again, though an earlier visit proved it off: ")
    assert "Run `optout check --fix` to switch it off again." in line
    assert Path(line.partition("Picture: ")[2]).read_bytes().startswith(b"\x89PNG")
    ended = optout("check", "--scheduled", "--fix", site=site)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "ai-training had come back on" in ended.stdout
    assert ended.stdout.count("\n") == 1
    for kept in (home / "sessions").iterdir():
        kept.unlink()
    ended = optout(
        "check", "--scheduled", site=site, env={"DBUS_SESSION_BUS_ADDRESS": locked_keyring.address}
    )
    assert ended.returncode == 5
    assert (ended.stdout + ended.stderr).count("\n") == 1
    assert "keyring is locked" in ended.stdout + ended.stderr


def test_what_needs_somebody_is_refused(optout: RunOptout) -> None:
    """A window."""
    login(optout)
    ended = optout("check", "--scheduled", "--headed")
    assert ended.returncode == 2
    assert "--scheduled is for a scheduler" in ended.stderr


def test_without_an_account_it_says_what_to_do(optout: RunOptout) -> None:
    """Exit 5 and one sentence."""
    ended = optout("check", "--scheduled")
    assert (ended.returncode, ended.stdout) == (5, "")
    assert "optout login" in ended.stderr


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A configuration whose folders are the test's own."""
    names = ("config", "sessions", "evidence", "state", "logs")
    folders = Folders(**{name: tmp_path / name for name in names})
    folders.make()
    return Config(folders=folders, site=None, browser=None, timeout=1.0, account=None, sources={})


def schedule(config: Config, backend: str) -> None:
    """Have a check due every day at noon, UTC or not, since START."""
    noon = START.astimezone().replace(hour=12, minute=0)
    made = plan.Plan(every="daily", at=f"{noon:%H:%M}", backend=backend, installed=START, command=("python",))
    plan.keep(config.folders.state, made)


@pytest.mark.parametrize(
    ("backend", "sealed", "ending", "now", "is_due"),
    [
        (None, 0.0, "good", 0.1, True),
        ("systemd", 0.0, "good", 0.1, True),
        ("cron", None, "good", 0.1, True),
        ("cron", 0.0, "good", 3.0, False),
        ("cron", 0.0, "good", 4.5, True),
        ("cron", 5.0, "good", 20.0, False),
        ("cron", 5.0, "good", 28.5, True),
        ("cron", 5.0, "person_needed", 20.0, False),
        ("cron", 5.0, "try_later", 10.0, False),
        ("cron", 5.0, "try_later", 11.0, True),
        ("cron", 0.0, "try_later", 3.0, False),
    ],
)
def test_what_cron_starts_every_hour_is_due_once(
    config: Config, backend: str | None, sealed: float | None, ending: str, now: float, is_due: bool
) -> None:
    """Times in hours since the schedule began, at 08:15:42; a check is due at noon.

    Other schedulers say when themselves. After a passing trouble it is tried again six hours later.
    """
    store = config.folders.evidence / account_folder(PERSON.account)
    if sealed is not None:
        where = Place(store, config.folders.state / "head.json")
        append(where, START + sealed * HOUR, {"ai-training": ALREADY_OFF}, ending=(ending, 0))
    if backend is not None:
        schedule(config, backend)
    assert scheduled.is_due(config, PERSON.account, START + now * HOUR) is is_due


def test_a_run_that_looked_at_nothing_is_no_check(config: Config) -> None:
    """A prune, or a run that cannot be read, after the due time: the check is due all the same."""
    store = config.folders.evidence / account_folder(PERSON.account)
    where = Place(store, config.folders.state / "head.json")
    append(where, START, {"ai-training": ALREADY_OFF})
    schedule(config, "cron")
    assert not scheduled.is_due(config, PERSON.account, START + 3 * HOUR)
    append(where, START + 5 * HOUR, {}, kind="prune")
    assert scheduled.is_due(config, PERSON.account, START + 6 * HOUR)
    append(where, START + 6 * HOUR, {"ai-training": ALREADY_OFF})
    assert not scheduled.is_due(config, PERSON.account, START + 7 * HOUR)
    (where.runs[-1] / "run.json").write_text("no JSON")
    assert scheduled.is_due(config, PERSON.account, START + 7 * HOUR)


def test_a_visit_records_how_often_a_check_is_scheduled(config: Config) -> None:
    """So that the report can tell which were missed; a schedule that cannot be read stops no visit."""
    said = words.Words()
    assert visiting.options(said, config)["schedule"] is None
    schedule(config, "systemd")
    assert visiting.options(said, config)["schedule"] == "daily"
    (config.folders.state / plan.FILE).write_text("{}")
    assert visiting.options(said, config)["schedule"] is None


def test_a_check_that_takes_too_long_is_stopped(python: RunPython) -> None:
    """As by SIGTERM, which ends a visit in order; called off, nothing happens."""
    code = (
        "import signal\n"
        "from optout.commands import scheduled, stopping\n"
        "stopping.install()\n"
        "scheduled._limit(60)\nscheduled._limit(0)\nassert signal.getitimer(signal.ITIMER_REAL)[0] == 0\n"
        "scheduled._limit(0.05)\n"
        "try:\n    signal.pause()\n"
        "except KeyboardInterrupt as stop:\n    print(type(stop).__name__)\n"
    )
    ended = python(code)
    assert (ended.stdout, ended.stderr) == ("Terminated\n", "")


def test_every_account_is_looked_at(optout: RunOptout, practice: StartPractice) -> None:
    """Two accounts: each has its run, and a paragraph names whose command mends it."""
    site = practice("already-off")
    login(optout, site)
    login(optout, site, account="second@example.org", password="wrong")
    ended = optout("check", "--scheduled", "--only", "ai-training", site=site)
    assert ended.returncode == 5
    [line] = ended.stdout.splitlines()
    assert "second@example.org" in line
    accounts = {each["account"]: each for each in optout("status", "--json").json["accounts"]}
    assert len(accounts) == 2
    assert all(each["last_visit"] for each in accounts.values())
