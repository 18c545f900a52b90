"""The only door to the keyring, against a real Secret Service and against backends that misbehave."""

import base64
import copy
import json
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from calling import RunPython
from hypothesis import given
from hypothesis import strategies as st
from keyring import backend
from leak_search import files_with, holds, told_by
from secret_service import SecretService

from optout import credentials, log
from optout.credentials import Secret
from optout.errors import KeyringUnusable, Outcome, UsageProblem

ANN, BEN = "Ann@example.org", "ben@example.org"
CANARY = 'Blau-Meise\'43 "fliegt" &ä'

# Keeps argv[1] as Ann's password (nobody is there, unless argv[2] says so) and tells in JSON how that ended.
KEEP = """
import json, sys
from leak_search import holds, told_by
from optout import credentials, errors
def keep(secret):
    try:
        vault = credentials.open_vault(practice=False, unattended="somebody" not in sys.argv, patience=5)
        vault.keep_password("ann@example.org", secret)
        return {"kept": vault.password("ann@example.org") == secret}
    except errors.KeyringUnusable as error:
        leaks = holds(told_by(error), sys.argv[1])
        behind = [type(each).__name__ for each in (error.__cause__, error.__context__) if each]
        return {"error": error.sentence, "hint": error.hint, "leaks": leaks, "behind": behind}
print(json.dumps(keep(credentials.Secret(sys.argv[1]))))
"""


@pytest.fixture(autouse=True)
def _keyrings_are_looked_for_anew() -> None:
    """The library looks once in a process which keyrings there are; here each test has its own."""
    with suppress(KeyError):  # it has not looked yet
        backend.get_all_keyring.reset()


def open_vault(*, practice: bool = False, unattended: bool = True) -> credentials.Vault:
    return credentials.open_vault(practice=practice, unattended=unattended, patience=20)


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize("unattended", [True, False])
def test_a_password_is_kept_read_and_forgotten(unattended: bool) -> None:
    """What was kept is read again, by another vault, for the account in any case, until it is forgotten."""
    vault = open_vault(unattended=unattended)
    assert vault.password(ANN) is None
    vault.keep_password(ANN, Secret(CANARY))
    again = open_vault(unattended=unattended).password(ANN.upper())
    assert again is not None
    assert again.reveal() == CANARY
    assert vault.forget(ANN.lower()) is True
    assert vault.password(ANN) is None
    assert vault.forget(ANN) is False


@pytest.mark.usefixtures("keyring")
def test_two_accounts_keep_two_passwords() -> None:
    """A second account neither replaces the first nor is forgotten with it."""
    vault = open_vault()
    vault.keep_password(ANN, Secret("first-word"))
    vault.keep_password(BEN, Secret("second-word"))
    assert vault.password(ANN) == Secret("first-word")
    assert vault.forget(ANN)
    assert vault.password(BEN) == Secret("second-word")
    assert vault.forget(BEN)


@pytest.mark.usefixtures("keyring")
def test_a_second_password_replaces_the_first() -> None:
    """After a change of password there is one entry, the new one."""
    vault = open_vault()
    for word in ("old-word", "new-word"):
        vault.keep_password(ANN, Secret(word))
    assert vault.password(ANN) == Secret("new-word")
    assert vault.forget(ANN)
    assert vault.password(ANN) is None


@pytest.mark.usefixtures("keyring")
def test_a_practice_site_never_gets_the_real_password() -> None:
    """The same account has one drawer for the real site and another for practice."""
    real, practice = open_vault(), open_vault(practice=True)
    real.keep_password(ANN, Secret("real-word"))
    assert practice.password(ANN) is None
    assert practice.forget(ANN) is False
    assert real.forget(ANN) is True


@pytest.mark.usefixtures("keyring")
def test_the_key_of_the_sign_in_is_made_once_and_forgotten_with_the_password() -> None:
    """It is 32 random bytes, made only on demand, then always the same, and goes with `forget`."""
    vault = open_vault()
    assert vault.state_key(ANN, create=False) is None
    key = vault.state_key(ANN, create=True)
    assert key is not None
    assert len(base64.urlsafe_b64decode(key.reveal())) == 32
    assert vault.state_key(ANN.upper(), create=True) == key
    assert vault.password(ANN) is None
    assert vault.forget(ANN) is True
    assert vault.state_key(ANN, create=True) != key
    assert vault.forget(ANN) is True


