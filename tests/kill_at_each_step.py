"""Append to a copy of a store once per step, killed (SIGKILL) at that step, and print what was left.

Arguments: the folder of a place (sample_store.place), an empty folder to work in. Run in a process of its
own by test_ledger_killed.py: it forks, and it wraps the calls that change a disk.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import filelock  # noqa: F401 - loaded here so that no child has to
from sample_store import ALREADY_OFF, START, WEEK, Place, append, place, snapshot

from optout.evidence import audit, ledger

STEPS = ("mkdir", "open", "write", "fsync", "rename", "replace", "unlink", "rmdir")


def die_at(step: int) -> None:
    """Given a number, have this process killed before that call, or in the middle if it is a write."""
    left = [step]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(name: str) -> None:
        real: Callable[..., object] = getattr(os, name)

        def wrapped(*args: object, **keywords: object) -> object:
            count()
            if name == "write":
                content = args[1]
                assert isinstance(content, bytes | memoryview)
                half = len(content) // 2
                real(args[0], content[:half])
                count()
                real(args[0], content[half:])
                return len(content)
            return real(*args, **keywords)

        setattr(os, name, wrapped)

    for name in STEPS:
        wrap(name)


def killed(where: Place, step: int) -> bool:
    """Given a place and a step, append in a child that dies there; return whether it died."""
    child = os.fork()
    if child == 0:
        die_at(step)
        append(where, START + 6 * WEEK, {"ai-training": ALREADY_OFF})
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def after(where: Place, old: dict[str, bytes]) -> dict[str, object]:
    """Given a place where somebody was killed, and its old files, return what the next visit finds."""
    runs = where.store / "runs"
    drafts = sorted(path.name for path in runs.glob(".tmp-*"))
    count = len(list(ledger.runs(where.store)))
    held = audit.audit(where.store).exit_code if count else 0
    kept = {name: content for name, content in snapshot(where.store).items() if name in old}
    sealed = append(where, START + 7 * WEEK, {"ai-training": ALREADY_OFF})
    run = json.loads((sealed.path / "run.json").read_text())
    return {
        "drafts": drafts,
        "runs": count,
        "held": held,
        "old_untouched": kept == old,
        "interrupted": run["interrupted"],
        "damage_seen": run["damage_seen"],
        "drafts_left": sorted(path.name for path in runs.glob(".tmp-*")),
        "holds": audit.audit(where.store, head=sealed.head).exit_code,
        "runs_after": len(list(ledger.runs(where.store))),
    }


def main(source: Path, work: Path) -> None:
    """Given a place's folder and a folder to work in, print a list with one object per step."""
    # Not in the file of old things: what every visit writes anew.
    old = {name: content for name, content in snapshot(place(source).store).items() if name != ".lock"}
    answers = []
    for step in range(1, 10_000):
        here = work / str(step)
        shutil.copytree(source, here) if source.is_dir() else here.mkdir()
        died = killed(place(here), step)
        answers.append({"step": step, **after(place(here), old)})
        shutil.rmtree(here)
        if not died:
            break
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
