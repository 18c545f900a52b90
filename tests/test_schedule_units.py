"""What is written for each scheduler: crontabs survive byte for byte, units, agent and task are well made."""

import json
import os
import plistlib
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from calling import RunOptout
from hypothesis import given
from hypothesis import strategies as st
from test_schedule_plan import WEEKLY

from optout.commands.schedule_test import PARTS, judged
from optout.errors import UsageProblem
from optout.schedule import cron, launchd, plan, schedulers, schtasks, systemd

ODD = '/home/you/50% "off" it\'s $HOME/\\x'
PLAN = replace(WEEKLY, command=(sys.executable, "-P", "-m", "optout", *plan.JOB))
PLANS = (
    PLAN,
    replace(PLAN, every="daily", at="18:30"),
    replace(PLAN, every="monthly", at="12 00:05", variables=(("OPTOUT_HOME", ODD),)),
    replace(PLAN, at="sun 09:17"),
)
PIECES = st.sampled_from(
    [b"# m h dom\n", b'MAILTO=""\n', b"0 1 * * * echo 5\\% \r\n", b"\n", b"\xff\x00", b"x"]
)
CRONTABS = st.one_of(st.binary(), st.lists(PIECES).map(b"".join))


def test_what_leads_to_the_same_folders_goes_along(optout: RunOptout) -> None:
    """Where the platform's folders were moved the check looks there too; a proxy may hold a password."""
    env = {"OPTOUT_HOME": None, "XDG_DATA_HOME": "/data 1", "HTTPS_PROXY": "http://me:secret@127.0.0.1:9"}
    ended = optout("schedule", "install", "--backend", "cron", "--print", env=env)
    assert ended.returncode == 0
    assert "'XDG_DATA_HOME=/data 1'" in ended.stdout
    assert "secret" not in ended.stdout


@given(CRONTABS)
def test_a_crontab_survives(crontab: bytes) -> None:
    """Installed once or again, then removed: the same bytes; in between every byte is still there."""
    once = cron.with_line(crontab, cron.line(PLANS[0]))
    assert once.startswith(crontab)
    assert once.endswith(b"\n")
    twice = cron.with_line(once, cron.line(PLANS[2]))
    assert cron.without(twice) == cron.without(once) == crontab


@given(CRONTABS.filter(lambda text: text.endswith(b"\n") or not text), CRONTABS)
def test_what_was_written_behind_the_line_survives_too(before: bytes, behind: bytes) -> None:
    """Lines added later at the end stay."""
    assert cron.without(cron.with_line(before, cron.line(PLAN)) + behind) == before + behind


@pytest.mark.parametrize(
    "damaged",
    [cron.BEGIN + b"\n", cron.END + b"\n", cron.END + b"\n" + cron.BEGIN + b"\n", (cron.BEGIN + b"\n") * 2],
)
def test_damaged_markers_are_left_alone(damaged: bytes) -> None:
    """With one marker missing nobody knows what is ours: nothing is touched."""
    with pytest.raises(UsageProblem, match="nothing was touched"):
        cron.without(b"1 2 * * * mine\n" + damaged)


def test_the_line_calls_every_hour_and_hides_no_percent_sign() -> None:
    """At the minute of the plan; each % has its backslash, as a bare one would end the call."""
    assert cron.line(PLANS[0]).startswith("17 * * * * /usr/bin/env ")
    assert cron.line(PLANS[1]).startswith("30 * * * * ")
    assert cron.line(PLANS[2]).startswith("5 * * * * ")
    assert cron.line(PLANS[3]).startswith("17 * * * * ")
    assert re.findall(r"(?<!\\)%", cron.line(PLANS[2])) == []
    with pytest.raises(UsageProblem, match="line break"):
        cron.line(replace(PLAN, variables=(("OPTOUT_HOME", "/a\nb"),)))