@pytest.mark.usefixtures("keyring")
def test_a_password_is_forgotten_alone() -> None:
    """The key of the kept sign-in stays when only the password is to go, and it is said what was there."""
    vault = open_vault()
    vault.keep_password(ANN, Secret(CANARY))
    key = vault.state_key(ANN, create=True)
    assert vault.forget_password(ANN.upper()) is True
    assert vault.password(ANN) is None
    assert vault.state_key(ANN, create=False) == key
    assert vault.forget_password(ANN) is False
    assert vault.forget(ANN) is True


@pytest.mark.parametrize(
    "text",
    ["truncated", "", base64.urlsafe_b64encode(bytes(31)).decode(), "ä" * 44, "*" * 43 + "=", "A" * 43],
)
def test_an_unusable_key_counts_as_none(text: str) -> None:
    """A key that was cut or changed cannot keep a sign-in: a new one takes its place, on demand only."""
    vault = credentials.in_memory()
    vault.write(f"{ANN.lower()}{credentials.STATE_KEY_SUFFIX}", Secret(text))
    assert vault.state_key(ANN, create=False) is None
    key = vault.state_key(ANN, create=True)
    assert key is not None
    assert len(base64.urlsafe_b64decode(key.reveal())) == 32
    assert vault.state_key(ANN, create=False) == key


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize("unattended", [True, False])
def test_without_a_keyring_a_person_is_needed(unattended: bool) -> None:
    """No session bus: one sentence, the next command, exit 5, and not a word of the library's own advice."""
    with pytest.raises(KeyringUnusable, match="keyring") as caught:
        open_vault(unattended=unattended)
    assert caught.value.outcome is Outcome.PERSON_NEEDED
    assert "optout doctor" in caught.value.hint
    assert "keyrings.alt" not in str(caught.value)


@pytest.mark.parametrize("person", ["nobody", "somebody"])
def test_a_locked_keyring_is_said_to_be_locked(
    locked_keyring: SecretService, python: RunPython, person: str
) -> None:
    """Where it cannot be unlocked, the answer is that it is locked, and not that it was late."""
    ended = python(KEEP, CANARY, person, DBUS_SESSION_BUS_ADDRESS=locked_keyring.address)
    assert ended.json["error"] == "The keyring is locked."
    assert "Unlock it" in ended.json["hint"]
    assert (ended.json["leaks"], ended.json["behind"], ended.stderr) == (False, [], "")


def test_a_keyring_that_does_not_answer_is_given_up(keyring: SecretService, python: RunPython) -> None:
    """With nobody there the wait has an end, and the process ends although the call still hangs."""
    code = """
from optout import credentials, errors
try:
    credentials.open_vault(practice=False, unattended=True, patience=0.5).password("ann@example.org")
except errors.KeyringUnusable as error:
    print(error.sentence)
"""
    with keyring.frozen():
        ended = python(code, DBUS_SESSION_BUS_ADDRESS=keyring.address)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "did not answer within 0.5 seconds" in ended.stdout


def test_the_session_bus_is_found_where_cron_does_not_name_it(
    keyring: SecretService, python: RunPython
) -> None:
    """Without DBUS_SESSION_BUS_ADDRESS the bus in the runtime folder is used; a named one is kept."""
    found = python(KEEP, "word-1", XDG_RUNTIME_DIR=str(keyring.runtime))
    assert found.json == {"kept": True}
    named = python(
        KEEP,
        "word-2",
        XDG_RUNTIME_DIR=str(keyring.runtime),
        DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent",
    )
    assert named.json["error"]
    assert open_vault().forget("ann@example.org")


