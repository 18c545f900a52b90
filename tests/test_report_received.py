"""The report of what was received or pruned: entries that are no visits, files declared absent, PATH."""

import json
import re
import shutil
from pathlib import Path

import pytest
from at_the_prompt import one_sentence
from calling import RunOptout
from report_pages import cards, page_of, shown, table, visits
from sample_store import CAME_BACK, OWNER, START, WEEK, Place, append, edit, good_store, place, reseal, sign

from optout.evidence import report, sshsig

PICTURE = "ai-training/before.element.png"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes."""
    return good_store(tmp_path_factory.mktemp("good"))


@pytest.fixture
def where(good: Place, tmp_path: Path) -> Place:
    """A copy of the good store for this test to change."""
    shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    return place(tmp_path)


def enter(where: Place, kind: str, **files: object) -> Path:
    """Given a place, a kind and JSON files, seal an entry of that kind as the newest run; return it."""
    append(where, START + 5 * WEEK, {})
    run = where.runs[-1]
    edit(run, kind=kind, settings=[])
    for name, content in files.items():
        (run / f"{name}.json").write_text(json.dumps(content))
    reseal(run)
    return run


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("prune", "No visit: 1 file was removed by the holder of the evidence and declared."),
        ("key", "No visit: the key for signatures was changed."),
    ],
)
def test_an_entry_that_is_no_visit_is_told_as_what_it_is(where: Place, kind: str, says: str) -> None:
    """Its row says so; it is no failed visit, not the newest visit, and counts for no setting."""
    path = f"{where.runs[1].name}/{PICTURE}"
    run = enter(where, kind, pruned={"paths": {path: "0" * 64}})
    page = page_of(where)
    assert table(page)[1][0].startswith("9 Nov 2026")
    assert table(page)[1][1].startswith(says)
    assert run.name not in visits(page)
    assert "As of the newest visit, 2 November 2026" in shown(page)
    assert "Visits that could not tell" not in shown(page)
    assert [state for state, _ in cards(page).values()] == ["off", "off"]


@pytest.mark.parametrize("kind", ["prune", "key"])
def test_an_entry_at_fault_may_have_been_a_visit(where: Place, kind: str) -> None:
    """A visit that found a setting on, called a prune by somebody: nothing is known, never off."""
    append(where, START + 5 * WEEK, {"ai-training": CAME_BACK})
    edit(where.runs[-1], kind=kind)
    assert [state for state, _ in cards(page_of(where)).values()] == ["unknown", "unknown"]


def test_an_entry_with_findings_is_a_visit(where: Place) -> None:
    """Sealed as a prune, yet it names settings: it is at fault, and nothing is off behind it."""
    append(where, START + 5 * WEEK, {"ai-training": CAME_BACK})
    edit(where.runs[-1], kind="prune")
    reseal(where.runs[-1])
    assert cards(page_of(where))["ai-training"][0] == "unknown"


@pytest.mark.parametrize("before", ["", "runs/", "../"])
def test_an_absent_picture_is_pruned_only_if_declared(where: Place, before: str) -> None:
    """Declared: removed by the holder; not declared: missing; declared by a run before it: missing too."""
    first = where.runs[0]
    (first / PICTURE).unlink()
    note = "removed and declared by the holder of the evidence"
    assert note not in shown(page_of(where))
    assert f"{PICTURE} · it is missing" in shown("</style>" + visits(page_of(where))[first.name])
    run = enter(where, "prune", pruned={"paths": [f"{before}{first.name}/{PICTURE}"]})
    told = shown("</style>" + visits(page_of(where))[first.name])
    assert f"{PICTURE} · {note}" in told
    (run / "pruned.json").write_text('{"paths": [7, null]}')
    assert note not in shown(page_of(where))


def test_what_a_handover_leaves_out_is_said_to_be_withheld(where: Place) -> None:
    """Its missing.txt names the file; the address of an absent file is no link."""
    newest = where.runs[-1]
    (newest / PICTURE).unlink()
    (where.store / "missing.txt").write_text(f"{newest.name}/{PICTURE}\n")
    page = page_of(where)
    assert f"{PICTURE} · not in this copy, as its missing.txt says" in shown(page)
    assert f'href="runs/{newest.name}/{PICTURE}"' not in page
    assert f'href="runs/{newest.name}/affiliate-ads/before.element.png"' in page


def test_seals_are_told_and_counted(where: Place) -> None:
    """A signature and a time stamp beside a run, the key it gives; whether they hold, the audit says."""
    assert "No run carries a signature or a time stamp." in shown(page_of(where))
    run = where.runs[-1]
    told = sshsig.fingerprint(OWNER.public)
    edit(run, seal={"key": told, "unsigned_because": None, "stamps_asked": ["tsa-a"]})
    reseal(run)
    sign(run, OWNER)
    assert told in shown(page_of(where))
    (run / "SHA256SUMS.tsa-a.tsr").write_bytes(b"x")
    page = page_of(where)
    told = shown("</style>" + visits(page)[run.name])
    assert "all good · signed · time stamp: tsa-a " in told
    assert "1 of 5 runs carry a signature, 1 a time stamp." in shown(page)
    assert "ssh-keygen -Y verify" in shown(page)
    assert "openssl ts -verify" in shown(page)
    assert "Not all of these runs are signed" in shown(page)


def test_a_received_folder_is_reported_where_it_lies(
    optout: RunOptout, where: Place, home: Path, tmp_path: Path
) -> None:
    """No account is needed; an unpacked hand-over is known by its `data`; links lead into the folder."""
    handover = tmp_path / "optout-evidence-2026-11-23"
    shutil.copytree(where.store, handover / "data")
    ended = optout("evidence", "report", str(handover), "--out", str(tmp_path / "page.html"))
    assert (ended.returncode, ended.stderr) == (0, "")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert [state for state, _ in cards(page).values()] == ["off", "off"]
    assert f'href="optout-evidence-2026-11-23/data/runs/{where.runs[-1].name}/{PICTURE}"' in page
    inside = optout("evidence", "report", str(handover), "--out", str(handover / "data" / "page.html"))
    assert inside.returncode == 2
    assert "lies in the evidence" in one_sentence(inside)
    assert not (home / "evidence").exists()


@pytest.mark.parametrize("word", ["nowhere", "empty", "some.zip"])
def test_a_path_without_evidence_is_one_sentence(optout: RunOptout, tmp_path: Path, word: str) -> None:
    """Not there, nothing in it, or an archive: exit code 2 and what to do."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "some.zip").write_bytes(b"PK")
    ended = optout("evidence", "report", str(tmp_path / word), "--out", str(tmp_path / "page.html"))
    assert ended.returncode == 2
    assert re.search(r"no evidence in .*`runs`|is a file.*Unpack it", one_sentence(ended))
    assert not (tmp_path / "page.html").exists()


