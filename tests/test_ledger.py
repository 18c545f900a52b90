"""The store: what a sealed run looks like, how runs are chained, and who may write."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from calling import RunPython
from sample_store import (
    PERSON,
    START,
    WEEK,
    Place,
    append,
    good_store,
    place,
    png,
    relink,
    reseal,
    snapshot,
    visit,
)

from optout.errors import EvidenceDamaged, OptoutError, VisitUnderWay
from optout.evidence import audit, ledger, memory

RUN_MEMBERS = [
    "schema", "store", "number", "kind", "command", "outcome", "exit_code", "started", "finished", "sealed",
    "settings", "news", "options", "steps", "environment", "tls", "seal", "interrupted", "left_out",
    "damage_seen",
]  # fmt: skip


@pytest.fixture
def where(tmp_path: Path) -> Place:
    """A place for a store that does not exist yet."""
    return place(tmp_path)


def sums(run: Path) -> subprocess.CompletedProcess[str]:
    """Given a run folder, check it with the system's own tool."""
    words = ["sha256sum", "-c", "--strict", "--warn", "SHA256SUMS"]
    return subprocess.run(words, cwd=run, check=False, capture_output=True, text=True)


def test_a_run_has_the_files_and_the_order_of_the_format(where: Place) -> None:
    """Folder name, store.json, run.json and account.json are as the format has them."""
    sealed = append(where)
    assert sealed.run == "000001_20261005T081542Z"
    assert sealed.path == where.store / "runs" / sealed.run
    store = json.loads((where.store / "store.json").read_text())
    assert list(store) == ["format", "store", "created", "key", "stamps"]
    assert store["format"] == "1"
    assert store["created"] == "2026-10-05T08:15:42Z"
    assert re.fullmatch("[0-9a-f]{32}", store["store"])
    run = json.loads((sealed.path / "run.json").read_text())
    assert list(run) == RUN_MEMBERS
    assert (run["schema"], run["store"], run["number"], run["kind"]) == (
        "optout.run/1",
        store["store"],
        1,
        "visit",
    )
    assert run["sealed"] == "2026-10-05T08:15:42Z"
    assert list(run["settings"][0]) == [
        *("name", "before", "after", "verdict", "reason", "screenshots", "witnesses")
    ]
    assert run["environment"]["viewport"] == [1280, 900]
    assert run["seal"]["key"] is None
    assert run["seal"]["unsigned_because"]
    assert run["seal"]["stamps_asked"] == []
    account = json.loads((sealed.path / "account.json").read_text())
    assert list(account) == ["salt", "account", "member", "display_name", "profile_url"]
    assert re.fullmatch("[0-9a-f]{32}", account["salt"])
    assert account["account"] == PERSON.account
    text = (sealed.path / "run.json").read_text()
    assert text.endswith("}\n")
    assert '\n  "schema": "optout.run/1",\n' in text


def test_the_account_stands_in_no_sealed_file_but_its_own(where: Place) -> None:
    """What names the person can be withheld: it is in account.json and nowhere else."""
    append(where)
    holding = [name for name, content in snapshot(where.store).items() if PERSON.account.encode() in content]
    assert [Path(name).name for name in holding] == ["account.json"]


def test_stock_tools_accept_every_run(tmp_path: Path) -> None:
    """`sha256sum -c SHA256SUMS` passes in each run folder and checks the run before it too."""
    where = good_store(tmp_path)
    for number, run in enumerate(where.runs, 1):
        checked = sums(run)
        assert (checked.returncode, checked.stderr) == (0, "")
        assert checked.stdout.count("../") == (number > 1)
        assert "run.json: OK" in checked.stdout


def test_stock_tools_refuse_a_changed_run(tmp_path: Path) -> None:
    """The twin: a byte more in one picture, and the same command fails."""
    where = good_store(tmp_path)
    picture = where.runs[2] / "ai-training" / "before.element.png"
    picture.write_bytes(picture.read_bytes() + b"x")
    assert sums(where.runs[2]).returncode == 1


