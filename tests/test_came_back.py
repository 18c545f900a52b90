"""What came back on: since when, switched off again at most three times in 30 days, then only told."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from calling import RunOptout, RunPython
from sample_store import (
    ALREADY_OFF,
    NOT_OFFERED,
    PERSON,
    TURNED_OFF,
    UNREADABLE,
    Place,
    append,
    edit,
    visit,
)
from stories import ACCOUNT, OFF, STAYED, WAS_OFF, Stories

from optout.change import Rows
from optout.commands.past import history as status_of
from optout.evidence import attempts, carried, chain, history, ledger, record
from optout.evidence.record import to_json
from optout.linkedin.catalogue import AFFILIATE_ADS, AI_TRAINING
from optout.notebook import Notebook
from optout.verdict import Reading

DAY = timedelta(days=1)
AI, ADS = AI_TRAINING.name, AFFILIATE_ADS.name
BACK = ("on", "on", "came_back_on")
STUCK = ("on", "on", "did_not_stick")
LOST = ("on", "unreadable", "unreadable")


def now() -> datetime:
    """This moment, in whole seconds as runs hold it."""
    return datetime.now(UTC).replace(microsecond=0)


class Past:
    """A store of earlier runs, each so many days before this moment."""

    def __init__(self, home: Path, site: str = "http://127.0.0.1:8000") -> None:
        self.place = Place(home / "evidence" / ACCOUNT, home / "state" / f"{ACCOUNT}.head.json")
        self._site, self.now = site, now()

    def add(
        self, days: float, *findings: tuple[str, str, str], fix: bool = False, command: str = "check"
    ) -> Path:
        """Given how long ago and what was found of one setting or both, seal a run; return its folder."""
        told = dict(zip((AI, ADS), findings, strict=False))
        options = {"fix": fix, "only": [], "also": [], "headed": False, "site": self._site}
        when = self.now - days * DAY
        ending = ("on", 3) if STUCK in findings else None
        return append(self.place, when, told, command=command, options=options, ending=ending).path

    def time(self, days: float) -> str:
        """Given how long ago, return the time of the end of that visit as a person reads it."""
        return f"{self.now - days * DAY - timedelta(seconds=1):%Y-%m-%d %H:%M} UTC"

    def stamp(self, days: float, seconds: int = 0) -> str:
        """Given how long ago, and seconds to add, return that time as runs hold it."""
        return record.stamp(self.now - days * DAY + timedelta(seconds=seconds))

    def attempts(self, name: str = AI) -> attempts.Attempts:
        """Given a setting, return how often it was switched off of late."""
        return attempts.of(self.place.store, name, self.now)

    def history(self) -> history.History:
        """Return the past of both settings."""
        return history.of(self.place.store, [AI, ADS])


@pytest.fixture
def past(tmp_path: Path) -> Past:
    """A store without a run."""
    return Past(tmp_path)


# --- since when -------------------------------------------------------------------------------------


def stretch(past: Past, name: str = AI) -> tuple[str, str, bool, str | None] | None:
    """Given a past, return the last time of proofs of a setting."""
    found = past.history().stretches.get(name)
    if found is None:
        return None
    on = carried.moment(found.found_on) if found.found_on else None
    return carried.moment(found.since), carried.moment(found.last), found.closed, on


@pytest.mark.parametrize(
    ("runs", "since", "last", "closed", "on"),
    [
        ([TURNED_OFF], 1, 1, False, None),
        ([("on", "on", "on"), TURNED_OFF, ALREADY_OFF, ALREADY_OFF], 3, 1, False, None),
        ([TURNED_OFF, ALREADY_OFF, BACK], 3, 2, True, 1),
        ([TURNED_OFF, ALREADY_OFF, BACK, UNREADABLE, BACK], 5, 4, True, 3),
        ([TURNED_OFF, UNREADABLE, ALREADY_OFF], 3, 1, False, None),
        ([TURNED_OFF, BACK, TURNED_OFF, ALREADY_OFF], 2, 1, False, None),
        ([TURNED_OFF, NOT_OFFERED, ALREADY_OFF], 1, 1, False, None),
        ([TURNED_OFF, ALREADY_OFF, NOT_OFFERED, BACK], 4, 3, True, 1),
        ([TURNED_OFF, LOST], 2, 2, True, 1),
        ([TURNED_OFF, ("off", "unreadable", "unreadable")], 2, 2, False, None),
        ([TURNED_OFF, ("off", "on", "conflict"), ALREADY_OFF, BACK], 2, 2, True, 1),
        ([TURNED_OFF, ALREADY_OFF, ("off", "on", "conflict"), BACK], 4, 3, True, 2),
    ],
)
@pytest.mark.parametrize("carrying", [False, True])
def test_since_when_it_was_proved_off(
    past: Past,
    runs: list[tuple[str, str, str]],
    since: int,
    last: int,
    closed: bool,
    on: int | None,
    carrying: bool,
) -> None:
    """From all runs of an earlier version, and from what the newest carries, the same comes out."""
    for number, finding in enumerate(runs):
        before = past.history()
        run = past.add(len(runs) - number, finding, ALREADY_OFF)
        if carrying:
            carry(run, before)
    assert stretch(past) == (past.time(since), past.time(last), closed, past.time(on) if on else None)
    assert stretch(past, ADS) == (past.time(len(runs)), past.time(1), False, None)


@pytest.mark.parametrize("witness", ["control", "stood", "second_load", "last_load"])
def test_a_witness_that_saw_it_on_ends_the_time_of_proofs(past: Past, witness: str) -> None:
    """A conflict whose readings say off and no more: that a page stood open and showed it ON counts."""
    past.add(9, TURNED_OFF)
    run = past.add(5, ("off", "unreadable", "conflict"))
    assert stretch(past) == (past.time(9), past.time(9), False, None)
    [setting] = json.loads((run / "run.json").read_text())["settings"]
    edit(run, settings=[setting | {"witnesses": setting["witnesses"] | {witness: "on"}}])
    assert stretch(past) == (past.time(9), past.time(9), True, past.time(5))
    _, [told] = status_of(chain.runs(past.place.store))
    assert (told.state, told.told, told.proved_off_from) == (Reading.ON, past.stamp(5, -1), past.stamp(9, -1))
    past.add(4, ALREADY_OFF)
    assert stretch(past) == (past.time(4), past.time(4), False, None)
    _, [told] = status_of(chain.runs(past.place.store))
    assert (told.since, told.proved_off_from) == (past.stamp(4, -1), past.stamp(4, -1))


@pytest.mark.parametrize(
    ("since", "last", "found_on", "is_believed"),
    [
        (9, 5, 4, True),
        (5, 9, 4, False),
        (9, 0, None, False),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", None, False),
        (9, "2026-02-30T10:00:00Z", None, False),
        (9, "2026-02-01T25:00:00Z", None, False),
    ],
)
def test_a_time_that_cannot_be_is_not_told(
    past: Past, since: float | str, last: float | str, found_on: float | None, is_believed: bool
) -> None:
    """Proofs that end before they begin, come after the run, or on a day that there is not, are none."""
    times = [
        each if each is None or isinstance(each, str) else past.stamp(each)
        for each in (since, last, found_on)
    ]
    members = dict(zip(("since", "last", "found_on"), times, strict=True))
    said = {"schema": carried.SCHEMA, "proved_off": {AI: members | {"closed": True}}}
    (past.add(1, UNREADABLE) / carried.FILE).write_text(json.dumps(said))
    assert (AI in past.history().stretches) is is_believed


def test_a_finding_on_that_cannot_be_is_left_out(past: Past) -> None:
    """The proofs stay; the time at which it was first seen ON is not known then."""
    for found_on in ("9999-01-01T00:00:00Z", past.stamp(20), past.stamp(0.5), "2026-13-01T00:00:00Z"):
        stands = {"since": past.stamp(9), "last": past.stamp(5), "closed": True, "found_on": found_on}
        run = past.add(1, UNREADABLE)
        (run / carried.FILE).write_text(json.dumps({"schema": carried.SCHEMA, "proved_off": {AI: stands}}))
        assert stretch(past) == (
            carried.moment(past.stamp(9)),
            carried.moment(past.stamp(5)),
            True,
            None,
        )


def carry(run: Path, before: history.History) -> None:
    """Given a run folder and the past before it, write what a visit would have carried forward."""
    (run / carried.FILE).write_bytes(to_json(before.carried(now()).to_json()))


def test_only_the_runs_since_are_opened(past: Past) -> None:
    """A thousand runs and one that carries their past: what lies before it could as well be gone."""
    for days in (900, 800, 3):
        past.add(days, TURNED_OFF if days == 900 else ALREADY_OFF, ALREADY_OFF)
    carry(past.add(2, ALREADY_OFF, ALREADY_OFF), past.history())
    past.add(1, BACK, ALREADY_OFF)
    for run in past.place.runs[:3]:
        (run / "run.json").write_text("not opened")
    assert stretch(past) == (past.time(900), past.time(2), True, past.time(1))
    assert past.history().member == "practice-person"


def test_a_member_whom_no_new_run_names_is_found_where_it_was_named(past: Past) -> None:
    """The run that names the member is remembered by its folder, never the member itself."""
    first = past.add(9, TURNED_OFF)
    second = past.add(8, ALREADY_OFF)
    nobody = past.add(7, ALREADY_OFF)
    for run in (second, nobody):
        account = run / "account.json"
        account.write_text(json.dumps(json.loads(account.read_text()) | {"member": None}))
    carry(nobody, history.History(member="practice-person", member_in=first.name))
    (second / "account.json").write_text("not opened")
    found = past.history()
    assert (found.member, found.member_in) == ("practice-person", first.name)
    assert "practice-person" not in (nobody / carried.FILE).read_text()


@pytest.mark.parametrize(
    "content",
    [
        {}, [],
        {"proved_off": [], "read": {}, "rows": 7, "texts": "x", "member_in": 3},
        {
            "proved_off": {"ai-training": {"since": "\x1b[2J", "last": 1}},
            "rows": {"/x": {"paths": [[]], "labels": {"en": {"/y": 3}}}},
            "texts": {"x": {"en": [1]}},
            "member_in": "../../etc",
        },
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_not_believed(
    past: Past, content: dict[str, object] | list[object]
) -> None:
    """A history comes out, and never a proof that no run made."""
    said = content if isinstance(content, list) else {"schema": carried.SCHEMA, **content}
    (past.add(1, UNREADABLE, UNREADABLE) / carried.FILE).write_text(json.dumps(said))
    found = past.history()
    assert (found.proved_off, found.member) == ({}, "practice-person")
    assert found.lists in ({}, {"/x": Rows(labels={"en": {}})})


# --- how often --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("runs", "count"),
    [
        ([(29, TURNED_OFF), (20, STUCK), (10, LOST)], 3),
        ([(29, TURNED_OFF), (20, ("on", "unreadable", "conflict"))], 2),
        ([(31, TURNED_OFF), (20, TURNED_OFF), (10, TURNED_OFF)], 2),
        ([(20, BACK), (10, ("on", "on", "on")), (5, ALREADY_OFF), (4, NOT_OFFERED), (3, UNREADABLE)], 0),
    ],
)
def test_what_counts_as_switched_off(
    past: Past, runs: Iterable[tuple[int, tuple[str, str, str]]], count: int
) -> None:
    """Each click counts, whether it stuck or was lost sight of; a look does not, nor what is past 30 days."""
    for days, finding in runs:
        past.add(days, finding, ALREADY_OFF, fix=True)
    assert past.attempts().count == count
    assert past.attempts(ADS).count == 0


def test_only_check_fix_counts(past: Past) -> None:
    """`optout run` on demand, and a check without --fix, use up nothing."""
    past.add(5, TURNED_OFF, TURNED_OFF, command="run")
    past.add(4, TURNED_OFF, TURNED_OFF)
    assert past.attempts() == attempts.NONE


def test_a_click_that_is_yet_to_come_counts_for_30_days_from_now(past: Past) -> None:
    """A clock that was ahead: its clicks count, each once, and not for years; of a day that is none, none."""
    ahead = [past.stamp(-400), past.stamp(-401), "9999-12-31T23:59:59Z", "9999-99-99T99:99:99Z"]
    draft = past.place.store / "runs" / ".tmp-0123" / AI
    draft.mkdir(parents=True)
    (draft / attempts.CLICKED).write_text(json.dumps(attempts.clicked_json(ahead)))
    before = past.history()
    assert before.switched_off(AI, past.now).count == 3
    shutil.rmtree(draft.parent)
    carry(past.add(0, ALREADY_OFF), before)
    assert past.history().switched_off(AI, past.now).count == 3
    assert past.history().switched_off(AI, past.now + 31 * DAY) == attempts.NONE


def test_two_settings_are_counted_apart(past: Past) -> None:
    """One of the two may be exhausted while the other is not."""
    for days in (9, 8, 7):
        past.add(days, TURNED_OFF, TURNED_OFF if days == 8 else ALREADY_OFF, fix=True)
    assert (past.attempts().exhausted, past.attempts(ADS).count) == (True, 1)
    assert past.attempts().since == f"{past.now - 9 * DAY:%Y-%m-%d}"


def test_clicks_of_killed_visits_count_once(past: Past) -> None:
    """One that a run carries on, and one in a draft which repeats the first; each for 30 days."""
    early, late = f"{past.now - 9 * DAY:%Y-%m-%dT%H:%M:%SZ}", f"{past.now - DAY:%Y-%m-%dT%H:%M:%SZ}"
    carry(past.add(8, ALREADY_OFF), history.History(broken_off={AI: (early,)}))
    draft = past.place.store / "runs" / ".tmp-0123" / AI
    draft.mkdir(parents=True)
    (draft / attempts.CLICKED).write_text(json.dumps(attempts.clicked_json([early, late, "\x1b[2J"])))
    found = past.history()
    assert found.switched_off(AI, past.now).count == 2
    assert found.switched_off(AI, past.now + 25 * DAY).count == 1
    assert found.switched_off(ADS, past.now) == attempts.NONE


BROKEN_OFF = """
import os, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from optout.errors import OptoutError
from optout.evidence import attempts, history, ledger
from optout.evidence.record import stamp, to_json
from optout.linkedin.catalogue import AI_TRAINING
store, memory, end = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
now, name = datetime.now(UTC), AI_TRAINING.name
past = history.of(store, [name])
with ledger.begin(store, memory=memory, now=now) as draft:
    print(past.switched_off(name, now).count, flush=True)
    draft.add(f"{name}/before.element.png", b"never searched for secrets")
    if end in ("click", "full"):
        times = (*past.broken_off.get(name, ()), stamp(now - timedelta(hours=int(sys.argv[4]))))
        draft.add(f"{name}/{attempts.CLICKED}", to_json(attempts.clicked_json(times)))
    if end == "full":
        raise OptoutError("The disk is full.")
    os.kill(os.getpid(), 9)
