"""No secret in any output: sign-ins that fail at every step, with everything that talks turned on."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_the_prompt import Terminal
from calling import RunOptout, StartPractice
from leak_search import holds, spellings
from secret_service import SecretService
from stories import PASSWORD

ACCOUNT = "practice@example.org"
# Everything that is known to make Playwright, Python or the log tell more than they should.
TALKATIVE = {"DEBUG": "*", "PWDEBUG": "1", "PYTHONFAULTHANDLER": "1", "PYTHONDEVMODE": "1"}
# Every state of a sign-in that the site can be in, each behind the form that it may come with.
FAILING = [
    "no-form",
    "passkey-only",
    "password-only-other",
    "modern-mutates",
    "wrong-password-classic",
    "wrong-password-modern",
    "unknown-account",
    "modern unknown-account",
    "code-email",
    "modern code-sms",
    "code-totp",
    "push-unanswered",
    "captcha",
    "captcha-on-submit",
    "refused",
    "modern refused",
    "restricted",
    "weak-password",
    "unknown-checkpoint",
    "add-phone bounces",
    "consent-page bounces",
    "loop-always",
    "other-port",
    "other-host",
    "portal",
    "framed",
    "late-swap",
    "password-again",
    "dies-between",
    "dies-after-click",
    "offline-after-click",
    "429",
    "503",
    "offline",
    "bad-cookies",
    "leaky put-500",
]


def _found(secrets: list[str], texts: dict[str, bytes]) -> list[str]:
    """Where one of the secrets stands, in any spelling."""
    return [name for name, content in texts.items() if any(holds(content, secret) for secret in secrets)]


def _everything(*folders: Path) -> dict[str, bytes]:
    """The content of every file below some folders."""
    files = (file for folder in folders for file in folder.rglob("*"))
    return {str(file): file.read_bytes() for file in files if file.is_file() and not file.is_symlink()}


def _family(parent: int) -> Iterator[int]:
    """The process and all its descendants, as far as they live."""
    yield parent
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{parent}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:  # it ended while it was looked at; what it leaves is seen at the next look
        return
    for child in children:
        yield from _family(child)


class Watch:
    """Reads command line and environment of a process tree for as long as it runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.seen: dict[str, bytes] = {}
        self._process = process
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._ended = threading.Event()
        self._thread.start()

    def _read(self) -> None:
        while not self._ended.wait(0.05):
            for pid in _family(self._process.pid):
                for name in ("cmdline", "environ"):
                    try:
                        self.seen[f"/proc/{pid}/{name}"] = Path(f"/proc/{pid}/{name}").read_bytes()
                    except OSError:
                        continue

    def end(self) -> dict[str, bytes]:
        """What was read."""
        self._ended.set()
        self._thread.join()
        return self.seen