def test_a_page_is_not_written_under_the_name_of_a_pdf(
    optout: RunOptout, where: Place, tmp_path: Path
) -> None:
    """Nor is a PDF made by a browser that is not there: nothing is left behind."""
    words = ("evidence", "report", str(where.store), "--out", str(tmp_path / "r.pdf"))
    assert "`--pdf`" in one_sentence(optout(*words))
    ended = optout(*words, "--pdf", env={"OPTOUT_BROWSER": "/nowhere"})
    assert ended.returncode == 1
    assert "OPTOUT_BROWSER" in one_sentence(ended)
    assert not [path for path in tmp_path.iterdir() if "r.pdf" in path.name]


def test_years_of_visits_stay_a_page_that_can_be_read(tmp_path: Path) -> None:
    """One line for each; told one by one are forty at most and the first; both ends have their pictures."""
    where = place(tmp_path)
    for day in range(60):
        finding = CAME_BACK if day % 2 else ("on", "off", "turned_off")
        append(where, START + day * WEEK / 7, {"ai-training": finding})
    page = page_of(where, START + 9 * WEEK)
    runs = [run.name for run in where.runs]
    told = visits(page)
    assert list(told) == [*reversed(runs[20:]), runs[0]]
    assert len(table(page)) == 61
    assert "19 older visits with a change or a doubt stand in this table alone" in shown(page)
    assert all(f'id="{run}"' in page for run in runs)
    small = report.render(where.store, now=START + 9 * WEEK, room=700)
    inside = [run for run, text in visits(small).items() if "data:image" in text]
    assert inside[0] == runs[-1]
    assert inside[-1] == runs[0]
