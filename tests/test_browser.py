"""Finding a browser, keeping the sign-in, photographing, and closing whatever happens."""

import shutil
import time
from pathlib import Path

import pytest
from at_the_prompt import login
from calling import RunOptout, RunPython, StartPractice

from optout.browser import find, kept
from optout.errors import BrowserMissing

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ORIGIN = "https://www.example.org"
OURS = {"name": "li_at", "value": "a-token-of-the-site", "domain": ".www.example.org", "path": "/"}
THEIRS = {"name": "id", "value": "of-somebody-else", "domain": ".ads.example.net", "path": "/"}


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


PICTURES = """
import sys
from optout.browser import photograph, window
with window.open_window(choice=None, headed=False, cookies=[], timeout=5) as opened:
    for body in sys.argv[1:]:
        opened.page.set_content(body)
        whole, part = photograph.full_page(opened.page), photograph.card(opened.page, (0, 0, 50, 50))
        print(bool(whole), bool(part))
"""


def test_no_picture_while_a_secret_may_stand_on_the_page(python: RunPython) -> None:
    """A visible field for a password or a code forbids every picture; a hidden one does not."""
    ended = python(
        PICTURES,
        "<p>nothing</p>",
        "<input type=password>",
        "<input autocomplete='one-time-code'>",
        "<input name=pin>",
        "<input type=password hidden><p>text</p>",
    )
    answers = ["True True", "False False", "False False", "False False", "True True"]
    assert ended.stdout.splitlines() == answers, ended.stderr


def test_the_kept_sign_in_is_encrypted_and_only_the_sites(tmp_path: Path) -> None:
    """The file is 0600, holds no readable cookie, and gives back the cookies of the site alone."""
    folder = tmp_path / "sessions"
    kept.save(folder, "A@example.org", KEY, [OURS, THEIRS], origin=ORIGIN)  # type: ignore[list-item]  # as cookies
    file = kept.path(folder, "a@example.org", ORIGIN)
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"token" not in file.read_bytes()
    assert kept.load(folder, "a@example.org", KEY, origin=ORIGIN) == [OURS]


@pytest.mark.parametrize("damage", ["key", "site", "byte", "empty", "gone"])
def test_a_kept_sign_in_that_cannot_be_opened_counts_as_none(tmp_path: Path, damage: str) -> None:
    """Another key, another site, a changed, empty or missing file: sign in again, no traceback."""
    kept.save(tmp_path, "a@example.org", KEY, [OURS], origin=ORIGIN)  # type: ignore[list-item]  # as cookies
    file = kept.path(tmp_path, "a@example.org", ORIGIN)
    key, origin = KEY, ORIGIN
    match damage:
        case "key":
            key = KEY.replace("MDEy", "MDEz")
        case "site":
            origin = "https://www.example.com"
        case "byte":
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 1
            file.write_bytes(content)
        case "empty":
            file.write_bytes(b"")
        case "gone":
            file.unlink()
    assert kept.load(tmp_path, "a@example.org", key, origin=origin) == []


def test_two_sites_keep_two_sign_ins(tmp_path: Path) -> None:
    """A visit to a practice site leaves the sign-in of the real one as it is."""
    kept.save(tmp_path, "a@example.org", KEY, [OURS], origin=ORIGIN)  # type: ignore[list-item]  # as cookies
    kept.save(tmp_path, "a@example.org", KEY, [], origin="http://127.0.0.1:8000")
    assert kept.load(tmp_path, "a@example.org", KEY, origin=ORIGIN) == [OURS]


def test_forgetting_leaves_nothing(tmp_path: Path) -> None:
    """The file and what a killed visit left beside it are gone; other accounts stay."""
    for account in ("a@example.org", "aa@example.org"):
        kept.save(tmp_path, account, KEY, [], origin=ORIGIN)
    (tmp_path / "a@example.org~www.example.org.state.0123.new").write_bytes(b"rest")
    assert kept.forget(tmp_path, "a@example.org")
    assert not kept.forget(tmp_path, "a@example.org")
    assert [file.name for file in tmp_path.iterdir()] == ["aa@example.org~www.example.org.state"]
