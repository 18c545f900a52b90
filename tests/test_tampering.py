"""Each way to hurt the evidence, and the named check that notices.

The numbers are those of the 22 attacks in docs/decisions/0001-evidence-format.md; the ones on signatures and
time stamps (18 to 20) wait for a version that has them. Each attack is asserted with the exact set of checks
that fail, so that a check that always failed, or never, would show.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_store import START, WEEK, Place, append, edit, good_store, place, png, relink, reseal, witnesses

from optout.evidence import audit, ledger

Attack = Callable[[Place], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes."""
    return good_store(tmp_path_factory.mktemp("good"))


@pytest.fixture
def where(good: Place, tmp_path: Path) -> Place:
    """A copy of the good store for this test to hurt."""
    shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    return place(tmp_path)


def failing(where: Place, head: str | None = None) -> set[str]:
    """Given a place, audit its store and return the names of the checks that fail."""
    found = audit.audit(where.store, head=head)
    failed = {check.name for check in found.checks if check.result == "fails"}
    assert found.exit_code == (6 if failed else 0)
    return failed


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


FOUND: list[tuple[Attack, set[str]]] = [
    (flip_a_byte, {"files"}),
    (edit_a_state, {"files", "findings"}),
    (edit_a_finding, {"files"}),
    (edit_and_sum, {"link"}),
    (delete_a_middle_run, {"sequence", "link"}),
    (delete_and_rename, {"sequence", "link"}),
    (delete_and_renumber, {"link"}),
    (swap_two_runs, {"link"}),
    (cut_the_beginning, {"sequence", "genesis", "findings"}),
    (cut_the_beginning_and_renumber, {"genesis", "link"}),
    (add_a_file, {"unlisted"}),
    (add_a_link, {"unlisted"}),
    (add_a_folder_link, {"unlisted"}),
    (add_a_pipe, {"unlisted"}),
    (add_an_empty_folder, {"unlisted"}),
    (add_an_odd_name, {"unlisted"}),
    (add_beside_the_runs, {"unlisted"}),
    (add_a_folder_beside_the_runs, {"unlisted"}),
    (replace_a_run_by_a_link, {"sequence", "link", "unlisted"}),
    (replace_a_file_by_a_link, {"files", "unlisted"}),
    (old_picture_in_a_newer_run, {"files"}),
    (replay_a_run, {"link"}),
    (delete_a_file, {"files"}),
    (delete_a_setting, {"files", "findings"}),
    (delete_what_is_behind_a_verdict, {"findings"}),
    (swap_the_key, {"findings"}),
    (delete_the_sums, {"files", "link"}),
    (delete_the_newest_sums, {"files", "link"}),
    (forget_the_link, {"link"}),
    (link_elsewhere, {"unlisted"}),
    (list_an_absolute_path, {"unlisted"}),
    (write_a_line_twice, {"files"}),
    (change_the_order, {"files"}),
    (claim_another_time, {"sequence"}),
    (claim_an_impossible_time, {"sequence"}),
    (bring_a_foreign_run, {"sequence"}),
    (rename_the_store, {"sequence"}),
    (contradict_the_control, {"findings"}),
    (call_it_not_offered_beside_a_switch, {"findings"}),
    (call_it_not_offered_beside_its_row, {"findings"}),
    (call_it_not_offered_beside_the_row_it_asked_for, {"findings"}),
    (take_the_witnesses_away, {"findings"}),
    (silence_a_second_load, {"findings"}),
    (silence_a_second_load_that_was_off, {"findings"}),
    (deny_the_page_left_open, {"findings"}),
    (add_a_stage_that_was_on, {"findings"}),
    (take_a_stage_of_another_page, {"findings"}),
]


def test_a_store_that_nobody_hurt_holds(where: Place) -> None:
    """The twin of everything below: untouched, every check holds, with the told head too."""
    assert failing(where) == set()
    assert failing(where, ledger.head(where.store)) == set()


@pytest.mark.parametrize(("attack", "checks"), FOUND, ids=lambda value: getattr(value, "__name__", ""))
def test_an_attack_is_found_by_the_checks_that_are_for_it(
    where: Place, attack: Attack, checks: set[str]
) -> None:
    """Exactly these checks fail, without any head told."""
    attack(where)
    assert failing(where) == checks


