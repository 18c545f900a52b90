"""Each way to hurt the evidence, and the named check that notices.

The numbers are those of the 22 attacks in docs/decisions/0001-evidence-format.md. The store is signed and
time-stamped by an authority that runs here; its root is told, key and head only where a test says so. Each
attack is asserted with the exact set of checks that fail: a check that always failed, or never, would show.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import authority
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_store import (
    ANOTHER,
    OWNER,
    START,
    WEEK,
    Place,
    append,
    edit,
    good_store,
    place,
    png,
    relink,
    reseal,
    sign,
    witnesses,
)

from optout.evidence import audit, ledger, seal, sshsig
from optout.evidence.audit_told import Told
from optout.evidence.audit_tools import STOCK, Checkers
from optout.evidence.checkers import FAST
from optout.secret import SigningKey

Attack = Callable[[Place], None]
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes, signed and time-stamped, its authority beside it."""
    folder = tmp_path_factory.mktemp("good")
    with authority.serving(authority.office(folder / "office")) as served:
        means = seal.Means(key=lambda _: OWNER, authorities=(served.authority(),))
        start = datetime.now(UTC) - timedelta(seconds=5)
        return good_store(folder, means, start=start, step=timedelta(seconds=1))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes, neither signed nor time-stamped."""
    return good_store(tmp_path_factory.mktemp("bare"))


@pytest.fixture
def where(good: Place, tmp_path: Path) -> Place:
    """A copy of the good store for this test to hurt."""
    shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    return place(tmp_path)


@pytest.fixture
def unsealed(bare: Place, tmp_path: Path) -> Place:
    """A copy of the store without seals for this test to hurt."""
    shutil.copytree(bare.store.parent.parent, tmp_path / "unsealed")
    return place(tmp_path / "unsealed")


def office_of(where: Place) -> authority.Office:
    """Given a place, return the authority that stamps its runs."""
    return authority.Office.at(where.store.parent.parent / "office")


def audited(
    where: Place, head: str | None = None, keys: tuple[str, ...] = (), checkers: Checkers = FAST
) -> audit.Audit:
    """Given a place, audit its store; the root is told if there is an authority."""
    folder = where.store.parent.parent / "office"
    roots = authority.Office.at(folder).root if folder.exists() else None
    told = Told(keys=keys, roots=roots, expects_stamps=roots is not None)
    return audit.audit(where.store, head=head, told=told, checkers=checkers)


def failing(where: Place, head: str | None = None, keys: tuple[str, ...] = ()) -> set[str]:
    """Given a place, audit its store and return the names of the checks that fail."""
    found = audited(where, head, keys)
    failed = {check.name for check in found.checks if check.result == "fails"}
    assert (found.exit_code == 6) == bool(failed)
    return failed


def doubted(where: Place) -> set[str]:
    """Given a place, audit its store and return the names of the checks that could not be made."""
    return {check.name for check in audited(where).checks if check.result == "could_not_check"}


def picture(run: Path) -> Path:
    """Given a run folder, return the path of one of its pictures."""
    return run / "ai-training" / "before.element.png"


def flip_a_byte(where: Place) -> None:
    """1: one bit of a picture."""
    content = bytearray(picture(where.runs[1]).read_bytes())
    content[-20] ^= 1
    picture(where.runs[1]).write_bytes(content)


def edit_a_state(where: Place) -> None:
    """2: what the control showed."""
    state = where.runs[2] / "affiliate-ads" / "state.json"
    state.write_text(state.read_text().replace("true", "false"))


def edit_a_finding(where: Place) -> None:
    """3: the record of a run, left as consistent as it was."""
    edit(where.runs[1], command="run")


def edit_and_sum(where: Place) -> None:
    """4: a picture of an older run, and that run's own checksums with it."""
    picture(where.runs[1]).write_bytes(png(b"painted"))
    reseal(where.runs[1])


def edit_and_sum_the_newest(where: Place) -> None:
    """4, of the newest run: nothing comes after it that would know."""
    picture(where.runs[-1]).write_bytes(png(b"painted"))
    reseal(where.runs[-1])


def redo(where: Place, first: int, *, key: SigningKey = OWNER, stamps: bool = False) -> None:
    """Given a place and a run's place in the chain, link and sign anew from there on, and stamp if asked."""
    runs = where.runs
    for place_in_chain in range(first, len(runs)):
        run = runs[place_in_chain]
        name = sshsig.fingerprint(key.public)
        told = json.loads((run / "run.json").read_text())["seal"]
        if told["key"] != name:
            edit(run, seal=told | {"key": name, "unsigned_because": None})
            reseal(run)
        if place_in_chain:
            relink([runs[place_in_chain - 1], run], 1)
        sign(run, key)
        if stamps:
            sums = (run / "SHA256SUMS").read_bytes()
            (run / "SHA256SUMS.tsa-a.tsr").write_bytes(office_of(where).stamp(sums))


