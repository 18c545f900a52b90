"""What the evidence costs: auditing many runs against `sha256sum`, and appending one to few and to many.

Ratios in one run; CPU seconds of whole processes (user and system), as they hardly depend on what else runs.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sample_store import ALREADY_OFF, OWNER, START, Place, append, place

from optout.evidence import seal

NAMES = ("ai-training", "affiliate-ads")
PICTURE = 30_000  # bytes; two of them and the texts are about what a quiet check adds
SMALL = 100
MOST_CPU, MOST_GROWTH, MOST_MEMORY = 2.0, 1.3, 1.3


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: CPU seconds, and the most memory that it had, in MB."""

    cpu: float
    memory: float


def cost(words: Sequence[str | Path], folder: Path) -> Cost:
    """Given a command that has to succeed, return what it cost, with the processes that it started."""
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words[0]} ended in {process.returncode}")
    return Cost(cpu=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / 1024)


def fill(where: Place, runs: int, *, signed: bool) -> float:
    """Given a place, append runs as large as quiet checks; return the CPU seconds of the last twenty."""
    means = seal.Means(key=lambda _: OWNER) if signed else None
    first = len(where.runs) if where.store.exists() else 0
    began = 0.0
    for number in range(first, runs):
        if number == runs - 20:
            began = time.process_time()
        findings = dict.fromkeys(NAMES, ALREADY_OFF)
        append(where, START + number * timedelta(days=7), findings, means=means, picture=noise(number))
    return time.process_time() - began


def noise(number: int) -> bytes:
    """Given a number, return bytes that no two runs share and that do not shrink."""
    return hashlib.shake_256(str(number).encode()).digest(PICTURE)


def show(runs: int) -> int:
    """Given how many runs, print what auditing and appending cost; return how many bounds are passed."""
    bad = 0
    for signed in (False, True):
        with tempfile.TemporaryDirectory(prefix="optout-bench.") as folder:
            where = place(Path(folder))
            few_appended = fill(where, SMALL, signed=signed)
            few = audited(where)
            many_appended = fill(where, runs, signed=signed)
            many = audited(where)
            sums = cost(
                ["sh", "-c", 'for d in runs/*; do (cd "$d" && sha256sum -c --quiet SHA256SUMS); done'],
                where.store,
            )
            every = "".join(f"{line[:66]}{run.name}/{line[66:]}" for run in where.runs for line in lines(run))
            (where.store / "every").write_text(every)
            at_once = cost(["sha256sum", "-c", "--quiet", "../every"], where.store / "runs")
            print(f"\n{runs} runs, {'signed' if signed else 'not signed'}, {size(where) / 1e6:.0f} MB")
            per_run = (many.cpu / runs) / (few.cpu / SMALL)
            bad += say(
                "audit / sha256sum in each folder, CPU",
                many.cpu / sums.cpu,
                MOST_CPU,
                f"{many.cpu:.2f} s / {sums.cpu:.2f} s",
            )
            say(
                "audit / one sha256sum over all, CPU",
                many.cpu / at_once.cpu,
                None,
                f"{many.cpu:.2f} s / {at_once.cpu:.2f} s",
            )
            bad += say(f"CPU for each run, {runs} / {SMALL} runs", per_run, MOST_GROWTH)
            bad += say(
                f"memory, {runs} / {SMALL} runs",
                many.memory / few.memory,
                MOST_MEMORY,
                f"{many.memory:.0f} MB / {few.memory:.0f} MB",
            )
            bad += say(
                f"appending one, at {runs} / at {SMALL} runs",
                many_appended / few_appended,
                MOST_GROWTH,
                f"{many_appended / 20 * 1000:.1f} ms / {few_appended / 20 * 1000:.1f} ms",
            )
    return bad


def audited(where: Place) -> Cost:
    """Given a place, return what `optout evidence audit` of its store costs."""
    return cost([sys.executable, "-m", "optout", "evidence", "audit", where.store], where.store.parent)


def lines(run: Path) -> list[str]:
    """Given a run, return the checksum lines of its own files, with their line feeds."""
    told = (run / "SHA256SUMS").read_text().splitlines(keepends=True)
    return [line for line in told if "  ../" not in line]


def size(where: Place) -> int:
    """Given a place, return how many bytes its runs have."""
    return sum(path.stat().st_size for path in where.store.rglob("*") if path.is_file())


def say(what: str, ratio: float, most: float | None, parts: str = "") -> bool:
    """Print a ratio, and its bound if it has one; return whether the bound is passed."""
    passed = most is not None and ratio > most
    bound = "" if most is None else f"  at most {most:.1f}{' PASSED' if passed else ''}"
    print(f"  {what:45} {ratio:5.2f}{bound}  {parts}", flush=True)
    return passed
