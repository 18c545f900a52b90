"""`optout evidence setup`, and what visits and `optout evidence audit` make of it; a real authority."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import authority
import pytest
from at_the_prompt import at_a_prompt, login, one_sentence
from calling import RunOptout, StartPractice
from sample_store import ANOTHER, OWNER, Place, append, good_store

from optout.config import account_folder
from optout.evidence import audit, authorities, memory, seal, sshsig
from optout.evidence.audit_told import Told

ACCOUNT = "practice@example.org"
NAME = sshsig.fingerprint(OWNER.public)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[authority.Serving]:
    """An authority that runs, for all tests here."""
    with authority.serving(authority.office(tmp_path_factory.mktemp("tsa") / "office")) as running:
        yield running


@pytest.fixture
def own(home: Path) -> Place:
    """Where the account's own evidence lies."""
    store = home / "evidence" / account_folder(ACCOUNT)
    return Place(store, memory.file_for(store, home / "state"))


def added(served: authority.Serving, *more: str, name: str = "tsa-a", mood: str = "ok") -> list[str]:
    """Given an authority, return the words that add it."""
    url, root = served.authority(mood=mood).url, str(served.office.folder / "root.pem")
    return ["evidence", "setup", "--authority", name, "--url", url, "--root", root, *more]


def kept(home: Path) -> list[str] | None:
    """Given the home, return the names of the authorities that are asked, None if nobody answered."""
    found = authorities.load(home / "config")
    return None if found is None else [each.name for each in found]


def test_authorities_are_added_replaced_removed_and_switched_off(
    optout: RunOptout, served: authority.Serving, home: Path
) -> None:
    """In the order in which they came, each with its root's fingerprint to compare, each tried once."""
    before = len(served.office.asked)
    first = optout(*added(served, "--qualified", "no"))
    assert first.returncode == 0, first.stderr
    assert "CN=Test Root, SHA-256 " in first.stdout
    assert first.stdout.splitlines()[-1].endswith("qualified: no")
    assert len(served.office.asked) == before + 1
    assert optout(*added(served, name="tsa-b")).returncode == 0
    assert kept(home) == ["tsa-a", "tsa-b"]
    assert optout(*added(served, "--qualified", "yes")).returncode == 0
    assert kept(home) == ["tsa-b", "tsa-a"]
    assert optout("evidence", "setup", "--remove", "tsa-b").returncode == 0
    assert kept(home) == ["tsa-a"]
    off = optout("evidence", "setup", "--off")
    assert off.stdout == "Time stamps are off.\n"
    assert kept(home) == []
    assert authorities.pinned(home / "config") is not None


def test_what_does_not_work_is_not_kept(
    optout: RunOptout, served: authority.Serving, home: Path, tmp_path: Path
) -> None:
    """Out of order, or with another root: nothing is kept, and why; unless it is wanted untried."""
    refused = optout(*added(served, mood="500"))
    assert refused.returncode == 75
    assert "tsa-a answered with HTTP 500" in one_sentence(refused)
    other = authority.office(tmp_path / "other", root="Another Root").folder / "root.pem"
    words = ["evidence", "setup", "--authority", "a", "--url", served.authority().url, "--root", str(other)]
    assert "does not fit" in one_sentence(optout(*words))
    assert kept(home) is None
    assert optout(*added(served, "--untried", mood="500")).returncode == 0
    assert kept(home) == ["tsa-a"]