def claim_a_time(run: Path, moment: datetime) -> None:
    """Given a run and a time, have it say that it was sealed then."""
    written = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    edit(run, sealed=written, started=written, finished=written)
    reseal(run)
    run.rename(run.with_name(f"{run.name[:6]}_{moment:%Y%m%dT%H%M%SZ}"))


def rewrite_the_rest_as_another(where: Place) -> None:
    """5: a picture of an older run, every checksum from there on, another's signature, the old stamps."""
    edit_and_sum(where)
    redo(where, 1, key=ANOTHER)


def rewrite_all_as_another(where: Place) -> None:
    """6: all of it written anew a day later, with another's key and fresh stamps."""
    shutil.rmtree(where.store)
    where.memory.unlink()
    good_store(where.store.parent.parent, start=datetime.now(UTC) - DAY, step=timedelta())
    for run in where.runs:
        edit(run, seal={"key": None, "stamps_asked": ["tsa-a"]})
    redo(where, 0, key=ANOTHER, stamps=True)


def rewrite_the_rest_as_the_owner(where: Place) -> None:
    """7: the rest redone by the owner, the old stamps."""
    edit_and_sum(where)
    redo(where, 1)


def rewrite_the_rest_as_the_owner_a_day_later(where: Place) -> None:
    """8: the same with fresh stamps, a day after these runs were sealed, as they say."""
    edit_and_sum(where)
    for run in where.runs[1:]:
        claim_a_time(run, datetime.now(UTC) - DAY)
    redo(where, 1, stamps=True)


def insert_a_back_dated_run(where: Place) -> None:
    """18: the owner adds a run of yesterday between two, and does the rest again."""
    for number, run in reversed(list(enumerate(where.runs[2:], 4))):
        edit(run, number=number)
        reseal(run)
        run.rename(run.with_name(f"{number:06d}{run.name[6:]}"))
    shutil.copytree(where.runs[1], where.runs[1].with_name(f"000003{where.runs[1].name[6:]}"))
    edit(where.runs[2], number=3)
    claim_a_time(where.runs[2], datetime.now(UTC) - DAY)
    redo(where, 2, stamps=True)


def take_a_stamp_away(where: Place) -> None:
    """19: of an older run."""
    (where.runs[1] / "SHA256SUMS.tsa-a.tsr").unlink()


def swap_two_stamps(where: Place) -> None:
    """20: of two runs."""
    one, other = (run / "SHA256SUMS.tsa-a.tsr" for run in where.runs[1:3])
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def stamp_by_another_authority(where: Place) -> None:
    """The newest run's stamp is by an authority of the attacker's own."""
    own = authority.office(where.store.parent.parent / "own")
    sums = (where.runs[-1] / "SHA256SUMS").read_bytes()
    (where.runs[-1] / "SHA256SUMS.tsa-a.tsr").write_bytes(own.stamp(sums))


def take_the_newest_stamp_away(where: Place) -> None:
    """19, of the newest run."""
    (where.runs[-1] / "SHA256SUMS.tsa-a.tsr").unlink()


def take_the_newest_signature_away(where: Place) -> None:
    """The newest run without its signature."""
    (where.runs[-1] / seal.SIGNATURE).unlink()


def strip_the_tail(where: Place) -> None:
    """The newest two runs without any seal, linked as if there had been none."""
    for run in where.runs[-2:]:
        (run / seal.SIGNATURE).unlink()
        (run / "SHA256SUMS.tsa-a.tsr").unlink()
    relink(where.runs, 4)


def seal_the_newest_as_if_there_were_no_key(where: Place) -> None:
    """The newest run is written anew by somebody without the key, who says that it was locked."""
    strip_the_tail(where)
    for run in where.runs[-2:]:
        picture(run).write_bytes(png(b"painted"))
        edit(run, seal={"key": None, "unsigned_because": "The keyring is locked.", "stamps_asked": []})
        reseal(run)
    relink(where.runs, 4)


def sign_by_another(where: Place) -> None:
    """The newest run is signed by another key, and says so."""
    redo(where, 4, key=ANOTHER, stamps=True)


def sign_by_another_and_say_nothing(where: Place) -> None:
    """The newest run's signature is by another key than the one it names."""
    sign(where.runs[-1], ANOTHER)


def take_another_runs_signature(where: Place) -> None:
    """The newest run has the signature of the one before it."""
    shutil.copyfile(where.runs[-2] / seal.SIGNATURE, where.runs[-1] / seal.SIGNATURE)


def take_an_older_signature_away(where: Place) -> None:
    """An older run without its signature."""
    (where.runs[1] / seal.SIGNATURE).unlink()


def spoil_a_signature(where: Place) -> None:
    """The newest run's signature is cut."""
    path = where.runs[-1] / seal.SIGNATURE
    path.write_bytes(path.read_bytes()[:-60])


