"""What the report says of checking: its commands, run as printed, and its limits."""

import html
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import authority
import pytest
from report_pages import page_of
from sample_store import OWNER, Place, append, good_store, place, relink

from optout.evidence import ledger, seal


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes."""
    return good_store(tmp_path_factory.mktemp("good"))


@pytest.fixture
def where(good: Place, tmp_path: Path) -> Place:
    """A copy of the good store for this test to change."""
    shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    return place(tmp_path)


def run_printed(where: Place, number: int) -> str:
    """Given a store and the number of a block of commands on its page, run it there; return its output."""
    commands = html.unescape(re.findall(r"<pre>(.*?)</pre>", page_of(where), re.DOTALL)[number])
    ended = subprocess.run(commands, shell=True, cwd=where.store, check=False, capture_output=True, text=True)  # noqa: S602 - the reader's own shell
    return ended.stdout + ended.stderr


def test_the_printed_commands_do_what_the_page_says(good: Place) -> None:
    """Run as printed in the store's folder: the head first, and nothing else."""
    head = str(ledger.head(good.store))
    assert run_printed(good, 0).split() == [head, f"runs/{good.runs[-1].name}/SHA256SUMS"]
    assert run_printed(good, 1) == ""
    assert page_of(good).count(head) >= 2


def test_the_printed_commands_notice_a_change(where: Place) -> None:
    """The twin: a byte more in a file."""
    (where.runs[1] / "run.json").write_text("{}")
    assert f"BROKEN runs/{where.runs[1].name}/" in run_printed(where, 0)


def test_the_printed_commands_notice_what_is_missing_or_added(where: Place) -> None:
    """The twins: a run in between, a file, a link to one, a seal that nobody names."""
    (where.runs[0] / "extra file").write_text("x")
    (where.runs[0] / "link").symlink_to("run.json")
    (where.runs[0] / "SHA256SUMS.sshsig").write_text("x")
    shutil.rmtree(where.runs[2])
    told = run_printed(where, 1)
    for name in ("extra file", "link"):
        assert f"EXTRA runs/{where.runs[0].name}/{name}" in told
    assert f"LINK runs/{where.runs[1].name}/" in told
    assert f"GAP runs/{where.runs[2].name}/" in told
    assert f"LINK runs/{where.runs[2].name}/" in told


def test_a_declared_absence_breaks_nothing(where: Place) -> None:
    """With files that are declared to be away the printed commands pass them over, and the page says so."""
    picture = f"{where.runs[-1].name}/ai-training/before.element.png"
    (where.store / "runs" / picture).unlink()
    assert "BROKEN" in run_printed(where, 0)
    (where.store / "missing.txt").write_text(picture + "\n")
    assert "BROKEN" not in run_printed(where, 0)
    assert "passed over in silence" in page_of(where)


def test_the_printed_commands_check_signatures(where: Place, tmp_path: Path) -> None:
    """Signed with a key of this test by `ssh-keygen`: its fingerprint and a good signature for each run."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    keys = where.store / "keys"
    keys.mkdir()
    public = key.with_suffix(".pub").read_text().split()
    (keys / "allowed_signers").write_text(f'owner namespaces="optout-evidence" {public[0]} {public[1]}\n')
    for number, run in enumerate(where.runs, start=1):
        sums = run / "SHA256SUMS"
        sign = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", "optout-evidence", str(sums)]
        subprocess.run(sign, check=True, capture_output=True)
        (run / "SHA256SUMS.sig").rename(run / "SHA256SUMS.sshsig")
        relink(where.runs[: number + 1], number)
    shown = subprocess.run(["ssh-keygen", "-lf", key], check=True, capture_output=True, text=True).stdout
    told = run_printed(where, 2)
    assert shown.split()[1] in told
    assert told.count("Good ") == len(where.runs)
    assert run_printed(where, 1) == ""
    (where.runs[0] / "SHA256SUMS").write_bytes(b"")
    assert f"UNSIGNED runs/{where.runs[0].name}/" in run_printed(where, 2)


def test_the_printed_commands_check_time_stamps(tmp_path: Path) -> None:
    """A good stamp for each run, with its time; none that another authority's root vouches for."""
    office = authority.office(tmp_path / "office")
    with authority.serving(office) as served:
        where = place(tmp_path)
        means = seal.Means(key=lambda _: OWNER, authorities=(served.authority(),))
        for _ in range(2):
            append(where, datetime.now(UTC), means=means)
    root = where.store.parent / "ROOT.pem"
    root.write_bytes(office.root)
    told = run_printed(where, 3)
    assert told.count("Verification: OK") == 2
    assert told.count(f"{datetime.now(UTC):%Y} GMT") == 2
    root.write_bytes(authority.office(tmp_path / "other").root)
    assert "Verification: OK" not in run_printed(where, 3)


def test_what_it_cannot_prove_is_always_told(good: Place) -> None:
    """Eight points, in every report."""
    limits = page_of(good).split('id="limits"')[1]
    assert limits.count("<li>") == 8
