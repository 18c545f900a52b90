"""The keyring of the tests is empty and unlocked for each of them."""

import secretstorage
from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]  # it has no stubs
from secret_service import SecretService


def test_a_keyring_that_was_locked_is_unlocked_for_the_next_test(keyring: SecretService) -> None:
    """As it was found once in a long run: `empty` unlocks it, and what was kept is gone."""
    with open_dbus_connection(keyring.address) as connection:
        secretstorage.get_default_collection(connection).create_item("x", {"a": "b"}, b"s")
    keyring.lock()
    keyring.empty()
    assert keyring.items() == []
    with open_dbus_connection(keyring.address) as connection:
        assert not secretstorage.get_default_collection(connection).is_locked()
