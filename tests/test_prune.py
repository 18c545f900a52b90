"""`optout evidence prune`: old pictures go, the chain holds, and a sealed run says what went."""

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from calling import RunOptout
from handed_over import audited, unpacked, verified
from sample_store import (
    ALREADY_OFF,
    CAME_BACK,
    PERSON,
    START,
    TURNED_OFF,
    WEEK,
    Place,
    append,
    edit,
    place,
    relink,
    reseal,
)

from optout.change import Change, Kind
from optout.config import account_folder
from optout.errors import EvidenceDamaged, UsageProblem
from optout.evidence import audit, audit_absent, disk, handover, history, prune

LATER = START + timedelta(days=4 * 365)
QUIET = {"ai-training": ALREADY_OFF, "affiliate-ads": ALREADY_OFF}
BACK = {"ai-training": CAME_BACK, "affiliate-ads": ALREADY_OFF}


@pytest.fixture
def where(tmp_path: Path) -> Place:
    """Seven old runs: turned off, off, off, one came back, turned off again, off, off."""
    return old_store(tmp_path)


def old_store(folder: Path) -> Place:
    """Given a folder, write seven old runs there."""
    where = place(folder)
    first = {"ai-training": TURNED_OFF, "affiliate-ads": TURNED_OFF}
    again = {"ai-training": TURNED_OFF, "affiliate-ads": ALREADY_OFF}
    for week, findings in enumerate([first, QUIET, QUIET, BACK, again, QUIET, QUIET]):
        append(where, START + week * WEEK, findings)
    return where


def pruned(where: Place, *, keep: str = "36m", captures: bool = False, now: datetime = LATER) -> prune.Plan:
    """Given a place, prune it and return what the plan was."""
    made = prune.plan(where.store, keep=keep, captures=captures, now=now)
    prune.carry_out(where.store, made, memory=where.memory, account=PERSON.account)
    return made


def pictures(run: Path) -> list[str]:
    """Given a run folder, return the names of its pictures."""
    return sorted(path.relative_to(run).as_posix() for path in run.rglob("*.png"))


def check(where: Place, name: str) -> audit.Check:
    """Given a place, return a check of its audit."""
    return next(each for each in audit.audit(where.store).checks if each.name == name)


def test_only_pictures_of_old_uneventful_runs_go(where: Place) -> None:
    """The first run, each change and the newest look keep theirs; readings and records stay everywhere."""
    texts = {path for path in where.store.rglob("*") if path.is_file() and path.suffix != ".png"}
    made = pruned(where)
    assert [bool(pictures(run)) for run in where.runs] == [True, False, False, True, True, False, True, False]
    assert (len(made.paths), made.runs) == (6, 3)
    assert made.size > 500
    assert texts <= {path for path in where.store.rglob("*") if path.is_file()}


def test_the_chain_holds_and_the_audit_says_what_went(where: Place) -> None:
    """The prune is a sealed run like any other, and the head is remembered."""
    pruned(where)
    found = audit.audit(where.store)
    assert (found.exit_code, found.runs) == (0, 8)
    assert check(where, "files").sentence.endswith("as recorded; 6 pruned, declared in 000008")
    said = json.loads((where.runs[-1] / "run.json").read_text())
    assert (said["kind"], said["settings"], said["options"]) == (
        "prune",
        [],
        {"keep": "36m", "captures": False},
    )
    assert json.loads(where.memory.read_text())["head"] == found.head
    told = json.loads((where.runs[-1] / "pruned.json").read_text())
    assert told["before"] == "2027-10-04T08:15:42Z"
    assert set(told["paths"]) == {
        f"{run.name}/{name}/before.element.png"
        for run in (where.runs[1], where.runs[2], where.runs[5])
        for name in QUIET
    }


def test_a_visit_after_a_prune_goes_on_as_before(where: Place) -> None:
    """The past is the same: when it was proved off, whose account it is, and no damage is seen."""
    before = history.of(where.store, QUIET)
    pruned(where)
    after = history.of(where.store, QUIET)
    assert (after.proved_off, after.member, after.site) == (before.proved_off, before.member, before.site)
    sealed = append(where, LATER + WEEK)
    assert json.loads((sealed.path / "run.json").read_text())["damage_seen"] is None
    salts = {json.loads((run / "account.json").read_text())["salt"] for run in where.runs}
    assert len(salts) == 1
    assert audit.audit(where.store).exit_code == 0


