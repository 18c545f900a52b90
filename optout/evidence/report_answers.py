"""What the visits add up to: for each setting the last proved state, since when, and what is not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from optout.evidence.report_visits import Said, State, Visit

# A weekly look leaves seven days, with half a day of chance in when it starts.
LONG = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the report says first of a setting.

    `latest` is the newest visit that tells of the setting and `said` what it says; if a newer run cannot be
    relied upon, `latest` is that run and `said` is None. `since` is the first visit of those that showed the
    same state without another in between; `sure` and `unsure` count the visits since then that could tell and
    could not. `proved` is the last visit that proved it off, `proved_from` the first of those that did so up
    to it without another state in between.
    """

    name: str
    title: str
    state: State
    latest: Visit
    said: Said | None
    since: Visit | None
    sure: int
    unsure: int
    proved: Visit | None
    proved_from: Visit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time without any visit; `end` is None for the time up to the report."""

    start: datetime
    end: datetime | None
    days: int


def answers(visits: Sequence[Visit]) -> list[Answer]:
    """Given all visits, newest first, return one answer for each setting that any of them names."""
    names = dict.fromkeys(said.name for visit in visits for said in visit.settings)
    return [_answer(name, visits) for name in names]


def gaps(visits: Sequence[Visit], now: datetime) -> list[Gap]:
    """Given all visits, newest first, and the time of the report, return the times over LONG without one."""
    times = sorted(visit.when for visit in visits if visit.when is not None)
    ends: list[datetime | None] = [*times[1:], *([None] if times else [])]
    return [
        Gap(start=start, end=end, days=((end or now) - start).days)
        for start, end in zip(times, ends, strict=True)
        if (end or now) - start > LONG
    ]


def changed(visits: Sequence[Visit]) -> set[str]:
    """Given all visits, newest first, return the runs worth pictures: first, newest, changes, doubts."""
    chosen = {visit.run for visit in (*visits[:1], *visits[-1:])}
    before: dict[str, State] = {}
    for visit in reversed(visits):
        quiet = bool(visit.settings) and not visit.doubt and not visit.news
        for said in visit.settings:
            quiet &= said.verdict in {"already_off", "not_offered"} and said.state is before.get(said.name)
            before[said.name] = said.state
        if not quiet:
            chosen.add(visit.run)
    return chosen


def _answer(name: str, visits: Sequence[Visit]) -> Answer:
    told = [(visit, said) for visit in visits if (said := visit.of(name)) is not None]
    latest, said = told[0]
    # What a newer run held is unknown if it cannot be read: it may have been about this setting.
    unread = next((visit for visit in visits[: visits.index(latest)] if visit.doubt), None)
    state = State.UNKNOWN if unread else said.state
    since, sure, unsure = None, 0, 0
    for visit, earlier in told:
        if state is State.UNKNOWN or earlier.state not in {state, State.UNKNOWN}:
            break
        if earlier.state is state:
            since, sure = visit, sure + 1
        else:
            unsure += 1
    return Answer(
        name=name,
        title=next((s.wording.heading for _, s in told if s.wording and s.wording.heading), name),
        state=state,
        latest=unread or latest,
        said=None if unread else said,
        since=since,
        sure=sure,
        unsure=unsure,
        proved=next((visit for visit, earlier in told if earlier.state is State.OFF), None),
        proved_from=_proved_from(told),
    )


def _proved_from(told: Sequence[tuple[Visit, Said]]) -> Visit | None:
    """Given what visits say of a setting, newest first, return the first of the last proofs in a row."""
    first = None
    for visit, said in told:
        if said.state is State.OFF:
            first = visit
        if first is not None and (said.state in {State.ON, State.NOT_OFFERED} or said.before == "on"):
            break
    return first
