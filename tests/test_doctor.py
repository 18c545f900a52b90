"""`optout doctor`: each finding that is not good names what mends it, and none hides the others."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from at_the_prompt import login
from calling import Ended, RunOptout, call
from conftest import NO_BUS
from secret_service import SecretService

from optout.commands.doctor_check import Check
from optout.commands.doctor_keyring import START
from optout.commands.doctor_machine import LEAST_ROOM, clock, disk
from optout.schedule import plan


def found(ended: Ended, name: str) -> dict[str, Any]:
    """Return the one check of that name; all that are not good must say what mends them."""
    checks = ended.json["checks"]
    assert [check for check in checks if not check["good"] and not check["mend"]] == []
    assert [check for check in checks if "optout doctor" in check["mend"]] == []
    (check,) = [check for check in checks if check["name"] == name]
    assert isinstance(check, dict)
    return check


def test_all_well_is_0_and_a_first_day_is_no_fault(optout: RunOptout) -> None:
    """No account yet and no display are told with what they are needed for, and are not red."""
    first = optout("doctor", "--json")
    assert first.returncode == 0, first.stdout
    assert found(first, "accounts")["good"] is None
    assert "`optout login" in found(first, "accounts")["mend"]
    assert "captcha" in found(first, "display")["sentence"]
    assert "`optout login --browser`" in found(first, "display")["mend"]
    assert "--headed" in found(first, "display")["sentence"]
    login(optout)
    assert found(optout("doctor", "--json"), "accounts")["good"] is True


def test_no_keyring_and_no_browser_are_red(optout: RunOptout) -> None:
    """What is missing ends in 1 and comes with the one thing that mends it."""
    ill = optout("doctor", env={"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"})
    assert ill.returncode == 1
    assert "✗ keyring" in ill.stdout
    assert f"`{START}`" in ill.stdout
    none = optout("doctor", "--json", env={"OPTOUT_BROWSER": "/nonexistent/browser"})
    assert none.returncode == none.json["exit_code"] == 1
    assert found(none, "browser")["good"] is False


def test_a_locked_keyring_is_named_and_not_waited_for(
    optout: RunOptout, locked_keyring: SecretService
) -> None:
    """Whether it refuses at once or waits for somebody to unlock it, it is called locked."""
    env = {"DBUS_SESSION_BUS_ADDRESS": locked_keyring.address}
    ended = optout("doctor", "--json", env=env)
    assert ended.returncode == 1
    assert "The keyring is locked" in found(ended, "keyring")["sentence"]
    assert "Unlock it" in found(ended, "keyring")["mend"]
    with locked_keyring.frozen():
        began = time.monotonic()
        ended = optout("doctor", "--json", env=env)
        assert time.monotonic() - began < 60
    assert "The keyring is locked, or it hangs" in found(ended, "keyring")["sentence"]
    assert found(ended, "browser")["good"] is True


def test_a_home_that_cannot_be_made_is_one_finding(optout: RunOptout, tmp_path: Path) -> None:
    """The folders are red, and all else is looked at as well."""
    (tmp_path / "file").touch()
    ended = optout("doctor", "--json", home=tmp_path / "file" / "my home")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert found(ended, "evidence")["good"] is False
    assert str(tmp_path / "file" / "my home" / "evidence") in found(ended, "evidence")["sentence"]
    assert "OPTOUT_HOME" in found(ended, "evidence")["mend"]
    for name in ("keyring", "browser"):
        assert found(ended, name)["good"] is True


def test_a_log_that_cannot_be_written_and_a_damaged_list_are_findings(optout: RunOptout, home: Path) -> None:
    """The rest of the list still comes."""
    (home / "logs" / "optout.log").mkdir(parents=True)
    (home / "logs").chmod(0o700)
    (home / "state").mkdir(mode=0o700)
    (home / "state" / "accounts.json").write_text("{")
    home.chmod(0o700)
    ended = optout("doctor", "--json")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "optout.log" in found(ended, "log")["sentence"]
    assert found(ended, "accounts")["good"] is False
    assert found(ended, "keyring")["good"] is True


def test_the_one_command_starts_a_keyring(optout: RunOptout, command_environment: dict[str, str]) -> None:
    """Where no desktop does it, what `doctor` names gives a shell in which the keyring is good."""
    bare = {name: text for name, text in command_environment.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
    folder = Path(bare["HOME"])
    (folder / "run").mkdir(mode=0o700)
    bare["XDG_RUNTIME_DIR"] = str(folder / "run")
    missing = found(optout("doctor", "--json", env={"DBUS_SESSION_BUS_ADDRESS": NO_BUS}), "keyring")
    assert missing["good"] is False
    command = missing["mend"][missing["mend"].index("dbus-run-session") :].removesuffix("`")
    typed = f"a new password\n{sys.executable} -m optout doctor --json\n"
    ended = call(["bash", "-c", command], folder, bare, typed)
    assert found(ended, "keyring")["good"] is True


def test_on_a_desktop_no_other_keyring_is_named(optout: RunOptout) -> None:
    """Twin: where windows can be shown, the desktop's own keyring is the one to mend."""
    env = {"DBUS_SESSION_BUS_ADDRESS": NO_BUS, "DISPLAY": ":99"}
    ill = found(optout("doctor", "--json", env=env), "keyring")
    assert ill["good"] is False
    assert "dbus-run-session" not in ill["mend"]


