"""What runs found to be new on the site's pages: `changes.json`, written and read again."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from optout.change import Change, from_json
from optout.evidence.attempts import recent
from optout.evidence.chain import Run, understood

FILE = "changes.json"
SCHEMA = "optout.changes/1"


def to_json(changes: Iterable[Change]) -> dict[str, object]:
    """Given what is new, return the content of `changes.json`."""
    return {"schema": SCHEMA, "changes": [change.to_json() for change in changes]}


def read(run: Path) -> tuple[Change, ...]:
    """Given a run folder, return what it found to be new; nothing if that cannot be understood."""
    content = understood(run / FILE) or {}
    found = content.get("changes")
    if content.get("schema") != SCHEMA or not isinstance(found, list):
        return ()
    return tuple(change for change in map(from_json, found) if change is not None)


def of_late(store: Path, now: datetime) -> Iterator[tuple[Run, datetime, Change]]:
    """Given the store's folder and the time, give what was new in the last 30 days, newest first.

    Older runs are not opened. Raise OptoutError if the store cannot be listed.
    """
    for run, when in recent(store, now):
        for change in read(run.path):
            yield run, when, change
