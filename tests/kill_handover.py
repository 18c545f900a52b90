"""Export or prune a copy of a store once per step, killed (SIGKILL) at that step, and print what was left.

Arguments: `export` or `prune`, the folder of a place (sample_store.place) and an empty folder to work in. An
export is also killed at each of some sizes of its ZIP, since that is not written by a call that can be
wrapped. Run in a process of its own by test_handover_killed.py.
"""

import json
import re
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

from dying import died
from handed_over import audited
from sample_store import PERSON, START, Place, place, snapshot

from optout.evidence import audit, handover, ordinary_file, prune, report

LATER = START + timedelta(days=4 * 365)
NO_STEP = 10_000
OLDER = b"an older ZIP"


def export(where: Place, most: int | None = None) -> handover.Packed:
    """Given a place, pack it; `most` is the size in bytes beyond which a file kills whoever writes it."""
    if most is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    return handover.export(where.store, where.store.parent / "e.zip", handover.Wish())


def after_export(where: Place, old: dict[str, bytes], cleaned: list[list[str]]) -> dict[str, object]:
    """Given a place where an export was killed and its old files, return what it and the next one left.

    `cleaned` are the kinds of leftovers that a next export was already seen to clean up.
    """
    target = where.store.parent / "e.zip"
    told = target.with_name("e.zip.sha256")
    is_old = target.read_bytes() == OLDER
    answer: dict[str, object] = {
        "is_old": is_old,
        "whole": is_old or audited(target)[0] == 0,
        "sum": not told.exists() or told.read_text()[:64] == ordinary_file.sha256(target),
        "store_untouched": {k: v for k, v in snapshot(where.store).items() if k in old} == old,
        "holds": audit.audit(where.store).exit_code,
    }
    left = leftovers(where)
    if left not in cleaned:  # the next export need not show it for each step that leaves the same behind
        cleaned.append(left)
        export(where)
        answer["after"] = leftovers(where)
    return answer


def leftovers(where: Place) -> list[str]:
    """Given a place, return the kinds of what an export has left in the store and beside the ZIP."""
    beside = {path.name for path in where.store.parent.iterdir()} - {"somebody", "e.zip", "e.zip.sha256"}
    inside = {path.name for path in where.store.iterdir()} - {".lock", "runs", "store.json"}
    return sorted(re.sub("[0-9a-f]{8}", "*", name) for name in beside | inside)


def remove(where: Place) -> None:
    """Given a place, prune it."""
    made = prune.plan(where.store, keep="36m", captures=False, now=LATER)
    prune.carry_out(where.store, made, memory=where.memory, account=PERSON.account)


def after_prune(where: Place, old: dict[str, bytes]) -> dict[str, object]:
    """Given a place where a prune was killed and its old files, return what the next one leaves."""
    runs = len(where.runs)
    gone = old.keys() - snapshot(where.store).keys()
    held = audit.audit(where.store).exit_code
    remove(where)
    now = snapshot(where.store)
    return {
        "runs": runs,
        "gone": sorted(gone),
        "held": held,
        "rest_untouched": all(content == old.get(name, content) for name, content in now.items()),
        "gone_after": sorted(old.keys() - now.keys()),
        "holds": audit.audit(where.store).exit_code,
        "runs_after": len(where.runs),
        "drafts": sorted(path.name for path in (where.store / "runs").glob(".tmp-*")),
    }


def attempts(is_export: bool) -> Iterator[tuple[Callable[[Place], object], int]]:
    """Yield what to do and the step at which it dies."""
    if is_export:
        yield from ((partial(export, most=size), NO_STEP) for size in (200, 30_000, 70_000))
    yield from ((export if is_export else remove, step) for step in range(1, NO_STEP))


def main(command: str, source: Path, work: Path) -> None:
    """Given the arguments, print a list with one object per step."""
    is_export = command == "export"
    after = partial(after_export, cleaned=[]) if is_export else after_prune
    report.render(place(source).store, now=LATER)  # loads what no child should have to load
    old = {name: content for name, content in snapshot(place(source).store).items() if name != ".lock"}
    answers = []
    for act, step in attempts(is_export):
        here = place(work / "here")
        shutil.copytree(source, work / "here")
        if is_export:
            (here.store.parent / "e.zip").write_bytes(OLDER)
        is_dead = died(partial(act, here), step)
        answers.append({"step": step, "dead": is_dead, **after(here, old)})
        shutil.rmtree(work / "here")
        if not is_dead:
            break
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
