"""A login as `optout login --password-stdin` leaves it, without the time that a process of its own takes."""

from pathlib import Path

from optout.commands import accounts
from optout.credentials import Secret, open_vault
from optout.errors import KeyringUnusable


def keep_login(home: Path, account: str, password: str) -> None:
    """Given OPTOUT_HOME, keep the password of an account of a practice site in this process's keyring.

    gnome-keyring, written to by every test, once had no collection for a moment: so twice if need be.
    """
    try:
        open_vault(practice=True, unattended=True).keep_password(account, Secret(password))
    except KeyringUnusable:
        open_vault(practice=True, unattended=True).keep_password(account, Secret(password))
    accounts.remember(home / "state", account)
