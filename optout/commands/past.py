"""What the runs of one account add up to: for each setting the last proved state, when, and since when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from optout.change import plain
from optout.errors import EvidenceDamaged
from optout.evidence.carried import was_seen_on
from optout.verdict import PROVED_OFF, Reading, Verdict

if TYPE_CHECKING:
    from optout.evidence.ledger import Run

# What a visit with this verdict showed at its end; a verdict that is missing could not tell.
SHOWED: Mapping[Verdict, Reading] = {
    Verdict.ALREADY_OFF: Reading.OFF,
    Verdict.TURNED_OFF: Reading.OFF,
    Verdict.ON: Reading.ON,
    Verdict.CAME_BACK_ON: Reading.ON,
    Verdict.DID_NOT_STICK: Reading.ON,
    Verdict.NOT_OFFERED: Reading.NOT_OFFERED,
}
KNOWN = frozenset({Reading.ON, Reading.OFF, Reading.NOT_OFFERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LastVisit:
    """The newest visit that can be read; `site` is the origin it went to, None if the run does not say."""

    run: str
    command: str
    outcome: str
    finished: str
    site: str | None

    def to_json(self) -> dict[str, object]:
        """Return the members that `optout status --json` shows."""
        return {
            "run": self.run,
            "command": self.command,
            "outcome": self.outcome,
            "finished": self.finished,
            "site": self.site,
        }


@dataclass(slots=True, kw_only=True)
class Past:
    """What the runs of one account say about one setting; times are as the runs hold them, UTC with a Z.

    `verdict`, `reason` and `seen` are of the newest visit. `state` is the last one that a visit could tell,
    `told` the newest visit that showed it, `since` the oldest of those that showed it with no other in
    between; all None if none could tell. `last_proved_off` is the newest visit that proved it off, and
    `proved_off_from` the oldest of those before it that did, with no other state in between.
    """

    name: str
    verdict: Verdict
    reason: str
    seen: str
    state: Reading | None = None
    told: str | None = None
    since: str | None = None
    last_proved_off: str | None = None
    proved_off_from: str | None = None
    _off_closed: bool = field(default=False, repr=False)
    _closed: bool = field(default=False, repr=False)

    def add(self, verdict: Verdict, before: str, finished: str, *, seen_on: bool = False) -> None:
        """Given what an older run says, take it in; runs come newest first.

        A visit that could not tell neither ends nor lengthens the stretch of one state; one that found the
        setting in another state at first ends it. What was ON at first, or where anything else in the visit
        showed it ON (`seen_on`), and could not be told in the end counts as ON; OFF at first proves nothing.
        """
        was_on = seen_on or before == Reading.ON
        seen = {before, SHOWED.get(verdict), *([Reading.ON] if was_on else [])}
        if verdict in PROVED_OFF:
            self.last_proved_off = self.last_proved_off or finished
            self.proved_off_from = self.proved_off_from if self._off_closed else finished
        if self.last_proved_off is not None:
            self._off_closed = self._off_closed or bool(seen & {Reading.ON, Reading.NOT_OFFERED})
        if self._closed:
            return
        showed = SHOWED.get(verdict) or (Reading.ON if was_on else None)
        if showed is not None and self.state in {None, showed}:
            self.state, self.told, self.since = showed, self.told or finished, finished
        self._closed = self.state is not None and bool((seen & KNOWN) - {self.state})

    def to_json(self) -> dict[str, object]:
        """Return the members that `optout status --json` lists for a setting."""
        return {
            "name": self.name,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "seen": self.seen,
            "state": self.state.value if self.state else None,
            "state_told": self.told,
            "state_since": self.since,
            "last_proved_off": self.last_proved_off,
            "last_proved_off_from": self.proved_off_from,
            "proved_off_since": self.since if self.state is Reading.OFF else None,
        }


def history(runs: "Iterable[Run]") -> tuple[LastVisit | None, tuple[Past, ...]]:
    """Given the runs of one account, newest first, return the last visit and the past of each setting.

    A run whose words cannot be read is passed over: the audit speaks of it.
    """
    last: LastVisit | None = None
    found: dict[str, Past] = {}
    for run in runs:
        try:
            said = run.read()
            finished = plain(str(said["finished"]))
            rows = [_row(row) for row in cast("list[dict[str, object]]", said["settings"])]
        except (EvidenceDamaged, ValueError, KeyError, TypeError):
            continue
        if last is None and said.get("kind", "visit") == "visit":
            last = LastVisit(
                run=run.name,
                command=plain(str(said.get("command"))),
                outcome=plain(str(said.get("outcome"))),
                finished=finished,
                site=_site(said.get("options")),
            )
        for row in rows:
            past = found.setdefault(
                row.name, Past(name=row.name, verdict=row.verdict, reason=row.reason, seen=finished)
            )
            past.add(row.verdict, row.before, finished, seen_on=row.seen_on)
    return last, tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What a run says of a setting, its words made harmless: a terminal shows them."""

    name: str
    verdict: Verdict
    before: str
    reason: str
    seen_on: bool


def _row(row: Mapping[str, object]) -> _Row:
    return _Row(
        name=plain(str(row["name"])),
        verdict=Verdict(str(row["verdict"])),
        before=str(row["before"]),
        reason=plain(str(row["reason"])),
        seen_on=was_seen_on(row),
    )


def _site(options: object) -> str | None:
    site = options.get("site") if isinstance(options, dict) else None
    return plain(site) if isinstance(site, str) else None
