"""What the visits add up to: for each setting the last proved state, since when, and what is not known."""

import enum
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optout.evidence.report_visits import Said, State, Visit

# The core settings stand first, always in this order; the others follow by name.
FIRST = ("ai-training", "affiliate-ads")
MOST_MARKS = 60  # visits that are drawn as bars
MOST_SETTINGS = 100  # columns of one page; the catalogue has twelve settings


class Mark(enum.StrEnum):
    """What one visit was for one setting, as one bar shows it."""

    OFF = "off"
    CAME_BACK = "back"
    NOT_OFFERED = "not_offered"
    ON = "on"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One time that a setting came back on: `found` is the visit that first found it so.

    `ended` is the visit that proved it off again, None if none has yet; `switched` says that this visit
    switched it off itself.
    """

    found: Visit
    ended: Visit | None
    switched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the report says first of a setting. `title` is the site's own, in `language`, or its name.

    `latest` is the newest visit that tells of the setting and `said` what it says; if a newer run cannot be
    relied upon, `latest` is that run and `said` is None. `since` is the first visit of those that showed the
    same state without another in between; `sure` and `unsure` count the visits since then that could tell and
    could not. `proved` is the last visit that proved it off, `proved_from` the first of those that did so up
    to it without another state in between.

    `looked` is the newest visit that names it, `is_newest` says that the state is that of the newest visit of
    all. `switched` is the first visit that switched it off. `returns` are the times it came back on, newest
    first; `marks` one bar for each visit, oldest first.
    """

    name: str
    title: str
    language: str | None
    state: State
    latest: Visit
    said: Said | None
    since: Visit | None
    sure: int
    unsure: int
    proved: Visit | None
    proved_from: Visit | None
    looked: Visit
    switched: Visit | None
    is_newest: bool
    returns: tuple[Return, ...]
    marks: tuple[Mark, ...]


def answers(visits: Sequence[Visit]) -> list[Answer]:
    """Given all visits, newest first, return one answer for each setting that any of them names.

    In an order that no visit changes: the core settings, then the others by name.
    """
    return [_answer(name, visits) for name in names(visits)[:MOST_SETTINGS]]


def names(visits: Sequence[Visit]) -> list[str]:
    """Given visits, return the names of all settings in them: the core ones, then the others by name."""
    found = {said.name for visit in visits for said in visit.settings}
    return sorted(found, key=lambda name: (_place(name), name))


def again(found: Sequence[Answer]) -> dict[tuple[str, str], str]:
    """Given all answers, return for the run and the setting of each switching off again what it was.

    `came_back`: found on and switched off in one visit; `again`: found on by an earlier one.
    """
    return {
        (each.ended.run, answer.name): "came_back" if each.found is each.ended else "again"
        for answer in found
        for each in answer.returns
        if each.ended and each.switched
    }


def changed(visits: Sequence[Visit]) -> dict[str, frozenset[str]]:
    """Given all visits, newest first, return those worth telling by their runs: first, newest, changed.

    With each the settings worth pictures: all of the first and of the newest, else what is not as before.
    """
    told: dict[str, frozenset[str]] = {}
    before: dict[str, State] = {}
    for visit in reversed(visits):
        other = set()
        for said in visit.settings:
            if said.verdict not in {"already_off", "not_offered"} or said.state is not before.get(said.name):
                other.add(said.name)
            before[said.name] = said.state
        if visit is visits[0] or visit is visits[-1]:
            other = {said.name for said in visit.settings}
        spoken = (
            visit.doubt,
            visit.news,
            visit.changes,
            visit.damage_seen,
            visit.interrupted,
            visit.left_out,
        )
        if other or any(spoken) or not visit.settings:
            told[visit.run] = frozenset(other)
    return told


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
        if state is State.OFF and earlier.state is State.OFF and earlier.before == "on":
            break  # it was on when this visit came: what was proved before does not reach to here
    returns = _returns(told)
    titled = next((s.wording for _, s in told if s.wording and s.wording.heading), None)
    return Answer(
        name=name,
        title=(titled.heading if titled else None) or name,
        language=titled.language if titled else None,
        state=state,
        latest=unread or latest,
        said=None if unread else said,
        since=since,
        sure=sure,
        unsure=unsure,
        proved=next((visit for visit, earlier in told if earlier.state is State.OFF), None),
        proved_from=_proved_from(told),
        looked=latest,
        switched=next((visit for visit, each in reversed(told) if _was_turned_off(each)), None),
        is_newest=(unread or latest) is visits[0],
        returns=tuple(reversed(returns)),
        marks=tuple(reversed(list(itertools.islice(_marks(name, visits, returns), MOST_MARKS)))),
    )


def _was_turned_off(said: Said) -> bool:
    return said.state is State.OFF and said.verdict == "turned_off"


def _place(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _returns(told: Sequence[tuple[Visit, Said]]) -> list[Return]:
    """Given what visits say of a setting, newest first, return each time it came back on, oldest first."""
    found, proved, first = [], False, None
    for visit, said in reversed(told):
        if said.doubt:
            continue
        if proved and first is None and (said.before == "on" or said.state is State.ON):
            first = visit
        if said.state is State.OFF:
            if first is not None:
                found.append(Return(found=first, ended=visit, switched=_was_turned_off(said)))
            proved, first = True, None
    if first is not None:
        found.append(Return(found=first, ended=None, switched=False))
    return found


def _marks(name: str, visits: Sequence[Visit], returns: Sequence[Return]) -> Iterator[Mark]:
    back = {each.found.run for each in returns if each.found is each.ended}
    for visit in visits:
        said = visit.of(name)
        if said is not None:
            yield Mark.CAME_BACK if visit.run in back else Mark(said.state)
        elif visit.doubt:
            yield Mark.UNKNOWN


def _proved_from(told: Sequence[tuple[Visit, Said]]) -> Visit | None:
    """Given what visits say of a setting, newest first, return the first of the last proofs in a row."""
    first = None
    for visit, said in told:
        if said.state is State.OFF:
            first = visit
        if first is not None and (said.state in {State.ON, State.NOT_OFFERED} or said.before == "on"):
            break
    return first
