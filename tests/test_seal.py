"""Signatures: stock tools accept them, the key is in the keyring alone, a new one has to be vouched for."""

import base64
import copy
import json
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import RunPython
from hypothesis import given, settings
from hypothesis import strategies as st
from leak_search import files_with, holds, told_by
from sample_store import ANOTHER, OWNER, START, WEEK, Place, append, good_store, place
from secret_service import SecretService

from optout import credentials, log
from optout.errors import KeyringUnusable
from optout.evidence import (
    audit,
    audit_sshsig,
    audit_tools,
    checkers,
    history,
    keys,
    ledger,
    new_key,
    seal,
    sshsig,
)
from optout.evidence.audit_told import Told
from optout.secret import Secret, SigningKey

NAME, OTHER = sshsig.fingerprint(OWNER.public), sshsig.fingerprint(ANOTHER.public)
BY_OWNER = seal.Means(key=lambda _: OWNER)
BY_ANOTHER = seal.Means(key=lambda _: ANOTHER)


def verified(run: Path) -> subprocess.CompletedProcess[bytes]:
    """Given a run folder, check its signature as a stranger would, with the keys that the store names."""
    allowed = run.parent.parent / "keys" / "allowed_signers"
    words = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", "owner", "-n", "optout-evidence"]
    words += ["-s", str(run / seal.SIGNATURE)]
    sums = (run / "SHA256SUMS").read_bytes()
    return subprocess.run(words, input=sums, capture_output=True, check=False)


def result(found: audit.Audit, name: str) -> tuple[str, str]:
    """Given an audit, return what one check says: result and sentence."""
    return next((check.result, check.sentence) for check in found.checks if check.name == name)


def audited(where: Place, *keys: str) -> audit.Audit:
    """Given a place and keys that were told, audit its store."""
    return audit.audit(where.store, told=Told(keys=keys), checkers=checkers.FAST)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A signed store that no test changes."""
    return good_store(tmp_path_factory.mktemp("signed"), BY_OWNER)


def test_ssh_keygen_accepts_every_run(signed: Place) -> None:
    """`ssh-keygen -Y verify` with the store's own `allowed_signers`; it prints the key that the run names."""
    for run in signed.runs:
        ended = verified(run)
        assert (ended.returncode, ended.stderr) == (0, b"")
        assert NAME.encode() in ended.stdout
        told = json.loads((run / "run.json").read_text())["seal"]
        assert told == {"key": NAME, "unsigned_because": None, "stamps_asked": []}
    assert json.loads((signed.store / "store.json").read_text())["key"] == NAME
    listed = ["ssh-keygen", "-lf", "-"]
    allowed = (signed.store / "keys" / "allowed_signers").read_text()
    line = allowed.partition(" ssh-")[2]
    shown = subprocess.run(listed, input=f"ssh-{line}", capture_output=True, check=True, text=True).stdout
    assert NAME in shown
    assert allowed.count("\n") == 1


def test_ssh_keygen_refuses_other_checksums(tmp_path: Path) -> None:
    """The twin: one byte of the checksums is another one."""
    where = good_store(tmp_path, BY_OWNER)
    sums = where.runs[0] / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes().replace(b"a", b"b", 1))
    assert verified(where.runs[0]).returncode != 0


@settings(deadline=None)
@given(content=st.binary(), letter=st.sampled_from(["o", "a"]))
def test_what_is_written_is_what_is_read(content: bytes, letter: str) -> None:
    """The writer and the reader, which share nothing, agree on key and signature."""
    key = {"o": OWNER, "a": ANOTHER}[letter]
    armoured = sshsig.signature(content, public=key.public, sign=key.sign)
    told = audit_sshsig.parse(armoured)
    assert (told.public, told.fingerprint) == (key.public, sshsig.fingerprint(key.public))
    assert checkers.signed_by(content, armoured) == told.fingerprint


@settings(deadline=None)
@given(where_in=st.integers(0, 400), flip=st.integers(1, 255))
def test_no_byte_of_a_signature_can_be_another_one(where_in: int, flip: int) -> None:
    """Not even one that says nothing: the newest signature is held by no later run."""
    armoured = bytearray(sshsig.signature(b"sums", public=OWNER.public, sign=OWNER.sign))
    armoured[where_in % len(armoured)] ^= flip
    with pytest.raises(audit_tools.Refused):
        checkers.signed_by(b"sums", bytes(armoured))


