"""When the recurring check is due and what is called, kept as one small file in the state folder."""

import contextlib
import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path

from optout.errors import UsageProblem

SCHEMA = "optout.schedule/1"
FILE = "schedule.json"
LARGEST_FILE = 65536  # bytes
EVERY = ("daily", "weekly", "monthly")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST_DAY = 28  # every month has it
JITTER = timedelta(minutes=30)  # where the scheduler can spread calls by itself
# What the scheduled call says behind the program's name.
JOB = ("check", "--scheduled")
_AT = re.compile(r"(?:(?P<day>[a-z]{3}|\d{1,2}) )?(?P<hour>\d{1,2}):(?P<minute>\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An installed recurring check.

    `at` is local wall-clock time: "09:17" if daily, "mon 09:17" if weekly, "1 09:17" (day 1 to 28) if
    monthly. `backend` is systemd, launchd, schtasks or cron. `command` is the whole call, its first word
    the interpreter; `variables` is what it needs in its environment. `browser` is the browser's path, or
    None if none was named. `installed` is aware.
    """

    every: str
    at: str
    backend: str
    installed: datetime
    command: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()
    browser: str | None = None

    @property
    def interpreter(self) -> str:
        """The path of the Python that is called."""
        return self.command[0]

    @property
    def clock(self) -> time:
        """The local time of day."""
        return time.fromisoformat(self.at.rpartition(" ")[2])

    @property
    def day(self) -> int | None:
        """The day of the week (Monday 0) if weekly, of the month if monthly, None if daily."""
        word = self.at.rpartition(" ")[0]
        if not word:
            return None
        return DAYS.index(word) if self.every == "weekly" else int(word)

    def next_after(self, now: datetime, zone: tzinfo | None = None) -> datetime:
        """Given an aware time, return the first due time later than it, in UTC.

        `zone` is where the wall clock hangs; None is this computer's. A time that a clock change leaves
        out is due as much later as the clock jumped; one that comes twice is due the first time only.
        """
        today = now.astimezone(zone).date()
        for distance in range(-1, 40):
            on = today + timedelta(days=distance)
            if self._falls_on(on):
                due = datetime.combine(on, self.clock, tzinfo=zone).astimezone(UTC)
                if due > now:
                    return due
        raise ValueError("no due time within 40 days")  # cannot be: every month has each day up to 28

    def due_between(
        self, since: datetime, until: datetime, zone: tzinfo | None = None
    ) -> tuple[datetime, ...]:
        """Given two aware times, return the due times later than the first and not later than the second."""
        found = []
        due = self.next_after(since, zone)
        while due <= until:
            found.append(due)
            due = self.next_after(due, zone)
        return tuple(found)

    def _falls_on(self, on: date) -> bool:
        if self.every == "daily":
            return True
        return self.day == (on.weekday() if self.every == "weekly" else on.day)


def moment(every: str, at: str) -> str:
    """Given a rhythm and what a person wrote as time, return it as `Plan.at`. Raise UsageProblem if unfit.

    Without a day it is Monday, or the first of the month.
    """
    said = _AT.fullmatch(" ".join(at.lower().split()))
    example = {"daily": "09:17", "weekly": "mon 09:17", "monthly": "1 09:17"}[every]
    unfit = UsageProblem(f"{at!r} is no time of a {every} check.", f"Write it as in --at '{example}'.")
    if not said or int(said["hour"]) > 23 or int(said["minute"]) > 59:
        raise unfit
    clock = f"{int(said['hour']):02}:{said['minute']}"
    day = said["day"]
    match every:
        case "daily" if day is None:
            return clock
        case "weekly" if day is None or day in DAYS:
            return f"{day or 'mon'} {clock}"
        case "monthly" if day is None or (day.isdigit() and 1 <= int(day) <= LAST_DAY):
            return f"{int(day or 1)} {clock}"
    raise unfit


def keep(state_folder: Path, plan: Plan) -> None:
    """Given the state folder, which exists, write the plan there, 0600, moved into place."""
    told = asdict(plan) | {"installed": plan.installed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    text = json.dumps({"schema": SCHEMA} | told, indent=2, ensure_ascii=False) + "\n"
    number, name = tempfile.mkstemp(dir=state_folder, prefix=f".{FILE}-")
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(state_folder / FILE)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def kept(state_folder: Path) -> Plan | None:
    """Given the state folder, return the kept plan; None if there is none.

    Raise UsageProblem if the file is not what this program writes.
    """
    file = state_folder / FILE
    try:
        with file.open(encoding="utf-8") as source:
            text = source.read(LARGEST_FILE)
        return _understood(json.loads(text))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, UsageProblem):
        raise UsageProblem(
            f"{file} cannot be read.", "Install the schedule again: `optout schedule install`."
        ) from None


def forget(state_folder: Path) -> None:
    """Given the state folder, remove the kept plan if there is one."""
    (state_folder / FILE).unlink(missing_ok=True)


def _understood(told: dict[str, object]) -> Plan:
    if told["schema"] != SCHEMA or told["every"] not in EVERY:
        raise ValueError(SCHEMA)
    words, variables = told["command"], told["variables"]
    if not isinstance(words, list) or not words or not isinstance(variables, list):
        raise TypeError("command")
    installed = datetime.fromisoformat(str(told["installed"]))
    if installed.tzinfo is None:
        raise ValueError("installed")
    every = str(told["every"])
    return Plan(
        every=every,
        at=moment(every, str(told["at"])),
        backend=str(told["backend"]),
        installed=installed,
        command=tuple(map(str, words)),
        variables=tuple((str(name), str(value)) for name, value in variables),
        browser=None if told["browser"] is None else str(told["browser"]),
    )
