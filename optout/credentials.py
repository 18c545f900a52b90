"""The only door to the operating system's keyring.

Nothing that a keyring backend raises leaves this file: its text, its traceback or what it was
raised from may hold the secret. What comes out is `KeyringUnusable`, raised afresh.
"""

import base64
import os
import secrets
import stat
import threading
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from optout.errors import KeyringUnusable, UsageProblem
from optout.secret import Secret, SigningKey

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = ["DOCTOR", "PATIENCE", "Secret", "Vault", "in_memory", "open_vault"]

_Answer = TypeVar("_Answer")

SERVICE = "optout"
PRACTICE_SERVICE = "optout-practice"
STATE_KEY_SUFFIX = "#state-key"
SIGNING_KEY_SUFFIX = "#evidence-key"
PATIENCE = 10.0  # seconds that a keyring has while nobody is there to unlock it

_START = "Sign in at the desktop, or start a keyring there (gnome-keyring or KWallet)."
DOCTOR = "Run `optout doctor` to see what is missing."
_UNLOCK = "Unlock it (signing in at the desktop does) and run the command again."


@dataclass(frozen=True, slots=True)
class Vault:
    """What is kept: per account its password and the key of its sign-in, per evidence store its signing key.

    Upper and lower case of an account are one. The fields are the keyring's three verbs on an entry of a
    given name: `read` gives None if it is not there, `write` replaces it, `erase` may rely on its being
    there.
    """

    read: Callable[[str], Secret | None]
    write: Callable[[str, Secret], object]
    erase: Callable[[str], object]

    def password(self, account: str) -> Secret | None:
        """Given an account, return its password, or None if none is kept. Raise KeyringUnusable."""
        return self.read(_name(account))

    def keep_password(self, account: str, password: Secret) -> None:
        """Given an account and its password, keep it and read it back.

        Raise KeyringUnusable if the keyring fails or does not give back what it was given, UsageProblem
        if the password is empty.
        """
        if not password.reveal():
            raise UsageProblem("The password is empty.", "Run `optout login` again.")
        self._keep(_name(account), password)

    def state_key(self, account: str, *, create: bool) -> Secret | None:
        """Given an account, return the key of its kept sign-in: 32 random bytes in URL-safe base64.

        None if there is none that could be used, unless `create` asks for a new one. Raise KeyringUnusable.
        """
        name = _name(account) + STATE_KEY_SUFFIX
        key = self.read(name)
        if key is not None and not _is_key(key):
            key = None  # cut or changed by another program: whatever it encrypted is lost already
        if key is None and create:
            key = _random_key()
            self._keep(name, key)
        return key

    def signing_key(self, store: str) -> SigningKey:
        """Given an evidence store's identifier, return the key that signs its runs, made at the first time.

        One that was cut or changed by another program is replaced, as one that is gone would be. Raise
        KeyringUnusable.
        """
        found = self.read(store + SIGNING_KEY_SUFFIX)
        if found is not None and _is_key(found):
            return SigningKey(found)
        seed = _random_key()
        self._keep(store + SIGNING_KEY_SUFFIX, seed)
        return SigningKey(seed)

    def replace_signing_key(self, store: str, announce: Callable[[SigningKey, SigningKey], object]) -> None:
        """Given a store's identifier, replace the key that signs its runs, once `announce` had old and new.

        Raise KeyringUnusable; the old one stays then, also if `announce` raises.
        """
        old, seed = self.signing_key(store), _random_key()
        announce(old, SigningKey(seed))
        self._keep(store + SIGNING_KEY_SUFFIX, seed)

    def forget_password(self, account: str) -> bool:
        """Given an account, remove its password alone; return whether it was there. Raise KeyringUnusable."""
        return self._forget(_name(account))

    def forget(self, account: str) -> bool:
        """Given an account, remove password and key; return whether one was there. Raise KeyringUnusable."""
        name = _name(account)
        return self._forget(name) | self._forget(name + STATE_KEY_SUFFIX)  # both, whatever the first says

    def _forget(self, name: str) -> bool:
        if there := self.read(name) is not None:
            self.erase(name)
        return there

    def _keep(self, name: str, secret: Secret) -> None:
        self.write(name, secret)
        if self.read(name) != secret:
            raise KeyringUnusable(
                "The keyring did not give back what it was given to keep.",
                f"Choose another keyring with PYTHON_KEYRING_BACKEND. {DOCTOR}",
            )


def open_vault(*, practice: bool, unattended: bool, patience: float = PATIENCE) -> Vault:
    """Given whether the site is a practice site and whether nobody is there, return the keyring's vault.

    A practice site has a service name of its own, so that a real password is never read for it. While
    a person is there, the keyring may ask and wait; `unattended`, each call has `patience` seconds.
    Raise KeyringUnusable if there is no keyring, or one that keeps secrets in the clear or not at all.
    """
    _point_to_the_session_bus(os.environ)
    limit = patience if unattended else None
    backend, *links = _ask(_load_backend, limit)
    for each in (backend, *links):
        _refuse_if_unsafe(type(each))
    service = PRACTICE_SERVICE if practice else SERVICE
    return Vault(
        read=lambda name: _ask(lambda: _hidden(backend.get_password(service, name)), limit),
        write=lambda name, secret: _ask(lambda: backend.set_password(service, name, secret.reveal()), limit),
        erase=lambda name: _ask(lambda: backend.delete_password(service, name), limit),
    )