def spoil_a_stamp(where: Place) -> None:
    """The newest run's stamp is cut."""
    path = where.runs[-1] / "SHA256SUMS.tsa-a.tsr"
    path.write_bytes(path.read_bytes()[:-60])


def introduce_ones_own_key(where: Place) -> None:
    """A run that says it announces another key, signed by that other key itself."""
    append(where, datetime.now(UTC), {}, ending=("good", 0), kind="key")
    run = where.runs[-1]
    (run / "key.json").write_text(json.dumps({"new": sshsig.fingerprint(ANOTHER.public)}))
    reseal(run)
    redo(where, 5, key=ANOTHER, stamps=True)


def rewrite_the_rest(where: Place) -> None:
    """5: a picture of an older run, and every checksum from there on."""
    edit_and_sum(where)
    relink(where.runs, 2)


def rewrite_all(where: Place) -> None:
    """6, 7, 8: without signatures whoever holds the folder can write all of it anew."""
    for run in where.runs:
        picture(run).write_bytes(png(b"painted"))
        reseal(run)
    relink(where.runs, 1)


def delete_a_middle_run(where: Place) -> None:
    """9: a run that showed the switch on."""
    shutil.rmtree(where.runs[2])


def delete_and_rename(where: Place) -> None:
    """10: the runs after it move up by name."""
    delete_a_middle_run(where)
    for number, run in enumerate(where.runs[2:], 3):
        run.rename(run.with_name(f"{number:06d}{run.name[6:]}"))


def delete_and_renumber(where: Place) -> None:
    """10, with the number in run.json and the run's own checksums following."""
    delete_a_middle_run(where)
    for number, run in enumerate(where.runs[2:], 3):
        edit(run, number=number)
        reseal(run)
        run.rename(run.with_name(f"{number:06d}{run.name[6:]}"))


def swap_two_runs(where: Place) -> None:
    """11: two runs change places, number and checksums following."""
    second, third = where.runs[1:3]
    away = second.with_name("away")
    edit(second, number=3)
    edit(third, number=2)
    reseal(second)
    reseal(third)
    second.rename(away)
    third.rename(third.with_name(f"000002{third.name[6:]}"))
    away.rename(away.with_name(f"000003{second.name[6:]}"))


def cut_the_tail(where: Place) -> None:
    """12: the newest two runs."""
    for run in where.runs[-2:]:
        shutil.rmtree(run)


def cut_the_beginning(where: Place) -> None:
    """13: the first two runs."""
    for run in where.runs[:2]:
        shutil.rmtree(run)


def cut_the_beginning_and_renumber(where: Place) -> None:
    """14: the first run, and the rest counts from one again."""
    shutil.rmtree(where.runs[0])
    for number, run in enumerate(where.runs, 1):
        edit(run, number=number)
        reseal(run)
        run.rename(run.with_name(f"{number:06d}{run.name[6:]}"))


def add_a_file(where: Place) -> None:
    """15: one more picture in a run."""
    (where.runs[1] / "ai-training" / "reload.element.png").write_bytes(png())


def add_a_link(where: Place) -> None:
    """15: a symbolic link, which many a search for files does not see."""
    (where.runs[1] / "more.png").symlink_to("/etc/hostname")


def add_a_folder_link(where: Place) -> None:
    """15: a folder that is a symbolic link."""
    (where.runs[1] / "more").symlink_to(where.runs[0])


def add_a_pipe(where: Place) -> None:
    """15: something that is no file; reading it would never end."""
    os.mkfifo(where.runs[1] / "more")


def add_an_empty_folder(where: Place) -> None:
    """15: a folder with nothing in it, which no search for files sees."""
    (where.runs[1] / "ai-training" / "more" / "inside").mkdir(parents=True)


def add_an_odd_name(where: Place) -> None:
    """15: a name that could make a terminal lie."""
    (where.runs[1] / "a\x1b[2Kok\udcff").write_text("x")


def add_a_seal_to_an_older_run(where: Place) -> None:
    """15: a seal that the next run does not know of."""
    (where.runs[1] / "SHA256SUMS.sshsig").write_text("x")


def add_beside_the_runs(where: Place) -> None:
    """15: a file between the run folders."""
    (where.store / "runs" / "README").write_text("x")


def add_a_folder_beside_the_runs(where: Place) -> None:
    """15: a folder between the run folders, and one under a name that is nearly a draft's."""
    (where.store / "runs" / "000006").mkdir()
    (where.store / "runs" / ".tmp-xyz").mkdir()


def replace_a_run_by_a_link(where: Place) -> None:
    """A run folder that lies elsewhere."""
    run = where.runs[1]
    run.rename(where.store / "elsewhere")
    run.symlink_to(where.store / "elsewhere")