def test_lines_are_sorted_by_bytes_and_ascii(where: Place) -> None:
    """The run's own files come first in the order of their bytes; upper case before lower."""
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        for name in ("b/x", "B.txt", "a/y-2", "a/y.1", "_z"):
            draft.add(name, b"")
        sealed = draft.seal(visit((), now=START, ending=("try_later", 75)), PERSON, secrets=(), now=START)
    content = (sealed.path / "SHA256SUMS").read_bytes()
    names = [line[66:] for line in content.decode("ascii").splitlines()]
    assert names == sorted(names, key=str.encode)
    assert names == ["B.txt", "_z", "a/y-2", "a/y.1", "account.json", "b/x", "run.json"]


def test_every_seal_of_the_run_before_is_linked(where: Place) -> None:
    """Signature and time stamps that a later version adds are part of the chain: all `SHA256SUMS*`."""
    first = append(where)
    for seal in ("SHA256SUMS.tsa-b.tsr", "SHA256SUMS.sshsig", "SHA256SUMS.tsa-a.tsr"):
        (first.path / seal).write_bytes(seal.encode())
    second = append(where, START + WEEK)
    links = [line[66:] for line in (second.path / "SHA256SUMS").read_text().splitlines() if "  ../" in line]
    assert links == [
        f"../{first.run}/{seal}"
        for seal in ("SHA256SUMS", "SHA256SUMS.sshsig", "SHA256SUMS.tsa-a.tsr", "SHA256SUMS.tsa-b.tsr")
    ]
    assert sums(second.path).returncode == 0


def test_the_salt_is_carried_on(tmp_path: Path) -> None:
    """One salt per store: the same account has the same checksum in every run."""
    where = good_store(tmp_path)
    contents = {(run / "account.json").read_bytes() for run in where.runs}
    assert len(contents) == 1
    other = good_store(tmp_path / "other")
    assert (other.runs[0] / "account.json").read_bytes() not in contents


def test_files_and_folders_are_private_from_the_start(where: Place) -> None:
    """Folders 0700, files 0600, whatever the umask; the parents that were missing too."""
    before = os.umask(0)
    try:
        append(where)
        append(where, START + WEEK)
    finally:
        os.umask(before)
    top = where.store.parent.parent
    made = list(top.rglob("*"))
    assert len(made) > 20
    for path in made:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize(
    "name",
    ["", "/x", "a//b", "../x", "a/../b", ".hidden", "a/.b", "é.png", "a b", "a\nb", "a\\b", "x/", "a:b"],
)
def test_names_the_evidence_cannot_hold_are_refused(where: Place, name: str) -> None:
    """A name has letters, digits and `._-` alone, and leads nowhere else."""
    with (
        ledger.begin(where.store, memory=where.memory, now=START) as draft,
        pytest.raises(ValueError, match="not a name"),
    ):
        draft.add(name, b"")


@pytest.mark.parametrize("name", ["run.json", "account.json", "SHA256SUMS", "SHA256SUMS.x", "a/b.png"])
def test_names_that_are_taken_are_refused(where: Place, name: str) -> None:
    """Nothing is written twice, and the ledger's own files are its own."""
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        assert draft.add("a/b.png", b"") == "a/b.png"
        with pytest.raises(ValueError, match="taken"):
            draft.add(name, b"")


def test_a_visit_that_is_not_sealed_leaves_nothing(where: Place) -> None:
    """Leaving the block without sealing and without an error removes what was written."""
    append(where)
    before = snapshot(where.store)
    with ledger.begin(where.store, memory=where.memory, now=START + WEEK) as draft:
        draft.add("a/b.png", png())
    assert snapshot(where.store) == before
    assert list((where.store / "runs").glob(".tmp-*")) == []
    with ledger.begin(where.store, memory=where.memory, now=START + WEEK) as draft:
        assert draft.interrupted == ()


def _break_off(where: Place, error: type[BaseException], *, sealed: bool = False) -> None:
    now = START + WEEK
    with ledger.begin(where.store, memory=where.memory, now=now) as draft:
        draft.add("a/b.png", png())
        draft.add("c.json", b"{}")
        if sealed:
            draft.seal(visit((), now=now, ending=("try_later", 75)), PERSON, secrets=(), now=now)
        raise error("in the middle")


