"""Which visits end with the line that is to be mailed: the first, and each that changes what is known."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_store import append, place

from optout.commands import folding, visiting
from optout.errand import Visit
from optout.errors import Outcome
from optout.evidence import head
from optout.verdict import Cause, Finding, Look, Reading, Verdict, Witnesses

OFF, ON = (Look(reading=reading, reason="") for reading in (Reading.OFF, Reading.ON))
UNSURE = Look(reading=Reading.UNREADABLE, reason="", cause=Cause.PAGE)


def found(verdict: Verdict, after: Look = OFF, came_back: str | None = None) -> Finding:
    """Given a verdict, return a finding with it."""
    return Finding(
        name="ai-training",
        before=after,
        control=after,
        witnesses=Witnesses(),
        after=after,
        verdict=verdict,
        came_back=came_back,
    )


QUIET = found(Verdict.ALREADY_OFF)


@pytest.mark.parametrize(
    ("first", "findings", "news", "is_told"),
    [
        (True, (QUIET,), (), True),
        (False, (QUIET, QUIET), (), False),
        (False, (QUIET,), ("A new row.",), True),
        (False, (QUIET, found(Verdict.TURNED_OFF)), (), True),
        (False, (found(Verdict.TURNED_OFF, came_back="2026-10-05T08:15:42Z"),), (), True),
        (False, (found(Verdict.CAME_BACK_ON, ON),), (), True),
        (False, (found(Verdict.DID_NOT_STICK, ON),), (), True),
        (False, (found(Verdict.ON, ON),), (), True),
        (False, (found(Verdict.UNREADABLE, UNSURE),), (), False),
        (False, (found(Verdict.NOT_OFFERED, Look(reading=Reading.NOT_OFFERED, reason="")),), (), False),
    ],
)
def test_the_line_to_mail_is_printed_at_each_change(
    tmp_path: Path, first: bool, findings: tuple[Finding, ...], news: tuple[str, ...], is_told: bool
) -> None:
    """The whole line, as `optout evidence head` prints it, or none."""
    where = place(tmp_path)
    if not first:
        append(where)
    sealed = append(where)
    visited = Visit(
        outcome=Outcome.GOOD,
        account="practice@example.org",
        member=None,
        started=datetime.now(UTC),
        finished=datetime.now(UTC),
        findings=findings,
        news=news,
        trouble=None,
        sealed=sealed,
    )
    lines = map(folding.restored, visiting.told(visited, {"ai-training": "http://127.0.0.1:8000/x"}))
    told = [line for line in lines if line.startswith("  to mail")]
    said = head.line(where.store)
    assert said is not None
    assert sealed.head in said
    assert [" ".join(line.split()[2:]) for line in told] == ([said] if is_told else [])