"""


def test_no_number_of_visits_that_break_off_hides_a_click(past: Past, python: RunPython) -> None:
    """Killed after a click, killed before one, or not sealed as the disk is full: each click is still told.

    What else was in such a draft goes. Once a run has carried the times on, the drafts go too.
    """
    store, ends = past.place.store, ("click", "early", "early", "full", "early", "click", "early")
    words = [(str(store), str(past.place.memory), end, str(hours)) for hours, end in enumerate(ends)]
    counted = [python(BROKEN_OFF, *each).stdout.strip() for each in words]
    assert counted == ["0", "1", "1", "1", "2", "2", "3"]
    left = sorted(path.name for path in store.glob("runs/.tmp-*/*/*"))
    assert left == ["before.element.png"] + [attempts.CLICKED] * 3, "the last draft nobody has emptied yet"
    found = past.history()
    assert found.switched_off(AI, now()).exhausted
    with ledger.begin(store, memory=past.place.memory, now=past.now) as draft:
        Notebook(draft=draft).close(found)
        draft.seal(visit((), now=past.now, ending=("try_later", 75)), PERSON, secrets=(), now=past.now)
    assert list(store.glob("runs/.tmp-*")) == []
    assert past.history().switched_off(AI, now()).exhausted


def test_a_run_that_carries_nothing_on_leaves_the_times_of_clicks(past: Past) -> None:
    """They go with a run that tells them, and with no other."""
    draft = past.place.store / "runs" / ".tmp-0123" / AI
    draft.mkdir(parents=True)
    (draft / attempts.CLICKED).write_text(json.dumps(attempts.clicked_json([past.stamp(1)])))
    past.add(0.5, ALREADY_OFF)
    assert past.history().switched_off(AI, past.now).count == 1
    (draft / attempts.CLICKED).unlink()
    (draft / attempts.CLICKED).symlink_to(past.place.memory)
    past.add(0.4, ALREADY_OFF)
    assert not draft.exists(), "only what is a file of ours is kept"


def test_a_run_that_cannot_be_read_may_have_done_it(past: Past) -> None:
    """It counts, unless the texts beside its pictures tell of a look and of nothing else; and is told."""
    damaged = past.add(9, TURNED_OFF, ALREADY_OFF, fix=True)
    odd = past.add(8, TURNED_OFF, ALREADY_OFF, fix=True)
    past.add(7, TURNED_OFF, ALREADY_OFF, fix=True)
    (damaged / "run.json").write_text("{")
    edit(odd, settings={})
    assert (past.attempts().count, past.attempts().unsure) == (3, 2)
    assert "2 of them in visits whose record cannot be read" in past.attempts().sentence
    assert past.attempts(ADS).count == 0


def test_a_clock_that_was_set_back_hides_no_click(past: Past) -> None:
    """Runs stamped a year too early, or in the future, are placed by their neighbours in the chain."""
    past.add(20, TURNED_OFF, fix=True)
    past.add(385, TURNED_OFF, fix=True)  # the clock was a year behind
    past.add(-400, TURNED_OFF, fix=True)  # and then a year ahead
    past.add(10, ALREADY_OFF)
    assert past.attempts().count == 3
    later = past.now + 19 * DAY
    assert (
        attempts.of(past.place.store, AI, later).count == 1
    )  # stamped ahead, yet before the one of 10 days ago
    assert attempts.of(past.place.store, AI, later + 2 * DAY).count == 0


def test_a_clock_that_is_behind_now_lets_nothing_be_clicked_more_often(past: Past) -> None:
    """Every run seems to lie ahead: each counts as if it were of today."""
    for days in (9, 8, 7):
        past.add(days, TURNED_OFF, fix=True)
    assert attempts.of(past.place.store, AI, past.now - 300 * DAY).exhausted


def test_older_runs_are_not_opened(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a year of daily runs those of 30 days are read."""
    for days in range(365, 0, -5):
        past.add(days, ALREADY_OFF, fix=True)
    opened: list[str] = []
    read = chain.Run.read

    def noted(run: chain.Run) -> dict[str, object]:
        opened.append(run.name)
        return read(run)

    monkeypatch.setattr(chain.Run, "read", noted)
    assert past.attempts() == attempts.NONE
    assert len(opened) == 5