def test_a_second_prune_finds_nothing_more(where: Place) -> None:
    """Nothing is sealed for nothing."""
    pruned(where)
    made = pruned(where)
    assert (dict(made.paths), made.left, len(where.runs)) == ({}, (), 8)


def test_nothing_younger_than_asked_goes(where: Place) -> None:
    """Two days more, and two runs are not yet old enough."""
    assert prune.plan(where.store, keep="36m", captures=False, now=START + timedelta(days=1000)).paths == {}
    made = prune.plan(where.store, keep="7d", captures=False, now=START + timedelta(days=15))
    assert {path[:6] for path in made.paths} == {"000002"}


def test_a_run_with_news_keeps_its_pictures(tmp_path: Path) -> None:
    """What was new on the pages can still be seen."""
    where = place(tmp_path)
    change = Change(kind=Kind.ROW_NEW, page="Data privacy", path="/settings/x", new="A row")
    for week in range(4):
        append(where, START + week * WEEK, QUIET, found=(change,) if week == 1 else ())
    pruned(where)
    assert [bool(pictures(run)) for run in where.runs] == [True, True, False, True, False]


def test_captures_go_too_if_asked(where: Place) -> None:
    """Texts and network records of the pages, never a reading."""
    run = where.runs[1]
    (run / "network.json").write_text("{}")
    (run / "ai-training" / "card.html").write_text("<p>")
    (run / "ai-training" / "card.aria.yaml").write_text("- switch")
    reseal(run)
    relink(where.runs, 2)
    where.memory.unlink()
    made = pruned(where, captures=True)
    assert len(made.paths) == 9
    assert audit.audit(where.store).exit_code == 0
    assert sorted(path.name for path in (run / "ai-training").iterdir()) == ["state.json"]


@pytest.mark.parametrize(
    ("keep", "day"),
    [
        ("36m", "2023-02-28"),
        ("3y", "2023-02-28"),
        ("1m", "2026-01-28"),
        ("90d", "2025-11-30"),
        ("0d", "2026-02-28"),
    ],
)
def test_a_span_is_counted_by_the_calendar(keep: str, day: str) -> None:
    """Months and years end on the same day, or on the last one that there is."""
    assert f"{prune.before(keep, datetime(2026, 2, 28, tzinfo=UTC)):%Y-%m-%d}" == day
    assert f"{prune.before('12m', datetime(2024, 2, 29, tzinfo=UTC)):%Y-%m-%d}" == "2023-02-28"


@pytest.mark.parametrize("keep", ["", "36", "m", "-3m", "3 m", "9999y", "36M"])
def test_what_is_no_span_is_said_so(keep: str) -> None:
    """A usage error, with an example."""
    with pytest.raises(UsageProblem, match="--keep"):
        prune.before(keep, LATER)


def test_a_damaged_end_stops_it(where: Place) -> None:
    """The newest run is not as it was left: nothing is sealed and nothing goes."""
    made = prune.plan(where.store, keep="36m", captures=False, now=LATER)
    edit(where.runs[-1], command="run")
    reseal(where.runs[-1])
    before = [pictures(run) for run in where.runs]
    with pytest.raises(EvidenceDamaged, match="damaged"):
        prune.carry_out(where.store, made, memory=where.memory, account=PERSON.account)
    assert [pictures(run) for run in where.runs] == before


