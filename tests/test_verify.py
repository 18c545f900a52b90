"""`verify.sh` on stock tools and our audit, of one hand-over: both name the same checks and end alike.

Each case is `<name>_ok`, `<name>_fail` or `<name>_unknown`: what it ends with, 0, 6 or 4. A hand-over is made
from a good store, hurt, and its manifests are written anew, as whoever hurts it would. The attacks on a store
hit one that is signed and time-stamped; what only a hand-over can suffer, one without any seal.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import authority
import pytest
from handed_over import HERE as SHELLS
from handed_over import audited, bag_anew, hurt, unpacked, verified, within
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_store import OWNER, Place, edit, good_store, png, relink, reseal
from test_tampering import AT_THE_END, FOUND, picture

from optout.evidence import handover, ledger, seal

Attack = Callable[[Place], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hand-over that no test changes, without any seal."""
    folder = tmp_path_factory.mktemp("good")
    handover.export(good_store(folder).store, folder / "e.zip", handover.Wish())
    return unpacked(folder / "e.zip", folder)


@pytest.fixture(scope="module")
def good_sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hand-over that no test changes, signed and time-stamped, the authority and the memory beside it."""
    folder = tmp_path_factory.mktemp("sealed")
    with authority.serving(authority.office(folder / "office")) as served:
        means = seal.Means(key=lambda _: OWNER, authorities=(served.authority(),))
        start = datetime.now(UTC) - timedelta(seconds=5)
        where = good_store(folder, means, start=start, step=timedelta(seconds=1))
    handover.export(where.store, folder / "e.zip", handover.Wish())
    shutil.rmtree(where.store.parent)
    return unpacked(folder / "e.zip", folder)


@pytest.fixture
def bag(good: Path, tmp_path: Path) -> Path:
    """A copy of the good hand-over for this test to hurt."""
    return Path(shutil.copytree(good, tmp_path / good.name))


@pytest.fixture
def sealed(good_sealed: Path, tmp_path: Path) -> Path:
    """A copy of the sealed hand-over for this test to hurt, with what lies beside it."""
    shutil.copytree(good_sealed.parent, tmp_path / "sealed")
    return tmp_path / "sealed" / good_sealed.name


def root_of(bag: Path) -> Path:
    """Given a sealed hand-over, return the file with the root of its authority."""
    return bag.parent / "office" / "root.pem"


def head_of(bag: Path) -> str:
    """Given a hand-over, return its head."""
    head = ledger.head(bag / "data")
    assert head is not None
    return head


def untouched(where: Place) -> None:
    """Nothing is done to it."""


def paint_the_newest(where: Place) -> None:
    """4, of the newest run."""
    picture(where.runs[-1]).write_bytes(png(b"painted"))
    reseal(where.runs[-1])


def paint_and_relink(where: Place) -> None:
    """5 to 8: all from an older run on."""
    picture(where.runs[1]).write_bytes(png(b"painted"))
    reseal(where.runs[1])
    relink(where.runs, 2)


def cut_the_tail(where: Place) -> None:
    """12."""
    shutil.rmtree(where.runs[-1])


def take_the_record(where: Place) -> None:
    """A file that is never withheld is missing, and declared so."""
    (where.runs[1] / "run.json").unlink()
    (where.store / "missing.txt").write_text(f"{where.runs[1].name}/run.json\n")
    edit_handover(where, withheld=["identity", "pictures"])


def take_a_seal(where: Place) -> None:
    """A stripped seal, declared as if it were a file."""
    (where.runs[1] / "SHA256SUMS").unlink()
    (where.store / "missing.txt").write_text(f"{where.runs[1].name}/SHA256SUMS\n")


def take_a_picture_and_say_nothing(where: Place) -> None:
    """Pictures are withheld, says the hand-over, and does not name the one that is gone."""
    picture(where.runs[1]).unlink()
    edit_handover(where, withheld=["pictures"])


def take_a_picture_and_say_so(where: Place) -> None:
    """One picture is withheld and named."""
    picture(where.runs[1]).unlink()
    (where.store / "missing.txt").write_text(f"{where.runs[1].name}/ai-training/before.element.png\n")
    edit_handover(where, withheld=["pictures"])


def take_a_picture_under_another_word(where: Place) -> None:
    """One picture is gone and named, but it was the identity that was to be withheld."""
    take_a_picture_and_say_so(where)
    edit_handover(where, withheld=["identity"])


def name_what_is_there(where: Place) -> None:
    """`missing.txt` names a file that is not absent."""
    (where.store / "missing.txt").write_text(f"{where.runs[1].name}/account.json\n")


def claim_a_prune_that_nobody_sealed(where: Place) -> None:
    """`pruned.json` lies in a visit: no prune says so."""
    path = f"{where.runs[1].name}/ai-training/before.element.png"
    digest = next(
        line[:64] for line in (where.runs[1] / "SHA256SUMS").read_text().splitlines() if path[24:] in line
    )
    picture(where.runs[1]).unlink()
    told = json.dumps({"paths": {path: digest}}, indent=2)
    (where.runs[-1] / "pruned.json").write_text(told)
    reseal(where.runs[-1])
    (where.store / "missing.txt").write_text(f"{path}\n")


def add_beside_the_store(where: Place) -> None:
    """A page that nobody asked for."""
    (where.store / "more.html").write_text("x")


def add_beside_the_data(where: Place) -> None:
    """A file beside the manifests, which they list."""
    (where.store.parent / "extra").mkdir()


def put_the_runs_elsewhere(where: Place) -> None:
    """`runs` is a link."""
    (where.store / "runs").rename(where.store.parent.parent / "elsewhere")
    (where.store / "runs").symlink_to(where.store.parent.parent / "elsewhere")


def edit_handover(where: Place, **members: object) -> None:
    """Given a place in a hand-over, set members of its `handover.json`."""
    path = where.store / "handover.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | members, indent=2))


CASES: list[tuple[str, Attack, set[str]]] = [
    ("untouched_ok", untouched, set()),
    ("newest_painted_ok", paint_the_newest, set()),
    ("painted_and_relinked_ok", paint_and_relink, set()),
    ("tail_cut_ok", cut_the_tail, set()),
    ("record_withheld_fail", take_the_record, {"files"}),
    ("seal_withheld_fail", take_a_seal, {"files", "link"}),
    ("picture_gone_fail", take_a_picture_and_say_nothing, {"files"}),
    ("picture_withheld_ok", take_a_picture_and_say_so, set()),
    ("picture_under_another_word_fail", take_a_picture_under_another_word, {"files"}),
    ("named_and_there_fail", name_what_is_there, {"files"}),
    ("prune_nobody_sealed_fail", claim_a_prune_that_nobody_sealed, {"files"}),
    ("page_added_fail", add_beside_the_store, {"bag"}),
    ("folder_added_fail", add_beside_the_data, {"bag"}),
    ("runs_behind_a_link_fail", put_the_runs_elsewhere, {"bag", "unlisted"}),
]
ATTACKS: list[tuple[str, Attack, set[str]]] = [
    # What only `findings` sees is nothing for stock tools.
    *((f"{attack.__name__}_fail", attack, checks) for attack, checks in FOUND if checks != {"findings"}),
    *((f"{attack.__name__}_unknown", attack, checks) for attack, checks in AT_THE_END),
]
# What only a told head reveals: with one, exactly this check fails in both.
BY_HEAD = {"newest_painted_ok", "painted_and_relinked_ok", "tail_cut_ok"}
# The first two of the 22 attacks leave the manifests as they were.
OLD_MANIFESTS = {"flip_a_byte_fail", "edit_a_state_fail"}
# Links and pipes can be in no manifest.
IN_NO_MANIFEST = {
    "add_a_link_fail", "add_a_folder_link_fail", "add_a_pipe_fail", "add_an_odd_name_fail",
    "replace_a_run_by_a_link_fail", "replace_a_file_by_a_link_fail",
}  # fmt: skip


@pytest.mark.parametrize(("name", "attack", "checks"), CASES, ids=[name for name, _, _ in CASES])
def test_both_say_the_same_of_a_hand_over(bag: Path, name: str, attack: Attack, checks: set[str]) -> None:
    """The same checks fail, the same could not be made; a told head adds what it is for."""
    head = head_of(bag)
    attack(within(bag))
    bag_anew(bag)
    code, failing, unsure = audited(bag)
    assert (code, failing) == (6 if name.endswith("_fail") else 0, checks)
    assert verified(bag) == (code, failing, unsure - {"findings"})
    if name in BY_HEAD | {"untouched_ok"}:
        told = {"known-head"} if name in BY_HEAD else set()
        assert audited(bag, head)[1] == verified(bag, head)[1] == told


@pytest.mark.parametrize(("name", "attack", "checks"), ATTACKS, ids=[name for name, _, _ in ATTACKS])
def test_both_say_the_same_of_an_attack(sealed: Path, name: str, attack: Attack, checks: set[str]) -> None:
    """The same checks fail, the same could not be made; `findings` is the audit's alone."""
    hurt(sealed, attack)
    if name not in OLD_MANIFESTS:
        bag_anew(sealed)
    also = {"bag"} if name in OLD_MANIFESTS | IN_NO_MANIFEST else set()
    expected = checks | also if name.endswith("_fail") else set()
    code, failing, unsure = audited(sealed, root=root_of(sealed))
    assert (code, failing) == (6 if expected else 4, expected)
    by_hand = verified(sealed, root=root_of(sealed))
    assert by_hand == (code, failing - {"findings"}, unsure - {"findings"})
    if name.endswith("_unknown"):
        assert unsure == checks