def replace_a_file_by_a_link(where: Place) -> None:
    """A picture that lies elsewhere, with the very same bytes."""
    kept = where.store / "kept.png"
    picture(where.runs[1]).rename(kept)
    picture(where.runs[1]).symlink_to(kept)


def old_picture_in_a_newer_run(where: Place) -> None:
    """16: what was photographed once is shown again."""
    shutil.copyfile(picture(where.runs[1]), picture(where.runs[-1]))


def replay_a_run(where: Place) -> None:
    """17: the newest run once more, as the next, number, name and checksums following."""
    newest = where.runs[-1]
    again = newest.with_name("000006_20261109T081542Z")
    shutil.copytree(newest, again)
    edit(again, number=6, sealed="2026-11-09T08:15:42Z")
    reseal(again)


def fake_before_sealing(where: Place) -> None:
    """21: the picture was painted before it entered the evidence."""
    append(where, START + 6 * WEEK)


def delete_a_file(where: Place) -> None:
    """A picture is gone."""
    picture(where.runs[1]).unlink()


def delete_a_setting(where: Place) -> None:
    """All files of a setting are gone; their empty folder stays, and is no addition."""
    for path in (where.runs[1] / "ai-training").iterdir():
        path.unlink()


def delete_what_is_behind_a_verdict(where: Place) -> None:
    """The newest run keeps its verdicts, without picture or text, and its checksums follow."""
    run = where.runs[-1]
    said = json.loads((run / "run.json").read_text())["settings"]
    edit(run, settings=[setting | {"screenshots": []} for setting in said])
    for setting in said:
        shutil.rmtree(run / setting["name"])
    reseal(run)


def swap_the_key(where: Place) -> None:
    """The newest run's proof after the click is made to be of another switch."""
    append(where, START + 5 * WEEK, {"ai-training": ("on", "off", "turned_off")})
    state = where.runs[-1] / "ai-training" / "state.json"
    content = json.loads(state.read_text())
    content["stages"]["reload"]["key"] = "another-switch"
    state.write_text(json.dumps(content))
    reseal(where.runs[-1])


def delete_the_sums(where: Place) -> None:
    """An older run without its checksums."""
    (where.runs[1] / "SHA256SUMS").unlink()


def delete_the_newest_sums(where: Place) -> None:
    """The newest run without its checksums."""
    (where.runs[-1] / "SHA256SUMS").unlink()


def delete_the_record(where: Place) -> None:
    """The newest run without run.json, its checksums following."""
    (where.runs[-1] / "run.json").unlink()
    reseal(where.runs[-1])


def forget_the_link(where: Place) -> None:
    """The newest run's checksums without the line on the run before."""
    sums = where.runs[-1] / "SHA256SUMS"
    sums.write_text("".join(line for line in sums.read_text().splitlines(True) if "  ../" not in line))


def link_elsewhere(where: Place) -> None:
    """The newest run's checksums name a file outside of the store."""
    digest = hashlib.sha256(Path("/etc/hostname").read_bytes()).hexdigest()
    _add_line(where.runs[-1], f"{digest}  ../../../../../../../../etc/hostname")


def list_an_absolute_path(where: Place) -> None:
    """The newest run's checksums name an absolute path."""
    _add_line(where.runs[-1], f"{'0' * 64}  /etc/hostname", first=True)


def write_a_line_twice(where: Place) -> None:
    """A name that is listed twice."""
    sums = where.runs[-1] / "SHA256SUMS"
    first = sums.read_text().splitlines()[0]
    _add_line(where.runs[-1], first, first=True)


def change_the_order(where: Place) -> None:
    """The newest run's checksum lines in another order."""
    sums = where.runs[-1] / "SHA256SUMS"
    lines = sums.read_text().splitlines(keepends=True)
    sums.write_text("".join([lines[1], lines[0], *lines[2:]]))


def write_windows_lines(where: Place) -> None:
    """Line ends of another system."""
    sums = where.runs[-1] / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes().replace(b"\n", b"\r\n"))


def write_capitals(where: Place) -> None:
    """Hex digits in capitals: other bytes, hence another head."""
    sums = where.runs[-1] / "SHA256SUMS"
    text = sums.read_text()
    sums.write_text(text[:64].upper() + text[64:])


def claim_another_time(where: Place) -> None:
    """The newest run says that it was sealed at another time than its name."""
    edit(where.runs[-1], sealed="2026-11-02T08:15:43Z")
    reseal(where.runs[-1])


def claim_an_impossible_time(where: Place) -> None:
    """A run of the 31st of November, in name and record."""
    edit(where.runs[-1], sealed="2026-11-31T08:15:42Z")
    reseal(where.runs[-1])
    where.runs[-1].rename(where.runs[-1].with_name("000005_20261131T081542Z"))