@pytest.mark.parametrize(
    ("backend", "sentence"),
    [
        ("keyring.backends.null.Keyring", "keeps nothing"),
        ("keyring.backends.fail.Keyring", "No keyring was found"),
        ("keyrings.alt.file.PlaintextKeyring", "keeps secrets in the clear"),
        ("odd_keyrings.InDisguise", "keeps secrets in the clear"),
        ("odd_keyrings.Chain", "keeps secrets in the clear"),
        ("odd_keyrings.ChainToNowhere", "keeps nothing"),
        ("odd_keyrings.EmptyChain", "No keyring can be reached"),
        ("odd_keyrings.Forgetful", "did not give back"),
        ("odd_keyrings.CutsAtLineBreak", "did not give back"),
        ("odd_keyrings.Grumpy", "The keyring failed (keyring.errors.KeyringError)"),
        ("keyring.backends.SecretServise.Keyring", "PYTHON_KEYRING_BACKEND"),
        ("keyring.backends.null.Keyrin", "PYTHON_KEYRING_BACKEND"),
        ("nonsense", "PYTHON_KEYRING_BACKEND"),
        ("", "PYTHON_KEYRING_BACKEND"),
    ],
)
def test_a_backend_that_is_named_is_judged_all_the_same(
    keyring: SecretService, python: RunPython, tmp_path: Path, backend: str, sentence: str
) -> None:
    """Plaintext, null, fail, a chain with such a link, a forgetful and a misspelt one: each is refused."""
    ended = python(
        KEEP, f"{CANARY}\nsecond", PYTHON_KEYRING_BACKEND=backend, DBUS_SESSION_BUS_ADDRESS=keyring.address
    )
    assert sentence in ended.json["error"]
    assert "`optout doctor`" in ended.json["hint"]
    assert (ended.json["leaks"], ended.json["behind"], ended.stderr) == (False, [], "")
    assert files_with(tmp_path, CANARY) == []


@pytest.mark.parametrize("backend", ["odd_keyrings.Obliging", "keyring.backends.chainer.ChainerBackend"])
def test_another_sound_backend_is_taken_if_it_is_named(
    keyring: SecretService, python: RunPython, backend: str
) -> None:
    """The refusals above are not for want of a working backend: one that keeps its word is used."""
    ended = python(KEEP, CANARY, PYTHON_KEYRING_BACKEND=backend, DBUS_SESSION_BUS_ADDRESS=keyring.address)
    assert ended.json == {"kept": True}
    open_vault().forget(ANN)


