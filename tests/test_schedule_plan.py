"""When the recurring check is due, also around a change of clocks, and how the plan is kept."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from optout.errors import UsageProblem
from optout.schedule import plan

PARIS = ZoneInfo("Europe/Paris")
WEEKLY = plan.Plan(
    every="weekly",
    at="mon 09:17",
    backend="cron",
    installed=datetime(2026, 11, 26, 12, tzinfo=UTC),
    command=("/venv/bin/python", "-P", "-m", "optout", *plan.JOB),
    variables=(("OPTOUT_HOME", "/home/you/50%"),),
)


def test_the_next_time_is_later_than_now() -> None:
    """A due time itself is not the next one, and the wall clock stays the same when clocks change."""
    first = datetime(2026, 10, 19, 9, 17, tzinfo=PARIS)
    assert WEEKLY.next_after(first, PARIS) == datetime(2026, 10, 26, 9, 17, tzinfo=PARIS)
    due = WEEKLY.due_between(first, datetime(2026, 11, 2, 9, 17, tzinfo=PARIS), PARIS)
    assert [(at.hour, at.day) for at in due] == [(8, 26), (8, 2)]


def test_an_hour_that_is_left_out_or_comes_twice_is_due_once() -> None:
    """02:30 is 03:30 on the day in spring, and the first 02:30 on the day in autumn."""
    daily = replace(WEEKLY, every="daily", at="02:30")
    spring = daily.due_between(
        datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 28, 12, tzinfo=UTC), PARIS
    )
    assert spring == (datetime(2027, 3, 28, 1, 30, tzinfo=UTC),)
    autumn = daily.due_between(
        datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC), PARIS
    )
    assert autumn == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC),)


def test_a_monthly_check_comes_twelve_times_a_year() -> None:
    """Every month has the 28th."""
    monthly = replace(WEEKLY, every="monthly", at="28 00:00")
    year = monthly.due_between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), UTC)
    assert [at.month for at in year] == list(range(1, 13))


def test_a_time_is_read_as_people_write_it() -> None:
    """Day and clock, with a default day; anything else is a usage error that shows how."""
    assert plan.moment("weekly", "9:05") == "mon 09:05"
    assert plan.moment("weekly", "Fri  18:00") == "fri 18:00"
    assert plan.moment("monthly", "28 23:59") == "28 23:59"
    for every, at in (
        ("daily", "mon 9:00"),
        ("weekly", "3 9:00"),
        ("monthly", "29 9:00"),
        ("daily", "24:00"),
    ):
        with pytest.raises(UsageProblem, match="--at"):
            plan.moment(every, at)


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    """The file is 0600 and says the same; one that was damaged is said to be so, none is no plan."""
    assert plan.kept(tmp_path) is None
    plan.keep(tmp_path, WEEKLY)
    assert plan.kept(tmp_path) == WEEKLY
    file = tmp_path / plan.FILE
    assert file.stat().st_mode & 0o777 == 0o600
    for damage in ("", "[]", file.read_text().replace("weekly", "hourly"), "{}"):
        file.write_text(damage)
        with pytest.raises(UsageProblem, match="schedule install"):
            plan.kept(tmp_path)
    plan.forget(tmp_path)
    assert list(tmp_path.iterdir()) == []