def bring_a_foreign_run(where: Place) -> None:
    """The newest run belongs to another store."""
    edit(where.runs[-1], store="0" * 32)
    reseal(where.runs[-1])


def rename_the_store(where: Place) -> None:
    """store.json is of another store."""
    path = where.store / "store.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"store": "0" * 32}))


def contradict_the_control(where: Place) -> None:
    """The newest run is made to say off where its own state.json has the switch checked."""
    run = where.runs[-1]
    state = run / "ai-training" / "state.json"
    state.write_text(state.read_text().replace("false", "true"))
    reseal(run)


def _say(run: Path, **members: object) -> None:
    """Given a run, set members of its first finding, ai-training; the checksums follow."""
    [first, *others] = json.loads((run / "run.json").read_text())["settings"]
    edit(run, settings=[first | members, *others])
    reseal(run)


def _call_not_offered(run: Path) -> None:
    """Given a run, have it say that ai-training is not offered, with no word on it beside the pictures."""
    _say(
        run,
        before="not_offered",
        after="not_offered",
        verdict="not_offered",
        witnesses=witnesses("not_offered", "not_offered"),
    )
    _stages(run, before={"checked": None})


def _stages(run: Path, **stages: dict[str, object]) -> None:
    """Given a run, set members of stages of ai-training, made after the first one where they are missing."""
    state = run / "ai-training" / "state.json"
    told = json.loads(state.read_text())["stages"]
    for stage, members in stages.items():
        name = stage.replace("_", "-")
        told[name] = told.get(name, told["before"]) | members
    if stages == {"before": {"checked": None}}:
        told = {"before": told["before"]}
    state.write_text(json.dumps({"stages": told}))
    reseal(run)


def call_it_not_offered_beside_a_switch(where: Place) -> None:
    """The newest run is made to say not offered, and its own text has the switch."""
    _call_not_offered(where.runs[-1])
    _stages(where.runs[-1], before={"checked": True})


def call_it_not_offered_beside_its_row(where: Place) -> None:
    """The newest run is made to say not offered, and its own list has the row."""
    _call_not_offered(where.runs[-1])
    _list(where.runs[-1], "/settings/x/")


def call_it_not_offered_beside_the_row_it_asked_for(where: Place) -> None:
    """The same, as the steps have it: its page led to the list, and what was looked into came after."""
    run = where.runs[-1]
    _call_not_offered(run)
    _list(run, "/settings/own")
    asked = ("/feed/", "/settings/own", "/list", "/settings/unknown")
    edit(run, steps=[{"setting": "ai-training", "asked": f"http://127.0.0.1:8000{path}"} for path in asked])
    reseal(run)


def call_it_another_kind_of_run(where: Place) -> None:
    """The newest run's findings are put beyond the rule, as a run that announces a key has none."""
    edit(where.runs[-1], kind="key")
    reseal(where.runs[-1])


def take_the_witnesses_away(where: Place) -> None:
    """A run that records witnesses is made to look like one of an earlier version."""
    run = where.runs[-1]
    settings = json.loads((run / "run.json").read_text())["settings"]
    edit(run, settings=[{k: v for k, v in each.items() if k != "witnesses"} for each in settings])
    (run / "carried.json").write_text("{}")
    reseal(run)


def silence_a_second_load(where: Place) -> None:
    """A second load that showed it on, and no witness of it."""
    _stages(where.runs[-1], second={"checked": True})


def silence_a_second_load_that_was_off(where: Place) -> None:
    """A second load that showed it off, and no witness of it: something was taken away."""
    _stages(where.runs[-1], second={"checked": False})


def deny_the_page_left_open(where: Place) -> None:
    """The page left open is made to say nothing, and its text is there."""
    [first, _] = json.loads((where.runs[-1] / "run.json").read_text())["settings"]
    _say(where.runs[-1], witnesses=first["witnesses"] | {"stood": None})


def add_a_stage_that_was_on(where: Place) -> None:
    """Proved off without a click, and on at a stage after one."""
    _stages(where.runs[-1], after={"checked": True})


def take_a_stage_of_another_page(where: Place) -> None:
    """The page left open is another one, with the same key."""
    _stages(where.runs[-1], stood={"url": "http://127.0.0.1:8000/settings/other"})


def _list(run: Path, path: str) -> None:
    rows = [{"path": "/settings/unknown", "label": "y"}, {"path": path, "label": "x"}]
    (run / "rows.json").write_text(json.dumps({"/list": rows}))
    reseal(run)


def leave_the_text_out(where: Place) -> None:
    """A proof of OFF whose text was destroyed, as if it had held a secret."""
    run = where.runs[-1]
    (run / "ai-training" / "state.json").unlink()
    edit(run, left_out=["ai-training/state.json"])
    reseal(run)