@pytest.mark.parametrize(("attack", "words"), DOUBTFUL, ids=lambda value: getattr(value, "__name__", ""))
def test_what_proves_nothing_and_is_no_damage_is_not_taken_for_good(
    where: Place, attack: Attack, words: str
) -> None:
    """A secret that was destroyed, or a clock that was set back, leaves a doubt: exit 4, with its reason."""
    attack(where)
    found = audit.audit(where.store)
    [doubted] = [check for check in found.checks if check.result == "could_not_check"]
    assert (found.exit_code, doubted.name) == (4, "findings")
    assert words in doubted.sentence


def test_what_a_visit_may_find_is_no_contradiction(where: Place) -> None:
    """The twins: not offered beside other rows, a second load that was heard, on before and after a click."""
    run = where.runs[-1]
    _call_not_offered(run)
    _list(run, "/settings/z")
    edit(
        run, steps=[{"setting": "ai-training", "asked": f"{path}"} for path in ("/a", "/list", "/settings/z")]
    )
    reseal(run)
    assert failing(where) == set()
    append(where, START + 6 * WEEK, {"ai-training": ("on", "off", "turned_off")})
    _stages(where.runs[-1], after={"checked": True}, early_reload={"checked": True})
    assert failing(where) == set()


@pytest.mark.parametrize(
    "attack", [write_windows_lines, write_capitals, delete_the_record, add_a_seal_to_an_older_run]
)
def test_an_attack_on_the_form_is_found(where: Place, attack: Attack) -> None:
    """What breaks the form of the checksums fails, beside what could then not be checked."""
    attack(where)
    assert audit.audit(where.store).exit_code == 6


@pytest.mark.parametrize("attack", [edit_and_sum_the_newest, rewrite_the_rest, rewrite_all, cut_the_tail])
def test_an_attack_that_only_a_told_head_reveals(where: Place, attack: Attack) -> None:
    """12 and, as long as nothing is signed, 4 to 8: the store alone holds, against the head it does not."""
    told = ledger.head(where.store)
    attack(where)
    assert failing(where) == set(), "nobody claims that this is found without a head"
    assert failing(where, told) == {"known-head"}


def test_the_next_visit_sees_a_cut_or_changed_end_by_itself(where: Place) -> None:
    """On the owner's computer the remembered head is the told one."""
    cut_the_tail(where)
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        assert draft.damage_seen is not None


def test_a_picture_that_was_faked_before_sealing_is_not_found(where: Place) -> None:
    """21 stays green, so that nobody claims more; the audit says so itself."""
    fake_before_sealing(where)
    assert failing(where, ledger.head(where.store)) == set()
    assert any("faked before" in limit for limit in audit.audit(where.store).limits)


def test_a_second_history_is_not_found_without_a_told_head(good: Place, where: Place, tmp_path: Path) -> None:
    """22: two stores that part after the same beginning both hold; a told head is in one alone."""
    other = place(tmp_path / "other")
    shutil.copytree(good.store.parent.parent, tmp_path / "other", dirs_exist_ok=True)
    append(where, START + 6 * WEEK)
    append(other, START + 7 * WEEK)
    assert failing(where) == set()
    assert failing(other) == set()
    assert failing(other, ledger.head(where.store)) == {"known-head"}


@pytest.mark.parametrize(
    "attack", [flip_a_byte, edit_and_sum, cut_the_beginning, add_a_file, contradict_the_control]
)
def test_the_audit_does_not_rest_on_assert(where: Place, attack: Attack) -> None:
    """Under `python -O`, where assertions vanish, an attack is found as well."""
    attack(where)
    words = [sys.executable, "-O", "-m", "optout.evidence.audit", str(where.store)]
    environment = {"PYTHONPATH": str(Path(audit.__file__).parents[2])}
    ended = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)
    assert (ended.returncode, ended.stderr) == (6, "")


def test_what_is_printed_cannot_lie_to_a_terminal(where: Place) -> None:
    """Names and values from the files are shown escaped, on one line."""
    add_an_odd_name(where)
    edit(where.runs[-1], outcome="good\n\x1b[32m everything holds")
    reseal(where.runs[-1])
    printed = "\n".join(audit.lines(audit.audit(where.store)))
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
    """One byte, anywhere in any file of any run, the checksums themselves included: exit 6."""
    files = sorted(path for run in where.runs for path in run.rglob("*") if path.is_file())
    path = files[which % len(files)]
    before = path.read_bytes()
    place_in_file = where_in % len(before)
    path.write_bytes(
        before[:place_in_file] + bytes([before[place_in_file] ^ flip]) + before[place_in_file + 1 :]
    )
    try:
        assert audit.audit(where.store).exit_code == 6
    finally:
        path.write_bytes(before)
    assert audit.audit(where.store).exit_code == 0
