"""Files that are listed and not there: pruned by a sealed run, withheld in a hand-over, or missing.

Standard library only. At most a thousand absent files of each run are kept, by name.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from optout.evidence import ordinary_file
from optout.evidence.audit_run import Folder

MISSING = "missing.txt"
HANDOVER = "handover.json"
# What may go at a prune; the readings, the record and the seals never do.
PRUNABLE = re.compile(r".*\.png|(.*/)?(card\.html|[^/]*\.aria\.yaml|network\.json)")
# What a hand-over may be without, by the word that it declares.
WITHHELD = {"identity": re.compile(r"account\.json|.*\.full\.png"), "pictures": re.compile(r".*\.png")}


@dataclass(slots=True)
class Absent:
    """What is absent so far; `told` are the lines of `missing.txt`, None where there is none.

    `waiting` maps paths like `000002_…/account.json` to the checksum that their run lists, as long as no
    later run declares them pruned.
    """

    told: list[str] | None = None
    kinds: tuple[str, ...] = ()
    every: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    pruned: int = 0
    pruned_in: dict[str, None] = field(default_factory=dict)
    withheld: int = 0

    def enter(self, run: Folder, content: object) -> None:
        """Given the next run and its `run.json`, take what it declares pruned in earlier ones, and its gaps.

        A declaration counts if it names the checksum that the earlier run lists.
        """
        match content, run.understood.get("pruned.json"):
            case {"kind": "prune"}, {"paths": dict(paths)} if "pruned.json" in run.listed:
                for path, digest in paths.items():
                    name = path.partition("/")[2]
                    if self.waiting.get(path) == digest and PRUNABLE.fullmatch(name):
                        del self.waiting[path]
                        self.pruned += 1
                        self.pruned_in[run.name[:6]] = None
        for name, digest in sorted(run.missing.items()):
            self.every.append(f"{run.name}/{name}")
            self.waiting[f"{run.name}/{name}"] = digest

    def undeclared(self) -> list[tuple[str, str]]:
        """Return run and sentence for each file that is missing without a word, once all were entered."""
        found = []
        for path in self.waiting:
            run, _, name = path.partition("/")
            if self.told is not None and any(WITHHELD[kind].fullmatch(name) for kind in self.kinds):
                self.withheld += 1
            else:
                found.append((run, f"{name} is missing"))
        return found

    @property
    def told_otherwise(self) -> bool:
        """Whether there is a `missing.txt` that does not name exactly what is absent."""
        return self.told is not None and self.told != sorted(self.every)

    @property
    def words(self) -> str:
        """What is to be said of what is absent and declared; empty if nothing is."""
        pruned = f"; {self.pruned} pruned, declared in {', '.join(self.pruned_in)}" if self.pruned else ""
        return pruned + (f"; {self.withheld} withheld, as {MISSING} says" if self.withheld else "")


def declared(store: Path) -> Absent:
    """Given a store's folder, return what it says of itself, as a hand-over does, to be without."""
    try:
        text = ordinary_file.read(store / MISSING).decode("ascii")
    except (OSError, UnicodeDecodeError):
        return Absent()
    try:
        content = json.loads(ordinary_file.read(store / HANDOVER))
    except (OSError, ValueError, RecursionError):
        content = None
    kinds = content.get("withheld") if isinstance(content, dict) else None
    words = tuple(kind for kind in WITHHELD if kind in kinds) if isinstance(kinds, list) else ()
    return Absent(told=text.splitlines(), kinds=words)
