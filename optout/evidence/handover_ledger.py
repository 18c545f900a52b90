"""The table of findings for a spreadsheet: `ledger.csv`, one line for each setting of each run."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from optout.evidence import head, ordinary_file
from optout.evidence.chain import Run

COLUMNS = (
    "number", "sealed", "setting", "before", "after", "verdict", "reason",
    "token_time", "signed", "sums_sha256",
)  # fmt: skip
# A cell that begins so would be worked out as a formula; the quote before it shows in no table.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# The first GeneralizedTime in a token is that of the stamp: it stands before any certificate (RFC 3161).
_STAMPED = re.compile(
    rb"\x18[\x0f-\x17]([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]+)?Z"
)


def ledger_csv(every: Iterable[Run]) -> bytes:
    """Given runs, oldest first, return the table (RFC 4180, UTF-8 with a mark at its beginning).

    A run without settings has one line. `token_time` is what the time stamp says, unchecked. Raise
    EvidenceDamaged if a run cannot be read.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for run in every:
        table.writerows([[_cell(value) for value in row] for row in _rows(run)])
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def stamped(content: bytes) -> str | None:
    """Given a time-stamp reply, return the time that it tells, unchecked, None if it tells none."""
    found = _STAMPED.search(content)
    if found is None:
        return None
    year, month, day, hour, minute, second = (part.decode("ascii") for part in found.groups()[:6])
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"


def _rows(run: Run) -> Iterator[list[object]]:
    content = run.read()
    tokens = (stamped(ordinary_file.read(path)) for path in sorted(run.path.glob("SHA256SUMS.*.tsr")))
    sealed = [
        next((token for token in tokens if token), None),
        "yes" if (run.path / "SHA256SUMS.sshsig").exists() else "no",
        ordinary_file.sha256(run.path / "SHA256SUMS"),
    ]
    settings = content.get("settings")
    found = [each for each in settings if isinstance(each, dict)] if isinstance(settings, list) else []
    for each in found or [{"verdict": content.get("kind")}]:
        said = [each.get(part) for part in ("name", "before", "after", "verdict", "reason")]
        yield [f"{run.number:06d}", head.sealed(run), *said, *sealed]


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
