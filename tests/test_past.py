"""What `status` makes of the runs: the last state that was proved, when, since when, and no word more."""

import json
from pathlib import Path

import pytest
from sample_store import START, append, edit, place

from optout.change import plain
from optout.commands.past import Past, history
from optout.commands.status import moment
from optout.evidence import ledger
from optout.verdict import Reading, Verdict

OFF, TURNED, ON = ("off", Verdict.ALREADY_OFF), ("on", Verdict.TURNED_OFF), ("on", Verdict.ON)
BACK, GONE = ("on", Verdict.CAME_BACK_ON), ("not_offered", Verdict.NOT_OFFERED)
UNREAD, LOST = ("unreadable", Verdict.UNREADABLE), ("on", Verdict.UNREADABLE)
CONFLICT, WAS_OFF = ("unreadable", Verdict.CONFLICT), ("off", Verdict.UNREADABLE)


def past(*runs: tuple[str, Verdict]) -> Past:
    """Given what the runs say, newest first, return what they add up to; the oldest was made at "1"."""
    found = Past(name="x", verdict=runs[0][1], reason="", seen=str(len(runs)))
    for newer, (before, verdict) in enumerate(runs):
        found.add(verdict, before, str(len(runs) - newer))
    return found


@pytest.mark.parametrize(
    ("runs", "state", "told", "since", "last_off"),
    [
        ([OFF], Reading.OFF, "1", "1", "1"),
        ([OFF, OFF, TURNED, OFF], Reading.OFF, "4", "2", "4"),
        ([OFF, ON, OFF], Reading.OFF, "3", "3", "3"),
        ([OFF, UNREAD, CONFLICT, OFF], Reading.OFF, "4", "1", "4"),
        ([UNREAD, OFF, OFF], Reading.OFF, "2", "1", "2"),
        ([OFF, GONE, OFF], Reading.OFF, "3", "3", "3"),
        ([OFF, LOST, OFF], Reading.OFF, "3", "3", "3"),
        ([LOST, OFF], Reading.ON, "2", "2", "1"),
        ([WAS_OFF, ON], Reading.ON, "1", "1", None),
        ([BACK, BACK, OFF], Reading.ON, "3", "2", "1"),
        ([ON, TURNED], Reading.ON, "2", "2", "1"),
        ([GONE, GONE, OFF], Reading.NOT_OFFERED, "3", "2", "1"),
        ([UNREAD, CONFLICT, WAS_OFF], None, None, None, None),
    ],
)
def test_the_last_state_and_since_when(
    runs: list[tuple[str, Verdict]],
    state: Reading | None,
    told: str | None,
    since: str | None,
    last_off: str | None,
) -> None:
    """A visit that could not tell ends no stretch and proves nothing; one that saw another state ends it."""
    found = past(*runs)
    assert (found.state, found.told, found.since, found.last_proved_off) == (state, told, since, last_off)
    assert found.to_json()["proved_off_since"] == (since if state is Reading.OFF else None)


@pytest.mark.parametrize(
    ("runs", "since"),
    [
        ([BACK, BACK, OFF, OFF, TURNED, OFF], "2"),
        ([BACK, OFF, UNREAD, OFF, GONE, OFF], "3"),
        ([UNREAD, OFF], "1"),
        ([ON], None),
    ],
)
def test_since_when_it_had_been_proved_off(runs: list[tuple[str, Verdict]], since: str | None) -> None:
    """The stretch of proofs that ends with the last one, though the setting is on or untold by now."""
    assert past(*runs).to_json()["last_proved_off_from"] == since


def test_what_a_run_says_is_made_harmless(tmp_path: Path) -> None:
    """A run that was received may say anything; a terminal shows it, so that nothing acts on it."""
    where = place(tmp_path)
    run = append(where, START, {"ai-training": ("unreadable", "unreadable", "unreadable")}).path
    [setting] = json.loads((run / "run.json").read_text())["settings"]
    evil = "\x1b[2J\x1b]0;x\x07 \u202e\ud800\n good"
    edit(
        run,
        settings=[setting | {"reason": evil, "name": evil}],
        command=evil,
        outcome=evil,
        finished=evil,
        options={"site": evil},
    )
    last, [told] = history(ledger.runs(where.store))
    assert last is not None
    said = [*last.to_json().values(), told.name, told.reason, told.seen, told.told]
    assert [
        each for each in said if isinstance(each, str) and set(each) & set(evil) - set("[2J]0;x good")
    ] == []
    assert (last.outcome, told.reason) == (plain(evil), plain(evil))


def test_a_time_is_shown_to_the_minute_and_what_is_none_as_it_stands() -> None:
    """Whatever stands in a run is shown; only a time in UTC is called one."""
    assert moment("2026-11-24T08:15:41Z") == "2026-11-24 08:15 UTC"
    assert moment("yesterday") == "yesterday"