def test_a_sealed_hand_over_that_nobody_hurt_holds(sealed: Path) -> None:
    """The twin: signatures and time stamps hold in both, with the head told too."""
    told = (head_of(sealed), root_of(sealed))
    assert audited(sealed, *told) == verified(sealed, *told) == (0, set(), set())


def test_without_a_root_both_say_that_it_is_missing(sealed: Path) -> None:
    """Time stamps that nobody can hold against a root prove nothing: exit 4."""
    assert audited(sealed) == verified(sealed) == (4, set(), {"timestamp", "time"})


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_every_shell_says_the_same(bag: Path, shell: list[str]) -> None:
    """dash, busybox and bash: a good hand-over, and one with two kinds of damage."""
    assert verified(bag, shell=shell) == (0, set(), set())
    edit(within(bag).runs[1], command="run")
    (within(bag).runs[2] / "more.png").write_bytes(png())
    assert verified(bag, shell=shell) == (6, {"bag", "files", "unlisted"}, set())


def test_there_is_more_than_one_shell() -> None:
    """The twin: the test above is about several shells."""
    assert len(SHELLS) > 1


def test_a_store_without_its_identifier_fails_in_both(bag: Path) -> None:
    """`store.json` is gone or empty."""
    (bag / "data" / "store.json").write_text("{}")
    bag_anew(bag)
    assert audited(bag)[1] == verified(bag)[1] == {"sequence"}