def spelt(**fields: bytes) -> bytes:
    """Given fields that are not as they should be, return a signature file with them, signed for them."""
    usual = {
        "magic": b"SSHSIG\0\0\0\1", "kind": b"ssh-ed25519", "namespace": b"optout-evidence", "reserved": b"",
        "hash": b"sha512", "signed_kind": b"ssh-ed25519", "more": b"",
    }  # fmt: skip
    told = usual | fields

    def string(content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + content

    key = string(told["kind"]) + string(OWNER.public)
    signed = string(told["signed_kind"]) + string(OWNER.sign(audit_sshsig.covered(b"sums")))
    body = b"".join(map(string, (key, told["namespace"], told["reserved"], told["hash"], signed)))
    text = base64.b64encode(told["magic"] + body + told["more"]).decode()
    return f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n".encode()


@pytest.mark.parametrize(
    "fields",
    [
        {"magic": b"SSHSIG\0\0\0\2"}, {"magic": b"SSHSIX\0\0\0\1"}, {"kind": b"ssh-rsa"},
        {"namespace": b"file"}, {"reserved": b"x"}, {"hash": b"sha256"},
        {"signed_kind": b"ssh-dss"}, {"more": b"x"},
    ],
    ids=str,
)  # fmt: skip
def test_a_signature_for_something_else_is_none(fields: dict[str, bytes]) -> None:
    """Another version, kind of key, purpose or hash, or something behind it: refused by both checkers."""
    for check in (checkers.signed_by, audit_tools.signed_by):
        assert check(b"sums", spelt()) == NAME
        with pytest.raises(audit_tools.Refused, match="cannot be understood"):
            check(b"sums", spelt(**fields))


def test_without_ssh_keygen_it_could_not_be_checked(signed: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's computer without the tool: exit 4 and its name, never a tick."""
    monkeypatch.setenv("PATH", "")
    found = audit.audit(signed.store, told=Told(keys=(NAME,)))
    assert found.exit_code == 4
    assert result(found, "signature")[0] == result(found, "known-key")[0] == "could_not_check"
    assert "ssh-keygen was not found" in result(found, "signature")[1]


def test_a_told_key_is_compared_with_the_first(signed: Place) -> None:
    """The right one holds, another fails, and so does any if nothing is signed."""
    assert result(audited(signed, NAME), "known-key")[0] == "holds"
    assert audited(signed).key == NAME
    assert result(audited(signed, OTHER), "known-key") == (
        "fails", f"the first key is {NAME}, which was not told",
    )  # fmt: skip
    assert result(audited(signed), "known-key")[0] == "not_asked"


def test_a_told_key_is_missed_where_nothing_is_signed(tmp_path: Path) -> None:
    """A store without signatures is not the one that was told of."""
    found = audited(good_store(tmp_path), NAME)
    assert (found.exit_code, result(found, "known-key")[0]) == (6, "fails")
    assert result(found, "signature") == ("not_asked", "no run is signed")


def test_a_signed_run_covers_those_before_it(tmp_path: Path) -> None:
    """Two runs without a key, then one with it: holds; one without it behind that: could not check."""
    where = place(tmp_path)
    append(where, START)
    append(where, START + WEEK)
    append(where, START + 2 * WEEK, means=BY_OWNER)
    assert result(audited(where), "signature") == (
        "holds", f"1 run signed by {NAME}; 2 runs without, covered by a later one",
    )  # fmt: skip
    last = append(where, START + 3 * WEEK)
    found = audited(where)
    assert (found.exit_code, result(found, "signature")[0]) == (4, "could_not_check")
    assert next(check.runs for check in found.checks if check.name == "signature") == (last.run,)


def locked(_store: str) -> SigningKey:
    """Stand for a keyring that is locked."""
    raise KeyringUnusable("The keyring is locked.", "Unlock it.")


def test_without_its_key_a_run_says_why_it_is_not_signed(tmp_path: Path) -> None:
    """Locked keyring: sealed all the same, with the reason in a sentence; the store still names its key."""
    where = place(tmp_path)
    append(where, START, means=BY_OWNER)
    sealed = append(where, START + WEEK, means=seal.Means(key=locked))
    told = json.loads((sealed.path / "run.json").read_text())["seal"]
    assert told == {"key": None, "unsigned_because": "The keyring is locked.", "stamps_asked": []}
    assert not (sealed.path / seal.SIGNATURE).exists()
    assert sealed.remarks == ("This run is not signed: The keyring is locked.",)
    assert json.loads((where.store / "store.json").read_text())["key"] == NAME
    append(where, START + 2 * WEEK, means=BY_OWNER)
    assert audited(where, NAME).exit_code == 0


def announced(where: Place, now_in_weeks: int, means: seal.Means, new: SigningKey) -> ledger.Sealed:
    """Given a place, seal a run there that announces a key."""
    now = START + now_in_weeks * WEEK
    past = history.of(where.store, ["ai-training"])
    with ledger.begin(where.store, memory=where.memory, now=now, means=means) as draft:
        return new_key.announce(draft, new, past=past, account="practice@example.org", now=now)


def test_a_new_key_is_vouched_for_by_the_old_one(tmp_path: Path) -> None:
    """A `key` run signed by the old key introduces the new one; past and salt go on, tools know both."""
    where = good_store(tmp_path, BY_OWNER)
    before = history.of(where.store, ["ai-training"])
    sealed = announced(where, 5, BY_OWNER, ANOTHER)
    run = json.loads((sealed.path / "run.json").read_text())
    assert (run["kind"], run["settings"], run["seal"]["key"]) == ("key", [], NAME)
    assert json.loads((sealed.path / "key.json").read_text())["new"] == OTHER
    assert history.of(where.store, ["ai-training"]).stretches == before.stretches
    append(where, START + 6 * WEEK, means=BY_ANOTHER)
    found = audited(where, NAME)
    assert found.exit_code == 0
    assert result(found, "signature") == ("holds", f"7 runs signed by {NAME}, then {OTHER}")
    assert [verified(each).returncode for each in where.runs] == [0] * 7
    assert len({(each / "account.json").read_bytes()[:60] for each in where.runs}) == 1


def test_a_key_without_a_predecessor_is_not_vouched_for(tmp_path: Path) -> None:
    """The old key was lost: the chain goes on, the audit says so, and a key that was told is enough."""
    where = good_store(tmp_path, BY_OWNER)
    sealed = append(where, START + 5 * WEEK, means=BY_ANOTHER)
    found = audited(where, NAME)
    assert found.exit_code == 6
    assert result(found, "signature") == (
        "fails", f"{sealed.run}: it is signed by {OTHER}, not vouched for by an earlier key",
    )  # fmt: skip
    assert audited(where, NAME, OTHER).exit_code == 0


def test_a_key_that_announces_itself_introduces_nobody(tmp_path: Path) -> None:
    """The twin: a `key` run by the new key itself does not vouch."""
    where = good_store(tmp_path, BY_OWNER)
    announced(where, 5, BY_ANOTHER, ANOTHER)
    append(where, START + 6 * WEEK, means=BY_ANOTHER)
    assert audited(where, NAME).exit_code == 6


def test_which_keys_were_used_is_remembered_outside_the_store(tmp_path: Path) -> None:
    """In the order of use, of this store alone; a store that was moved here brings its earlier keys."""
    where = good_store(tmp_path, BY_OWNER)
    path = keys.file_for(where.memory)
    identifier = json.loads((where.store / "store.json").read_text())["store"]
    append(where, START + 5 * WEEK, means=BY_ANOTHER)
    assert keys.recall(path, identifier) == (NAME, OTHER)
    assert keys.recall(path, "0" * 32) == ()
    path.unlink()
    append(where, START + 6 * WEEK, means=BY_ANOTHER)
    assert keys.recall(path, identifier) == (NAME, OTHER)
    path.write_text("{")
    append(where, START + 7 * WEEK, means=BY_OWNER)
    with pytest.raises(ValueError, match="cannot be understood"):
        keys.recall(path, identifier)


@pytest.mark.parametrize("kind", ["a file", "a folder", "a link"])
def test_whatever_lies_where_keys_are_named_stops_no_visit(tmp_path: Path, kind: str) -> None:
    """Somebody put something else there: the run is sealed, signed, and names its key itself."""
    where = place(tmp_path)
    append(where, START)
    if kind == "a file":
        (where.store / "keys").write_text("x")
    elif kind == "a folder":
        (where.store / keys.ALLOWED).mkdir(parents=True)
    else:
        (where.store / "keys").mkdir()
        (where.store / keys.ALLOWED).symlink_to(tmp_path / "elsewhere")
    append(where, START + WEEK, means=BY_OWNER)
    assert audited(where, NAME).exit_code == 0
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.usefixtures("keyring")
def test_the_keyring_keeps_one_key_for_each_store() -> None:
    """Made at the first time, the same afterwards; another store, and practice, have their own."""
    vault, practice = (credentials.open_vault(practice=each, unattended=True) for each in (False, True))
    first = vault.signing_key("1" * 32)
    assert vault.signing_key("1" * 32).public == first.public
    assert len({first.public, vault.signing_key("2" * 32).public, practice.signing_key("1" * 32).public}) == 3


@pytest.mark.usefixtures("keyring")
def test_a_new_key_is_kept_only_once_it_was_announced() -> None:
    """Whatever fails in between leaves the old key in use."""
    vault = credentials.open_vault(practice=True, unattended=True)
    old = vault.signing_key("3" * 32)

    def fail(_old: SigningKey, _new: SigningKey) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        vault.replace_signing_key("3" * 32, fail)
    assert vault.signing_key("3" * 32).public == old.public
    seen: list[bytes] = []
    vault.replace_signing_key("3" * 32, lambda one, other: seen.extend((one.public, other.public)))
    assert seen == [old.public, vault.signing_key("3" * 32).public]


def test_a_key_that_another_program_changed_is_replaced() -> None:
    """What is no key any more is as good as lost."""
    vault = credentials.in_memory()
    old = vault.signing_key("1" * 32)
    vault.write("1" * 32 + credentials.SIGNING_KEY_SUFFIX, Secret("cut"))
    assert vault.signing_key("1" * 32).public != old.public


SEAL = """
import json, sys
from pathlib import Path
from sample_store import append, place
from optout import credentials
from optout.evidence import seal
vault = credentials.open_vault(practice=True, unattended=True, patience=5)
sealed = append(place(Path(sys.argv[1])), means=seal.Means(key=vault.signing_key))
print((sealed.path / "run.json").read_text())
"""


def test_a_locked_keyring_leaves_the_run_unsigned(
    tmp_path: Path, locked_keyring: SecretService, python: RunPython
) -> None:
    """A real one, locked, with nobody there: the run is sealed, with the reason in it."""
    ended = python(SEAL, str(tmp_path / "store"), DBUS_SESSION_BUS_ADDRESS=locked_keyring.address)
    assert ended.json["seal"]["unsigned_because"].startswith("The keyring is locked"), ended.stderr
    assert ended.json["seal"]["key"] is None


SEED = base64.urlsafe_b64encode(b"canary of thirty-two bytes here!").decode()


def test_a_signing_key_shows_itself_nowhere(tmp_path: Path) -> None:
    """Not in its repr, not in a file of store or state, not in an exception; the log is told of it."""
    raw = base64.urlsafe_b64decode(SEED).decode()
    key = SigningKey(Secret(SEED))
    shown = [repr(key), str(key), f"{key}", repr(seal.Signer(key=key)), repr([key])]
    assert not any(holds(text, word) for text in shown for word in (SEED, raw))
    assert SEED not in log.redact(f"the key is {SEED}")
    where = good_store(tmp_path, seal.Means(key=lambda _: key))
    assert files_with(tmp_path, SEED) == files_with(tmp_path, raw) == []
    (tmp_path / "planted").write_text(SEED)
    assert files_with(tmp_path, SEED) == [tmp_path / "planted"]
    assert audited(where).exit_code == 0


@pytest.mark.parametrize("leave", [json.dumps, pickle.dumps, copy.copy, copy.deepcopy, vars])
def test_a_signing_key_does_not_leave_by_the_usual_ways(leave: Callable[[object], object]) -> None:
    """It cannot be put into JSON, pickled, copied or listed with its fields."""
    with pytest.raises(TypeError) as caught:
        leave(SigningKey(Secret(SEED)))
    assert not holds(told_by(caught.value), SEED)