class Talker:
    """Runs `optout` with all that talks turned on, and gathers all that it left or said."""

    def __init__(self, environment: dict[str, str], home: Path, temporary: Path) -> None:
        self.environment = environment | TALKATIVE | {"TMPDIR": str(temporary), "OPTOUT_TIMEOUT": "2"}
        self.folders = (home, Path(environment["HOME"]), temporary)

    def start(self, *words: str, origin: str) -> subprocess.Popen[str]:
        """Start the command with its most talkative option."""
        return subprocess.Popen(
            [sys.executable, "-m", "optout", *words, "-vvv", "--account", ACCOUNT, "--no-input"],
            env=self.environment | {"OPTOUT_SITE": origin},
            cwd=self.environment["HOME"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def traces(self, process: subprocess.Popen[str]) -> dict[str, bytes]:
        """Wait for the end and return every text that the command left anywhere."""
        watch = Watch(process)
        stdout, stderr = process.communicate(timeout=90)
        seen = watch.end()
        assert len(seen) > 2, "the watch saw neither the command nor its browser"
        return {"stdout": stdout.encode(), "stderr": stderr.encode()} | seen | _everything(*self.folders)


@pytest.fixture
def talker(command_environment: dict[str, str], home: Path, tmp_path: Path) -> Talker:
    """The command with everything that talks turned on."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return Talker(command_environment, home, temporary)


@pytest.mark.parametrize("mood", FAILING)
def test_no_secret_in_what_a_failing_sign_in_leaves(
    optout: RunOptout, practice: StartPractice, talker: Talker, keyring: SecretService, mood: str
) -> None:
    """Neither password, cookie nor signing key stands in any output, log, file, argument or environment."""
    site = practice(*mood.split(), patience=0.05 if "push" in mood else 0.25)
    optout("login", "--account", ACCOUNT, "--password-stdin", site=site, input=PASSWORD)
    process = talker.start("run", "--json", origin=site.origin)
    traces = talker.traces(process)
    assert process.returncode not in {0, 1} or mood == "modern-mutates"
    assert any(name.endswith("optout.log") for name in traces)
    assert any(name.endswith("run.json") for name in traces)
    cookies = [*site.state.sessions, *site.state.remembered]
    kept = keyring.kept()  # the password, and the key that signed this run
    assert len(kept) >= 2
    assert _found([PASSWORD, *cookies, *kept], traces) == []


def test_no_secret_when_the_browser_dies_at_the_form(
    optout: RunOptout, practice: StartPractice, talker: Talker
) -> None:
    """A browser that is killed while the sign-in page is open ends the visit in words, without a secret."""
    site = practice("modern-late")
    optout("login", "--account", ACCOUNT, "--password-stdin", site=site, input=PASSWORD)
    process = talker.start("run", "--json", origin=site.origin)
    killed: list[int] = []

    def kill_the_browser() -> None:
        while process.poll() is None and not killed:
            if site.counts["login_page"]:
                for pid in list(_family(process.pid)):
                    command = Path(f"/proc/{pid}/cmdline")
                    if command.exists() and b"--remote-debugging-pipe" in command.read_bytes():
                        os.kill(pid, signal.SIGKILL)
                        killed.append(pid)
            threading.Event().wait(0.05)

    killer = threading.Thread(target=kill_the_browser)
    killer.start()
    traces = talker.traces(process)
    killer.join()
    assert killed
    assert process.returncode == 75, traces["stderr"].decode()[-2000:]
    assert json.loads(traces["stdout"])["outcome"] == "try_later"
    assert _found([PASSWORD], traces) == []


@pytest.mark.parametrize("spelling", sorted(spellings(PASSWORD)))
def test_the_search_finds_a_planted_secret(home: Path, spelling: bytes) -> None:
    """Twin: each spelling of the password, planted in a file, is found."""
    home.mkdir()
    (home / "optout.log").write_bytes(b"before " + spelling + b" after")
    assert _found([PASSWORD], _everything(home)) == [str(home / "optout.log")]


def test_the_watch_sees_an_argument_and_an_environment() -> None:
    """Twin: a password in the argv or the environment of a grandchild is seen."""
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()', sys.argv[1]])"
    process = subprocess.Popen(
        [sys.executable, "-c", code, PASSWORD],
        env=os.environ | {"PLANTED": PASSWORD},
        stdin=subprocess.PIPE,
        text=True,
    )
    watch = Watch(process)
    while not any(name for name in list(watch.seen) if not name.startswith(f"/proc/{process.pid}/")):
        assert process.poll() is None
    process.communicate("\n")
    found = _found([PASSWORD], watch.end())
    assert {name.rsplit("/", 1)[1] for name in found} == {"cmdline", "environ"}
    assert len({name.split("/")[2] for name in found}) >= 2


@pytest.mark.parametrize("mood", ["wrong-code", "code-sms modern"])
def test_no_one_time_code_in_what_a_sign_in_leaves(
    optout: RunOptout, practice: StartPractice, talker: Talker, mood: str
) -> None:
    """A code that was typed at the terminal, right or wrong, stands nowhere afterwards; nor the password."""
    codes = ("590713", "840265")
    site = practice(*mood.split(), patience=0.25, code=codes[1])
    optout("login", "--account", ACCOUNT, "--password-stdin", site=site, input=PASSWORD)
    words = ["run", "--json", "-vvv", "--account", ACCOUNT]
    terminal = Terminal(words, talker.environment | {"OPTOUT_SITE": site.origin})
    for code in codes:
        terminal.until("Enter to give up")
        terminal.type(code)
    assert terminal.end() == 0, terminal.shown
    assert site.counts["code_posted"] == 2
    traces = {"terminal": terminal.shown.encode()} | _everything(*talker.folders)
    assert _found([PASSWORD, *codes, *site.state.sessions], traces) == []