# --- whole visits -----------------------------------------------------------------------------------


def test_it_is_switched_off_three_times_and_then_left_alone(stories: Stories, optout: RunOptout) -> None:
    """The third time in 30 days is clicked, the fourth only told; `optout run` still switches it off."""
    site = stories.open("already-off")
    past = Past(stories.home, site.origin)
    past.add(60, TURNED_OFF, ALREADY_OFF, command="run")
    past.add(40, TURNED_OFF, ALREADY_OFF, fix=True)
    past.add(12, STUCK, ALREADY_OFF, fix=True)
    past.add(10, TURNED_OFF, ALREADY_OFF, fix=True)
    past.add(9, ALREADY_OFF, ALREADY_OFF)
    site.stored[AI_TRAINING.key] = True
    visited = stories.visit(site, "check", "--fix")
    assert (visited.findings, visited.ended.returncode) == ([OFF, WAS_OFF], 0)
    assert f"proved off from {past.time(10)} to {past.time(9)}; found ON at " in visited.reasons
    assert f"it had come back on: proved off from {past.time(10)}" in visited.ended.stderr
    assert site.counts["put"] == 1

    site.stored[AI_TRAINING.key] = True
    visited = stories.visit(site, "check", "--fix")
    assert (visited.findings, visited.ended.returncode) == ([BACK, WAS_OFF], 3)
    assert site.counts["put"] == 1, "the fourth time is not clicked"
    reason = visited.ended.json["settings"][0]["reason"]
    assert "proved off at " in reason
    assert f"switched it off 3 times since {past.now - 12 * DAY:%Y-%m-%d} and leaves it alone now" in reason
    assert f"{site.origin}{AI_TRAINING.path}" in reason
    assert f"switch it off by hand: {site.origin}{AI_TRAINING.path}, or run `optout run`" in reason
    assert visited.ended.stderr.count("by hand") == 1, "said once"
    assert "check --fix` to" not in visited.ended.stderr
    assert reason in " ".join(optout("status", site=site).stdout.split())

    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([OFF, WAS_OFF], 0)


