"""The kept sign-in: the browser's state of the site, encrypted, one file per account.

Not a browser profile: Chromium encrypts its cookies with a publicly known key under Playwright.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from optout.config import account_folder

if TYPE_CHECKING:
    from playwright.sync_api import StorageState


def path(folder: Path, account: str) -> Path:
    """Given the folder of kept sign-ins and an account, return the account's file."""
    return folder / f"{account_folder(account)}.state"


def load(folder: Path, account: str, key: str, *, origin: str) -> "StorageState | None":
    """Given the key that the file was written with, return the state to open a browser with.

    None if nothing is kept, or it cannot be opened with this key, or it belongs to another site.
    """
    from cryptography.fernet import Fernet, InvalidToken

    try:
        kept = json.loads(Fernet(key).decrypt(path(folder, account).read_bytes()))
    except (OSError, InvalidToken, ValueError):
        return None
    if not isinstance(kept, dict) or kept.get("host") != urlsplit(origin).hostname:
        return None
    state: StorageState = kept["state"]
    return state


def save(folder: Path, account: str, key: str, state: Mapping[str, Any], *, origin: str) -> None:
    """Given the state of a browser that is signed in, keep what belongs to the site, encrypted.

    Written to a neighbour (0600), flushed and moved into place: whoever dies in between leaves the old one.
    """
    from cryptography.fernet import Fernet

    host = urlsplit(origin).hostname or ""
    kept = {"host": host, "state": _of_site(state, host)}
    token = Fernet(key).encrypt(json.dumps(kept).encode())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = path(folder, account)
    neighbour = target.with_name(f"{target.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(neighbour, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        neighbour.replace(target)
    finally:
        neighbour.unlink(missing_ok=True)


def forget(folder: Path, account: str) -> bool:
    """Given an account, remove its kept sign-in; return whether there was one."""
    target = path(folder, account)
    for rest in target.parent.glob(f"{_quoted(target.name)}.*.new"):
        rest.unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        target.unlink()
        return True
    return False


def _of_site(state: Mapping[str, Any], host: str) -> dict[str, Any]:
    """Return the part of a state that belongs to the site: all its cookies and its storage."""
    return {
        "cookies": [
            cookie for cookie in state.get("cookies", ()) if _covers(str(cookie.get("domain", "")), host)
        ],
        "origins": [
            entry for entry in state.get("origins", ()) if urlsplit(entry["origin"]).hostname == host
        ],
    }


def _covers(domain: str, host: str) -> bool:
    """Return whether a cookie of `domain` is sent to `host`."""
    bare = domain.lstrip(".")
    return host == bare or host.endswith(f".{bare}")


def _quoted(name: str) -> str:
    """Return a file name as a glob pattern that matches only itself."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)