def digest(path: Path) -> str:
    """Given a file, return its SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def restore(where: Place, copy: Place, name: str, content: bytes | None = None) -> None:
    """Given a pruned place and a copy from before, put a picture back, with other bytes if given."""
    there = copy.runs[1] / name
    target = where.runs[1] / name
    target.write_bytes(there.read_bytes() if content is None else content)


def test_a_declared_picture_may_be_there_or_not_but_not_another_one(where: Place, tmp_path: Path) -> None:
    """A prune that died after sealing has done no harm; what is there has to be as recorded."""
    shutil.copytree(where.store.parent.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("copy"))
    pruned(where)
    name = "ai-training/before.element.png"
    restore(where, place(tmp_path / "copy"), name)
    assert audit.audit(where.store).exit_code == 0
    made = pruned(where)
    assert made.left == (f"{where.runs[1].name}/{name}",)
    assert (len(where.runs), pictures(where.runs[1])) == (8, [])
    restore(where, place(tmp_path / "copy"), name, b"another")
    assert check(where, "files").result == "fails"


@pytest.mark.parametrize(
    "harm",
    ["another checksum", "a reading", "a later run", "not by a prune", "not listed"],
)
def test_a_prune_cannot_declare_just_anything(where: Place, harm: str) -> None:
    """A declaration counts for older pictures, with their own checksums, in a sealed prune."""
    pruned(where)
    prune_run, gone = where.runs[-1], where.runs[1] / "ai-training" / "before.element.png"
    path = prune_run / "pruned.json"
    told = json.loads(path.read_text())
    key = f"{where.runs[1].name}/ai-training/before.element.png"
    assert key in told["paths"]
    assert not gone.exists()
    match harm:
        case "another checksum":
            told["paths"][key] = "0" * 64
        case "a reading":
            state = where.runs[1] / "ai-training" / "state.json"
            told["paths"][f"{where.runs[1].name}/ai-training/state.json"] = digest(state)
            state.unlink()
        case "a later run":
            append(where, LATER + WEEK)
            late = where.runs[-1] / "ai-training" / "before.element.png"
            told["paths"][f"{where.runs[-1].name}/ai-training/before.element.png"] = digest(late)
            late.unlink()
        case "not by a prune":
            edit(prune_run, kind="key")
        case "not listed":
            told["paths"] = {}
    path.write_text(json.dumps(told, indent=2))
    reseal(prune_run)
    relink(where.runs, 7)
    assert check(where, "files").result == "fails"


def test_a_pruned_hand_over_holds_for_both_judges(where: Place, tmp_path: Path) -> None:
    """What a sealed prune declares stands in `missing.txt`, and is counted by stock tools too."""
    pruned(where)
    packed = handover.export(where.store, tmp_path / "e.zip", handover.Wish())
    assert packed.absent == 6
    bag = unpacked(tmp_path / "e.zip", tmp_path)
    assert len((bag / "data" / "missing.txt").read_text().splitlines()) == 6
    assert json.loads((bag / "data" / "handover.json").read_text())["pruned"] == [where.runs[-1].name]
    assert audited(bag) == verified(bag) == (0, set(), set())
    (bag / "data" / "runs" / where.runs[-1].name / "pruned.json").write_text("{}")
    assert audited(bag)[1] == verified(bag)[1] == {"bag", "files"}


def test_no_reading_is_prunable() -> None:
    """Neither the program nor a declaration that the audit takes can remove what a verdict rests on."""
    for name in (
        "run.json",
        "account.json",
        "ai-training/state.json",
        "rows.json",
        "carried.json",
        "tls.pem",
        "SHA256SUMS",
    ):
        assert audit_absent.PRUNABLE.fullmatch(name) is None


@pytest.fixture
def own(where: Place, home: Path) -> Place:
    """The old store, as the command finds it."""
    store = home / "evidence" / account_folder(PERSON.account)
    disk.make_folder(store.parent)
    shutil.copytree(where.store, store)
    return Place(store, home / "state" / f"{store.name}.head.json")


def test_the_command_asks_before_it_removes(optout: RunOptout, own: Place) -> None:
    """Without a terminal it needs `--yes`; `--dry-run` removes nothing; then pictures go, and it says so."""
    ended = optout("evidence", "prune", "--no-input")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--yes" in ended.stderr
    ended = optout("evidence", "prune", "--keep", "0d", "--dry-run")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("6 pictures of 3 runs from before 20")
    assert len(own.runs) == 7
    ended = optout("evidence", "prune", "--keep", "0d", "--yes")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Removed. They are declared in 000008_" in ended.stdout
    assert optout("evidence", "audit").returncode == 0
    ended = optout("evidence", "prune", "--yes")
    assert ended.stdout.startswith("Nothing to prune")
    ended = optout("evidence", "prune", "--keep", "3x", "--yes")
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_damaged_evidence_is_not_pruned(optout: RunOptout, own: Place) -> None:
    """Exit 6, and all is still there."""
    (own.runs[1] / "ai-training" / "before.element.png").write_bytes(b"x")
    ended = optout("evidence", "prune", "--keep", "0d", "--yes")
    assert (ended.returncode, ended.stdout) == (6, "")
    assert "does not hold (files), so it was not pruned" in ended.stderr
    assert len(own.runs) == 7
