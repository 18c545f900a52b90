"""What `optout status` says of the recurring check: when it is due next, and which visits were missed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from optout.errors import UsageProblem

if TYPE_CHECKING:
    from optout.schedule.plan import Plan

PATIENCE = timedelta(hours=2)  # for jitter and for the visit itself, before a due time counts as missed
OLD_SIGN_IN = timedelta(days=330)  # li_at lives a year by its own date (linkedin.md 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Of one account: the next due time, None without a schedule, and those at which no visit was made.

    `fault` is why the kept schedule cannot be read, None if it can.
    """

    following: datetime | None = None
    missed: tuple[datetime, ...] = ()
    fault: str | None = None


def due(state: Path, name: str, runs: Iterable[str], now: datetime, *, only: bool) -> Due:
    """Given the state folder, an account, its runs and now, return what is due.

    `only` says that no other account is known: a schedule that names none is about that one.
    """
    from optout.schedule import plan

    try:
        kept = plan.kept(state)
    except UsageProblem as error:
        return Due(fault=str(error))
    if kept is None or not _is_for(kept, name, only=only):
        return Due()
    return Due(following=kept.next_after(now), missed=missed(kept, map(_sealed, runs), now))


def missed(kept: "Plan", sealed: "Iterable[datetime | None]", now: datetime) -> tuple[datetime, ...]:
    """Given a plan, when runs were sealed, and now, return the due times without a run before the next one.

    Whatever was sealed until the next due time counts: a computer that was off catches up when it is on.
    """
    begun = sorted(when for when in sealed if when is not None)
    times = kept.due_between(kept.installed, now)
    if not times:
        return ()
    ends = (*times[1:], now + timedelta(seconds=1))
    return tuple(
        time
        for time, end in zip(times, ends, strict=True)
        if now - time > PATIENCE and not any(time <= when < end for when in begun)
    )


def _is_for(kept: "Plan", name: str, *, only: bool) -> bool:
    """Return whether the plan's call looks at an account: the one that it names, else the only one."""
    words = kept.command
    named = [after for word, after in pairwise(words) if word == "--account"]
    return named[-1].lower() == name.lower() if named else only


def _sealed(run: str) -> datetime | None:
    """Given the name of a run, as in 000002_20261124T081542Z, return when it was sealed, or None."""
    try:
        return datetime.strptime(run.partition("_")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