def test_what_came_back_on_is_told_even_quietly(stories: Stories, optout: RunOptout) -> None:
    """`check --fix --quiet` says what it had to switch off again, ends in 0, and is silent the next time."""
    site = stories.open("already-off")
    past = Past(stories.home, site.origin)
    past.add(9, ALREADY_OFF, ALREADY_OFF)
    site.stored[AI_TRAINING.key] = True
    quietly = ("check", "--fix", "--quiet", "--no-input")
    ended = optout(*quietly, site=site)
    told = " ".join(ended.stdout.split())
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"it had come back on: proved off at {past.time(9)}; found ON at " in told
    ended = optout(*quietly, site=site)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_after_31_days_it_is_switched_off_again(stories: Stories) -> None:
    """Three times, the first 31 days ago: the fourth is clicked, and counts though it does not stick."""
    site = stories.open("already-off", "put-lies:ai-training")
    past = Past(stories.home, site.origin)
    for days in (31, 20, 10):
        past.add(days, TURNED_OFF, ALREADY_OFF, fix=True)
    site.stored[AI_TRAINING.key] = True
    visited = stories.visit(site, "check", "--fix")
    assert (visited.findings, visited.ended.returncode) == ([STAYED, WAS_OFF], 3)
    clicked = site.counts["put"]
    visited = stories.visit(site, "check", "--fix")
    assert (visited.findings, visited.ended.returncode) == ([BACK, WAS_OFF], 3)
    assert site.counts["put"] == clicked > 0


