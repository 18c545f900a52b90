"""The times of which nothing is known: without any visit, or without a look at one setting; checks missed."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from optout.evidence.report_visits import Visit

# A weekly look leaves seven days, with half a day of chance in when it starts.
LONG = timedelta(days=8)
# A shorter rhythm shows a missed check sooner.
_PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "monthly": timedelta(days=31)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time without any visit, or without a look at `names`; `end` is None for the time up to the report.

    `missed` is how many checks were due in it at the least, and not made, by the `schedule` that the visit
    before it has recorded.
    """

    start: datetime
    end: datetime | None
    days: int
    names: tuple[str, ...] = ()
    schedule: str | None = None
    missed: int = 0


def gaps(visits: Sequence[Visit], now: datetime) -> list[Gap]:
    """Given all visits, newest first, and the time of the report, return the times without one, oldest first.

    Told are those over LONG, and shorter ones in which a scheduled check was missed.
    """
    known = sorted((visit.when, visit.schedule or "") for visit in visits if visit.when is not None)
    times = [when for when, _ in known]
    rhythms = dict(known)
    every = (
        replace(gap, schedule=rhythms[gap.start], missed=_missed(gap, rhythms[gap.start], now))
        for gap in _gaps(times, now, over=timedelta())
    )
    return [gap for gap in every if gap.missed or (gap.end or now) - gap.start > LONG]


def _missed(gap: Gap, schedule: str, now: datetime) -> int:
    """Return how many checks were missed in a gap at the least: the visit at its end may be a late one."""
    period = _PERIODS.get(schedule)
    if period is None:
        return 0
    made_up_for = timedelta(days=1) if gap.end is None else period
    return max(0, ((gap.end or now) - gap.start - made_up_for) // period)


def left_out(visits: Sequence[Visit], names: Sequence[str], now: datetime) -> list[Gap]:
    """Given all visits, the settings and the time of the report, return the times over LONG without a look.

    Only those in which visits went on: the others are told as times without a visit. What a visit says that
    cannot be relied upon is no look. Settings left out at the same time stand together, oldest first.
    """
    times = sorted(visit.when for visit in visits if visit.when is not None)
    together: dict[tuple[datetime, datetime | None], list[str]] = {}
    days = {}
    for name in names:
        looks = sorted(visit.when for visit in visits if visit.when is not None and _is_look(visit, name))
        for gap in _gaps(looks, now):
            later = bisect_right(times, gap.start)
            if later < len(times) and times[later] < (gap.end or now):
                together.setdefault((gap.start, gap.end), []).append(name)
                days[gap.start, gap.end] = gap.days
    found = [
        Gap(start=start, end=end, days=days[start, end], names=tuple(each))
        for (start, end), each in together.items()
    ]
    return sorted(found, key=lambda gap: (gap.start, gap.end or now))


def _gaps(times: Sequence[datetime], now: datetime, *, over: timedelta = LONG) -> list[Gap]:
    ends: list[datetime | None] = [*times[1:], *([None] if times else [])]
    return [
        Gap(start=start, end=end, days=((end or now) - start).days)
        for start, end in zip(times, ends, strict=True)
        if (end or now) - start > over
    ]


def _is_look(visit: Visit, name: str) -> bool:
    said = visit.of(name)
    return said is not None and said.doubt is None
