"""One command at a time for an account: whoever comes second is told who is at work, and since when."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from optout.config import account_folder
from optout.errors import VisitUnderWay
from optout.evidence import disk, ordinary_file, record

FOLDER = "locks"
LARGEST_FILE = 4096  # bytes
_COMMAND = re.compile(r"[a-z]+( --[a-z]+)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@contextmanager
def hold(state: Path, account: str, *, command: str) -> Iterator[None]:
    """Given the state folder, an account and the command at work ("check"), keep all others from the account.

    The system frees the lock when the process ends, however it ends. Raise VisitUnderWay, which names the
    command, process and time of whoever holds it as far as known, OptoutError if it cannot be written.
    """
    from filelock import FileLock, Timeout

    name = account_folder(account)
    holder = state / FOLDER / f"{name}.json"  # filelock empties its own file at each try
    held_elsewhere = False
    with disk.one_sentence("The account could not be locked"):
        disk.make_folder(holder.parent)
        lock = FileLock(holder.with_name(f"{name}.lock"), timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            held_elsewhere = True
    if held_elsewhere:
        raise VisitUnderWay(
            f"Another command is at work with this account{_told(holder)}.",
            "Wait for its end, then run the command again.",
        )
    try:
        with suppress(OSError):  # it is only not named then: a full disk keeps nobody from a logout
            holder.unlink(missing_ok=True)
            disk.replace(holder, _words(command))
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _words(command: str) -> bytes:
    """Return what the holder says of itself."""
    since = record.stamp(datetime.now(UTC))
    return record.to_json({"command": command, "process": os.getpid(), "since": since})


def _told(holder: Path) -> str:
    """Given the file of a lock that is held, return who holds it, for a sentence; empty if that is not known.

    One that was killed leaves its words: they count only while its process is there.
    """
    try:
        match json.loads(ordinary_file.read(holder, limit=LARGEST_FILE)):
            case {"command": str(command), "process": int(process), "since": str(since)} if (
                _COMMAND.fullmatch(command) and _TIME.fullmatch(since) and _is_there(process)
            ):
                return f": `optout {command}`, process {process}, since {since}"
    except (OSError, ValueError, RecursionError):
        return ""
    return ""


def _is_there(process: int) -> bool:
    """Return whether a process of this number runs, as far as the system can tell without touching it."""
    if process <= 0 or os.name != "posix":  # elsewhere this call would end it
        return process > 0
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