@pytest.mark.parametrize("error", [TypeError, KeyboardInterrupt, SystemExit])
def test_a_visit_that_ends_in_an_error_is_emptied_and_named_by_the_next(
    where: Place, error: type[BaseException]
) -> None:
    """Nobody searched its files for secrets, so they go; that there was a visit does not."""
    append(where)
    before = snapshot(where.store)
    with pytest.raises(error, match="in the middle"):
        _break_off(where, error)
    assert snapshot(where.store) == before
    [left] = (where.store / "runs").glob(".tmp-*")
    assert list(left.iterdir()) == []
    sealed = append(where, START + 2 * WEEK)
    assert json.loads((sealed.path / "run.json").read_text())["interrupted"] == [left.name]
    assert list((where.store / "runs").glob(".tmp-*")) == []
    assert audit.audit(where.store).exit_code == 0


def test_an_error_after_the_seal_leaves_the_run_alone(where: Place) -> None:
    """Whatever goes wrong later, what was sealed stays sealed and nothing counts as broken off."""
    with pytest.raises(KeyboardInterrupt, match="in the middle"):
        _break_off(where, KeyboardInterrupt, sealed=True)
    assert [run.name for run in where.runs] == ["000001_20261012T081542Z"]
    assert list((where.store / "runs").glob(".tmp-*")) == []
    assert audit.audit(where.store).exit_code == 0


def test_a_time_without_a_zone_is_refused(where: Place) -> None:
    """A local time that does not say so cannot enter the evidence."""
    with (
        ledger.begin(where.store, memory=where.memory, now=START) as draft,
        pytest.raises(ValueError, match="zone"),
    ):
        draft.seal(visit((), now=START), PERSON, secrets=(), now=START.replace(tzinfo=None))


def test_what_json_cannot_hold_is_refused_and_the_rest_is_written_plainly(where: Place) -> None:
    """Times and tuples become JSON, half a surrogate pair becomes its escape, bytes are an error."""
    sealed = append(where, news=("half \ud83d pair",), steps=({"at": START, "redirects": ()},))
    run = json.loads((sealed.path / "run.json").read_bytes().decode("utf-8"))
    assert run["news"] == ["half \ud83d pair"]
    assert run["steps"] == [{"at": "2026-10-05T08:15:42Z", "redirects": []}]
    with pytest.raises(TypeError, match="bytes"):
        append(where, START + WEEK, news=(b"raw",))


def test_runs_are_listed_newest_first_and_read(tmp_path: Path) -> None:
    """What is no run folder is passed over; a store that does not exist has no runs."""
    assert list(ledger.runs(tmp_path / "nothing")) == []
    assert ledger.head(tmp_path / "nothing") is None
    where = good_store(tmp_path)
    (where.store / "runs" / ".tmp-00ff").mkdir()
    (where.store / "runs" / "notes.txt").write_text("x")
    (where.store / "runs" / "000009_20270101T000000Z").symlink_to(where.runs[0])
    found = list(ledger.runs(where.store))
    assert [run.number for run in found] == [5, 4, 3, 2, 1]
    assert found[0].read()["number"] == 5
    identity = found[0].identity()
    assert identity is not None
    assert identity["member"] == "practice-person"


def test_a_damaged_run_is_told_when_it_is_read(tmp_path: Path) -> None:
    """A missing or senseless run.json is one sentence with the next command; a withheld account is None."""
    where = good_store(tmp_path)
    newest, older, oldest = list(ledger.runs(where.store))[:3]
    (newest.path / "run.json").unlink()
    (older.path / "run.json").write_text("[" * 100_000)
    (oldest.path / "run.json").write_bytes(b"\xff")
    (newest.path / "account.json").unlink()
    (older.path / "account.json").write_text("[]")
    for run in (newest, older, oldest):
        with pytest.raises(EvidenceDamaged, match="evidence audit"):
            run.read()
    assert newest.identity() is None
    with pytest.raises(EvidenceDamaged):
        older.identity()
    (newest.path / "SHA256SUMS").unlink()
    with pytest.raises(EvidenceDamaged, match="SHA256SUMS"):
        ledger.head(where.store)