@pytest.mark.parametrize(
    "words",
    [
        [], ["--authority", "a"], ["--url", "http://a/"], ["--off", "--new-key"], ["--remove", "a"],
        ["--authority", "A B", "--url", "http://a/", "--root", "ROOT"],
        ["--authority", "a", "--url", "a", "--root", "ROOT"],
        ["--authority", "a", "--url", "http://a/", "--root", "NONE"],
        ["--authority", "a", "--url", "http://a/", "--root", "TEXT"],
        ["--new-key", "--account", ACCOUNT],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_cannot_be_followed_is_one_sentence(
    optout: RunOptout, served: authority.Serving, home: Path, tmp_path: Path, words: list[str]
) -> None:
    """Nobody to ask, half an answer, two at once, a name, address or root that is none: exit 2."""
    (tmp_path / "text").write_text("dear")
    files = {"ROOT": served.office.folder / "root.pem", "NONE": tmp_path / "none", "TEXT": tmp_path / "text"}
    ended = optout("evidence", "setup", *(str(files.get(word, word)) for word in words))
    assert ended.returncode == 2
    one_sentence(ended)
    assert kept(home) is None


def test_a_person_is_asked_and_told_what_leaves(
    command_environment: dict[str, str], served: authority.Serving, home: Path
) -> None:
    """First no, which is an answer; then yes, with one authority."""
    words = ["evidence", "setup"]
    shown = at_a_prompt(words, command_environment, ("time stamps?", "n"))
    for told in ("SHA-256", "random number", "(IP)", "nobody has answered yet", "Time stamps are off."):
        assert told in " ".join(shown.split())
    assert kept(home) == []
    asked = served.authority()
    at_a_prompt(
        words,
        command_environment,
        ("time stamps?", "y"),
        ("Short name", "tsa-a"),
        ("Its address", asked.url),
        ("root certificate", str(served.office.folder / "root.pem")),
        ("qualified", "no"),
        ("Another one", "n"),
    )
    assert authorities.load(home / "config") == (
        authorities.Authority(name="tsa-a", url=asked.url, root=asked.root, qualified="no"),
    )


def test_ones_own_evidence_is_held_against_what_this_computer_remembers(
    optout: RunOptout, served: authority.Serving, home: Path, own: Place
) -> None:
    """Pinned roots and remembered keys are used without being named; a rewritten store fails by them."""
    authorities.save(home / "config", [served.authority()])
    means = seal.Means(key=lambda _: OWNER, authorities=(served.authority(),))
    good_store(home, means, start=datetime.now(UTC), step=timedelta()).store.rename(own.store)
    for end in ("head", "keys"):
        (home / "state" / f"somebody.{end}.json").rename(own.memory.with_name(f"{own.store.name}.{end}.json"))
    held = optout("evidence", "audit", "--json")
    assert {check["result"] for check in held.json["checks"] if check["name"] != "bag"} == {"holds"}
    assert held.json["key"] == NAME
    append(own, datetime.now(UTC), means=seal.Means(key=lambda _: ANOTHER, authorities=means.authorities))
    assert optout("evidence", "audit").returncode == 0, "a key that this computer made is known to it"
    received = home.with_name("received")
    shutil.copytree(own.store, received)
    root = str(served.office.folder / "root.pem")
    stranger = ["evidence", "audit", str(received), "--tsa-root", root, "--key"]
    assert optout(*stranger, NAME).returncode == 6
    both = optout(*stranger, NAME, "--key", sshsig.fingerprint(ANOTHER.public))
    assert both.returncode == 0, both.stdout
    assert f"key  {NAME}" in both.stdout
    assert optout("evidence", "audit", str(received)).returncode == 6
    assert optout("evidence", "audit", "--key", sshsig.fingerprint(ANOTHER.public)).returncode == 6
    own.memory.with_name(f"{own.store.name}.keys.json").write_text("{")
    assert optout("evidence", "audit").returncode == 6
    for wrong in (["--key", "SHA256:x"], ["--tsa-root", "/nowhere"], ["--tsa-root", str(own.memory)]):
        assert optout("evidence", "audit", *wrong).returncode == 2


def test_a_new_key_is_announced_and_used(optout: RunOptout, home: Path, own: Place) -> None:
    """The command seals a run by the old key, prints both, and what was known before goes on."""
    good_store(home).store.rename(own.store)
    (home / "state" / "somebody.head.json").rename(own.memory)
    first = optout("evidence", "setup", "--new-key")
    assert first.returncode == 0, first.stderr
    second = optout("evidence", "setup", "--new-key")
    told = [
        dict(line.split() for line in each.stdout.replace(" key", "-key").splitlines())
        for each in (first, second)
    ]
    assert told[1]["old-key"] == told[0]["new-key"]
    run = own.runs[-1]
    assert json.loads((run / "run.json").read_text())["command"] == "evidence setup"
    found = audit.audit(own.store, head=told[1]["head"], told=Told(keys=(told[0]["old-key"],)))
    assert found.exit_code == 0
    assert found.key == told[0]["old-key"]
    (account,) = optout("status", "--json").json["accounts"]
    assert account["last_visit"]["command"] == "check"
    assert {setting["state"] for setting in account["settings"]} == {"off"}


def test_a_visit_signs_and_stamps_its_run_and_is_held_up_by_no_authority(
    optout: RunOptout, practice: StartPractice, served: authority.Serving, home: Path
) -> None:
    """A run with key and stamp, which the audit here holds good; then the authority is down, and told."""
    site = practice()
    login(optout, site)
    authorities.save(home / "config", [served.authority()])
    run = Path(optout("run", "--json", site=site).json["evidence"]["path"])
    told = json.loads((run / "run.json").read_text())["seal"]
    assert told["stamps_asked"] == ["tsa-a"]
    assert {path.name for path in run.glob("SHA256SUMS.*")} == {seal.SIGNATURE, "SHA256SUMS.tsa-a.tsr"}
    held = optout("evidence", "audit", "--json")
    assert {check["result"] for check in held.json["checks"] if check["name"] != "bag"} == {"holds"}
    assert held.json["key"] == told["key"]
    authorities.save(home / "config", [served.authority(mood="500")])
    ended = optout("check", site=site)
    assert ended.returncode == 0
    assert "no time stamp of its own (tsa-a answered with HTTP 500)" in " ".join(ended.stdout.split())
    pending = optout("evidence", "audit", "--json")
    doubted = [check["name"] for check in pending.json["checks"] if check["result"] != "holds"]
    assert (pending.returncode, doubted) == (4, ["bag", "timestamp"])
