"""How often `check --fix` has switched a setting off of late: counted from the runs, never too low."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from optout.errors import EvidenceDamaged
from optout.evidence.chain import Run, runs, understood
from optout.evidence.record import is_time, stamp

MOST = 3  # times in SPAN; after that the setting is left alone
SPAN = timedelta(days=30)
CLICKED = "clicked.json"  # beside the pictures of a setting, written before the click
OF_A_CLICK = frozenset({"after", "reload", "early-reload"})  # stages that there are after a click only
NOT_CLICKED = frozenset({"on", "came_back_on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How often it was switched off in SPAN, at most MOST, and on which day first.

    `unsure` of them are runs that cannot be read and may have done it.
    """

    count: int = 0
    since: str | None = None
    unsure: int = 0

    @property
    def exhausted(self) -> bool:
        """Whether it is not to be switched off once more."""
        return self.count >= MOST

    @property
    def sentence(self) -> str:
        """What was done and what follows from it."""
        doubt = f" ({self.unsure} of them in visits whose record cannot be read)" if self.unsure else ""
        return (
            f"`optout check --fix` has switched it off {self.count} times since {self.since}{doubt}"
            " and leaves it alone now"
        )


NONE = Attempts()


def of(store: Path, name: str, now: datetime, broken_off: Iterable[str] = ()) -> Attempts:
    """Given the store's folder, a setting and the time, return how often it was switched off in SPAN.

    `broken_off` are the times of clicks in visits that were killed before they could be sealed; one that is
    yet to come, told by a clock that was ahead, counts as now. Only runs that may be of that time are opened.
    Raise OptoutError if the store cannot be listed.
    """
    told = (time[:10] for time in not_ahead(broken_off, now))
    days = [day for day in told if day > f"{now - SPAN:%Y-%m-%d}"]
    unsure = 0
    for run, when in recent(store, now):
        if len(days) >= MOST:
            break
        clicked = _clicked(run, name)
        if clicked is not False:
            days.append(f"{when:%Y-%m-%d}")
            unsure += clicked is None
    return Attempts(count=len(days), since=min(days), unsure=unsure) if days else NONE


def clicked_json(times: Iterable[str]) -> dict[str, object]:
    """Given the times of this click and of those that broke off earlier, return the content of CLICKED."""
    return {"clicked": list(times)}


def not_ahead(times: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Given times of clicks and the time, return them with those that are yet to come set back to now.

    Else a clock that was ahead would have them count for as long. They stay apart by a second each, as equal
    ones are one click.
    """
    latest, told = stamp(now), tuple(times)
    ahead = [time for time in told if time > latest]
    back = [stamp(now - timedelta(seconds=seconds)) for seconds, _ in enumerate(ahead)]
    return (*(time for time in told if time <= latest), *back)


def broken_off(store: Path) -> dict[str, tuple[str, ...]]:
    """Given the store's folder, return for each setting the times of clicks in visits that left only a draft.

    Drafts are emptied by the next visit, which therefore has to carry this on.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((store / "runs").glob(f".tmp-*/*/{CLICKED}")):
        times = (understood(path) or {}).get("clicked")
        told = tuple(each for each in times if is_time(each)) if isinstance(times, list) else ()
        found[path.parent.name] = found.get(path.parent.name, ()) + told
    return found


def recent(store: Path, now: datetime) -> Iterator[tuple[Run, datetime]]:
    """Given the store's folder and the time, give each run that may be of SPAN before it, newest first.

    The time of a run stands in its name. A clock that was set back or ahead makes no run older than the one
    before it in the chain, and none younger than the one after it.
    """
    times: list[tuple[Run, datetime | None]] = []
    latest: datetime | None = None
    for run in reversed(list(runs(store))):
        sealed = _sealed(run)
        if sealed is not None and sealed <= now:
            latest = max(latest or sealed, sealed)
            times.append((run, latest))
        else:
            times.append((run, None))
    following = now
    for run, told in reversed(times):
        following = told or following
        if following > now - SPAN:
            yield run, following


def _sealed(run: Run) -> datetime | None:
    try:
        return datetime.strptime(run.name.partition("_")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _clicked(run: Run, name: str) -> bool | None:
    """Return whether a `check --fix` clicked the setting in this run; None if that cannot be told.

    Such a visit clicks what it read ON, unless it says at the end that it is on and nothing more.
    """
    try:
        record = run.read()
    except EvidenceDamaged:
        return _by_pictures(run, name)
    command, options, settings = (record.get(member) for member in ("command", "options", "settings"))
    if record.get("kind", "visit") != "visit" or (isinstance(command, str) and command != "check"):
        return False
    if not isinstance(options, dict) or not isinstance(settings, list):
        return _by_pictures(run, name)
    if options.get("fix") is not True:
        return False
    return any(_was_clicked(each) for each in settings if isinstance(each, dict) and each.get("name") == name)


def _was_clicked(setting: Mapping[str, object]) -> bool:
    verdict = setting.get("verdict")
    return setting.get("before") == "on" and not (isinstance(verdict, str) and verdict in NOT_CLICKED)


def _by_pictures(run: Run, name: str) -> bool | None:
    """Return False if the texts beside the pictures tell of a look and of no click, None otherwise."""
    stages = (understood(run.path / name / "state.json") or {}).get("stages")
    looked = isinstance(stages, dict) and "before" in stages and not OF_A_CLICK & stages.keys()
    return False if looked else None
