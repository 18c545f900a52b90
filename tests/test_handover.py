"""`optout evidence export`: one ZIP, the same bytes each time, whole or not at all."""

import csv
import hashlib
import io
import json
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import authority
import pytest
from calling import RunOptout, RunPython
from handed_over import audited, unpacked, verified
from sample_store import OWNER, PERSON, START, TURNED_OFF, WEEK, Place, append, good_store, place, png, reseal

from optout.config import account_folder
from optout.evidence import disk, handover, handover_ledger, ledger, seal, sshsig

IDENTITY = (PERSON.account, PERSON.member, PERSON.display_name, PERSON.profile_url)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes."""
    return good_store(tmp_path_factory.mktemp("good"))


@pytest.fixture
def own(good: Place, home: Path) -> Place:
    """The good store, as the command finds it."""
    store = home / "evidence" / account_folder(PERSON.account)
    disk.make_folder(store.parent)
    shutil.copytree(good.store, store)
    return Place(store, home / "state" / f"{store.name}.head.json")


def test_the_same_store_gives_the_same_bytes(good: Place, tmp_path: Path, python: RunPython) -> None:
    """On two days, in two time zones and languages, from two places on disk."""
    code = """
import sys
from pathlib import Path
from optout.evidence import handover
print(handover.export(Path(sys.argv[1]), Path(sys.argv[2]), handover.Wish()).digest)
"""
    shutil.copytree(good.store, tmp_path / "elsewhere")
    for path in sorted((tmp_path / "elsewhere").rglob("*"), reverse=True):
        path.touch()
    here = python(code, str(good.store), str(tmp_path / "a.zip"), TZ="Asia/Kolkata", LANG="C")
    there = python(code, str(tmp_path / "elsewhere"), str(tmp_path / "b.zip"), TZ="America/New_York")
    assert here.stderr == there.stderr == ""
    assert here.stdout == there.stdout
    content = (tmp_path / "a.zip").read_bytes()
    assert content == (tmp_path / "b.zip").read_bytes()
    assert hashlib.sha256(content).hexdigest() == here.stdout.strip()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {(entry.create_system, entry.compress_type) for entry in entries} == {(3, zipfile.ZIP_STORED)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100600, 0o100700}


def test_another_day_is_other_bytes_only_if_asked(good: Place, tmp_path: Path) -> None:
    """The twin: with a day in it the bytes differ, and it still is a whole bag."""
    plain = handover.export(good.store, tmp_path / "a.zip", handover.Wish())
    dated = handover.export(good.store, tmp_path / "b.zip", handover.Wish(day="2026-11-26"))
    assert plain.digest != dated.digest
    bag = unpacked(tmp_path / "b.zip", tmp_path)
    assert (bag / "bag-info.txt").read_text().startswith("Bagging-Date: 2026-11-26\n")
    assert audited(bag) == (0, set(), set())


def is_valid_bag(folder: Path) -> bool:
    """Given a folder, return whether the Library of Congress's `bagit` finds a valid bag there."""
    words = [sys.executable, "-m", "bagit", "--validate", str(folder)]
    ended = subprocess.run(words, check=False, capture_output=True, text=True)
    assert ("is valid" in ended.stderr) == (ended.returncode == 0), ended
    return ended.returncode == 0


def test_a_stranger_s_validator_accepts_it(good: Place, tmp_path: Path) -> None:
    """The Library of Congress's `bagit` finds a valid bag; the twin: not with one byte changed."""
    handover.export(good.store, tmp_path / "e.zip", handover.Wish())
    folder = unpacked(tmp_path / "e.zip", tmp_path)
    assert is_valid_bag(folder)
    picture = next(folder.rglob("*.png"))
    picture.write_bytes(picture.read_bytes()[:-1] + b"\x00")
    assert not is_valid_bag(folder)


