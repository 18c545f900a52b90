"""Where a visit was made, for the evidence: program, machine, clock, and what the browser says of itself."""

import ctypes
import platform
import sys
from importlib import metadata

from optout.linkedin.catalogue import CATALOGUE_DATE

LARGEST_ERROR = 16_000_000  # microseconds: the bound by which systemd says "synchronized" too


class _Timex(ctypes.Structure):
    """The beginning of the kernel's `struct timex`, and room for its rest. Source: adjtimex(2)."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )


def environment(browser: dict[str, object], *, session: str) -> dict[str, object]:
    """Given what is known of the browser and where the sign-in came from, return the block of `run.json`.

    None stands for what could not be told.
    """
    unknown = dict.fromkeys(("browser", "headless", "locale", "viewport", "time_zone", "member_shown"))
    told = {"proxy": None} | unknown | browser
    proxy = told.pop("proxy")
    return {
        "optout": _version(),
        "catalogue": CATALOGUE_DATE,
        "python": platform.python_version(),
        "os": _system(),
        **told,
        "clock_synchronised": clock_synchronised(),
        "proxy": proxy,
        "session": session,
    }


def clock_synchronised() -> bool | None:
    """Return whether a time service keeps this machine's clock; None where that cannot be told.

    Only Linux is asked: its kernel knows how far off the clock may be, and no program need be started.
    """
    if sys.platform != "linux":
        return None
    state = _Timex()  # no modes: it is read, not set
    try:
        answer = ctypes.CDLL(None).adjtimex(ctypes.byref(state))
    except (OSError, AttributeError):
        return None
    return None if answer < 0 else bool(state.maxerror < LARGEST_ERROR)


def _version() -> str | None:
    """Return the version of this program."""
    try:
        return metadata.version("optout")
    except metadata.PackageNotFoundError:
        return None


def _system() -> str:
    """Return the name and version of the operating system."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return f"{platform.system()} {platform.release()}"
    return f"{release.get('NAME', sys.platform)} {release.get('VERSION_ID', '')}".strip()