def test_the_head_is_the_hash_of_the_newest_sums(tmp_path: Path) -> None:
    """What `seal` returns, what `head` reads and what the memory holds is one value."""
    where = place(tmp_path)
    append(where)
    sealed = append(where, START + WEEK)
    printed = subprocess.run(
        ["sha256sum", sealed.path / "SHA256SUMS"], check=True, capture_output=True, text=True
    ).stdout
    assert printed.startswith(sealed.head)
    assert ledger.head(where.store) == sealed.head
    remembered = memory.recall(where.memory)
    assert remembered is not None
    assert (remembered.head, remembered.number, remembered.run) == (sealed.head, 2, sealed.run)


OPENED = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from sample_store import Place, append, START, WEEK
where = Place(Path(sys.argv[1]), Path(sys.argv[2]))
import filelock
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
append(where, START + 9 * WEEK)
print("\\n".join(path for path in opened if "/runs/0" in path))
"""


def test_appending_opens_no_older_run(tmp_path: Path, python: RunPython) -> None:
    """Of all runs only the newest is opened: its SHA256SUMS* for the links, its account.json for the salt."""
    where = good_store(tmp_path)
    newest = where.runs[-1]
    (newest / "SHA256SUMS.sshsig").write_text("x")
    ended = python(OPENED, str(where.store), str(where.memory))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert set(ended.stdout.split()) == {
        str(newest / name) for name in ("SHA256SUMS", "SHA256SUMS.sshsig", "account.json")
    }


def test_one_writer_at_a_time(where: Place) -> None:
    """While a draft is open, another visit to the same evidence is told to come later."""
    with ledger.begin(where.store, memory=where.memory, now=START):
        with pytest.raises(VisitUnderWay) as held:
            ledger.begin(where.store, memory=where.memory, now=START)
        assert held.value.exit_code == 75
    append(where)


CROWD = """
import sys
from pathlib import Path
from sample_store import Place, append, START, WEEK
from optout.errors import VisitUnderWay
where = Place(Path(sys.argv[1]), Path(sys.argv[2]))
done = 0
while done < 5:
    try:
        append(where, START + int(sys.argv[3]) * WEEK)
    except VisitUnderWay:
        continue
    done += 1