def test_it_holds_what_it_is_to_hold(good: Place, tmp_path: Path) -> None:
    """The runs byte by byte, both reports, the table, and what it says of itself; nothing else."""
    wish = handover.Wish(recipient="The DPO", purpose="Art. 21")
    packed = handover.export(good.store, tmp_path / "e.zip", wish)
    bag = unpacked(tmp_path / "e.zip", tmp_path)
    assert sorted(path.name for path in bag.iterdir()) == [
        "VERIFIER.fr.txt", "VERIFY.en.txt", "bag-info.txt", "bagit.txt", "data", "manifest-sha256.txt",
        "tagmanifest-sha256.txt", "verify.sh",
    ]  # fmt: skip
    assert sorted(path.name for path in (bag / "data").iterdir()) == [
        "handover.json", "ledger.csv", "missing.txt", "rapport.fr.html", "report.en.html", "runs",
        "store.json",
    ]  # fmt: skip
    ended = subprocess.run(["diff", "-r", good.store / "runs", bag / "data" / "runs"], check=False)
    assert ended.returncode == 0
    told = json.loads((bag / "data" / "handover.json").read_text())
    assert (told["recipient"], told["purpose"]) == ("The DPO", "Art. 21")
    assert (told["runs"], told["head"], told["withheld"]) == (5, ledger.head(good.store), [])
    assert bag.name == f"optout-evidence-{START + 4 * WEEK:%Y-%m-%d}"
    told_beside = subprocess.run(
        ["sha256sum", "-c", "e.zip.sha256"], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert told_beside.stdout == "e.zip: OK\n"
    assert (tmp_path / "e.zip.sha256").read_text()[:64] == packed.digest
    assert audited(tmp_path / "e.zip", packed_head(good)) == audited(bag) == (0, set(), set())
    page = (bag / "data" / "report.en.html").read_text()
    assert "2 November 2026, 08:15:42 UTC" in page
    assert "runs/000001_" in page


def packed_head(where: Place) -> str:
    """Given a place, return its head."""
    head = ledger.head(where.store)
    assert head is not None
    return head


def test_it_can_be_read_by_its_owner_only(good: Place, tmp_path: Path) -> None:
    """The ZIP and its checksum are 0600, and nothing else is left anywhere."""
    handover.export(good.store, tmp_path / "e.zip", handover.Wish())
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("e.zip*")} == {0o600}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.zip", "e.zip.sha256"]
    assert sorted(path.name for path in good.store.iterdir()) == [".lock", "runs", "store.json"]


@pytest.fixture
def with_pages(tmp_path: Path) -> Place:
    """Two runs with a picture of the whole page, as a first run has."""
    where = place(tmp_path / "with-pages")
    for week in range(2):
        append(where, START + week * WEEK, {"ai-training": TURNED_OFF})
    run = where.runs[-1]
    (run / "ai-training" / "before.full.png").write_bytes(png(b"whole page of Pat Practice"))
    record = json.loads((run / "run.json").read_text())
    record["settings"][0]["screenshots"].append("ai-training/before.full.png")
    (run / "run.json").write_bytes(json.dumps(record, indent=2, ensure_ascii=False).encode() + b"\n")
    reseal(run)
    return where


def test_a_withheld_identity_stands_in_no_byte(with_pages: Place, tmp_path: Path) -> None:
    """Neither name, address nor member: not in a file, a name or a report; the chain still holds."""
    packed = handover.export(with_pages.store, tmp_path / "e.zip", handover.Wish(withhold=("identity",)))
    content = (tmp_path / "e.zip").read_bytes()
    assert [word for word in IDENTITY if word and word.encode() in content] == []
    assert packed.absent == 3
    bag = unpacked(tmp_path / "e.zip", tmp_path)
    missing = (bag / "data" / "missing.txt").read_text().splitlines()
    names = [line.partition("/")[2] for line in missing]
    assert names == ["account.json", "account.json", "ai-training/before.full.png"]
    assert list(json.loads((bag / "data" / "handover.json").read_text())["reasons"]) == ["identity"]
    assert audited(bag) == verified(bag) == audited(tmp_path / "e.zip") == (0, set(), set())
    assert is_valid_bag(bag)


def test_without_withholding_it_does_stand_there(with_pages: Place, tmp_path: Path) -> None:
    """The twin: the search above finds what is there, in the runs and in the report."""
    handover.export(with_pages.store, tmp_path / "e.zip", handover.Wish())
    content = (tmp_path / "e.zip").read_bytes()
    assert all(word.encode() in content for word in IDENTITY if word)
    bag = unpacked(tmp_path / "e.zip", tmp_path)
    assert PERSON.account in (bag / "data" / "report.en.html").read_text()


def test_withheld_pictures_are_all_pictures(with_pages: Place, tmp_path: Path) -> None:
    """No PNG, neither as a file nor in a report; account.json stays."""
    handover.export(with_pages.store, tmp_path / "e.zip", handover.Wish(withhold=("pictures",)))
    bag = unpacked(tmp_path / "e.zip", tmp_path)
    assert list(bag.rglob("*.png")) == []
    assert len(list(bag.rglob("account.json"))) == 2
    assert b"data:image/png" not in (bag / "data" / "report.en.html").read_bytes()
    assert audited(bag) == verified(bag) == (0, set(), set())


def commands(text: str) -> list[list[str]]:
    """Given the instructions, return the lines to type, step by step."""
    steps = re.split(r"^\d\. ", text, flags=re.MULTILINE)[1:]
    return [[line[4:] for line in step.splitlines() if line.startswith("    ")] for step in steps]


