"""The head that is remembered outside the store: what tells that the store's own end was cut or changed."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from optout.evidence import disk, ordinary_file, record

_STORE = re.compile(r"[0-9a-f]{32}")
_RUN = re.compile(r"[0-9]{6,}_[0-9]{8}T[0-9]{6}Z")
_HEAD = re.compile(r"[0-9a-f]{64}|unreadable")


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of a chain: `head` is the SHA-256 of the run's `SHA256SUMS`, `run` its folder name."""

    store: str
    number: int
    run: str
    head: str


def file_for(store: Path, state: Path) -> Path:
    """Given a store's folder and the folder of the program's state, return the memory file of that store."""
    return state / f"{store.name}.head.json"


def remember(path: Path, end: End) -> None:
    """Given the memory file and the end of the chain, keep it there, 0600, in one move."""
    disk.make_folder(path.parent)
    disk.replace(
        path,
        record.to_json(
            {
                "schema": "optout.head/1",
                "store": end.store,
                "number": end.number,
                "run": end.run,
                "head": end.head,
            }
        ),
    )


def recall(path: Path) -> End | None:
    """Given the memory file, return what it holds, or None if nothing was ever remembered there.

    Raise ValueError if the file cannot be read or understood.
    """
    try:
        content = json.loads(ordinary_file.read(path))
    except FileNotFoundError:
        return None
    except (OSError, RecursionError):
        content = None
    match content:
        case {"store": str(store), "number": int(number), "run": str(run), "head": str(head)}:
            if _STORE.fullmatch(store) and _RUN.fullmatch(run) and _HEAD.fullmatch(head):
                return End(store=store, number=number, run=run, head=head)
    raise ValueError("the memory of the head cannot be understood")


def difference(remembered: End | None, found: End | None, lines: frozenset[str]) -> str | None:
    """Given the remembered and the found end of the chain, return what is wrong between them, or None.

    `lines` are the found run's checksum lines. A visit that was killed after its run was moved into place
    and before its head was remembered left one run more, which links to the remembered head: nothing is
    wrong then. Nor is anything wrong if nothing is remembered: there is nothing to compare. The sentence
    goes into a sealed file: it names runs, never a path.
    """
    if remembered is None or remembered == found:
        return None
    if found is None:
        return f"the store is empty, yet {remembered.run} was sealed with the head {remembered.head}"
    if remembered.store != found.store:
        return f"this is the store {found.store}, yet {remembered.run} was sealed in {remembered.store}"
    continued = f"{remembered.head}  ../{remembered.run}/SHA256SUMS" in lines
    if continued and found.number == remembered.number + 1:
        return None
    if found.run == remembered.run:
        return f"{found.run} has the head {found.head}, yet it was sealed with {remembered.head}"
    return f"the newest run is {found.run}, yet {remembered.run} was sealed with the head {remembered.head}"
