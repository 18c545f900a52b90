"""Prune old pictures: seal a run that names them with their checksums, and only then remove them.

The first visit, every change and the newest look at each setting keep all that they have.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from optout.errors import EvidenceDamaged, UsageProblem
from optout.evidence import changes, disk, ledger, record
from optout.evidence.audit_absent import PRUNABLE
from optout.evidence.chain import Run, runs, understood
from optout.evidence.seal import Means

FILE = "pruned.json"
SCHEMA = "optout.pruned/1"
KEPT = "36m"  # a log may be kept for three years if there is a reason for it (CNIL, for controllers)
_SPAN = re.compile(r"([0-9]{1,4})([dmy])")
_PICTURE = re.compile(r".*\.png")
_UNSIGNED = Means()
_CHANGES = frozenset({"turned_off", "came_back_on", "did_not_stick", "conflict"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a prune would remove: paths like `000002_…/ai-training/before.element.png` with their checksums.

    `at` is when it was made, `left` are paths that an earlier prune has declared and did not come to remove.
    `size` is in bytes.
    """

    keep: str
    at: datetime
    before: datetime
    captures: bool
    paths: Mapping[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    size: int = 0

    @property
    def runs(self) -> int:
        """How many visits lose something."""
        return len({path.partition("/")[0] for path in self.paths})


def before(keep: str, now: datetime) -> datetime:
    """Given a span like `36m`, `3y` or `90d` and a time, return that long before. Raise UsageProblem."""
    match = _SPAN.fullmatch(keep)
    if match is None:
        raise UsageProblem(
            f"{keep!r} is no span of time.", "Say months, years or days, as in `--keep 36m`, `3y`, `90d`."
        )
    number = int(match[1])
    if match[2] == "d":
        return now - timedelta(days=number)
    months = now.year * 12 + now.month - 1 - number * (12 if match[2] == "y" else 1)
    year, month = divmod(months, 12)
    if year < 1:
        raise UsageProblem(f"{keep!r} is longer than there are years.", f"Say `--keep {KEPT}`.")
    first = now.replace(year=year, month=month + 1, day=1)
    return first + timedelta(days=min(now.day, _days(first)) - 1)


def plan(store: Path, *, keep: str, captures: bool, now: datetime) -> Plan:
    """Given a store that holds and how long pictures stay, return what would go.

    `captures` lets texts and network records of the pages go too. Raise OptoutError if the store cannot be
    read, UsageProblem if `keep` is no span or there is no run.
    """
    limit = before(keep, now)
    every = list(runs(store))
    if not every:
        raise UsageProblem("There is no evidence yet.", "Run `optout run` or `optout check` first.")
    protected = _protected(reversed(every))
    declared = {path: None for run in every for path in _declared(run)}
    wanted = PRUNABLE if captures else _PICTURE
    paths, size = {}, 0
    for run in reversed(every):
        if run.name in protected or _sealed(run) >= limit:
            continue
        for name, digest in run.listed().items():
            path = f"{run.name}/{name}"
            if wanted.fullmatch(name) and path not in declared:
                paths[path] = digest
                size += (run.path / name).stat().st_size
    left = tuple(path for path in declared if os.path.lexists(store / "runs" / path))
    return Plan(keep=keep, at=now, before=limit, captures=captures, paths=paths, left=left, size=size)


def carry_out(
    store: Path, made: Plan, *, memory: Path, account: str, means: Means = _UNSIGNED
) -> ledger.Sealed | None:
    """Given a store and a plan for it, seal what goes, then remove it; return the run, None if none was due.

    `means` are asked for a key and a time stamp. Whoever dies in between leaves files that are declared and
    still there: the next prune removes them.
    Raise EvidenceDamaged if the store's end is not as it was left, OptoutError if it cannot be written.
    """
    sealed = _sealed_run(store, made, memory, account, means) if made.paths else None
    with disk.one_sentence("The pictures are declared, and could not all be removed"):
        folders = dict.fromkeys(_removed(store / "runs" / path) for path in sorted((*made.left, *made.paths)))
        for folder in folders:
            disk.flush_folder(folder)
    return sealed


def _removed(path: Path) -> Path:
    path.unlink(missing_ok=True)
    return path.parent


def _sealed_run(store: Path, made: Plan, memory: Path, account: str, means: Means) -> ledger.Sealed:
    damage, now = None, made.at
    with ledger.begin(store, memory=memory, now=now, means=means) as draft:
        damage = draft.damage_seen
        if damage is None:
            content = {
                "schema": SCHEMA,
                "keep": made.keep,
                "before": made.before,
                "captures": made.captures,
                "paths": made.paths,
            }
            draft.add(FILE, record.to_json(content))
            said = record.VisitRecord(
                kind="prune",
                command="prune",
                outcome="good",
                exit_code=0,
                started=now,
                finished=now,
                settings=(),
                options={"keep": made.keep, "captures": made.captures},
                environment={},
            )
            return draft.seal(said, _identity(store, account), secrets=(), now=now)
    raise EvidenceDamaged(f"The evidence is damaged: {damage}.", "Run `optout evidence audit`.")


def _identity(store: Path, account: str) -> record.Identity:
    """Return whose account the newest run is of."""
    told = next((run.identity() or {} for run in runs(store)), {})
    member, name, url = (told.get(part) for part in ("member", "display_name", "profile_url"))
    return record.Identity(
        account=account,
        member=member if isinstance(member, str) else None,
        display_name=name if isinstance(name, str) else None,
        profile_url=url if isinstance(url, str) else None,
    )


def _protected(oldest_first: Iterator[Run]) -> set[str]:
    """Return the names of the runs that keep all: the first visit, changes, the newest look at a setting."""
    kept: set[str] = set()
    readings: dict[str, object] = {}
    newest: dict[str, str] = {}
    for run in oldest_first:
        try:
            content = run.read()
        except EvidenceDamaged:
            kept.add(run.name)
            continue
        if content.get("kind") != "visit":
            continue
        settings = content.get("settings")
        if not newest or content.get("news") or changes.read(run.path) or not isinstance(settings, list):
            kept.add(run.name)
        newest[""] = run.name
        for setting in settings if isinstance(settings, list) else ():
            name, read, after = str(setting.get("name")), setting.get("before"), setting.get("after")
            if readings.get(name) != read or read != after or setting.get("verdict") in _CHANGES:
                kept.add(run.name)
            readings[name], newest[name] = after, run.name
    return kept | set(newest.values())


def _declared(run: Run) -> Iterator[str]:
    """Yield the paths that a prune has declared removed, of runs before it."""
    paths = (understood(run.path / FILE) or {}).get("paths")
    for path in paths if isinstance(paths, dict) else ():
        if isinstance(path, str) and path < run.name and ".." not in path and PRUNABLE.fullmatch(path):
            yield path


def _sealed(run: Run) -> datetime:
    with suppress(ValueError):
        return datetime.strptime(run.name.partition("_")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return datetime.max.replace(tzinfo=UTC)


def _days(first: datetime) -> int:
    """Return how many days the month has that begins at `first`."""
    return ((first + timedelta(days=31)).replace(day=1) - first).days