def call_it_not_offered_without_anything(where: Place) -> None:
    """Not offered, and neither text nor picture."""
    run = where.runs[-1]
    _call_not_offered(run)
    _say(run, screenshots=[])
    shutil.rmtree(run / "ai-training")
    reseal(run)


def finish_before_the_start(where: Place) -> None:
    """A visit that ended before it began, by its own clock."""
    edit(where.runs[-1], started="2026-11-02T08:15:50Z")
    reseal(where.runs[-1])


def seal_before_the_end(where: Place) -> None:
    """A visit that was sealed before it ended."""
    edit(where.runs[-1], finished="2027-01-01T00:00:00Z")
    reseal(where.runs[-1])


DOUBTFUL: list[tuple[Attack, str]] = [
    (leave_the_text_out, "its state.json was left out"),
    (call_it_not_offered_without_anything, "neither text nor picture"),
    (finish_before_the_start, "finished before it started"),
    (seal_before_the_end, "sealed before it finished"),
]


def _add_line(run: Path, line: str, *, first: bool = False) -> None:
    sums = run / "SHA256SUMS"
    text = sums.read_text()
    sums.write_text(f"{line}\n{text}" if first else f"{text}{line}\n")


# Whoever writes checksums anew has no key to sign them, and no stamp for them.
SEALS = {"signature", "timestamp"}
FOUND: list[tuple[Attack, set[str]]] = [
    (flip_a_byte, {"files"}),
    (edit_a_state, {"files", "findings"}),
    (edit_a_finding, {"files"}),
    (edit_and_sum, {"link", *SEALS}),
    (edit_and_sum_the_newest, SEALS),
    (rewrite_the_rest, SEALS),
    (rewrite_the_rest_as_another, SEALS),
    (rewrite_all, SEALS),
    (rewrite_all_as_another, {"time"}),
    (rewrite_the_rest_as_the_owner, {"timestamp"}),
    (rewrite_the_rest_as_the_owner_a_day_later, {"time"}),
    (delete_a_middle_run, {"sequence", "link"}),
    (delete_and_rename, {"sequence", "link"}),
    (delete_and_renumber, {"link", *SEALS}),
    (swap_two_runs, {"link", *SEALS}),
    (cut_the_beginning, {"sequence", "genesis", "findings"}),
    (cut_the_beginning_and_renumber, {"genesis", "link", *SEALS}),
    (add_a_file, {"unlisted"}),
    (add_a_link, {"unlisted"}),
    (add_a_folder_link, {"unlisted"}),
    (add_a_pipe, {"unlisted"}),
    (add_an_empty_folder, {"unlisted"}),
    (add_an_odd_name, {"unlisted"}),
    (add_beside_the_runs, {"unlisted"}),
    (add_a_folder_beside_the_runs, {"unlisted"}),
    (add_a_seal_to_an_older_run, {"link", "signature"}),
    (replace_a_run_by_a_link, {"sequence", "link", "unlisted"}),
    (replace_a_file_by_a_link, {"files", "unlisted"}),
    (old_picture_in_a_newer_run, {"files"}),
    (replay_a_run, {"link", *SEALS}),
    (insert_a_back_dated_run, {"time"}),
    (take_a_stamp_away, {"link"}),
    (take_an_older_signature_away, {"link"}),
    (swap_two_stamps, {"link", "timestamp"}),
    (stamp_by_another_authority, {"timestamp"}),
    (spoil_a_stamp, {"timestamp"}),
    (sign_by_another, {"signature"}),
    (sign_by_another_and_say_nothing, {"signature"}),
    (take_another_runs_signature, {"signature"}),
    (spoil_a_signature, {"signature"}),
    (introduce_ones_own_key, {"signature"}),
    (delete_a_file, {"files"}),
    (delete_a_setting, {"files", "findings"}),
    (delete_what_is_behind_a_verdict, {"findings", *SEALS}),
    (swap_the_key, {"findings"}),
    (delete_the_sums, {"files", "link", *SEALS}),
    (delete_the_newest_sums, {"files", "link", *SEALS}),
    (forget_the_link, {"link", *SEALS}),
    (link_elsewhere, {"unlisted", *SEALS}),
    (list_an_absolute_path, {"unlisted", *SEALS}),
    (write_a_line_twice, {"files", *SEALS}),
    (change_the_order, {"files", *SEALS}),
    (claim_another_time, {"sequence", *SEALS}),
    (claim_an_impossible_time, {"sequence", *SEALS}),
    (bring_a_foreign_run, {"sequence", *SEALS}),
    (rename_the_store, {"sequence"}),
    (contradict_the_control, {"findings", *SEALS}),
    (call_it_not_offered_beside_a_switch, {"findings", *SEALS}),
    (call_it_not_offered_beside_its_row, {"findings", *SEALS}),
    (call_it_not_offered_beside_the_row_it_asked_for, {"findings", *SEALS}),
    (take_the_witnesses_away, {"findings", *SEALS}),
    (call_it_another_kind_of_run, {"findings", *SEALS}),
    (silence_a_second_load, {"findings", *SEALS}),
    (silence_a_second_load_that_was_off, {"findings", *SEALS}),
    (deny_the_page_left_open, {"findings", *SEALS}),
    (add_a_stage_that_was_on, {"findings", *SEALS}),
    (take_a_stage_of_another_page, {"findings", *SEALS}),
]
# Told the owner's key, the audit finds these by it too.
BY_KEY = {"rewrite_all", "rewrite_all_as_another", "cut_the_beginning_and_renumber"}
# At the end of the chain nothing covers what is missing: it is a doubt, as an authority may have been down.
AT_THE_END: list[tuple[Attack, set[str]]] = [
    (take_the_newest_stamp_away, {"timestamp"}),
    (take_the_newest_signature_away, {"signature"}),
    (strip_the_tail, {"signature", "timestamp"}),
    (seal_the_newest_as_if_there_were_no_key, {"signature", "timestamp"}),
]


