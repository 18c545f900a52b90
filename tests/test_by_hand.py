"""Signing in by hand: a person types into the program's window; the program types nothing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from at_the_prompt import Terminal
from calling import RunOptout, StartPractice
from stories import PASSWORD, Stories

from optout import cooldown, credentials
from optout.browser import kept
from optout.evidence import audit
from optout.linkedin.address import State
from optout.practice.site import PracticeSite

ACCOUNT = "by-hand@example.org"
PATIENCE = 30.0  # seconds for a window to come or a command to end


@pytest.fixture
def screen(tmp_path: Path) -> Path:
    """The file in which the X server keeps what is on the screen."""
    return tmp_path / "Xvfb_screen0"


@pytest.fixture
def display(screen: Path) -> Iterator[str]:
    """A screen of its own on which windows can be shown."""
    server = shutil.which("Xvfb")
    assert server is not None, "Xvfb is missing: scripts/setup test installs it"
    reading, writing = os.pipe()
    words = [server, "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    words += ["-fbdir", str(screen.parent)]
    with subprocess.Popen(words, pass_fds=[writing], stderr=subprocess.DEVNULL) as server_process:
        os.close(writing)
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
        server_process.terminate()


def _until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; fail when it takes too long."""
    tick = threading.Event()
    for _ in range(int(PATIENCE / 0.1)):
        if condition():
            return
        tick.wait(0.1)
    raise AssertionError("it did not come about in time")


