"""Find a browser that is there and starts; say the one command that gets one if none does."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

from optout.errors import BrowserMissing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright, ProxySettings

# A window cannot be shown by the headless shell; without a window it starts in less than half the time.
SHELL = "chromium-headless-shell"
DISTRIBUTION = ("chromium", "chromium-browser", "google-chrome")


class LaunchWords(TypedDict, total=False):
    """The words of a launch that differ between candidates."""

    executable_path: str
    channel: Literal["chrome", "msedge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One browser that may be there: how people call it, and how it is launched."""

    name: str
    words: LaunchWords


def candidates(choice: str | None, *, headed: bool) -> Iterator[Candidate]:
    """Given OPTOUT_BROWSER or None, return the browsers to try, in the order of the contract.

    An explicit choice is the only candidate. Raise BrowserMissing if that is not a file that can be run.
    """
    if choice is not None:
        path = shutil.which(choice)
        if path is None:
            raise BrowserMissing(
                f"OPTOUT_BROWSER is {choice!r}, which is not a program that can be run.",
                "Give the full path of a Chromium, Chrome or Edge, or unset it.",
            )
        if headed and re.search(r"headless[-_]shell", Path(path).resolve().name):
            raise BrowserMissing(
                f"OPTOUT_BROWSER is {choice!r}, which shows no windows.",
                "Give the full path of a Chromium, Chrome or Edge, or unset it.",
            )
        yield Candidate(name=path, words={"executable_path": path})
        return
    yield Candidate(name="Playwright's Chromium", words={})
    yield Candidate(name="Chrome", words={"channel": "chrome"})
    yield Candidate(name="Edge", words={"channel": "msedge"})
    for program in DISTRIBUTION if headed else (SHELL, *DISTRIBUTION):
        path = shutil.which(program)
        if path is not None:
            yield Candidate(name=path, words={"executable_path": path})


def launch(
    playwright: "Playwright", choice: str | None, *, headed: bool, proxy: "ProxySettings | None" = None
) -> tuple["Browser", str]:
    """Given a started Playwright, return the first browser that starts and its name.

    `proxy` is what the browser cannot read of the environment's proxy by itself.
    Raise BrowserMissing with the command that gets one if none starts, or if a window has no display.
    """
    from loguru import logger
    from playwright.sync_api import Error

    if headed:
        need_display("--headed", instead="leave out `--headed`")
    refusals: list[str] = []
    for candidate in candidates(choice, headed=headed):
        for sandbox in (True, False) if may_sandbox() else (False,):
            try:
                browser = playwright.chromium.launch(
                    headless=not headed, chromium_sandbox=sandbox, proxy=proxy, **candidate.words
                )
            except Error as error:
                reason = _first_line(error.message)
                logger.debug("{} did not start: {!r}", candidate.name, reason)
                if not _is_absent(error.message):
                    refusals.append(f"{candidate.name}: {reason}")
                if "sandbox" not in error.message.lower():
                    break
            else:
                if not sandbox:
                    logger.warning("{} runs without its sandbox", candidate.name)
                return browser, candidate.name
    raise BrowserMissing(_no_browser(refusals), f"Get one with `{how_to_get(headed=headed)}`.")


def how_to_get(*, headed: bool) -> str:
    """Return the one command that gets the smallest browser that serves."""
    build = "chromium" if headed else "chromium-headless-shell"
    return f"{sys.executable} -m playwright install {build}"


def may_sandbox() -> bool:
    """Return whether Chromium's sandbox may be asked for: not for root, where it refuses to start."""
    return not hasattr(os, "geteuid") or os.geteuid() != 0


def need_display(asked: str, *, instead: str) -> None:
    """Given the words that ask for a window, raise BrowserMissing if there is no display to show it on.

    `instead` says what else can be done, as the end of a sentence.
    """
    if not has_display():
        raise BrowserMissing(
            f"`{asked}` shows a window, and there is no display to show it on.",
            f"Run it in a desktop session, or {instead}.",
        )


def has_display() -> bool:
    """Return whether a window can be shown."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _is_absent(message: str) -> bool:
    """Return whether a failed launch only means that this browser is not installed."""
    return bool(re.search(r"Executable doesn't exist|is not found at|not supported on", message))


def _first_line(message: str) -> str:
    """Return the line of Playwright's message that says something."""
    return next((line.strip() for line in message.splitlines() if line.strip()), "no reason given")[:200]


def _no_browser(refusals: list[str]) -> str:
    """Return the sentence for no browser at all, or for one that does not start."""
    if refusals:
        return f"A browser is there but does not start ({refusals[0]})."
    return "No browser was found."
