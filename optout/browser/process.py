"""The browser's own process: it is closed politely, but never waited for without end."""

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LIFETIME = 1200.0  # seconds after which a browser is ended whatever its page does: a script may never return
CLOSE_PATIENCE = 5.0  # seconds; a window was seen to stay for good after it was told to close (Chromium 156)


def number(browser: "Browser") -> int | None:
    """Given a running browser, return the number of its main process, None if it does not tell."""
    from playwright.sync_api import Error

    try:
        told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    except Error:
        return None
    return next((int(each["id"]) for each in told["processInfo"] if each["type"] == "browser"), None)


def limit(process: int | None) -> threading.Timer:
    """Given the number of a browser's process, return the running clock that ends it after 20 minutes."""
    clock = threading.Timer(LIFETIME, kill, args=(process,))
    clock.daemon = True
    clock.start()
    return clock


def close(browser: "Browser", process: int | None) -> None:
    """Given a browser and its process, close it; kill it if it has not gone within 5 s. It may have died."""
    from playwright.sync_api import Error

    clock = threading.Timer(CLOSE_PATIENCE, kill, args=(process,))
    clock.daemon = True
    clock.start()
    try:
        browser.close()
    except Error:
        return
    finally:
        clock.cancel()


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
