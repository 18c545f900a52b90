"""What `optout doctor` says of the machine: its clock, the proxy on the way, the room on the disk."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from optout.commands import folding
from optout.commands.doctor_check import Check, tried

if TYPE_CHECKING:
    from optout.config import Config

LEAST_ROOM = 100_000_000  # bytes; a first visit keeps about 1 MB, and a browser fills its own cache
# Their sentences are the program's own words; those of the others have paths, names or addresses.
IMPERSONAL = frozenset({"versions", "keyring", "clock", "proxy", "disk", "display", "timeout"})
SET_CLOCK = "Turn on a time service: `sudo timedatectl set-ntp true`."


def machine(config: "Config") -> Iterator[Check]:
    """Given the configuration, yield what is found of clock, proxy and disk, without network."""
    from optout.environment import clock_synchronised

    yield clock(clock_synchronised())
    yield _proxy(config)
    try:
        yield disk(shutil.disk_usage(config.folders.evidence).free)
    except OSError:
        return  # the folder that is not there is told above


def clock(kept: bool | None) -> Check:
    """Given whether a time service keeps the clock, or None, return the finding: the evidence tells times."""
    if kept:
        return Check(name="clock", good=True, sentence="a time service keeps it")
    sentence = (
        "no time service keeps it" if kept is False else "whether a time service keeps it cannot be told"
    )
    return Check(name="clock", good=None, sentence=f"{sentence}; each run says so", mend=SET_CLOCK)


def disk(free: int) -> Check:
    """Given the bytes that are free where the evidence lies, return whether visits can be kept there."""
    room = f"{free // 1_000_000} MB are free for evidence"
    if free >= LEAST_ROOM:
        return Check(name="disk", good=True, sentence=room)
    mend = f"Make room for {LEAST_ROOM // 1_000_000} MB, or give OPTOUT_HOME a folder on another disk."
    return Check(name="disk", good=False, sentence=room, mend=mend)


def _proxy(config: "Config") -> Check:
    """Return whether visits go through a proxy, never which: its address may hold a password."""
    from optout.browser import proxy
    from optout.linkedin import address

    def look() -> str:
        origin = address.origin_of(config.site)
        proxy.to_tell(origin)
        found = {True: "visits go through one", False: "none is in the way", None: "the desktop may name one"}
        return found[proxy.in_force(origin)]

    return tried("proxy", look, "Correct HTTPS_PROXY and ALL_PROXY, or unset them.")


def report(checks: "tuple[Check, ...]") -> Iterator[str]:
    """Given the findings, yield the lines of a block for a bug report.

    Paths, accounts, and what else somebody set are not among them: of most findings only the mark is told.
    """
    for check in checks:
        state = {True: "good", False: "NOT GOOD", None: "good to know"}[check.good]
        told = f": {folding.restored(check.sentence)}" if check.name in IMPERSONAL else ""
        yield f"{check.name} {state}{told}"
