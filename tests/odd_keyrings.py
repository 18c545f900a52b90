"""Keyring backends as a stranger's package might bring them; tests name them in PYTHON_KEYRING_BACKEND."""
# ruff: noqa: D102 - the library's own interface says what each method is for

from typing import Any, ClassVar

from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.compat.properties import classproperty
from keyring.core import load_keyring
from keyring.errors import KeyringError, PasswordSetError
from keyrings.alt.file import PlaintextKeyring  # type: ignore[import-untyped]  # it has no types

REAL, NULL = "keyring.backends.SecretService.Keyring", "keyring.backends.null.Keyring"


class Obliging(KeyringBackend):
    """Keeps what it gets for as long as the process lives."""

    priority = 0.5
    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Forgetful(Obliging):
    """Reports success and keeps nothing, and is not called null."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return


class CutsAtLineBreak(Obliging):
    """Keeps the first line, as a store of one line per entry does."""

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password.partition("\n")[0]


class Windowsy(Obliging):
    """Raises errors that are no KeyringError and quote what they were given."""

    class error(Exception):  # noqa: N801 - as pywin32 names its own
        """Like pywintypes.error: a plain Exception."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error(1783, "CredWrite", password)


class Chatty(Obliging):
    """Raises a KeyringError that quotes the secret, and so does what it was raised from."""

    def set_password(self, service: str, username: str, password: str) -> None:
        try:
            raise ValueError(f"cannot encode {password!r}")
        except ValueError as error:
            raise PasswordSetError(f"no entry for {password}") from error


class Grumpy(Obliging):
    """Fails before it is asked for anything."""

    @classproperty
    def priority(cls) -> float:  # noqa: N805 - the library's own way: a property of the class
        raise KeyringError("not today")


class InDisguise(PlaintextKeyring):  # type: ignore[misc]  # the package has no types
    """A plaintext backend under another name that calls itself the best there is."""

    priority = 9


class Chain(ChainerBackend):
    """A chain that a stranger put together, with the real keyring first."""

    priority = 0.9

    @property
    def backends(self) -> list[Any]:
        return [load_keyring(REAL), InDisguise()]


class ChainToNowhere(ChainerBackend):
    """A chain whose second link keeps nothing."""

    priority = 0.9

    @property
    def backends(self) -> list[Any]:
        return [load_keyring(REAL), load_keyring(NULL)]


class EmptyChain(ChainerBackend):
    """A chain without links: the null backend under another name."""

    priority = 0.9
    backends: ClassVar[list[Any]] = []
