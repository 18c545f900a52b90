"""Run the job once through the scheduler itself, and wait for what it leaves."""

import os
import select
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from optout.errors import UsageProblem
from optout.schedule import cron, systemd
from optout.schedule.plan import Plan
from optout.schedule.program import SchedulerRefused

LONGEST_START = 130.0  # cron looks once a minute, and reads a new crontab at the next
LONGEST = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the job ended there: its exit code, and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str


def carry_out(plan: Plan, state_folder: Path) -> Ended:
    """Given the kept plan and the state folder, run its call with `--json` through its scheduler.

    Raise SchedulerRefused if it did not start or did not end in time; UsageProblem if that scheduler has
    no way to run something else once.
    """
    scheduler = {"cron": cron, "systemd": systemd}.get(plan.backend)
    if scheduler is None:
        raise UsageProblem(
            f"{plan.backend} cannot be tried from here.", "Start the job in its own window and look there."
        )
    with tempfile.TemporaryDirectory(dir=state_folder, prefix=".trial-") as name:
        folder = Path(name)
        with signals(folder) as (began, ended):
            scheduler.start_trial(replace(plan, command=noting(plan, folder)))
            try:
                wait_for(began, LONGEST_START, f"{plan.backend} did not start the job.")
                wait_for(ended, LONGEST, "The job did not end.")
            finally:
                scheduler.end_trial(plan)
        texts = [(folder / each).read_text(encoding="utf-8", errors="replace") for each in ("out", "err")]
        return Ended(exit_code=int((folder / "code").read_text()), stdout=texts[0], stderr=texts[1])


def noting(plan: Plan, folder: Path) -> tuple[str, ...]:
    """Given a plan and a folder, return the call that runs it there once and leaves out, err and code."""
    # mkdir succeeds once: cron starts the line again each minute until it is taken out.
    job = shlex.join([*plan.command, "--json"])
    # Opened for both ways, as opening a pipe for writing alone waits for a reader who may be gone.
    script = (
        f"cd {shlex.quote(str(folder))} && mkdir taken 2>/dev/null || exit 0; echo 1<>began; "
        f"{job} >out 2>err; echo $? >code; echo 1<>ended"
    )
    return ("/bin/sh", "-c", script)


@contextmanager
def signals(folder: Path) -> Iterator[tuple[int, int]]:
    """Given a folder, make the pipes on which the job of `noting` says that it began, and that it ended."""
    pipes = []
    for name in ("began", "ended"):
        os.mkfifo(folder / name, 0o600)
        pipes.append(os.open(folder / name, os.O_RDONLY | os.O_NONBLOCK))
    try:
        yield pipes[0], pipes[1]
    finally:
        for pipe in pipes:
            os.close(pipe)


def wait_for(pipe: int, seconds: float, sentence: str) -> None:
    """Given one of those pipes, wait for its word. Raise SchedulerRefused if it is not said."""
    if not select.select([pipe], [], [], seconds)[0]:
        raise SchedulerRefused(sentence, "Look whether it runs: `optout schedule status`.")
