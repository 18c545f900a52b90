"""A login as `optout login --password-stdin` leaves it, without the time that a process of its own takes."""

from pathlib import Path

from optout.commands import accounts
from optout.credentials import Secret, open_vault


def keep_login(home: Path, account: str, password: str) -> None:
    """Given OPTOUT_HOME, keep the password of an account of a practice site in this process's keyring."""
    open_vault(practice=True, unattended=True).keep_password(account, Secret(password))
    accounts.remember(home / "state", account)