def typed(folder: Path, steps: Sequence[Sequence[str]], told: Mapping[str, str]) -> list[str]:
    """Given the folder of a ZIP and lines to type, return what each step prints, `told` being filled in."""
    lines = [line for number, step in enumerate(steps) for line in [f"echo '== {number}'", *step]]
    script = "\n".join(lines)
    for word, value in told.items():
        script = script.replace(word, value)
    ended = subprocess.run(["sh", "-c", script], check=False, capture_output=True, text=True, cwd=folder)
    told_otherwise = [
        line for line in ended.stderr.splitlines() if not line.startswith("Using configuration")
    ]
    assert (ended.returncode, told_otherwise) == (0, []), ended
    return re.split(r"== \d\n", ended.stdout)[1:]


PAGES = ("VERIFY.en.txt", "VERIFIER.fr.txt")


@pytest.mark.parametrize("page", PAGES)
def test_the_instructions_work_as_printed(with_pages: Place, tmp_path: Path, page: str) -> None:
    """Every step, in a shell, in order: no output, or the value and the head, where it says so."""
    folder = tmp_path / "received"
    folder.mkdir()
    wish = handover.Wish(withhold=("identity",))
    packed = handover.export(with_pages.store, folder / f"{handover.name_of(with_pages.store)}.zip", wish)
    head = packed_head(with_pages)
    text = (unpacked(packed.path, tmp_path) / page).read_text()
    first, whole, chain, signed, stamped, told, at_once = commands(text)
    assert (signed, stamped) == ([], [])
    at_once = [line.split(" --key")[0] for line in at_once]
    said = typed(folder, [first, whole, chain, told, at_once], {"TOLD_HEAD": head})
    assert said[0].split() == [packed.digest, packed.path.name]
    assert said[1] == said[2] == ""
    assert said[3].startswith(head)
    assert "ok known-head" in said[4]
    run = next((folder / packed.path.stem / "data" / "runs").iterdir())
    (run / "ai-training" / "reload.element.png").write_bytes(png(b"painted"))
    (run / "more.txt").write_text("x")
    harmed = "\n".join([f"cd {packed.path.stem}", *whole[1:], *chain])
    ended = subprocess.run(["sh", "-c", harmed], check=False, capture_output=True, text=True, cwd=folder)
    assert f"BROKEN {run.name}" in ended.stdout
    assert f"EXTRA {run.name}/more.txt" in ended.stdout
    assert "more.txt" in ended.stdout.partition("BROKEN")[0]


