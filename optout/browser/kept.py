"""The kept sign-in: all cookies of the site and whose it is, encrypted, one file per account and site.

Not a browser profile: Chromium encrypts its cookies with a publicly known key under Playwright. Not the
page's own storage either: a page that draws a switch from what it stored itself would prove nothing.
"""

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from optout.config import account_folder
from optout.errors import OptoutError, SignInUnusable

if TYPE_CHECKING:
    from playwright.sync_api import Cookie

SEPARATOR = "~"  # stands in no folder name of an account and in no host name
LARGEST_FILE = 16 << 20  # bytes; a sign-in has about 10,000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A sign-in: its cookies, and the member that a page of it showed, None if none did."""

    cookies: "tuple[Cookie, ...]"
    member: str | None


def path(folder: Path, account: str, origin: str) -> Path:
    """Given the folder of kept sign-ins, an account and a site, return the file of that account there."""
    host = (urlsplit(origin).hostname or "").replace(":", "_")
    return folder / f"{account_folder(account)}{SEPARATOR}{host}.state"


def load(folder: Path, account: str, key: str | None, *, origin: str) -> Kept | None:
    """Given the key of the keyring, None if it has none, return the kept sign-in; None if there is no file.

    Raise SignInUnusable if there is one and it cannot be opened: whoever changed it may have done more.
    """
    from cryptography.fernet import Fernet, InvalidToken

    try:
        token = _read(path(folder, account, origin))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(f"cannot be read: {(error.strerror or 'nobody knows why').lower()}") from None
    if key is None:
        raise _unusable("cannot be opened: its key is not in the keyring")
    try:
        content = Fernet(key).decrypt(token)
    except InvalidToken:
        raise _unusable("cannot be opened: its file is damaged, or the keyring holds another key") from None
    return _understood(content, urlsplit(origin).hostname)


def save(folder: Path, account: str, key: str, kept: Kept, *, origin: str) -> None:
    """Given the sign-in of a browser, keep its cookies of the site, encrypted, and its member.

    Written to a neighbour (0600), flushed and moved into place: whoever dies in between leaves the old one,
    and a neighbour that the next call removes. To be called with the account's lock held.
    """
    from cryptography.fernet import Fernet

    host = urlsplit(origin).hostname or ""
    ours = [cookie for cookie in kept.cookies if _covers(cookie.get("domain", ""), host)]
    content = {"host": host, "cookies": ours, "member": kept.member}
    token = Fernet(key).encrypt(json.dumps(content).encode())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = path(folder, account, origin)
    for left in folder.glob(f"{target.name}.*.new"):
        left.unlink(missing_ok=True)
    neighbour = target.with_name(f"{target.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(neighbour, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        if target.is_dir():  # nobody can have kept a sign-in there
            _remove(target)
        neighbour.replace(target)
    finally:
        neighbour.unlink(missing_ok=True)


def set_aside(folder: Path, account: str, key: str | None, *, origin: str) -> bool:
    """Given the key of the keyring, remove the kept sign-in if it cannot be opened; return if that was so.

    Raise OptoutError if it cannot be removed.
    """
    try:
        load(folder, account, key, origin=origin)
    except SignInUnusable:
        _remove(path(folder, account, origin))
        return True
    return False


def forget(folder: Path, account: str) -> bool:
    """Given an account, remove its kept sign-ins and what killed visits left; return if there was one.

    Raise OptoutError if one cannot be removed.
    """
    begin = f"{account_folder(account)}{SEPARATOR}"
    found = [file for file in folder.glob(f"*{SEPARATOR}*") if file.name.startswith(begin)]
    for file in found:
        _remove(file)
    return any(file.suffix == ".state" for file in found)


def _read(file: Path) -> bytes:
    """Return the bytes of a file, not waiting if it is a pipe. Raise OSError if it cannot be read."""

    def at_once(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))

    with open(file, "rb", opener=at_once) as opened:
        return opened.read(LARGEST_FILE)


def _understood(content: bytes, host: str | None) -> Kept:
    """Given what was encrypted, return it. Raise SignInUnusable if it is no sign-in of this site."""
    try:
        kept = json.loads(content)
    except ValueError:
        kept = None
    match kept:
        case {"host": str(whose), "cookies": list(cookies)} if all(
            isinstance(each, dict) for each in cookies
        ):
            if whose != host:
                raise _unusable("is of another site: its file was moved here")
            member = kept.get("member")  # earlier versions kept none
            return Kept(cookies=tuple(cookies), member=member if isinstance(member, str) else None)
    raise _unusable("is damaged: what is in it was not written by this program")


def _unusable(how: str) -> SignInUnusable:
    """Given what is wrong with the kept sign-in, return the error: it names no file and nothing in it."""
    return SignInUnusable(
        f"The kept sign-in {how}.",
        "Sign in anew with `optout login --browser`, or keep the password with `optout login`.",
    )


def _remove(there: Path) -> None:
    """Remove a file, or a folder that stands in its place. Raise OptoutError if it stays."""
    try:
        if there.is_dir() and not there.is_symlink():
            shutil.rmtree(there)
        else:
            there.unlink(missing_ok=True)
    except OSError as error:
        raise OptoutError(
            f"The kept sign-in could not be removed: {(error.strerror or 'it stays').lower()}.",
            f"Give this user the folder {there.parent}, then run the command again.",
        ) from None


def _covers(domain: str, host: str) -> bool:
    """Return whether a cookie of `domain` is sent to `host`."""
    bare = domain.lstrip(".")
    return host == bare or host.endswith(f".{bare}")
