"""Finding a browser, photographing, and closing whatever happens."""

import shutil
import time
from pathlib import Path

import pytest
from at_the_prompt import login
from calling import RunOptout, RunPython, StartPractice

from optout.browser import find
from optout.errors import BrowserMissing


def test_a_choice_that_is_no_program_is_refused(tmp_path: Path) -> None:
    """OPTOUT_BROWSER names a file that is not there: one sentence, and no other browser is tried."""
    with pytest.raises(BrowserMissing, match="OPTOUT_BROWSER"):
        list(find.candidates(str(tmp_path / "nothing"), headed=False))


def test_the_headless_shell_is_no_candidate_for_a_window() -> None:
    """Playwright's own first, then Chrome, Edge and the distribution's; for a window never the shell."""
    names = [each.name for each in find.candidates(None, headed=False)]
    assert names[:3] == ["Playwright's Chromium", "Chrome", "Edge"]
    headed = [each.name for each in find.candidates(None, headed=True)]
    assert [name for name in headed if name.endswith(find.SHELL)] == []


def test_without_any_browser_it_says_how_to_get_one(
    optout: RunOptout, practice: StartPractice, tmp_path: Path
) -> None:
    """No browser anywhere: exit 1 and the one command, and the visit is sealed."""
    site = practice()
    login(optout, site)
    empty = {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    ended = optout("run", "--json", site=site, env=empty)
    assert ended.returncode == 1
    assert "-m playwright install chromium-headless-shell" in ended.stderr
    assert ended.json["evidence"] is not None
    assert {setting["verdict"] for setting in ended.json["settings"]} == {"unreadable"}


def test_a_browser_that_does_not_start_is_named(optout: RunOptout, practice: StartPractice) -> None:
    """A program that is no browser: exit 1, its name, no traceback."""
    other = shutil.which("true")
    assert other is not None
    site = practice()
    login(optout, site)
    ended = optout("run", site=site, env={"OPTOUT_BROWSER": other})
    assert ended.returncode == 1
    assert "does not start" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


STUCK = """
import os, signal, sys
from optout.browser import window
with window.open_window(choice=None, headed=False, cookies=[], timeout=5) as opened:
    from optout.browser import process
    number = process.number(opened.driven[-1].browser)
    os.kill(number, signal.SIGSTOP)
print(number)
"""


def test_a_browser_that_does_not_close_is_killed(python: RunPython) -> None:
    """A browser that is frozen when it is told to close is ended after 5 s."""
    began = time.monotonic()
    ended = python(STUCK)
    assert ended.returncode == 0, ended.stderr
    assert not Path(f"/proc/{ended.stdout.strip()}").exists()
    assert time.monotonic() - began < 60