@pytest.fixture(scope="module")
def stamped_store(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two runs that are signed and time-stamped, the authority beside them; no test changes it."""
    folder = tmp_path_factory.mktemp("stamped")
    with authority.serving(authority.office(folder / "office")) as served:
        means = seal.Means(key=lambda _: OWNER, authorities=(served.authority(),))
        where = place(folder)
        for _ in range(2):
            append(where, datetime.now(UTC), means=means)
    return where


@pytest.mark.parametrize("page", PAGES)
def test_the_instructions_on_signatures_and_time_stamps_work(
    stamped_store: Place, tmp_path: Path, page: str
) -> None:
    """The fingerprint, a good signature and a good stamp of each run; another root or key is none."""
    name = handover.name_of(stamped_store.store)
    packed = handover.export(stamped_store.store, tmp_path / f"{name}.zip", handover.Wish())
    shutil.copyfile(stamped_store.store.parent.parent / "office" / "root.pem", tmp_path / "ROOT.pem")
    key = sshsig.fingerprint(OWNER.public)
    with zipfile.ZipFile(packed.path) as archive:
        steps = commands(archive.read(f"{name}/{page}").decode())
    told = {"TOLD_HEAD": packed_head(stamped_store), "TOLD_FINGERPRINT": key}
    said = typed(tmp_path, steps, told)
    assert key in said[3]
    assert said[3].count('Good "optout-evidence" signature for owner') == 2
    assert [line[:10] for line in said[4].splitlines()] == ["Time stamp", "Verificati"] * 2
    assert len(re.findall("^ok", said[6], flags=re.MULTILINE)) == 11
    shutil.rmtree(tmp_path / name)
    other = authority.office(tmp_path / "other").root
    (tmp_path / "ROOT.pem").write_bytes(other)
    lines = "\n".join(line for step in steps[1:5] for line in step)
    ended = subprocess.run(["sh", "-c", lines], check=False, capture_output=True, text=True, cwd=tmp_path)
    assert "Verification: OK" not in ended.stdout


def test_both_languages_have_the_same_commands(good: Place, tmp_path: Path) -> None:
    """The French page is the English one in other words; no line can break before `:` and `;`."""
    handover.export(good.store, tmp_path / "e.zip", handover.Wish())
    bag = unpacked(tmp_path / "e.zip", tmp_path)
    english, french = ((bag / name).read_text() for name in ("VERIFY.en.txt", "VERIFIER.fr.txt"))
    assert commands(english) == commands(french)
    prose = "\n".join(line for line in french.splitlines() if not line.startswith("    "))
    assert re.findall(r"(?<!\u00a0)[:;!?](?=\s)|«(?!\u00a0)|(?<!\u00a0)»", prose) == []
    assert max(map(len, english.splitlines() + french.splitlines())) <= 140


def test_the_table_is_one_that_a_spreadsheet_reads(good: Place, tmp_path: Path) -> None:
    """UTF-8 with its mark, CRLF, a line for each setting of each run; no cell is a formula."""
    content = handover_ledger.ledger_csv(tuple(reversed(list(ledger.runs(good.store)))))
    assert content.startswith(b"\xef\xbb\xbfnumber,sealed,setting,")
    assert content.count(b"\n") == content.count(b"\r\n") == 11
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0]["number"] == "000001"
    assert (rows[0]["verdict"], rows[0]["signed"], rows[0]["token_time"]) == ("turned_off", "no", "")
    assert rows[-1]["sums_sha256"] == packed_head(good)
    for text in ("=1+1", "+1", "-1", "@x", "\t=1"):
        assert handover_ledger._cell(text) == f"'{text}"
    assert handover_ledger._cell("a=b") == "a=b"


def test_the_command_says_what_to_tell(optout: RunOptout, own: Place) -> None:
    """Path, SHA-256 and the line on the head; a second time it needs `--replace`; the bytes are the same."""
    folder = Path(str(own.store)).parents[2]
    target = folder / "out.zip"
    ended = optout("evidence", "export", "--out", str(target))
    assert (ended.returncode, ended.stderr) == (0, "")
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    line = optout("evidence", "head").stdout
    assert digest in ended.stdout
    assert line.strip() in ended.stdout
    assert re.fullmatch(
        r"optout evidence: store [0-9a-f]{32}, run 000005, sealed 2026-11-02T08:15:42Z, head [0-9a-f]{64}\n",
        line,
    )
    assert PERSON.account not in line
    again = optout("evidence", "export", "--out", str(target))
    assert again.returncode == 2
    assert "--replace" in again.stderr
    ended = optout("evidence", "export", "--out", str(folder), "--quiet")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert (folder / "optout-evidence-2026-11-02.zip").read_bytes() == target.read_bytes()
    ended = optout("evidence", "export", "--out", str(target), "--replace", "--withhold", "identity")
    assert ended.returncode == 0
    assert "files are declared absent" in ended.stdout
    assert optout("evidence", "audit", str(target)).returncode == 0


def test_what_cannot_be_packed_is_one_sentence(optout: RunOptout, own: Place) -> None:
    """Damaged evidence is exit 6; the evidence is no place for it; nothing is written."""
    ended = optout("evidence", "export", "--out", str(own.store / "e.zip"))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    target = own.store.parents[2] / "out.zip"
    (own.runs[1] / "run.json").write_text("{}")
    ended = optout("evidence", "export", "--out", str(target))
    assert (ended.returncode, ended.stdout) == (6, "")
    assert "does not hold (files), so it was not packed" in ended.stderr
    shutil.rmtree(own.store)
    for command in ("export", "head"):
        ended = optout("evidence", command, "--account", PERSON.account)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "There is no evidence yet" in ended.stderr
    assert not target.exists()


LIMITED = """
import ctypes, os, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from optout.errors import OptoutError
from optout.evidence import handover, report
report.render(Path(sys.argv[1]), now=datetime.now(UTC))  # loads all that writing would else have to load
if sys.argv[3] == "rights":
    if os.geteuid() == 0:
        ctypes.CDLL(None).setfsuid(65534)
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    handover.export(Path(sys.argv[1]), Path(sys.argv[2]), handover.Wish())
except OptoutError as error:
    print(error.exit_code, error)
"""


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("0", "the disk is full"),
        ("30000", "the disk is full"),
        ("60000", "the disk is full"),
        ("rights", "may not write"),
    ],
)
def test_no_room_or_no_rights_is_one_sentence_and_costs_nothing(
    good: Place, tmp_path: Path, python: RunPython, limit: str, words: str
) -> None:
    """An older ZIP stays as it was, nothing half-written lies about, and the store is untouched."""
    store = Path(shutil.copytree(good.store, tmp_path / "store"))
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "e.zip").write_text("older")
    if limit == "rights":
        folder.chmod(0o500)
    before = sorted(store.iterdir())
    ended = python(LIMITED, str(store), str(folder / "e.zip"), limit)
    assert ended.stderr == ""
    assert ended.stdout.startswith("1 The ")
    assert words in ended.stdout
    assert len(ended.stdout.splitlines()) == 1
    folder.chmod(0o700)
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("e.zip", "older")]
    assert sorted(store.iterdir()) == before
    assert handover.export(store, folder / "e.zip", handover.Wish()).runs == 5
