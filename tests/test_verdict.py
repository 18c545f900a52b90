"""The rule that joins readings to a verdict, over every combination there is."""

import itertools

import pytest

from optout.errors import WORST_FIRST, Outcome, worst
from optout.verdict import (
    GOOD,
    Cause,
    Finding,
    Look,
    Reading,
    Verdict,
    Witnesses,
    conclude,
    outcome,
    outcome_of,
)

LOOKS = [
    Look(reading=Reading.ON, reason="on"),
    Look(reading=Reading.OFF, reason="off"),
    Look(reading=Reading.NOT_OFFERED, reason="not offered"),
    *(Look(reading=Reading.UNREADABLE, reason="unreadable", cause=cause) for cause in Cause),
    Look(reading=Reading.UNREADABLE, reason="conflict", cause=Cause.PAGE, conflict=True),
]
EVERY = list(itertools.product(LOOKS, LOOKS, (False, True), (False, True)))


def _verdict(before: Look, after: Look, clicked: bool, proved: bool) -> Verdict:
    return conclude(before, after, clicked=clicked, proved_off_earlier=proved)


@pytest.mark.parametrize(("before", "after", "clicked", "proved"), EVERY)
def test_good_only_if_the_last_look_says_so(before: Look, after: Look, clicked: bool, proved: bool) -> None:
    """A good verdict needs a last look that read OFF or NOT_OFFERED and a first one that could be read."""
    verdict = _verdict(before, after, clicked, proved)
    if verdict in GOOD:
        assert after.reading in {Reading.OFF, Reading.NOT_OFFERED}
        assert before.reading is not Reading.UNREADABLE
    if Reading.UNREADABLE in {before.reading, after.reading}:
        assert outcome_of(verdict, after.cause) is not Outcome.GOOD


@pytest.mark.parametrize(("before", "after", "clicked", "proved"), EVERY)
def test_each_verdict_is_told_by_its_readings(before: Look, after: Look, clicked: bool, proved: bool) -> None:
    """The whole table, stated once more as a list of what each verdict stands for."""
    on, off, gone = Reading.ON, Reading.OFF, Reading.NOT_OFFERED
    pair = (before.reading, after.reading)
    if before.conflict or after.conflict:
        expected = Verdict.CONFLICT
    elif after.reading is Reading.UNREADABLE:
        expected = Verdict.UNREADABLE
    else:
        expected = {
            (off, off): Verdict.ALREADY_OFF,
            (gone, gone): Verdict.NOT_OFFERED,
            (on, off): Verdict.TURNED_OFF if clicked else Verdict.CONFLICT,
            (on, on): Verdict.DID_NOT_STICK if clicked else (Verdict.CAME_BACK_ON if proved else Verdict.ON),
        }.get(pair, Verdict.CONFLICT)
    assert _verdict(before, after, clicked, proved) is expected


@pytest.mark.parametrize(
    ("verdict", "cause", "code"),
    [
        (Verdict.ALREADY_OFF, None, 0),
        (Verdict.TURNED_OFF, None, 0),
        (Verdict.NOT_OFFERED, None, 0),
        (Verdict.ON, None, 3),
        (Verdict.CAME_BACK_ON, None, 3),
        (Verdict.DID_NOT_STICK, None, 3),
        (Verdict.CONFLICT, None, 4),
        (Verdict.UNREADABLE, Cause.PAGE, 4),
        (Verdict.UNREADABLE, Cause.PERSON, 5),
        (Verdict.UNREADABLE, Cause.SITE, 75),
        (Verdict.UNREADABLE, None, 4),
    ],
)
def test_exit_code_of_each_verdict(verdict: Verdict, cause: Cause | None, code: int) -> None:
    """Each verdict has the exit code of the contract; an unreadable setting takes it from its cause."""
    assert outcome_of(verdict, cause).exit_code == code


def test_every_verdict_has_an_exit_code() -> None:
    """No verdict was forgotten, and only the three good ones end in 0."""
    assert {verdict for verdict in Verdict if outcome_of(verdict, Cause.PAGE).exit_code == 0} == GOOD


@pytest.mark.parametrize(("one", "other"), list(itertools.product(WORST_FIRST, WORST_FIRST)))
def test_the_worst_of_two_decides(one: Outcome, other: Outcome) -> None:
    """6, then 3, 4, 5, 75; 0 only if nothing else applies."""
    both = {one.exit_code, other.exit_code}
    expected = next(code for code in (6, 1, 2, 3, 4, 5, 75, 0) if code in both)
    assert worst([one, other]).exit_code == worst([other, one]).exit_code == expected


def test_findings_of_a_visit_are_joined() -> None:
    """One setting that could not be read keeps the whole visit from 0."""
    off, unread = LOOKS[1], LOOKS[3]
    good = Finding(
        name="a", before=off, control=off, witnesses=Witnesses(), after=off, verdict=Verdict.ALREADY_OFF
    )
    bad = Finding(
        name="b", before=unread, control=unread, witnesses=Witnesses(), after=unread,
        verdict=Verdict.UNREADABLE,
    )  # fmt: skip
    assert outcome([good]) is Outcome.GOOD
    assert outcome([good, bad]) is Outcome.COULD_NOT_TELL


@pytest.mark.parametrize(
    ("reading", "cause", "conflict"),
    [
        (Reading.OFF, Cause.PAGE, False),
        (Reading.UNREADABLE, None, False),
        (Reading.OFF, None, True),
    ],
)
def test_a_look_that_contradicts_itself_is_refused(
    reading: Reading, cause: Cause | None, conflict: bool
) -> None:
    """OFF with a cause, or with witnesses that disagree, cannot be made at all."""
    with pytest.raises(ValueError, match="unreadable"):
        Look(reading=reading, reason="", cause=cause, conflict=conflict)