def test_a_plaintext_backend_is_never_chosen(
    keyring: SecretService, python: RunPython, tmp_path: Path
) -> None:
    """One that is installed and calls itself the best is passed over: for the real keyring, or for none.

    The twin: the library left to itself writes the password to disk, and the search finds it there.
    """
    plug_in = tmp_path / "plug" / "odd-1.dist-info"
    plug_in.mkdir(parents=True)
    (plug_in / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1\n")
    (plug_in / "entry_points.txt").write_text("[keyring.backends]\nodd = odd_keyrings\n")
    found = {"PYTHONPATH": str(plug_in.parent)}
    with_keyring = python(KEEP, CANARY, DBUS_SESSION_BUS_ADDRESS=keyring.address, **found)
    assert with_keyring.json == {"kept": True}
    assert open_vault().forget(ANN)
    without = python(KEEP, CANARY, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent", **found)
    assert "No keyring was found" in without.json["error"]
    assert files_with(tmp_path, CANARY) == []

    code = "import keyring, sys; keyring.set_password('s', 'u', sys.argv[1])"
    assert python(code, CANARY, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent", **found).returncode == 0
    assert files_with(tmp_path, CANARY) != []


def test_a_plaintext_backend_named_in_the_librarys_own_file_is_refused(
    keyring: SecretService, python: RunPython, tmp_path: Path
) -> None:
    """keyringrc.cfg walks past the library's limit as the environment does."""
    folder = tmp_path / "somebody" / ".config" / "python_keyring"
    folder.mkdir(parents=True)
    (folder / "keyringrc.cfg").write_text("[backend]\ndefault-keyring=keyrings.alt.file.PlaintextKeyring\n")
    ended = python(KEEP, CANARY, DBUS_SESSION_BUS_ADDRESS=keyring.address)
    assert "keeps secrets in the clear" in ended.json["error"]
    assert files_with(tmp_path, CANARY) == []


@pytest.mark.parametrize("backend", ["Windowsy", "Chatty"])
def test_what_a_backend_raises_never_leaves_with_the_secret(python: RunPython, backend: str) -> None:
    """Neither our error nor cause, context or a frame's variables hold it. The twin: the backend's own do."""
    name = f"odd_keyrings.{backend}"
    ended = python(KEEP, CANARY, PYTHON_KEYRING_BACKEND=name)
    assert "The keyring failed" in ended.json["error"]
    assert (ended.json["leaks"], ended.json["behind"], ended.stderr) == (False, [], "")

    twin = """
import sys
import keyring
from leak_search import holds, told_by
try:
    keyring.set_password("s", "u", sys.argv[1])
except Exception as error:
    print(holds(told_by(error), sys.argv[1]))
"""
    assert python(twin, CANARY, PYTHON_KEYRING_BACKEND=name).stdout == "True\n"


def test_a_secret_is_shown_as_dots_everywhere() -> None:
    """repr, str, format, %, in a list, in an f-string with a width: the text comes out of `reveal` alone."""
    secret = Secret(CANARY)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>40}",
        f"{secret:>40}",
        "%s" % secret,  # noqa: UP031 - the old way must not leak either
        f"{[secret]}",
    ]
    assert not any(holds(text, CANARY) for text in shown)
    assert secret.reveal() == CANARY
    assert holds(f"{secret.reveal()}", CANARY)


@pytest.mark.parametrize("leave", [json.dumps, pickle.dumps, copy.copy, copy.deepcopy, hash, vars])
def test_a_secret_does_not_leave_by_the_usual_ways(leave: Callable[[Secret], object]) -> None:
    """It cannot be put into JSON, pickled, copied, used as a key or listed with its fields."""
    with pytest.raises(TypeError) as caught:
        leave(Secret(CANARY))
    assert not holds(told_by(caught.value), CANARY)


def test_secrets_are_equal_by_their_text_alone() -> None:
    """Two of the same text are equal, another text or another type is not."""
    assert Secret("one-word") == Secret("one-word")
    assert Secret("one-word") != Secret("one-wort")
    assert Secret("one-word") != "one-word"


def test_a_secret_is_known_to_the_log_from_its_birth() -> None:
    """Whatever passes `redact` afterwards is without it."""
    assert "heron-4711" in log.redact("the word is heron-4711")
    Secret("heron-4711")
    assert "heron-4711" not in log.redact("the word is heron-4711")


@pytest.mark.parametrize("account", ["", "  ", "ann@example.org#state-key", "ANN@EXAMPLE.ORG#State-Key "])
def test_an_account_that_would_open_another_drawer_is_refused(account: str) -> None:
    """No account may be empty or be named as the entry of another one's key."""
    with pytest.raises(UsageProblem):
        credentials.in_memory().password(account)


def test_an_empty_password_is_refused() -> None:
    """Nothing is kept for it."""
    vault = credentials.in_memory()
    with pytest.raises(UsageProblem, match="empty"):
        vault.keep_password(ANN, Secret(""))
    assert vault.password(ANN) is None


@pytest.mark.usefixtures("no_keyring")
@given(
    words=st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1).map(lambda text: text.strip().lower() + "@x"),
        st.text(min_size=4),
    )
)
def test_the_vault_of_a_demonstration_keeps_every_pair(words: dict[str, str]) -> None:
    """It needs no keyring, gives back each word for its account, shows none, and forgets each alone."""
    vault = credentials.in_memory()
    for account, word in words.items():
        vault.keep_password(account, Secret(word))
    for account, word in words.items():
        assert vault.password(account) == Secret(word)
        assert vault.forget(account)
        assert vault.password(account) is None


def test_two_demonstrations_share_nothing() -> None:
    """Each vault in memory is its own, and its repr shows no word."""
    vault = credentials.in_memory()
    vault.keep_password(ANN, Secret(CANARY))
    assert credentials.in_memory().password(ANN) is None
    assert not holds(repr(vault), CANARY)


def test_the_keyring_library_is_not_loaded_before_it_is_needed(python: RunPython) -> None:
    """Importing this room costs nothing: keyring comes in with the first vault."""
    ended = python(
        "import sys, optout.credentials; print([n for n in sys.modules if n.startswith('keyring')])"
    )
    assert ended.stdout == "[]\n"