def complaints(folder: Path, texts: dict[str, str]) -> str:
    """Given units by path, return what systemd-analyze says; it exits 0 for a misspelt key."""
    for path, text in texts.items():
        (folder / Path(path).name).write_text(text)
    timer = folder / f"{systemd.NAME}.timer"
    environment = os.environ | {"XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
    words = ["systemd-analyze", "verify", "--user", str(timer)]
    return subprocess.run(words, env=environment, check=False, capture_output=True, text=True).stderr


@pytest.mark.parametrize("number", range(len(PLANS)))
def test_systemd_has_nothing_to_say_of_the_units(number: int, tmp_path: Path) -> None:
    """Not one word, with odd paths too; a misspelt key is told, so silence means something."""
    texts = systemd.texts(PLANS[number])
    assert complaints(tmp_path, texts) == ""
    planted = {path: text.replace("Persistent=", "Persistant=") for path, text in texts.items()}
    assert "Persistant" in complaints(tmp_path, planted)


def test_the_timer_catches_up_and_the_service_may_be_put_off() -> None:
    """A missed time is made up for, and after exit code 75 the unit tries again."""
    service, timer = systemd.texts(PLAN).values()
    assert {
        "Type=oneshot",
        "Restart=on-failure",
        "RestartSec=2h",
        "TimeoutStartSec=15min",
        "UMask=0077",
    } <= set(service.splitlines())
    assert {"OnCalendar=Mon *-*-* 09:17:00", "Persistent=true", "FixedRandomDelay=true"} <= set(
        timer.splitlines()
    )


@pytest.mark.parametrize("number", range(len(PLANS)))
def test_the_agent_is_a_property_list(number: int) -> None:
    """It has the known keys only, the call word by word, and a time; nothing runs at load."""
    (text,) = launchd.texts(PLANS[number]).values()
    agent = plistlib.loads(text.encode())
    assert set(agent) == {
        "Label", "ProgramArguments", "EnvironmentVariables", "StartCalendarInterval", "RunAtLoad",
        "ProcessType", "Nice", "Umask",
    }  # fmt: skip
    assert agent["ProgramArguments"] == list(PLAN.command)
    assert agent["EnvironmentVariables"] == dict(PLANS[number].variables)
    assert agent["RunAtLoad"] is False
    days: tuple[dict[str, int], ...] = ({"Weekday": 1}, {}, {"Day": 12}, {"Weekday": 0})
    assert agent["StartCalendarInterval"].items() >= days[number].items()


@pytest.mark.parametrize("number", range(len(PLANS)))
def test_the_task_has_its_elements_in_order(number: int) -> None:
    """As Windows writes its own tasks; its principal needs no stored password."""
    root = ElementTree.fromstring(schtasks.texts(PLANS[number])[schtasks.NAME])  # noqa: S314 - our own text

    def names(path: str) -> list[str]:
        found = root.find("/".join(f"{{{schtasks.NAMESPACE}}}{name}" for name in path.split("/")))
        assert found is not None
        return [child.tag.rpartition("}")[2] for child in found]

    kinds = ("ScheduleByWeek", "ScheduleByDay", "ScheduleByMonth", "ScheduleByWeek")
    assert names("Triggers/CalendarTrigger") == ["StartBoundary", "Enabled", "RandomDelay", kinds[number]]
    assert names("Actions/Exec") == ["Command", "Arguments"]
    assert names("Principals/Principal") == ["LogonType", "RunLevel"]
    text = schtasks.texts(PLANS[number])[schtasks.NAME]
    assert "<LogonType>InteractiveToken<" in text
    assert "<StartWhenAvailable>true<" in text


def test_what_is_wrong_is_said_with_what_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gone Python, gone browser, units gone or changed by hand; nothing of that once all is as installed."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    gone = replace(PLAN, backend="systemd", command=("/nowhere/python",), browser="/nowhere/chromium")
    found = list(schedulers.problems(gone))
    assert [each.sentence.partition(":")[0] for each in found] == [
        "The Python of the schedule is gone",
        "The browser of the schedule is gone",
        "What was installed for systemd is no longer there.",
    ]
    assert {each.mend for each in found} == {"optout schedule install"}
    well = replace(PLAN, backend="systemd")
    systemd.folder().mkdir(parents=True)
    for path, text in systemd.texts(well).items():
        Path(path).write_text(text)
    assert list(schedulers.problems(well)) == []
    Path(path).write_text(text + "\n")
    assert ["changed by hand" in each.sentence for each in schedulers.problems(well)] == [True]


def test_a_trial_tells_only_what_it_knows() -> None:
    """What was not reached is neither good nor bad."""
    assert judged(3, "") == dict.fromkeys(PARTS, True)
    assert judged(5, "The keyring is locked.") == dict.fromkeys(PARTS) | {"keyring": False}
    assert judged(1, "No browser.")["browser"] is False
    assert judged(75, "The site is down.") == dict.fromkeys(PARTS)


def test_printing_changes_nothing(optout: RunOptout, home: Path) -> None:
    """Neither `--print` nor cron without `--yes` writes anything; a wrong time is a usage error."""
    for words in (
        ("--backend", "systemd", "--print"),
        ("--backend", "cron"),
        ("--backend", "launchd", "--print"),
    ):
        shown = optout("schedule", "install", *words)
        assert shown.returncode == 0
        assert "optout" in shown.stdout
    assert not home.exists()
    assert optout("schedule", "install", "--at", "25:00").returncode == 2
    refused = optout("schedule", "install", "--backend", "launchd")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "launchctl is not installed" in refused.stderr
    assert optout("schedule", "test").returncode == 2
    assert optout("schedule", "remove").returncode == 0
    status = optout("schedule", "status", "--json")
    assert (status.returncode, status.json["installed"], status.json["problems"]) == (0, False, [])
    assert json.loads(status.stdout)["schema"] == "optout.schedule-status/1"