def test_no_run_at_all_is_not_taken_for_good(bag: Path) -> None:
    """A hand-over of nothing holds nothing: exit 4."""
    shutil.rmtree(bag / "data" / "runs")
    (bag / "data" / "runs").mkdir()
    bag_anew(bag)
    assert (audited(bag)[0], verified(bag)[0]) == (4, 4)


def test_the_last_line_is_the_head(bag: Path) -> None:
    """It can be compared with what was told."""
    script = bag / "verify.sh"
    ended = subprocess.run([script], check=True, capture_output=True, text=True, cwd="/")
    assert ended.stdout.splitlines()[-1] == f"head {head_of(bag)}"


@pytest.mark.parametrize(
    "words", [["--head"], ["--heads", "x"], ["a", "b"], ["/nonexistent"], ["--tsa-root", "/nonexistent"]]
)
def test_wrong_words_are_said_so(bag: Path, words: list[str]) -> None:
    """Exit 2 and one line."""
    ended = subprocess.run([bag / "verify.sh", *words], check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(which=st.integers(min_value=0), place=st.integers(min_value=0), flip=st.integers(1, 255))
def test_any_byte_of_any_file_counts_for_both(bag: Path, which: int, place: int, flip: int) -> None:
    """One byte, anywhere in any file of the hand-over, its manifests included: exit 6."""
    files = sorted(path for path in bag.rglob("*") if path.is_file() and path.stat().st_size)
    path = files[which % len(files)]
    before = path.read_bytes()
    there = place % len(before)
    path.write_bytes(before[:there] + bytes([before[there] ^ flip]) + before[there + 1 :])
    try:
        assert (audited(bag)[0], verified(bag)[0]) == (6, 6), path
    finally:
        path.write_bytes(before)


def test_a_byte_that_nobody_flipped_counts_for_nothing(bag: Path) -> None:
    """The twin of the test above."""
    assert (audited(bag)[0], verified(bag)[0]) == (0, 0)


def test_neither_follows_a_link_out_of_the_folder(bag: Path) -> None:
    """A listed picture is a link to something that never ends: both go on and say so."""
    target = picture(within(bag).runs[1])
    target.unlink()
    target.symlink_to("/dev/zero")
    assert audited(bag)[1] == verified(bag)[1] == {"bag", "files", "unlisted"}


def test_names_cannot_lie_to_a_terminal(bag: Path) -> None:
    """`verify.sh` prints what stands in a hand-over in plain signs."""
    odd = within(bag).runs[1] / "a\x1b[2Kok\n ok files"
    odd.write_text("x")
    ended = subprocess.run([bag / "verify.sh"], check=False, capture_output=True)
    assert ended.returncode == 6
    assert b"\x1b" not in ended.stdout
    assert not any(line.startswith(b" ok") for line in ended.stdout.splitlines())
    os.unlink(odd)  # noqa: PTH108 - a name with a line feed
