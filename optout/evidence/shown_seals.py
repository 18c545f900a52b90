"""What the seals of one run say of themselves, unchecked: whose key, which authority, what time.

For a page or a table that shows them; whether they hold is for the audit to say.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from optout.evidence import audit_sshsig, checkers, ordinary_file
from optout.evidence.audit_tools import Refused, Unable
from optout.evidence.seal import SIGNATURE

_LARGEST = 1 << 16  # bytes of a seal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSeals:
    """The fingerprint of the key in the signature, None without one that can be read; the stamps by name.

    A time is None where the stamp cannot be read.
    """

    key: str | None
    stamps: tuple[tuple[str, datetime | None], ...]


def of(run: Path) -> ShownSeals:
    """Given a run folder, return what its seals say, whatever lies there."""
    try:
        key = audit_sshsig.parse(ordinary_file.read(run / SIGNATURE, limit=_LARGEST)).fingerprint
    except (OSError, ValueError):
        key = None
    names = sorted(path.name for path in run.glob("SHA256SUMS.*.tsr"))
    stamps = tuple(
        (name.removeprefix("SHA256SUMS.").removesuffix(".tsr"), _time(run / name)) for name in names
    )
    return ShownSeals(key=key, stamps=stamps)


def _time(path: Path) -> datetime | None:
    try:
        return checkers.time_of(ordinary_file.read(path, limit=_LARGEST))
    except (OSError, Refused, Unable):
        return None
