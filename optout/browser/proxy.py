"""Which proxy stands between the browser and the site, and what of it the browser must be told.

Chromium reads HTTPS_PROXY, ALL_PROXY and NO_PROXY itself and never sends loopback through a proxy (tried with
Chromium 156, headless shell too). It leaves out a name and a password, and takes any proxy for a plain one.
"""

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from optout.errors import UsageProblem

if TYPE_CHECKING:
    from playwright.sync_api import ProxySettings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NAMES = ("all_proxy", "https_proxy", "http_proxy")  # Chromium looks for the first before the others
OTHER_NAMES = ("socks_server", "auto_proxy")  # Chromium's own
DESKTOPS = ("XDG_CURRENT_DESKTOP", "DESKTOP_SESSION")  # where one is, a proxy may stand in its settings
LONG = 12  # characters; a shorter password may be a word that stands anywhere


def in_force(origin: str) -> bool | None:
    """Given an origin, return whether the browser goes there through a proxy; None if that cannot be told."""
    from urllib.request import getproxies

    if _is_bypassed(origin):
        return False
    if _named(origin) is not None or any(map(_variable, OTHER_NAMES)):
        return True
    if any(map(_variable, NAMES)):
        return False
    if getproxies().get(urlsplit(origin).scheme):  # the settings of macOS and Windows
        return True
    return None if sys.platform in {"darwin", "win32"} or any(map(os.environ.get, DESKTOPS)) else False


def to_tell(origin: str) -> "ProxySettings | None":
    """Given an origin, return the environment's proxy as a launch wants it; None if it needs none.

    Raise UsageProblem if it is no address of a proxy, or one that no browser can use.
    """
    named = None if _is_bypassed(origin) else _named(origin)
    if named is None:
        return None
    parts = _parts(named)
    if parts is None:
        raise UsageProblem(
            "HTTPS_PROXY or ALL_PROXY is not the address of a proxy.",
            "Give it as http://HOST:PORT, and write signs as @ and / in a password as %40 and %2F.",
        )
    if parts.scheme == "http" and parts.username is None:
        return None
    if parts.scheme.startswith("socks") and parts.username is not None:
        raise UsageProblem(
            "HTTPS_PROXY or ALL_PROXY names a SOCKS proxy with a name, which no Chromium can use.",
            "Name an HTTP proxy, or a SOCKS proxy that wants no name.",
        )
    scheme = "socks5" if parts.scheme in {"socks", "socks5h"} else parts.scheme
    told: ProxySettings = {
        "server": f"{scheme}://{parts.netloc.rpartition('@')[2]}",
        "bypass": ",".join(_bypass()),
    }
    if parts.username is not None:
        told |= {"username": unquote(parts.username), "password": unquote(parts.password or "")}
    return told


def secrets() -> Iterator[str]:
    """Yield what of the environment's proxies must stand in no output; where it is no address, all of it."""
    for named in filter(None, map(_variable, NAMES)):
        parts = _parts(named)
        if parts is None:
            yield named
            continue
        user, at, _ = parts.netloc.rpartition("@")
        if at and ":" in user:
            yield from {user, unquote(user)}
            password = user.partition(":")[2]
            yield from {each for each in (password, unquote(password)) if len(each) >= LONG}


def _named(origin: str) -> str | None:
    """Return the proxy that the environment names for an origin."""
    return _variable("all_proxy") or _variable(f"{urlsplit(origin).scheme}_proxy")


def _parts(named: str) -> SplitResult | None:
    """Return the parts of a proxy's address; None if it is none."""
    try:
        parts = urlsplit(named if "://" in named else f"http://{named}")
        good = parts.hostname and parts.port != 0 and parts.path in {"", "/"}
    except ValueError:
        return None
    return parts if good else None


def _is_bypassed(origin: str) -> bool:
    """Return whether an origin is never reached through a proxy: on loopback, or named in NO_PROXY."""
    host = urlsplit(origin).hostname or ""
    if host in LOOPBACK:
        return True
    endings = [entry.partition(":")[0].lstrip("*") for entry in _exceptions()]
    return any(host.endswith(ending) for ending in endings)


def _bypass() -> Iterator[str]:
    """Yield the hosts that are reached without the proxy, in the browser's own way of writing."""
    yield from ("127.0.0.1", "localhost", "[::1]")
    for entry in _exceptions():  # a name stands for all that end in it
        yield entry if entry[0] in "*[" or entry[0].isdigit() else f"*{entry}"


def _exceptions() -> list[str]:
    """Return the entries of NO_PROXY."""
    entries = (entry.strip().lower() for entry in (_variable("no_proxy") or "").split(","))
    return [entry for entry in entries if entry]


def _variable(name: str) -> str | None:
    """Return a variable of the environment, in small letters or in capitals."""
    return os.environ.get(name) or os.environ.get(name.upper())