def test_the_machine_is_looked_at_and_a_block_ends_it(optout: RunOptout, home: Path, tmp_path: Path) -> None:
    """Clock, proxy, disk and schedule are told; the block for a bug report names neither person nor place."""
    login(optout)
    env = {"HTTPS_PROXY": "http://me:heron-4711-heron@127.0.0.1:9", "OPTOUT_SITE": None}
    ended = optout("doctor", "--json", env=env)
    assert {"clock", "proxy", "disk", "schedule"} <= {check["name"] for check in ended.json["checks"]}
    assert found(ended, "proxy")["sentence"] == "visits go through one"
    assert found(ended, "disk")["good"] is True
    assert "`optout schedule install`" in found(ended, "schedule")["mend"]
    block = ended.json["report"]
    assert len(block) == len(ended.json["checks"])
    assert [line for line in block if "@" in line or str(tmp_path) in line or str(home) in line] == []
    assert "heron" not in ended.stdout + ended.stderr
    assert any(line.startswith("keyring good: ") for line in block)


def test_a_bad_proxy_is_red_and_not_shown(optout: RunOptout) -> None:
    """What is no address of a proxy may be a password."""
    env = {"HTTPS_PROXY": "http://me:heron@", "OPTOUT_BROWSER": "/nonexistent/browser"}
    ended = optout("doctor", env=env)
    assert ended.returncode == 1
    assert "✗ proxy" in ended.stdout
    assert "heron" not in ended.stdout + ended.stderr
    assert "proxy NOT GOOD" in ended.stdout.partition("For a bug report")[2]


def test_a_clock_that_nobody_keeps_and_a_full_disk_have_a_remedy() -> None:
    """The clock is good to know, since each run says so; a disk without room is red."""
    assert clock(True) == Check(name="clock", good=True, sentence="a time service keeps it")
    assert [(clock(kept).good, bool(clock(kept).mend)) for kept in (False, None)] == [(None, True)] * 2
    assert (disk(LEAST_ROOM).good, disk(LEAST_ROOM - 1).good) == (True, False)
    assert "OPTOUT_HOME" in disk(0).mend


def test_a_schedule_that_calls_a_python_that_is_gone_is_red(optout: RunOptout, home: Path) -> None:
    """What keeps the installed check from working is told with what mends it."""
    (home / "state").mkdir(parents=True, mode=0o700)
    home.chmod(0o700)
    words = ("/gone/python",)
    installed = datetime(2026, 1, 1, tzinfo=UTC)
    plan.keep(
        home / "state",
        plan.Plan(every="daily", at="09:17", backend="cron", installed=installed, command=words),
    )
    check = found(optout("doctor", "--json", env={"OPTOUT_BROWSER": "/nonexistent"}), "schedule")
    assert check["good"] is False
    assert "/gone/python" in check["sentence"]