def test_a_visit_that_was_lost_after_the_click_counts(stories: Stories) -> None:
    """The connection ends after the click: nobody knows what became of it, and it was one of the three."""
    site = stories.open("already-off")
    past = Past(stories.home, site.origin)
    for days in (20, 10):
        past.add(days, TURNED_OFF, ALREADY_OFF, fix=True)
    site.stored[AI_TRAINING.key] = True
    site.moods.add("offline-after-click")
    assert stories.visit(site, "check", "--fix", "--only", AI).findings == [LOST]
    site.moods.discard("offline-after-click")
    site.stored[AI_TRAINING.key] = True
    visited = stories.visit(site, "check", "--fix", "--only", AI)
    assert (visited.findings, visited.ended.returncode) == ([BACK], 3)
    assert "leaves it alone now" in visited.reasons


def _kill_at(step: str, environment: dict[str, str]) -> None:
    """Given a step, make a visit that is killed once it says that it has come to it."""
    with subprocess.Popen(
        [sys.executable, "-m", "optout", "check", "--fix", "--no-input", "--only", AI],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any(step in line for line in process.stderr)
        os.killpg(process.pid, signal.SIGKILL)


def test_a_visit_that_was_killed_after_the_click_counts(
    stories: Stories, command_environment: dict[str, str]
) -> None:
    """Nothing was sealed of it: its draft tells the next visits, until one is sealed and tells it on."""
    site = stories.open("already-off")
    past = Past(stories.home, site.origin)
    for days in (20, 10):
        past.add(days, TURNED_OFF, ALREADY_OFF, fix=True)
    site.stored[AI_TRAINING.key] = True
    # Killed after its click; then twice before it could click or tell anybody of the first one.
    for step in ("proving on a fresh load", "reading 1 of 1", "opening the browser"):
        _kill_at(step, command_environment | {"OPTOUT_SITE": site.origin})
    assert site.counts["put"] == 1
    assert past.history().switched_off(AI, past.now).exhausted
    site.stored[AI_TRAINING.key] = True
    for _ in range(2):
        visited = stories.visit(site, "check", "--fix", "--only", AI)
        assert (visited.findings, visited.ended.returncode) == ([BACK], 3)
        assert list(past.place.store.glob("runs/.tmp-*")) == []
    assert site.counts["put"] == 1
    assert not past.history().switched_off(AI, past.now + 31 * DAY).exhausted