def test_a_store_that_nobody_hurt_holds(where: Place, unsealed: Place) -> None:
    """The twin of everything below: untouched, every check holds, with the told head and key too."""
    assert failing(where) == doubted(where) == set()
    told = audited(where, ledger.head(where.store), (sshsig.fingerprint(OWNER.public),))
    assert {check.result for check in told.checks if check.name != "bag"} == {"holds"}
    assert failing(unsealed) == doubted(unsealed) == set()
    assert failing(unsealed, ledger.head(unsealed.store)) == set()


@pytest.mark.parametrize(("attack", "checks"), FOUND, ids=lambda value: getattr(value, "__name__", ""))
def test_an_attack_is_found_by_the_checks_that_are_for_it(
    where: Place, attack: Attack, checks: set[str]
) -> None:
    """Exactly these checks fail, without any head or key told; a told key adds what it is for."""
    attack(where)
    assert failing(where) == checks
    by_key = {"known-key"} if attack.__name__ in BY_KEY else set()
    assert failing(where, keys=(sshsig.fingerprint(OWNER.public),)) == checks | by_key


@pytest.mark.parametrize(("attack", "checks"), AT_THE_END, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_missing_at_the_end_is_not_taken_for_good(
    where: Place, attack: Attack, checks: set[str]
) -> None:
    """Exit 4, by exactly these checks: else taking the newest seals away would pass."""
    attack(where)
    assert failing(where) == set()
    assert doubted(where) == checks


def test_stock_tools_say_the_same(where: Place) -> None:
    """`ssh-keygen` and `openssl` in place of the library: the same result and sentence of every check."""
    attacks = [
        rewrite_the_rest_as_another, rewrite_all_as_another, rewrite_the_rest_as_the_owner, take_a_stamp_away,
        swap_two_stamps, stamp_by_another_authority, spoil_a_stamp, sign_by_another, spoil_a_signature,
        take_another_runs_signature,
    ]  # fmt: skip
    folder, keys = where.store.parent.parent, (sshsig.fingerprint(OWNER.public),)
    assert audited(where, None, keys, STOCK) == audited(where, None, keys)
    for attack in attacks:
        here = folder.with_name(f"{folder.name}-{attack.__name__}")
        shutil.copytree(folder, here)
        attack(place(here))
        assert audited(place(here), None, keys, STOCK) == audited(place(here), None, keys)


@pytest.mark.parametrize(("attack", "words"), DOUBTFUL, ids=lambda value: getattr(value, "__name__", ""))
def test_what_proves_nothing_and_is_no_damage_is_not_taken_for_good(
    unsealed: Place, attack: Attack, words: str
) -> None:
    """A secret that was destroyed, or a clock that was set back, leaves a doubt: exit 4, with its reason."""
    attack(unsealed)
    found = audit.audit(unsealed.store)
    [doubted] = [check for check in found.checks if check.result == "could_not_check"]
    assert (found.exit_code, doubted.name) == (4, "findings")
    assert words in doubted.sentence


def test_what_a_visit_may_find_is_no_contradiction(unsealed: Place) -> None:
    """The twins: not offered beside other rows, a second load that was heard, on before and after a click."""
    run = unsealed.runs[-1]
    _call_not_offered(run)
    _list(run, "/settings/z")
    edit(
        run, steps=[{"setting": "ai-training", "asked": f"{path}"} for path in ("/a", "/list", "/settings/z")]
    )
    reseal(run)
    assert failing(unsealed) == set()
    append(unsealed, START + 6 * WEEK, {"ai-training": ("on", "off", "turned_off")})
    _stages(unsealed.runs[-1], after={"checked": True}, early_reload={"checked": True})
    assert failing(unsealed) == set()


@pytest.mark.parametrize("attack", [write_windows_lines, write_capitals, delete_the_record])
def test_an_attack_on_the_form_is_found(where: Place, attack: Attack) -> None:
    """What breaks the form of the checksums fails, beside what could then not be checked."""
    attack(where)
    assert audit.audit(where.store).exit_code == 6


@pytest.mark.parametrize("attack", [edit_and_sum_the_newest, rewrite_the_rest, rewrite_all, cut_the_tail])
def test_an_attack_that_only_a_told_head_reveals(unsealed: Place, attack: Attack) -> None:
    """12 and, where nothing is sealed, 4 to 8: the store alone holds, against the head it does not."""
    told = ledger.head(unsealed.store)
    attack(unsealed)
    assert failing(unsealed) == set(), "nobody claims that this is found without a head"
    assert failing(unsealed, told) == {"known-head"}


@pytest.mark.parametrize(
    "attack",
    [
        cut_the_tail, rewrite_the_rest_as_the_owner, rewrite_the_rest_as_the_owner_a_day_later,
        insert_a_back_dated_run, rewrite_all_as_another,
    ],
)  # fmt: skip
def test_a_told_head_reveals_what_the_owner_rewrote(where: Place, attack: Attack) -> None:
    """6, 7, 8, 12, 18: the head that was told is not in the chain any more; of 12 nothing else tells."""
    told = ledger.head(where.store)
    attack(where)
    found = failing(where)
    assert failing(where, told) == found | {"known-head"}
    assert bool(found) == (attack is not cut_the_tail)


def test_the_next_visit_sees_a_cut_or_changed_end_by_itself(where: Place) -> None:
    """On the owner's computer the remembered head is the told one."""
    cut_the_tail(where)
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        assert draft.damage_seen is not None


def test_a_picture_that_was_faked_before_sealing_is_not_found(unsealed: Place) -> None:
    """21 stays green, so that nobody claims more; the audit says so itself."""
    fake_before_sealing(unsealed)
    assert failing(unsealed, ledger.head(unsealed.store)) == set()
    assert any("faked before" in limit for limit in audited(unsealed).limits)


def test_a_second_history_is_not_found_without_a_told_head(good: Place, where: Place, tmp_path: Path) -> None:
    """22: two stores that part after the same beginning both hold, sealed; a told head is in one alone."""
    other = place(tmp_path / "other")
    shutil.copytree(good.store.parent.parent, tmp_path / "other", dirs_exist_ok=True)
    for history, name in ((where, "one"), (other, "another")):
        append(history, datetime.now(UTC), means=seal.Means(key=lambda _: OWNER), command=name)
        redo(history, 5, stamps=True)
    assert failing(where) == doubted(where) == set()
    assert failing(other) == doubted(other) == set()
    assert failing(other, ledger.head(where.store)) == {"known-head"}


@pytest.mark.parametrize(
    "attack",
    [flip_a_byte, edit_and_sum, cut_the_beginning, add_a_file, contradict_the_control, sign_by_another],
)
def test_the_audit_does_not_rest_on_assert(where: Place, attack: Attack) -> None:
    """Under `python -O`, where assertions vanish, an attack is found as well."""
    attack(where)
    words = [sys.executable, "-O", "-m", "optout.evidence.audit", str(where.store)]
    environment = {"PYTHONPATH": str(Path(audit.__file__).parents[2]), "PATH": os.environ["PATH"]}
    ended = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)
    assert (ended.returncode, ended.stderr) == (6, "")


