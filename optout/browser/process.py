"""The browser's own process: it is closed politely, but never waited for without end."""

import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LIFETIME = 1200.0  # seconds after which a browser is ended whatever its page does: a script may never return
CLOSE_PATIENCE = 5.0  # seconds; a window was seen to stay for good after it was told to close (Chromium 156)


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """A running browser, what the evidence calls it, its process, and the clock that ends it at last."""

    browser: "Browser"
    name: str
    process: int | None
    clock: threading.Timer

    def close(self) -> None:
        """Close it; kill it if it has not gone within 5 s. It may have died."""
        from playwright.sync_api import Error

        self.clock.cancel()
        clock = _clock(CLOSE_PATIENCE, self.process)
        try:
            self.browser.close()
        except Error:
            return
        finally:
            clock.cancel()


def drive(browser: "Browser", name: str) -> Driven:
    """Given a browser that has just started and the name it was found by, return it with its clock."""
    process = number(browser)
    told = f"{_product(name)} {browser.version.split('.')[0]}"
    return Driven(browser=browser, name=told, process=process, clock=_clock(LIFETIME, process))


def number(browser: "Browser") -> int | None:
    """Given a running browser, return the number of its main process, None if it does not tell."""
    from playwright.sync_api import Error

    try:
        told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    except Error:
        return None
    return next((int(each["id"]) for each in told["processInfo"] if each["type"] == "browser"), None)


def kill(process: int | None) -> None:
    """Given the number of a browser's process, end it at once; nothing if it is no browser of ours."""
    if process is None or not _is_driven(process):
        return
    try:
        os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    except OSError:
        return


def _is_driven(process: int) -> bool:
    """Return whether the process is a browser that a program drives, as far as the system can tell."""
    if not Path("/proc/self").exists():
        return True
    try:
        command = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
    return b"--remote-debugging-pipe" in command


def _clock(seconds: float, process: int | None) -> threading.Timer:
    """Return the running clock that ends a browser's process when it is over."""
    clock = threading.Timer(seconds, kill, args=(process,))
    clock.daemon = True
    clock.start()
    return clock


def _product(name: str) -> str:
    """Return the name of the product that a candidate is."""
    lowered = name.lower()
    if "edge" in lowered:
        return "Edge"
    return "Chrome" if "chrome" in lowered and "chromium" not in lowered else "Chromium"