"""


def test_two_processes_that_append_make_one_chain(where: Place) -> None:
    """Two at once, five runs each: ten runs without a gap, and the audit holds."""
    path = os.pathsep.join([str(Path(ledger.__file__).parents[2]), str(Path(__file__).parent)])
    both = [
        subprocess.Popen(
            [sys.executable, "-c", CROWD, str(where.store), str(where.memory), str(week)],
            env=os.environ | {"PYTHONPATH": path},
        )
        for week in (1, 2)
    ]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    found = audit.audit(where.store, head=ledger.head(where.store))
    assert (found.runs, found.exit_code) == (10, 0)


def test_a_store_as_it_was_left_shows_no_damage(tmp_path: Path) -> None:
    """The twin of all that follows: nothing touched, nothing seen."""
    where = good_store(tmp_path)
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        assert draft.damage_seen is None
    assert all(json.loads((run / "run.json").read_text())["damage_seen"] is None for run in where.runs)


def _change_newest(where: Place) -> None:
    picture = where.runs[-1] / "ai-training" / "before.element.png"
    picture.write_bytes(png(b"another"))
    reseal(where.runs[-1])


def _cut_tail(where: Place) -> None:
    _remove(where.runs[-1])


def _empty(where: Place) -> None:
    for run in where.runs:
        _remove(run)


def _lose_sums(where: Place) -> None:
    (where.runs[-1] / "SHA256SUMS").unlink()


def _lose_store_json(where: Place) -> None:
    (where.store / "store.json").unlink()


def _spoil_store_json(where: Place) -> None:
    (where.store / "store.json").write_text('{"store": 7}')


def _lose_account(where: Place) -> None:
    (where.runs[-1] / "account.json").unlink()


def _spoil_memory(where: Place) -> None:
    where.memory.write_text("{")


def _rewrite_all(where: Place) -> None:
    _change_newest(where)
    relink(where.runs, 1)


def _grow_by_two(where: Place) -> None:
    kept = where.memory.read_bytes()
    append(where, START + 6 * WEEK)
    append(where, START + 7 * WEEK)
    where.memory.write_bytes(kept)


def _another_store(where: Place) -> None:
    where.store.rename(where.store.with_name("away"))
    append(Place(where.store, where.memory.with_name("other.json")))


def _remove(run: Path) -> None:
    for path in sorted(run.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    run.rmdir()


@pytest.mark.parametrize(
    "hurt",
    [
        _change_newest, _cut_tail, _empty, _lose_sums, _lose_store_json, _spoil_store_json, _lose_account,
        _spoil_memory, _rewrite_all, _grow_by_two, _another_store,
    ],
)  # fmt: skip
def test_a_store_that_is_not_as_it_was_left_is_told_once_and_goes_on(
    tmp_path: Path, hurt: Callable[[Place], None]
) -> None:
    """damage_seen says what is wrong, the visit is sealed all the same, and the next one starts afresh."""
    where = good_store(tmp_path)
    hurt(where)
    untouched = snapshot(where.store)
    sealed = append(where, START + 9 * WEEK)
    run = json.loads((sealed.path / "run.json").read_text())
    assert isinstance(run["damage_seen"], str)
    assert str(tmp_path) not in run["damage_seen"]
    assert {
        name: content for name, content in snapshot(where.store).items() if name in untouched
    } == untouched
    with ledger.begin(where.store, memory=where.memory, now=START + 10 * WEEK) as draft:
        again = draft.damage_seen
    assert again is None or "store.json" in again  # that is not mended by appending


def test_a_deleted_store_starts_anew_with_a_new_name(tmp_path: Path) -> None:
    """Number 1, another identifier, and the first run says that an older store was remembered."""
    where = good_store(tmp_path)
    old = json.loads((where.store / "store.json").read_text())["store"]
    where.store.rename(tmp_path / "gone")
    sealed = append(where)
    run = json.loads((sealed.path / "run.json").read_text())
    assert run["number"] == 1
    assert run["store"] != old
    assert "empty" in run["damage_seen"]
    assert audit.audit(where.store).exit_code == 0


def test_a_store_that_was_moved_here_is_no_damage(tmp_path: Path) -> None:
    """Nothing remembered is nothing to compare with; from then on the head is remembered."""
    where = good_store(tmp_path)
    where.memory.unlink()
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        assert draft.damage_seen is None
    remembered = memory.recall(where.memory)
    assert remembered is not None
    assert remembered.head == ledger.head(where.store)


def test_a_head_that_could_not_be_remembered_heals_itself(tmp_path: Path) -> None:
    """Killed between rename and remembering: one run more that continues the remembered one is no damage."""
    where = good_store(tmp_path)
    kept = where.memory.read_bytes()
    sealed = append(where, START + 6 * WEEK)
    where.memory.write_bytes(kept)
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        assert draft.damage_seen is None
    remembered = memory.recall(where.memory)
    assert remembered is not None
    assert remembered.head == sealed.head


def test_drafts_that_broke_off_are_emptied_named_and_removed(tmp_path: Path) -> None:
    """Their pictures were never searched for secrets: they go at once, the names stay until sealed."""
    where = good_store(tmp_path)
    runs = where.store / "runs"
    (runs / ".tmp-00ff" / "a").mkdir(parents=True)
    (runs / ".tmp-00ff" / "a" / "before.png").write_bytes(png())
    (runs / ".tmp-not-ours").write_text("x")
    with ledger.begin(where.store, memory=where.memory, now=START + 6 * WEEK) as draft:
        assert draft.interrupted == (".tmp-00ff",)
        assert list((runs / ".tmp-00ff").iterdir()) == []
    sealed = append(where, START + 7 * WEEK)
    assert json.loads((sealed.path / "run.json").read_text())["interrupted"] == [".tmp-00ff"]
    assert [path.name for path in runs.glob(".tmp-*")] == [".tmp-not-ours"]


def test_a_draft_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    """What looks like a broken-off draft but leads elsewhere costs nobody a file."""
    where = good_store(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    (where.store / "runs" / ".tmp-00ff").symlink_to(tmp_path / "mine")
    append(where, START + 7 * WEEK)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"
    assert list((where.store / "runs").glob(".tmp-*")) == []


LIMITED = """
import resource, signal, sys
from pathlib import Path
from sample_store import Place, append, START, WEEK
from optout.errors import OptoutError
where = Place(Path(sys.argv[1]), Path(sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    append(where, START + 9 * WEEK)
except OptoutError as error:
    print(error.exit_code, error)
"""


@pytest.mark.parametrize("bytes_left", [0, 40, 400])
def test_a_full_disk_is_one_sentence_and_costs_nothing(
    tmp_path: Path, python: RunPython, bytes_left: int
) -> None:
    """A file that cannot grow, as on a full disk: told in one sentence, earlier runs untouched, no rest."""
    where = good_store(tmp_path)
    before = snapshot(where.store)
    ended = python(LIMITED, str(where.store), str(where.memory), str(bytes_left))
    assert ended.stderr == ""
    assert ended.stdout.startswith("1 The visit could not be recorded: the disk is full")
    assert "Earlier runs are untouched." in ended.stdout
    assert len(ended.stdout.splitlines()) == 1
    assert snapshot(where.store) == before
    [left] = (where.store / "runs").glob(".tmp-*")
    assert list(left.iterdir()) == []
    sealed = append(where, START + 9 * WEEK)
    assert sealed.run.startswith("000006")
    assert json.loads((sealed.path / "run.json").read_text())["interrupted"] == [left.name]


FORBIDDEN = """
import ctypes, os, sys
from pathlib import Path
from sample_store import Place, append
from optout.errors import OptoutError
import filelock, optout.evidence.leaks
if os.geteuid() == 0:
    ctypes.CDLL(None).setfsuid(65534)
try:
    append(Place(Path(sys.argv[1]), Path(sys.argv[2])))
except OptoutError as error:
    print(error.exit_code, error)
"""


def test_a_folder_without_rights_is_one_sentence(tmp_path: Path, python: RunPython) -> None:
    """This user may not write there: said so, with the folder."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    where = place(locked)
    ended = python(FORBIDDEN, str(where.store), str(where.memory))
    assert ended.stderr == ""
    assert ended.stdout.startswith("1 The visit could not be recorded: this user may not write there (")
    assert str(locked) in ended.stdout


def test_a_folder_that_vanishes_is_one_sentence(tmp_path: Path) -> None:
    """The draft's folder, or the store, is removed by somebody while the visit is under way."""
    where = good_store(tmp_path)
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        where.store.rename(tmp_path / "gone")
        with pytest.raises(OptoutError, match="is gone"):
            draft.add("ai-training/before.element.png", png())
        with pytest.raises(OptoutError, match="is gone"):
            draft.seal(visit((), now=START), PERSON, secrets=(), now=START)
    assert audit.audit(tmp_path / "gone").runs == 5


def test_a_place_that_is_no_folder_is_one_sentence(tmp_path: Path) -> None:
    """A file stands where the evidence should be."""
    (tmp_path / "evidence").write_text("x")
    with pytest.raises(OptoutError, match="is no folder"):
        append(place(tmp_path))


def test_a_clock_that_went_back_does_not_break_the_chain(tmp_path: Path) -> None:
    """The number decides the order, not the time in the name."""
    where = good_store(tmp_path)
    sealed = append(where, START - timedelta(days=400))
    assert sealed.run.startswith("000006_2025")
    assert audit.audit(where.store).exit_code == 0
    assert next(ledger.runs(where.store)).name == sealed.run