def in_memory() -> Vault:
    """Return a vault for a demonstration: it ends with the process."""
    entries: dict[str, Secret] = {}
    return Vault(read=entries.get, write=entries.__setitem__, erase=entries.pop)


class _Trap:
    """Stops any Exception in its block and keeps its class, not the exception.

    What backends raise has no common root (pywin32's and D-Bus's errors are plain Exceptions), and an
    object that is kept would keep its text, its cause and the local variables of its traceback.
    """

    __slots__ = ("caught",)

    def __init__(self) -> None:
        self.caught: type[BaseException] | None = None

    def __enter__(self) -> "_Trap":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.caught = kind
        return kind is not None and issubclass(kind, Exception)


def _ask(call: Callable[[], _Answer], limit: float | None) -> _Answer:
    """Given a call into the keyring, return its answer. Raise KeyringUnusable if it fails or is late.

    With a limit (seconds) it runs in a daemon thread: one that never comes back does not hold the exit.
    """
    answers: list[_Answer] = []
    trap = _Trap()

    def ask() -> None:
        with trap:
            answers.append(call())

    if limit is None:
        ask()
    else:
        thread = threading.Thread(target=ask, name="keyring", daemon=True)
        thread.start()
        thread.join(limit)
        if thread.is_alive():
            raise KeyringUnusable(
                f"The keyring is locked, or it hangs: it did not answer within {limit:g} seconds.",
                _UNLOCK,
            )
    if trap.caught is not None:
        raise _unusable(trap.caught)
    return answers[0]


def _hidden(value: str | None) -> Secret | None:
    return None if value is None else Secret(value)


def _load_backend() -> "tuple[KeyringBackend, ...]":
    """Return the backend that the user named, or the machine's best; then its links, if it is a chain."""
    from keyring import core, errors

    core.init_backend(
        limit=lambda backend: core.recommended(backend) and not _keeps_in_the_clear(type(backend))
    )
    backend = core.get_keyring()
    links = getattr(backend, "backends", None)
    if links is not None and not links:
        raise errors.NoKeyringError("an empty chain keeps nothing and says nothing")
    return backend, *(links or ())


def _keeps_in_the_clear(kind: type) -> bool:
    return any("plaintext" in each.__name__.lower() for each in kind.__mro__)


def _refuse_if_unsafe(kind: type) -> None:
    """Given the class of a backend or of a link in one, raise KeyringUnusable if it must not be used."""
    modules = {each.__module__ for each in kind.__mro__}
    if "keyring.backends.fail" in modules:
        raise KeyringUnusable("No keyring was found that may keep a password.", f"{_START} {DOCTOR}")
    if _keeps_in_the_clear(kind):
        fault = "keeps secrets in the clear"
    elif "keyring.backends.null" in modules:
        fault = "keeps nothing"
    else:
        return
    raise KeyringUnusable(
        f"The keyring {kind.__module__}.{kind.__qualname__} {fault} and is refused.",
        f"Choose another one (PYTHON_KEYRING_BACKEND or keyringrc.cfg names it). {DOCTOR}",
    )


def _unusable(kind: type[BaseException]) -> KeyringUnusable:
    """Given the class of what a backend raised, return our error: never its text."""
    names = {each.__name__ for each in kind.__mro__}
    if names & {"KeyringLocked", "LockedException", "PromptDismissedException"}:
        return KeyringUnusable("The keyring is locked.", _UNLOCK)
    if names & {"NoKeyringError", "InitError", "SecretServiceNotAvailableException"}:
        return KeyringUnusable("No keyring can be reached.", f"{_START} {DOCTOR}")
    name = os.environ.get("PYTHON_KEYRING_BACKEND")
    if name is not None and names & {
        "ImportError",
        "AttributeError",
        "ValueError",
        "TypeError",
        "RuntimeError",
    }:
        return KeyringUnusable(
            f"The keyring that PYTHON_KEYRING_BACKEND names, {name!r}, cannot be used.",
            f"Correct or unset it. {DOCTOR}",
        )
    return KeyringUnusable(f"The keyring failed ({kind.__module__}.{kind.__qualname__}).", DOCTOR)


def _point_to_the_session_bus(environment: MutableMapping[str, str]) -> None:
    """Given the environment, name the session bus in it if it is there and is not named.

    cron names none, and without it no keyring of the desktop is found.
    """
    if "DBUS_SESSION_BUS_ADDRESS" in environment or not hasattr(os, "getuid"):
        return
    socket = Path(environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}") / "bus"
    with suppress(OSError):
        facts = socket.stat()
        if stat.S_ISSOCK(facts.st_mode) and facts.st_uid == os.getuid():
            environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={socket}"


def _name(account: str) -> str:
    """Given an account, return its name in the keyring. Raise UsageProblem if that would be a key's."""
    name = account.strip().lower()
    if not name or name.endswith((STATE_KEY_SUFFIX, SIGNING_KEY_SUFFIX)):
        raise UsageProblem("That is no account.", "Give the e-mail address that signs in.")
    return name


def _random_key() -> Secret:
    return Secret(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())


def _is_key(key: Secret) -> bool:
    """Return whether it is 32 bytes in URL-safe base64, written as we write it."""
    try:
        raw = base64.b64decode(key.reveal(), altchars=b"-_", validate=True)
    except ValueError:
        return False
    return len(raw) == 32
