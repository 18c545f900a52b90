"""Which witnesses a good verdict requires, and which only corroborate: over every combination."""

import itertools
from collections.abc import Iterator

import pytest

from optout.evidence import audit_findings
from optout.verdict import (
    Cause,
    Finding,
    Listed,
    Look,
    Reading,
    Saving,
    Verdict,
    Witnesses,
    conclude,
    weigh,
)

ON = Look(reading=Reading.ON, reason="on")
OFF = Look(reading=Reading.OFF, reason="off")
GONE = Look(reading=Reading.NOT_OFFERED, reason="gone")
UNREAD = Look(reading=Reading.UNREADABLE, reason="unread", cause=Cause.SITE)
TORN = Look(reading=Reading.UNREADABLE, reason="torn", cause=Cause.PAGE, conflict=True)
LOOKS = (ON, OFF, GONE, UNREAD, TORN)
EVERY = [
    (control, Witnesses(clicked=clicked, stood=stood, second=second, last=last, saving=saving, row=row))
    for control, clicked, stood, second, last, saving, row in itertools.product(
        LOOKS, (False, True), (None, *LOOKS), (None, *LOOKS), (None, OFF, ON, UNREAD), (None, *Saving),
        (None, *Listed),
    )
]  # fmt: skip


def _expected(control: Look, told: Witnesses) -> Look | str:
    """The table once more, in other words: `control` itself, or how it is spoilt."""
    if control in {ON, UNREAD, TORN}:
        return control
    if control is OFF:
        loads = {told.stood, told.second, told.last}
        if loads & {ON, GONE, TORN} or told.row is Listed.ON:
            return "conflict"
        return "unread" if told.clicked and told.second is not OFF else control
    if told.row in {Listed.ON, Listed.OFF, Listed.LISTED}:
        return "conflict"
    return control if told.row is Listed.MISSING else "unread"


def test_every_combination_of_witnesses() -> None:
    """The whole table: what a fresh load showed stands, is in conflict, or is not enough."""
    assert len(EVERY) == 5 * 2 * 6 * 6 * 4 * 4 * 5
    for control, told in EVERY:
        weighed, expected = weigh(control, told), _expected(control, told)
        if isinstance(expected, Look):
            assert (weighed.reading, weighed.conflict) == (expected.reading, expected.conflict), told
        else:
            assert weighed.reading is Reading.UNREADABLE, (control, told)
            assert weighed.conflict is (expected == "conflict"), (control, told)


def test_no_witness_makes_a_reading_better() -> None:
    """Whatever the others say, OFF and NOT_OFFERED are only ever what the control itself showed."""
    for control, told in EVERY:
        weighed = weigh(control, told)
        if weighed.reading is not Reading.UNREADABLE:
            assert weighed.reading is control.reading


def test_a_silent_witness_takes_nothing_away() -> None:
    """With all others silent an OFF of a fresh load stands; NOT_OFFERED does not: its proof is the list."""
    assert weigh(OFF, Witnesses()) == OFF
    assert weigh(GONE, Witnesses()).reading is Reading.UNREADABLE
    assert weigh(GONE, Witnesses(row=Listed.MISSING)) == GONE


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Witnesses(stood=ON), "left open"),
        (Witnesses(second=ON), "second fresh load"),
        (Witnesses(last=ON), "after the last click"),
        (Witnesses(row=Listed.ON), "row on the category page says On"),
        (Witnesses(clicked=True), "a second one could not be had"),
        (Witnesses(clicked=True, second=UNREAD), "could not be had: unread"),
        (Witnesses(clicked=True, second=OFF), "showed it off too"),
        (Witnesses(last=UNREAD), "one after the last click of the visit could not be had: unread"),
    ],
)
def test_the_reason_names_the_witness(told: Witnesses, words: str) -> None:
    """A person reads which witness spoke, spoke against it, or was missing."""
    assert words in weigh(OFF, told).reason


def test_what_is_missing_decides_whom_it_waits_for() -> None:
    """An OFF that needs a second load waits for whoever kept that load from being had."""
    page = Look(reading=Reading.UNREADABLE, reason="odd", cause=Cause.PAGE)
    assert weigh(OFF, Witnesses(clicked=True, second=page)).cause is Cause.PAGE
    assert weigh(OFF, Witnesses(clicked=True, second=UNREAD)).cause is Cause.SITE
    assert weigh(OFF, Witnesses(clicked=True)).cause is Cause.SITE


def _findings() -> Iterator[Finding]:
    for (control, told), before in itertools.product(EVERY, (ON, OFF, GONE)):
        after = weigh(control, told)
        verdict = conclude(before, after, clicked=told.clicked, proved_off_earlier=False)
        yield Finding(name="a", before=before, control=control, witnesses=told, after=after, verdict=verdict)


def _faults(finding: Finding, verdict: Verdict) -> list[str]:
    """What the audit says of the finding's witnesses if it were called so."""
    run = {
        "settings": [
            {
                "name": finding.name,
                "before": finding.before.reading.value,
                "after": finding.after.reading.value,
                "verdict": verdict.value,
                "screenshots": [],
                "witnesses": finding.rests_on,
            }
        ],
        "outcome": "evidence_damaged",
        "exit_code": 6,
    }
    told = audit_findings.contradictions(run, {}, unread={"a"}, listed=set(), proved_off=set())
    return [each for each in told if " its " in each or "witness" in each]


def test_the_audit_holds_the_same_rule() -> None:
    """The audit states the rule anew: it finds no fault with any finding that the program can come to."""
    for finding in _findings():
        assert not _faults(finding, finding.verdict), finding


def test_the_audit_knows_a_good_verdict_that_its_witnesses_deny() -> None:
    """Whatever is not good by the rule is found out if a run calls it good."""
    for finding in _findings():
        if finding.after.reading is not Reading.OFF:
            verdict = Verdict.TURNED_OFF if finding.witnesses.clicked else Verdict.ALREADY_OFF
            assert _faults(finding, verdict), (finding, verdict)
        if finding.after.reading is not Reading.NOT_OFFERED:
            assert _faults(finding, Verdict.NOT_OFFERED), finding


@pytest.mark.parametrize(
    "witnesses",
    [None, [], {}, {"control": "off"}, dict.fromkeys(audit_findings.WITNESSES, "maybe")],
)
def test_the_audit_knows_witnesses_that_are_none(witnesses: object) -> None:
    """A run whose witnesses are missing in part, or say what none can say, is at fault."""
    run = {
        "settings": [{"name": "a", "verdict": "unreadable", "witnesses": witnesses, "screenshots": []}],
        "outcome": "evidence_damaged",
        "exit_code": 6,
    }
    told = list(audit_findings.contradictions(run, {}, unread=set(), listed=set(), proved_off=set()))
    assert any("witnesses of 'a'" in each or "is no word of it" in each for each in told), told
