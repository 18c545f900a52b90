"""The one line that is sent away at each change: it alone shows later that an end was cut, or a fork."""

from pathlib import Path

from optout.evidence import chain
from optout.evidence.chain import Run, runs, understood


def line(store: Path) -> str | None:
    """Given a store's folder, return the line on its newest run, None if there is no run.

    It names the store, the run, when it was sealed and the head; no account and no path. Raise
    EvidenceDamaged if the newest run's `SHA256SUMS` cannot be read.
    """
    newest = next(runs(store), None)
    digest = chain.head(store)
    if newest is None or digest is None:
        return None
    identifier = (understood(store / "store.json") or {}).get("store")
    named = f"store {identifier}, " if isinstance(identifier, str) and identifier.isalnum() else ""
    return f"optout evidence: {named}run {newest.number:06d}, sealed {sealed(newest)}, head {digest}"


def sealed(run: Run) -> str:
    """Given a run, return when it was sealed, as its name has it: `2026-11-23T08:15:42Z`."""
    day, _, time = run.name.partition("_")[2].partition("T")
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:6]}Z"