def _ending(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait for the end of a command and return stdout and stderr; kill it and fail if it does not end."""
    try:
        return process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


class Person:
    """Somebody in front of the screen: sees windows, presses keys."""

    def __init__(self, display: str, screen: Path) -> None:
        self._screen = screen
        self._environment = os.environ | {"DISPLAY": display}

    def _xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            check=False,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=PATIENCE,
        )
        return done.stdout

    def windows(self) -> list[str]:
        """The windows of a browser that are on the screen."""
        return self._xdotool("search", "--onlyvisible", "--class", "chromium").split()

    def sees_a_page(self) -> bool:
        """Whether the practice site's dark banner is on the screen: what is typed before that is dropped.

        The file is X's own dump: a header, whose length and number of colours it tells, then 4 bytes a pixel.
        """
        dump = self._screen.read_bytes()
        header, colours, line = (int.from_bytes(dump[at : at + 4], "big") for at in (0, 76, 48))
        blue, green, red = dump[header + colours * 12 + 115 * line + 200 * 4 :][:3]
        return min(blue, green, red) > 0 and max(blue, green, red) < 80  # dark, not the black of no window

    def close(self) -> None:
        """Close the browser's window."""
        self._xdotool("windowfocus", "--sync", self.windows()[-1])
        self._xdotool("key", "ctrl+w")

    def end_the_browser(self) -> None:
        """End the process that shows the window."""
        os.kill(int(self._xdotool("getwindowpid", self.windows()[-1])), signal.SIGKILL)

    def press(self, *keys: str) -> None:
        """Press keys in the window, one after the other."""
        self._xdotool("windowfocus", "--sync", self.windows()[-1])
        self._xdotool("key", "--delay", "100", *keys)

    def type(self, *texts: str) -> None:
        """Type texts into one field after the other, then press Enter."""
        self._xdotool("windowfocus", "--sync", self.windows()[-1])
        for text in texts:
            self._xdotool("key", "Tab")
            self._xdotool("type", "--delay", "60", text)
        self._xdotool("key", "Return")


def test_a_person_signs_in_in_the_window(
    optout: RunOptout,
    practice: StartPractice,
    command_environment: dict[str, str],
    home: Path,
    display: str,
    screen: Path,
) -> None:
    """The window waits, the person signs in, the sign-in is kept; `run` then needs no password at all.

    A password that was kept earlier is forgotten and that is said: once the sign-in ends, none is typed. A
    kept sign-in that cannot be opened is replaced, and whose the new one is stands in it.
    A cooldown of any kind is over: the person got in.
    """
    site = practice(account=ACCOUNT)
    note = cooldown.file_for(Path(command_environment["OPTOUT_HOME"]) / "state", ACCOUNT, site.origin)
    cooldown.begin(note, State.CAPTCHA, datetime.now(UTC))
    optout("login", "--account", ACCOUNT, "--password-stdin", site=site, input=PASSWORD)
    kept.path(home / "sessions", ACCOUNT, site.origin).mkdir()
    environment = command_environment | {"OPTOUT_SITE": site.origin, "DISPLAY": display}
    words = [sys.executable, "-m", "optout", "login", "--browser", "--account", ACCOUNT]
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        person = Person(display, screen)
        _until(person.sees_a_page)
        person.type(ACCOUNT, PASSWORD)
        shown, said = _ending(process)
    assert process.returncode == 0, said
    assert "the password kept earlier was forgotten" in shown
    assert site.counts["password_received"] == 1
    assert not note.exists()
    key = credentials.open_vault(practice=True, unattended=True).state_key(ACCOUNT, create=False)
    assert key is not None
    found = kept.load(home / "sessions", ACCOUNT, key.reveal(), origin=site.origin)
    assert (found and found.member) == "practice-person"
    ended = optout("run", "--account", ACCOUNT, "--json", "--no-input", site=site)
    assert ended.returncode == 0, ended.stderr
    assert [setting["verdict"] for setting in ended.json["settings"]] == ["turned_off", "turned_off"]
    assert site.counts["password_received"] == 1
    site.expire_sessions()
    ended = optout("check", "--account", ACCOUNT, "--json", "--no-input", site=site)
    assert ended.returncode == 5
    assert "optout login --browser" in ended.json["settings"][0]["reason"]


def test_a_closed_window_ends_in_words(
    practice: StartPractice, command_environment: dict[str, str], display: str, screen: Path
) -> None:
    """Closing the window before the sign-in is complete ends in exit 5 and a sentence."""
    site = practice(account=ACCOUNT)
    environment = command_environment | {"OPTOUT_SITE": site.origin, "DISPLAY": display}
    words = [sys.executable, "-m", "optout", "login", "--browser", "--account", "closing@example.org"]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as process:
        person = Person(display, screen)
        _until(person.sees_a_page)
        person.close()
        said = _ending(process)[1]
    assert process.returncode == 5, said
    assert "window was closed" in said


def test_a_browser_that_is_ended_ends_in_words(
    practice: StartPractice, command_environment: dict[str, str], display: str, screen: Path
) -> None:
    """Ending the browser as a whole is closing its window: exit 5 at once and a sentence."""
    site = practice(account=ACCOUNT)
    environment = command_environment | {"OPTOUT_SITE": site.origin, "DISPLAY": display}
    words = [sys.executable, "-m", "optout", "login", "--browser", "--account", "ending@example.org"]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as process:
        person = Person(display, screen)
        _until(person.sees_a_page)
        person.end_the_browser()
        said = _ending(process)[1]
    assert process.returncode == 5, said
    assert "window was closed" in said


def test_ctrl_c_while_it_waits(
    practice: StartPractice, command_environment: dict[str, str], display: str, screen: Path
) -> None:
    """Ctrl-C says that the person does not sign in: exit 5 at once, the browser gone and no traceback."""
    site = practice(account=ACCOUNT)
    environment = command_environment | {"OPTOUT_SITE": site.origin, "DISPLAY": display}
    words = [sys.executable, "-m", "optout", "login", "--browser", "--account", "stopping@example.org"]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as process:
        person = Person(display, screen)
        _until(person.sees_a_page)
        process.send_signal(signal.SIGINT)
        said = _ending(process)[1]
    assert process.returncode == 5, said
    assert "Traceback" not in said
    _until(lambda: not person.windows())


def test_without_a_display_no_window_is_tried(optout: RunOptout, practice: StartPractice) -> None:
    """Without a display the command says so before it asks for anything, and opens no page."""
    site = practice(account=ACCOUNT)
    for words in ([], ["--account", ACCOUNT]):
        ended = optout("login", "--browser", *words, site=site)
        assert ended.returncode == 1
        (sentence,) = ended.stderr.splitlines()
        assert "`optout login --browser` shows a window, and there is no display" in sentence
        assert "--headed" not in sentence
    assert site.counts["login_page"] == 0


@pytest.fixture
def seated(command_environment: dict[str, str], display: str, screen: Path) -> tuple[dict[str, str], Person]:
    """The environment of somebody at a terminal with a screen, and who sits there."""
    environment = command_environment | {"DISPLAY": display, "TERM": "xterm", "COLUMNS": "200"}
    return environment, Person(display, screen)


def _run_of(home: Path) -> dict[str, Any]:
    """What the only run in the only store says of itself; the store must hold."""
    (run,) = home.glob("evidence/*/runs/*")
    assert audit.audit(run.parent.parent).exit_code == 0
    record = json.loads((run / "run.json").read_text())
    assert isinstance(record, dict)
    return record


def _begin(site: PracticeSite, environment: dict[str, str], *words: str) -> Terminal:
    return Terminal(["run", "--account", ACCOUNT, *words], environment | {"OPTOUT_SITE": site.origin})


@pytest.mark.parametrize("words", [[], ["--headed"]], ids=["from without a window", "headed"])
def test_a_captcha_is_handed_over(
    stories: Stories, seated: tuple[dict[str, str], Person], home: Path, words: list[str]
) -> None:
    """A captcha is for the person: the same sign-in goes on in a window, and once they are in, by itself.

    The password is sent once all the same, and the evidence says that the sign-in was made by hand.
    """
    environment, person = seated
    site = stories.open("captcha", account=ACCOUNT)
    terminal = _begin(site, environment, *words)
    terminal.until("Please go on in the window")
    _until(person.sees_a_page)
    _until(lambda: site.counts["page:/checkpoint/challenge/puzzle"] > (not words))
    person.press("Tab", "Return")
    assert terminal.end() == 0, terminal.shown
    assert site.counts["password_received"] == 1
    environment_block = _run_of(home)["environment"]
    assert (environment_block["session"], environment_block["headless"]) == ("by hand", False)


def test_a_page_in_between_is_handed_over(
    stories: Stories, seated: tuple[dict[str, str], Person], home: Path
) -> None:
    """A page that wants something before every setting is shown to the person, who answers it."""
    environment, person = seated
    site = stories.open("add-phone", "bounces", account=ACCOUNT)
    terminal = _begin(site, environment)
    terminal.until("Please go on in the window")
    _until(person.sees_a_page)
    site.moods.discard("bounces")
    person.press("Tab", "Return")
    assert terminal.end() == 0, terminal.shown
    assert _run_of(home)["outcome"] == "good"


def test_a_sent_form_is_begun_anew_by_hand(stories: Stories, seated: tuple[dict[str, str], Person]) -> None:
    """Where the captcha answers the form itself, the person begins anew; ours is not sent again."""
    environment, person = seated
    site = stories.open("captcha-on-submit", account=ACCOUNT)
    terminal = _begin(site, environment)
    terminal.until("Please go on in the window")
    _until(person.sees_a_page)
    site.moods.discard("captcha-on-submit")
    assert site.counts["password_received"] == 1
    person.type(ACCOUNT, PASSWORD)
    assert terminal.end() == 0, terminal.shown
    assert site.counts["password_received"] == 2


@pytest.mark.parametrize("way", ["close", "ctrl-c"])
def test_a_window_that_is_left_ends_in_words(
    stories: Stories, seated: tuple[dict[str, str], Person], home: Path, way: str
) -> None:
    """Closing the window or Ctrl-C ends the visit: exit 5, named, sealed, no traceback, no browser left."""
    environment, person = seated
    site = stories.open("captcha", account=ACCOUNT)
    terminal = _begin(site, environment)
    terminal.until("Please go on in the window")
    _until(person.sees_a_page)
    if way == "close":
        person.close()
    else:
        terminal.press("\x03")
    assert terminal.end() == 5, terminal.shown
    assert "[captcha]" in terminal.shown
    assert "Traceback" not in terminal.shown
    assert _run_of(home)["outcome"] == "person_needed"
    _until(lambda: not person.windows())


def test_without_a_browser_that_shows_windows(
    stories: Stories, seated: tuple[dict[str, str], Person], home: Path
) -> None:
    """If only a browser without windows is there, that is said, and the visit ends as without a screen."""
    shell = shutil.which("chromium-headless-shell")
    if shell is None:
        pytest.skip("there is no chromium-headless-shell here")
    environment, _person = seated
    site = stories.open("captcha", account=ACCOUNT)
    terminal = _begin(site, environment | {"OPTOUT_BROWSER": shell})
    assert terminal.end() == 5, terminal.shown
    assert "[captcha]" in terminal.shown
    assert _run_of(home)["outcome"] == "person_needed"


def test_a_sign_in_that_ends_in_another_tab(
    practice: StartPractice, optout: RunOptout, seated: tuple[dict[str, str], Person]
) -> None:
    """Every tab is watched: a form that signs in in a new one is seen."""
    environment, person = seated
    site = practice("other-tab", account=ACCOUNT)
    words = ["login", "--browser", "--account", ACCOUNT]
    terminal = Terminal(words, environment | {"OPTOUT_SITE": site.origin})
    _until(person.sees_a_page)
    person.type(ACCOUNT, PASSWORD)
    assert terminal.end() == 0, terminal.shown
    assert optout("check", "--no-input", site=site).returncode == 3
    assert site.counts["password_received"] == 1


def test_another_member_in_the_window_is_not_kept(
    stories: Stories, optout: RunOptout, command_environment: dict[str, str], display: str, screen: Path
) -> None:
    """Who signs in as another member than the evidence is about replaces nothing: exit 5, old sign-in there.

    While the window waits, the account is theirs: a visit ends in 75 and says so.
    """
    site = stories.open(account=ACCOUNT)
    assert stories.visit(site, "check").ended.returncode == 3
    (file,) = (stories.home / "sessions").iterdir()
    old = file.read_bytes()
    site.moods.add("other-member")
    environment = command_environment | {"OPTOUT_SITE": site.origin, "DISPLAY": display}
    words = [sys.executable, "-m", "optout", "login", "--browser", "--account", ACCOUNT]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as process:
        person = Person(display, screen)
        _until(person.sees_a_page)
        ended = optout("check", "--no-input", site=site)
        assert ended.returncode == 75
        assert f"`optout login --browser`, process {process.pid}, since 20" in ended.stderr
        person.type(ACCOUNT, PASSWORD)
        said = _ending(process)[1]
    assert process.returncode == 5, said
    assert "as another member than the evidence" in said
    assert f"`optout login --browser --account {ACCOUNT}` again" in said
    assert file.read_bytes() == old


def test_another_member_than_the_kept_sign_in_is_not_kept(
    practice: StartPractice, seated: tuple[dict[str, str], Person], home: Path
) -> None:
    """Without evidence the sign-in kept earlier says whose the next one has to be."""
    environment, person = seated
    site = practice(account=ACCOUNT)
    words = ["login", "--browser", "--account", ACCOUNT]
    terminal = Terminal(words, environment | {"OPTOUT_SITE": site.origin})
    _until(person.sees_a_page)
    person.type(ACCOUNT, PASSWORD)
    assert terminal.end() == 0, terminal.shown
    (file,) = (home / "sessions").iterdir()
    old = file.read_bytes()
    site.moods.add("other-member")
    _until(lambda: not person.windows())
    terminal = Terminal(words, environment | {"OPTOUT_SITE": site.origin})
    _until(person.sees_a_page)
    person.type(ACCOUNT, PASSWORD)
    assert terminal.end() == 5, terminal.shown
    assert "as another member than" in terminal.shown
    assert file.read_bytes() == old


def test_another_member_after_a_hand_over_is_not_believed(
    stories: Stories, seated: tuple[dict[str, str], Person], home: Path
) -> None:
    """Where the settings do not say whose they are, the home page does: nothing is read as ours, exit 5."""
    environment, person = seated
    site = stories.open("member-on-home", account=ACCOUNT)
    assert stories.visit(site, "run").ended.returncode == 0
    site.expire_sessions()
    site.moods.update(["captcha", "other-member"])
    terminal = Terminal(["check", "--account", ACCOUNT], environment | {"OPTOUT_SITE": site.origin})
    terminal.until("Please go on in the window")
    _until(person.sees_a_page)
    _until(lambda: site.counts["page:/checkpoint/challenge/puzzle"] > 1)
    person.press("Tab", "Return")
    assert terminal.end() == 5, terminal.shown
    assert "as another member than" in terminal.shown
    assert f"`optout login --browser --account {ACCOUNT}` again" in terminal.shown
    assert "was off already" not in terminal.shown


def test_a_terminated_hand_over_begins_the_cooldown(
    stories: Stories, seated: tuple[dict[str, str], Person], home: Path
) -> None:
    """The system ends the command while the window waits: 143, sealed, and the captcha is not forgotten."""
    environment, person = seated
    site = stories.open("captcha", account=ACCOUNT)
    terminal = _begin(site, environment)
    terminal.until("Please go on in the window")
    _until(person.sees_a_page)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end() == 143, terminal.shown
    note = cooldown.file_for(home / "state", ACCOUNT, site.origin)
    assert json.loads(note.read_text())["state"] == "captcha"
    assert _run_of(home)["outcome"] == "fault"
