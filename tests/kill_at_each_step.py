"""Append to a copy of a store once per step, killed (SIGKILL) at that step, and print what was left.

Arguments: the folder of a place (sample_store.place), an empty folder to work in and, if the runs are to be
signed and time-stamped, a config folder that names the authority. Run in a process of its own by
test_ledger_killed.py.
"""

import json
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import filelock  # noqa: F401 - loaded here so that no child has to
import rfc3161_client  # noqa: F401 - as above
from dying import died
from sample_store import ALREADY_OFF, OWNER, START, WEEK, Place, append, place, snapshot

from optout.evidence import audit, authorities, ledger, seal
from optout.evidence.audit_told import Told
from optout.evidence.checkers import FAST


@dataclass(frozen=True, slots=True)
class Visits:
    """The two visits at each step, the one that is killed and the next one: what they seal with, and when."""

    means: seal.Means
    told: Told
    times: tuple[datetime, datetime]

    def append(self, where: Place, number: int) -> ledger.Sealed:
        """Given a place and which visit it is, 0 or 1, seal its run."""
        return append(where, self.times[number], {"ai-training": ALREADY_OFF}, means=self.means)

    def audit(self, where: Place, head: str | None = None) -> int:
        """Given a place, return the exit code of its audit."""
        return audit.audit(where.store, head=head, told=self.told, checkers=FAST).exit_code


def visits(config: Path | None) -> Visits:
    """Given the config folder that names an authority, or None, return the visits."""
    if config is None:
        return Visits(seal.Means(), Told(), (START + 6 * WEEK, START + 7 * WEEK))
    asked = authorities.load(config)
    assert asked
    now = datetime.now(UTC)
    means = seal.Means(key=lambda _: OWNER, authorities=asked)
    return Visits(means, Told(roots=authorities.pinned(config), expects_stamps=True), (now, now))


def after(where: Place, old: dict[str, bytes], made: Visits) -> dict[str, object]:
    """Given a place where somebody was killed, its old files and the visits, return what the next finds."""
    runs = where.store / "runs"
    drafts = sorted(path.name for path in runs.glob(".tmp-*"))
    count = len(list(ledger.runs(where.store)))
    held = made.audit(where) if count else 0
    kept = {name: content for name, content in snapshot(where.store).items() if name in old}
    sealed = made.append(where, 1)
    run = json.loads((sealed.path / "run.json").read_text())
    return {
        "drafts": drafts,
        "runs": count,
        "held": held,
        "old_untouched": kept == old,
        "interrupted": run["interrupted"],
        "damage_seen": run["damage_seen"],
        "drafts_left": sorted(path.name for path in runs.glob(".tmp-*")),
        "holds": made.audit(where, sealed.head),
        "runs_after": len(list(ledger.runs(where.store))),
    }


def main(source: Path, work: Path, config: Path | None = None) -> None:
    """Given a place's folder, one to work in and the config folder, print a list with one object per step."""
    made = visits(config)
    # Not in the file of old things: what every visit writes anew.
    old = {name: content for name, content in snapshot(place(source).store).items() if name != ".lock"}
    answers = []
    for step in range(1, 10_000):
        here = work / str(step)
        shutil.copytree(source, here) if source.is_dir() else here.mkdir()
        is_dead = died(partial(made.append, place(here), 0), step)
        answers.append({"step": step, **after(place(here), old, made)})
        shutil.rmtree(here)
        if not is_dead:
            break
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
