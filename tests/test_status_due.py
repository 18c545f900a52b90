"""`optout status` says when somebody looks again, and when nobody did though it was due."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from calling import RunOptout

from optout.commands.status_due import PATIENCE, due, missed
from optout.schedule import plan

START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
DAILY = plan.Plan(every="daily", at="09:17", backend="cron", installed=START, command=("python",))
TIMES = DAILY.due_between(START, START + timedelta(days=3))  # three due times, wherever the clock hangs


@pytest.mark.parametrize(
    ("hours", "lost"),
    [([], [0, 1, 2]), ([0, 24, 48], []), ([0.4, 47], [2]), ([-1, 23.9, 48], [1]), ([0, 48], [1])],
)
def test_a_due_time_without_a_run_before_the_next_is_missed(hours: list[float], lost: list[int]) -> None:
    """Late is caught up and not missed; what was made before it was due does not count."""
    runs = [TIMES[0] + timedelta(hours=each) for each in hours]
    now = TIMES[2] + PATIENCE + timedelta(minutes=1)
    assert missed(DAILY, runs, now) == tuple(TIMES[each] for each in lost)


def test_what_was_due_a_moment_ago_is_not_missed_yet() -> None:
    """Jitter and the visit itself have their time."""
    assert missed(DAILY, [], TIMES[0] + PATIENCE) == ()


def test_the_schedule_is_that_of_the_account_it_names(tmp_path: Path) -> None:
    """Without a name it looks at the only account; a file that cannot be read is told."""
    now = TIMES[0] - timedelta(hours=1)
    assert due(tmp_path, "a@x.org", (), now, only=True).following is None
    plan.keep(tmp_path, DAILY)
    assert due(tmp_path, "a@x.org", (), now, only=True).following == TIMES[0]
    assert due(tmp_path, "a@x.org", (), now, only=False).following is None
    (tmp_path / plan.FILE).write_text("{")
    assert "optout schedule install" in (due(tmp_path, "a@x.org", (), now, only=True).fault or "")


def test_status_says_it_as_json(optout: RunOptout, home: Path) -> None:
    """All members are there before the first visit too; a missed one is a warning with the next command."""
    (home / "state").mkdir(parents=True)
    words = ("python", "check", "--account", "a@x.org")
    installed = datetime.now(UTC) - timedelta(days=3)
    plan.keep(
        home / "state",
        plan.Plan(every="daily", at="09:17", backend="cron", installed=installed, command=words),
    )
    ended = optout("status", "--account", "a@x.org", "--json")
    (account,) = ended.json["accounts"]
    assert ended.returncode == 0
    assert account["sign_in"] is None
    assert account["next_visit"] > ended.json["accounts"][0]["missed_visits"][-1]
    assert "`optout check`" in account["warnings"][0]
