"""The kept sign-in: all cookies of the site, encrypted, one file per account and site.

Not a browser profile: Chromium encrypts its cookies with a publicly known key under Playwright. Not the
page's own storage either: a page that draws a switch from what it stored itself would prove nothing.
"""

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from optout.config import account_folder

if TYPE_CHECKING:
    from playwright.sync_api import Cookie

SEPARATOR = "~"  # stands in no folder name of an account and in no host name


def path(folder: Path, account: str, origin: str) -> Path:
    """Given the folder of kept sign-ins, an account and a site, return the file of that account there."""
    host = (urlsplit(origin).hostname or "").replace(":", "_")
    return folder / f"{account_folder(account)}{SEPARATOR}{host}.state"


def load(folder: Path, account: str, key: str, *, origin: str) -> "list[Cookie]":
    """Given the key that the file was written with, return the cookies to open a browser with.

    None are returned if nothing is kept, if it cannot be opened with this key, or is of another site.
    """
    from cryptography.fernet import Fernet, InvalidToken

    try:
        kept = json.loads(Fernet(key).decrypt(path(folder, account, origin).read_bytes()))
    except (OSError, InvalidToken, ValueError):
        return []
    if not isinstance(kept, dict) or kept.get("host") != urlsplit(origin).hostname:
        return []
    cookies: list[Cookie] = kept.get("cookies", [])
    return cookies


def save(folder: Path, account: str, key: str, cookies: "Iterable[Cookie]", *, origin: str) -> None:
    """Given the cookies of a browser that is signed in, keep those of the site, encrypted.

    Written to a neighbour (0600), flushed and moved into place: whoever dies in between leaves the old one.
    """
    from cryptography.fernet import Fernet

    host = urlsplit(origin).hostname or ""
    ours = [cookie for cookie in cookies if _covers(cookie.get("domain", ""), host)]
    token = Fernet(key).encrypt(json.dumps({"host": host, "cookies": ours}).encode())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = path(folder, account, origin)
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
    """Given an account, remove its kept sign-ins and what killed visits left; return if there was one."""
    begin = f"{account_folder(account)}{SEPARATOR}"
    found = [file for file in folder.glob(f"*{SEPARATOR}*") if file.name.startswith(begin)]
    for file in found:
        file.unlink(missing_ok=True)
    return any(file.suffix == ".state" for file in found)


def _covers(domain: str, host: str) -> bool:
    """Return whether a cookie of `domain` is sent to `host`."""
    bare = domain.lstrip(".")
    return host == bare or host.endswith(f".{bare}")