def test_what_is_printed_cannot_lie_to_a_terminal(where: Place) -> None:
    """Names and values from the files are shown escaped, on one line."""
    add_an_odd_name(where)
    edit(where.runs[-1], outcome="good\n\x1b[32m everything holds")
    reseal(where.runs[-1])
    printed = "\n".join(audit.lines(audited(where)))
    assert "\x1b" not in printed
    assert "\n everything" not in printed
    assert r"\x1b[2Kok\udcff" in printed


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(which=st.integers(min_value=0), where_in=st.integers(min_value=0), flip=st.integers(1, 255))
def test_any_byte_of_any_run_counts(where: Place, which: int, where_in: int, flip: int) -> None:
    """One byte, anywhere in any file of any run, checksums and seals included: exit 6.

    Not in the newest stamp: a few of its bytes say nothing, and no later run holds its checksum yet.
    """
    newest = where.runs[-1] / "SHA256SUMS.tsa-a.tsr"
    files = sorted(path for run in where.runs for path in run.rglob("*") if path.is_file() and path != newest)
    path = files[which % len(files)]
    before = path.read_bytes()
    place_in_file = where_in % len(before)
    path.write_bytes(
        before[:place_in_file] + bytes([before[place_in_file] ^ flip]) + before[place_in_file + 1 :]
    )
    try:
        assert audited(where).exit_code == 6
    finally:
        path.write_bytes(before)
    assert audited(where).exit_code == 0
