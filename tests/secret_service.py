"""A real Secret Service for tests: a session bus and gnome-keyring of their own, in a temporary folder."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeepney import DBusAddress, MatchRule, message_bus, new_method_call  # type: ignore[import-untyped]  # it has no stubs
from jeepney.io.blocking import Proxy, open_dbus_connection  # type: ignore[import-untyped]  # as above

if TYPE_CHECKING:
    from secretstorage import Item

NAME = "org.freedesktop.secrets"
PATH = "/org/freedesktop/secrets"
GNOME = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
PASSWORD = b"test-pass"
START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class SecretService:
    """One that runs: `address` is its bus, `runtime` the folder in which that bus is the file `bus`."""

    address: str
    runtime: Path
    daemon: subprocess.Popen[bytes]

    def empty(self) -> None:
        """Forget what earlier tests kept, so that no test depends on another.

        gnome-keyring was once found locked in the middle of a long run, by nobody: it is unlocked then.
        """
        import secretstorage

        with open_dbus_connection(self.address) as connection:
            collection = secretstorage.get_default_collection(connection)
            if collection.is_locked():
                _unlock(connection, collection.collection_path)
            for item in collection.get_all_items():
                item.delete()

    def items(self) -> list[tuple[str, dict[str, str], bytes]]:
        """Return what is kept: label, attributes and secret of each item."""
        import secretstorage

        with open_dbus_connection(self.address) as connection:
            items = secretstorage.get_default_collection(connection).get_all_items()
            return sorted((each.get_label(), _given(each), each.get_secret()) for each in items)

    def kept(self) -> list[str]:
        """Return every secret that is kept there."""
        return [secret.decode() for _, _, secret in self.items()]

    def lock(self) -> None:
        """Lock the collection, as a desktop does when nobody is there."""
        import secretstorage

        with open_dbus_connection(self.address) as connection:
            secretstorage.get_default_collection(connection).lock()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """For a while, take every call and answer none."""
        self.daemon.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.daemon.send_signal(signal.SIGCONT)


def _unlock(connection: Any, collection: str) -> None:
    """Unlock a collection by gnome-keyring's own call that asks nobody."""
    service = DBusAddress(PATH, bus_name=NAME, interface="org.freedesktop.Secret.Service")
    opened = connection.send_and_get_reply(
        new_method_call(service, "OpenSession", "sv", ("plain", ("s", "")))
    )
    secret = (opened.body[1], b"", PASSWORD, "text/plain")
    own = DBusAddress(PATH, bus_name=NAME, interface=GNOME)
    call = new_method_call(own, "UnlockWithMasterPassword", "o(oayays)", (collection, secret))
    connection.send_and_get_reply(call)


def _given(item: "Item") -> dict[str, str]:
    """Return an item's attributes, without the one that gnome-keyring adds by itself, sooner or later."""
    return {name: value for name, value in item.get_attributes().items() if name != "xdg:schema"}


@contextmanager
def running() -> Iterator[SecretService]:
    """Start bus and keyring, unlocked and empty; at the end stop both and remove all they kept."""
    folder = Path(tempfile.mkdtemp(prefix="oo-"))  # short: a socket's path has at most 108 bytes
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    environment = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime), "PATH": os.environ["PATH"]}
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={runtime}/bus"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        with bus.stdout as out:  # type: ignore[union-attr]  # a pipe, as asked for
            address = out.readline().decode().partition(",")[0]
        with _keyring(address, environment) as daemon:
            yield SecretService(address, runtime, daemon)
    finally:
        bus.terminate()
        bus.wait()
        shutil.rmtree(folder)


@contextmanager
def _keyring(address: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    rule = MatchRule(
        type="signal", sender=message_bus.bus_name, interface=message_bus.interface, member="NameOwnerChanged"
    )
    rule.add_arg_condition(0, NAME)
    with open_dbus_connection(address) as connection, connection.filter(rule) as seen:
        Proxy(message_bus, connection).AddMatch(rule)
        daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            env=environment | {"DBUS_SESSION_BUS_ADDRESS": address},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with daemon.stdin as password:  # type: ignore[union-attr]  # a pipe, as asked for
                password.write(PASSWORD)
            connection.recv_until_filtered(seen, timeout=START_SECONDS)
            yield daemon
        finally:
            daemon.terminate()
            daemon.wait()
